import Primitives

extension Ledger {
    /// Holds units of all lines or of none; with a partial plan, as many as there are.
    mutating func reserve(_ plan: ReservationPlan) throws -> ReservationAnswer {
        if let old = try reservation(plan.id) { return try repeated(old, plan) }
        let wanted = try plan.lines.map { try WantedUnits($0, in: plan.show, of: self) }
        let granted = try grant(wanted, plan)
        let lines = try granted.map { try line($0.sku, $0.quantity, in: plan.show) }
        let holdTime = plan.holdTime ?? granted.compactMap(\.policy.holdTime).min() ?? .zero
        let limit = granted.compactMap(\.policy.holdLimit).min() ?? holdTime
        let reservation = Reservation(
            id: plan.id, buyer: plan.buyer, show: plan.show, lines: lines, offeredTo: nil,
            heldAt: holdClock.last, deadline: holdClock.last + min(holdTime, limit))
        try change(reservation, .held) { stock, quantity in try stock.moved(held: quantity) }
        return try answer(reservation, .created)
    }

    /// Whoever asks again is told what has become of it.
    private func repeated(
        _ old: Reservation, _ plan: ReservationPlan
    ) throws -> ReservationAnswer {
        guard old.buyer == plan.buyer, old.show == plan.show,
            plan.isPartial || old.lines.count == plan.lines.count,
            old.lines.allSatisfy({ line in
                plan.lines.contains {
                    $0.code == line.code
                        && ($0.quantity == line.quantity
                            || plan.isPartial && $0.quantity > line.quantity)
                }
            })
        else { throw CommerceError.reservationExists(old.id) }
        var answer = try answer(old, .unchanged)
        answer.isRepeated = true
        return answer
    }

    /// How much of each line the buyer gets; lines of nothing are left out.
    private func grant(_ wanted: [WantedUnits], _ plan: ReservationPlan) throws -> [WantedUnits] {
        var granted: [WantedUnits] = []
        var shortages: [Shortage] = []
        var held: Int64 = 0
        for var line in wanted {
            let code = line.sku.code
            for (cap, taken, capped) in try caps(on: line, buyer: plan.buyer, held: held)
            where line.quantity > cap - taken {
                guard plan.isPartial, cap > taken else {
                    throw CommerceError.overCap(
                        plan.buyer, capped, cap: cap, taken: taken, wanted: line.quantity)
                }
                line.quantity = cap - taken
            }
            let available = line.sku.stock.available
            if line.quantity > available {
                shortages.append(try shortage(code, line.quantity, available))
                line.quantity = available
            }
            held += line.quantity
            if line.quantity > 0 { granted.append(line) }
        }
        guard shortages.isEmpty || (plan.isPartial && !granted.isEmpty) else {
            throw CommerceError.soldOut(shortages)
        }
        return granted
    }

    private func caps(
        on line: WantedUnits, buyer: BuyerID, held: Int64
    ) throws -> [(cap: Int64, taken: Int64, code: SKUCode?)] {
        var caps: [(cap: Int64, taken: Int64, code: SKUCode?)] = []
        if let cap = line.policy.unitsOfSKU {
            caps.append((cap, try unitsTaken(by: buyer, of: line.sku.code), line.sku.code))
        }
        if let cap = line.policy.unitsHeld {
            caps.append((cap, try unitsHeld(by: buyer) + held, nil))
        }
        return caps
    }

    func shortage(_ code: SKUCode, _ wanted: Int64, _ available: Int64) throws -> Shortage {
        Shortage(
            code: code, wanted: wanted, available: available,
            nextEnd: try nextDeadline(of: code).map(holdClock.wall))
    }

    /// The line at the price of now. A flash with a limit counts for a line that it can serve as a
    /// whole.
    func line(_ sku: SKU, _ quantity: Int64, in show: ShowID?) throws -> Reservation.Line {
        guard let show else {
            return Reservation.Line(
                code: sku.code, quantity: quantity, unitPrice: sku.listing.price)
        }
        if let flash = try overlay(of: show).openFlash(of: sku.code, at: now),
            let use = try flashUse(of: sku.code, in: show),
            flash.unitLimit.map({ quantity <= $0 - use.taken }) ?? true
        {
            return Reservation.Line(
                code: sku.code, quantity: quantity, unitPrice: flash.price, flash: use.opening)
        }
        return Reservation.Line(
            code: sku.code, quantity: quantity,
            unitPrice: try priceWithoutFlash(of: sku.code, in: show))
    }

    /// Appends a step of a reservation that moves the units of its lines, and settles each SKU.
    mutating func change(
        _ reservation: Reservation, _ step: Reservation.Step,
        move: (_ stock: Stock, _ quantity: Int64) throws -> Stock
    ) throws {
        var before: [StockLevel] = []
        var after: [StockLevel] = []
        for line in reservation.lines {
            let stock = try requireStock(of: line.code)
            before.append(StockLevel(code: line.code, stock: stock))
            after.append(
                StockLevel(code: line.code, stock: try move(stock, line.quantity)))
        }
        let change = ReservationChange(
            step: step, reservation: reservation, stock: after, ahead: holdClock.ahead)
        try append(.reservation(change), concerning: reservation.show.map { [$0] } ?? [])
        for (old, new) in zip(before, after) where old.stock.available != new.stock.available {
            try settle(old.code, from: old.stock)
        }
    }

    func answer(_ reservation: Reservation, _ outcome: Outcome) throws -> ReservationAnswer {
        ReservationAnswer(
            reservation: reservation,
            stock: try reservation.lines.compactMap { line in
                try stock(of: line.code).map { StockLevel(code: line.code, stock: $0) }
            },
            ahead: holdClock.ahead, outcome: outcome)
    }
}

/// A wanted line with what is known of its SKU.
private struct WantedUnits {
    let sku: SKU
    let policy: HoldPolicy
    var quantity: Int64

    /// Throws where there is no such SKU, or where the show does not sell it.
    init(_ line: WantedLine, in show: ShowID?, of ledger: some Ledger) throws {
        if let show { try ledger.requireOnRail(line.code, of: show) }
        sku = try ledger.requireSKU(line.code)
        policy = try ledger.policy(of: line.code, in: show)
        quantity = line.quantity
    }
}
