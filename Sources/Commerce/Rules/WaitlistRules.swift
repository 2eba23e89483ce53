import Primitives

extension Ledger {
    /// Gives a buyer a place behind all who wait already, and offers at once what is available.
    /// A buyer has one place for a SKU: joining again gives that one, and whoever asks again with
    /// the name of a place is told what has become of it.
    mutating func join(_ plan: WaitPlan) throws -> ReservationAnswer {
        if let old = try waiting(plan.id) { return try repeated(old, plan) }
        let code = plan.line.code
        if let show = plan.show { try requireOnRail(code, of: show) }
        let sku = try requireSKU(code)
        if let old = try waiting(of: plan.buyer, for: code) { return try answer(old, .unchanged) }
        guard try waitingCount(for: code) < Waiting.maximumCount else {
            throw CommerceError.waitlistFull(code, limit: Waiting.maximumCount)
        }
        let waiting = Waiting(
            id: plan.id, buyer: plan.buyer, show: plan.show, code: code,
            quantity: plan.line.quantity, joinedAt: now, place: sequence + 1)
        try append(.waiting(.joined, waiting), concerning: plan.show.map { [$0] } ?? [])
        try settle(code, from: sku.stock)
        return try answer(self.waiting(plan.id) ?? waiting, .created)
    }

    private func repeated(_ old: Waiting, _ plan: WaitPlan) throws -> ReservationAnswer {
        guard old.buyer == plan.buyer, old.show == plan.show, old.code == plan.line.code
        else { throw CommerceError.placeExists(old.id) }
        var answer = try answer(old, .unchanged)
        answer.isRepeated = true
        return answer
    }

    mutating func leave(_ id: WaitID) throws -> ReservationAnswer {
        guard let waiting = try waiting(id) else { throw CommerceError.notWaiting(id, name) }
        guard !waiting.isOver else { return try answer(waiting, .unchanged) }
        let left = try giveUp(waiting)
        return try answer(left, .configured)
    }

    /// Ends a place: nothing more is offered to it.
    @discardableResult mutating func giveUp(_ waiting: Waiting) throws -> Waiting {
        var waiting = waiting
        waiting.quantity = 0
        try append(.waiting(.left, waiting), concerning: waiting.show.map { [$0] } ?? [])
        return waiting
    }

    private func answer(_ waiting: Waiting, _ outcome: Outcome) throws -> ReservationAnswer {
        ReservationAnswer(
            waiting: waiting,
            stock: try stock(of: waiting.code).map { [StockLevel(code: waiting.code, stock: $0)] }
                ?? [],
            ahead: holdClock.ahead, outcome: outcome)
    }

    package mutating func settle(_ code: SKUCode, from before: Stock) throws {
        var stock = try requireStock(of: code)
        while stock.available > 0, let first = try firstWaiting(for: code) {
            try offer(to: first, stock)
            stock = try requireStock(of: code)
        }
        let level = StockLevel(code: code, stock: stock)
        if before.available == 0, stock.available > 0 {
            try append(.backInStock(level), concerning: openShows(listing: code))
        } else if before.available > 0, stock.available == 0 {
            try append(.soldOut(level), concerning: openShows(listing: code))
        }
    }

    /// Holds what there is for the first who waits. A buyer who may have no more, or whose show is
    /// over, loses the place, so that the next one is served.
    private mutating func offer(to first: Waiting, _ stock: Stock) throws {
        let policy = try policy(of: first.code, in: first.show)
        var units = min(first.quantity, stock.available)
        if let cap = policy.unitsOfSKU {
            units = min(units, cap - (try unitsTaken(by: first.buyer, of: first.code)))
        }
        if let cap = policy.unitsHeld {
            units = min(units, cap - (try unitsHeld(by: first.buyer)))
        }
        guard units > 0, try isStillSold(first) else {
            try giveUp(first)
            return
        }
        let line = try line(requireSKU(first.code), units, in: first.show)
        var rest = first
        rest.quantity -= units
        let reservation = Reservation(
            id: try ReservationID(offerTo: first.id, at: sequence + 1), buyer: first.buyer,
            show: first.show, lines: [line], offeredTo: first.id, heldAt: holdClock.last,
            deadline: holdClock.last + (policy.offerTime ?? .zero))
        let shows = first.show.map { [$0] } ?? []
        try append(.waiting(.offered, rest), concerning: shows)
        let change = ReservationChange(
            step: .held, reservation: reservation,
            stock: [StockLevel(code: first.code, stock: try stock.moved(held: units))],
            ahead: holdClock.ahead)
        try append(.reservation(change), concerning: shows)
    }

    private func isStillSold(_ waiting: Waiting) throws -> Bool {
        guard let id = waiting.show else { return true }
        guard let show = try show(id), !show.state.isEnded else { return false }
        return try rail(of: id)[waiting.code] != nil
    }
}

extension ReservationID {
    /// The offer that is made to a place at a place of the log: no two offers share both.
    init(offerTo waiting: WaitID, at sequence: Int64) throws {
        try self.init("\(Self.prefix)\(waiting.text.prefix(40))-\(sequence)")
    }

    /// No buyer may name a reservation as offers are named: the offer would take its place.
    var isOffer: Bool { text.hasPrefix(Self.prefix + WaitID.prefix) }
}
