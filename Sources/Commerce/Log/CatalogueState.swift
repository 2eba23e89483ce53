import Primitives

/// A catalogue rebuilt from its log, in memory. Applying every event in order gives what any store
/// must hold; `store check` compares the two.
package struct CatalogueState: Sendable, Equatable {
    package let name: CatalogueName
    package internal(set) var catalogue: Catalogue?
    package internal(set) var skus: [SKUCode: SKU] = [:]
    package internal(set) var shows: [ShowID: Show] = [:]
    package internal(set) var rails: [ShowID: Rail] = [:]
    package internal(set) var overlays: [ShowID: Overlay] = [:]
    package internal(set) var reservations: [ReservationID: Reservation] = [:]
    /// The reservations that are held or paying.
    package internal(set) var open: Set<ReservationID> = []
    /// Places that are over, too.
    package internal(set) var waitlist: [WaitID: Waiting] = [:]
    package internal(set) var policies: [HoldPolicy.Scope: HoldPolicy] = [:]
    /// What was taken at the price of each flash that has not been closed.
    package internal(set) var flashUses: [ShowID: [SKUCode: FlashUse]] = [:]
    /// The last place in the catalogue's log.
    package internal(set) var sequence: Int64 = 0
    /// The last place in each show's log. It outlives the show: a name used again counts on.
    package internal(set) var showSequences: [ShowID: Int64] = [:]

    package init(name: CatalogueName) {
        self.name = name
    }

    /// Why a log does not replay.
    package enum Gap: Error, Equatable {
        case sequence(expected: Int64, found: Int64)
        case showSequence(ShowID, expected: Int64, found: Int64, at: Int64)
        case noSuchSKU(SKUCode, at: Int64)
        case noSuchShow(ShowID, at: Int64)
        /// An event tells the stock of other SKUs than the reservation is of.
        case lines(ReservationID, at: Int64)
        /// What is told of the stock does not follow from what was there and what happened.
        case stock(SKUCode, expected: Stock?, found: Stock, at: Int64)
        /// A reservation came to where no verb takes it from where it was.
        case step(ReservationID, at: Int64)
        case place(WaitID, at: Int64)
    }

    package mutating func apply(_ event: Event) throws(Gap) {
        guard event.sequence == sequence + 1 else {
            throw .sequence(expected: sequence + 1, found: event.sequence)
        }
        sequence = event.sequence
        for place in event.shows {
            let expected = showSequences[place.show, default: 0] + 1
            guard place.sequence == expected else {
                throw .showSequence(
                    place.show, expected: expected, found: place.sequence, at: sequence)
            }
            showSequences[place.show] = expected
        }
        try apply(event.body, at: event.time)
    }

    private mutating func apply(_ body: Event.Body, at time: WallClock) throws(Gap) {
        switch body {
        case .catalogueCreated(let new), .catalogueChanged(let new): catalogue = new
        case .catalogueDeleted: clear()
        case .skuAdded(let sku): skus[sku.code] = sku
        case .skuChanged(let code, let listing):
            try changeSKU(code) { $0.listing = listing }
        case .stockUpdate(let code, let stock, _):
            guard let old = skus[code]?.stock else { throw .noSuchSKU(code, at: sequence) }
            try require(StockLevel(code: code, stock: stock), try? old.counted(stock.onHand))
            try changeSKU(code) { $0.stock = stock }
        case .skuRemoved(let code):
            skus[code] = nil
            policies[.sku(code)] = nil
        case .showCreated(let id, let details): shows[id] = Show(id: id, details: details)
        case .showChanged(let id, let details): try changeShow(id) { $0.details = details }
        case .showStarted(let id): try changeShow(id) { $0.state = .live(since: time) }
        case .showEnded(let id): try end(id, at: time)
        case .showDeleted(let id):
            shows[id] = nil
            rails[id] = nil
            overlays[id] = nil
            flashUses[id] = nil
            policies[.show(id)] = nil
        case .railChanged(let id, let rail): rails[id] = rail
        case .pin(let id, let code): overlays[id, default: Overlay()].pinned = code
        case .unpin(let id): overlays[id]?.pinned = nil
        case .priceFlash(let id, let flash):
            overlays[id, default: Overlay()].put(flash)
            flashUses[id, default: [:]][flash.code] = FlashUse(opening: sequence)
        case .priceFlashClosed(let id, let code):
            overlays[id]?.remove(code)
            flashUses[id]?[code] = nil
            if flashUses[id]?.isEmpty == true { flashUses[id] = nil }
        case .reservation(let change): try apply(change)
        case .waiting(let step, let waiting):
            guard step.leads(from: waitlist[waiting.id], to: waiting) else {
                throw .place(waiting.id, at: sequence)
            }
            waitlist[waiting.id] = waiting
        case .policyChanged(let scope, let policy):
            policies[scope] = policy.isEmpty ? nil : policy
        case .soldOut(let level), .backInStock(let level):
            try require(level, skus[level.code]?.stock)
        }
    }

    private func require(_ level: StockLevel, _ expected: Stock?) throws(Gap) {
        guard level.stock == expected else {
            throw .stock(level.code, expected: expected, found: level.stock, at: sequence)
        }
    }

    private mutating func clear() {
        catalogue = nil
        skus = [:]
        shows = [:]
        rails = [:]
        overlays = [:]
        reservations = [:]
        open = []
        waitlist = [:]
        policies = [:]
        flashUses = [:]
    }

    /// The numbers of an event are absolute; that they follow from what was there before is what an
    /// audit lives on.
    private mutating func apply(_ change: ReservationChange) throws(Gap) {
        let new = change.reservation
        let old = reservations[new.id]
        guard change.step.leads(from: old, to: new) else { throw .step(new.id, at: sequence) }
        let (wasHeld, wasSold) = Self.promises(old?.state)
        let (isHeld, isSold) = Self.promises(new.state)
        guard change.stock.count == new.lines.count else {
            throw .lines(new.id, at: sequence)
        }
        for (line, level) in zip(new.lines, change.stock) {
            guard var sku = skus[line.code] else { throw .noSuchSKU(line.code, at: sequence) }
            let expected = try? sku.stock.moved(
                held: line.quantity * (isHeld - wasHeld),
                confirmed: line.quantity * (isSold - wasSold))
            guard level.code == line.code else { throw .lines(new.id, at: sequence) }
            try require(level, expected)
            sku.stock = level.stock
            skus[line.code] = sku
            if let flash = line.flash, let show = new.show,
                flashUses[show]?[line.code]?.opening == flash
            {
                let taken = line.quantity * (isHeld + isSold - wasHeld - wasSold)
                flashUses[show]?[line.code]?.taken += taken
            }
        }
        reservations[new.id] = new
        if new.state.isOpen { open.insert(new.id) } else { open.remove(new.id) }
    }

    /// Whether a reservation's units are held, and whether they are confirmed, as factors.
    private static func promises(_ state: Reservation.State?) -> (held: Int64, confirmed: Int64) {
        switch state {
        case .held, .paying: (1, 0)
        case .confirmed: (0, 1)
        case .released, .expired, nil: (0, 0)
        }
    }

    private mutating func end(_ id: ShowID, at time: WallClock) throws(Gap) {
        overlays[id] = nil
        flashUses[id] = nil
        try changeShow(id) { show in
            if case .live(let since) = show.state { show.state = .ended(from: since, to: time) }
        }
    }

    private mutating func changeSKU(_ code: SKUCode, _ change: (inout SKU) -> Void) throws(Gap) {
        guard var sku = skus[code] else { throw .noSuchSKU(code, at: sequence) }
        change(&sku)
        skus[code] = sku
    }

    private mutating func changeShow(_ id: ShowID, _ change: (inout Show) -> Void) throws(Gap) {
        guard var show = shows[id] else { throw .noSuchShow(id, at: sequence) }
        change(&show)
        shows[id] = show
    }
}
