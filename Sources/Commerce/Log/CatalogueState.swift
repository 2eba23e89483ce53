import Primitives

/// A catalogue rebuilt from its log, in memory. Applying every event in order gives what any store
/// must hold; `store check` compares the two.
package struct CatalogueState: Sendable, Equatable {
    package let name: CatalogueName
    package private(set) var catalogue: Catalogue?
    package private(set) var skus: [SKUCode: SKU] = [:]
    package private(set) var shows: [ShowID: Show] = [:]
    package private(set) var rails: [ShowID: Rail] = [:]
    package private(set) var overlays: [ShowID: Overlay] = [:]
    /// The last place in the catalogue's log.
    package private(set) var sequence: Int64 = 0
    /// The last place in each show's log. It outlives the show: a name used again counts on.
    package private(set) var showSequences: [ShowID: Int64] = [:]

    package init(name: CatalogueName) {
        self.name = name
    }

    /// Why a log does not replay.
    package enum Gap: Error, Equatable {
        case sequence(expected: Int64, found: Int64)
        case showSequence(ShowID, expected: Int64, found: Int64, at: Int64)
        case noSuchSKU(SKUCode, at: Int64)
        case noSuchShow(ShowID, at: Int64)
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
            try changeSKU(code) { $0.stock = stock }
        case .skuRemoved(let code): skus[code] = nil
        case .showCreated(let id, let details): shows[id] = Show(id: id, details: details)
        case .showChanged(let id, let details): try changeShow(id) { $0.details = details }
        case .showStarted(let id): try changeShow(id) { $0.state = .live(since: time) }
        case .showEnded(let id): try end(id, at: time)
        case .showDeleted(let id):
            shows[id] = nil
            rails[id] = nil
            overlays[id] = nil
        case .railChanged(let id, let rail): rails[id] = rail
        case .pin(let id, let code): overlays[id, default: Overlay()].pinned = code
        case .unpin(let id): overlays[id]?.pinned = nil
        case .priceFlash(let id, let flash): overlays[id, default: Overlay()].put(flash)
        case .priceFlashClosed(let id, let code): overlays[id]?.remove(code)
        }
    }

    private mutating func clear() {
        catalogue = nil
        skus = [:]
        shows = [:]
        rails = [:]
        overlays = [:]
    }

    private mutating func end(_ id: ShowID, at time: WallClock) throws(Gap) {
        overlays[id] = nil
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
