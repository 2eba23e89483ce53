import Primitives

extension Ledger {
    /// Lets up to `limit` reservations expire that are due; true where more may be.
    package mutating func expireDue(limit: Int) throws -> Bool {
        let due = try dueReservations(at: holdClock.last, limit: limit)
        for reservation in due { try end(reservation, as: .expired) }
        return due.count == limit
    }

    /// The money is under way: the reservation stays until it is confirmed, released, or longer
    /// under way than the policy says.
    mutating func pay(_ id: ReservationID) throws -> ReservationAnswer {
        var reservation = try requireReservation(id)
        switch reservation.state {
        case .paying, .confirmed: return try answer(reservation, .unchanged)
        case .released, .expired:
            throw CommerceError.reservationOver(id, reservation.state)
        case .held: break
        }
        let time = try policies(of: reservation).compactMap(\.payingTime).min() ?? .zero
        reservation.state = .paying
        reservation.deadline = max(reservation.deadline, holdClock.last + time)
        try change(reservation, .paying) { stock, _ in stock }
        return try answer(reservation, .configured)
    }

    /// The money is there. A reservation that is over takes its units anew where there are enough,
    /// at the prices it was made for.
    mutating func confirm(_ id: ReservationID) throws -> ReservationAnswer {
        var reservation = try requireReservation(id)
        let old = reservation.state
        guard old != .confirmed else { return try answer(reservation, .unchanged) }
        reservation.state = .confirmed
        if old.isOpen {
            try change(reservation, .confirmed) { stock, quantity in
                try stock.moved(held: -quantity, confirmed: quantity)
            }
        } else {
            let shortages = try shortages(for: reservation)
            guard shortages.isEmpty else { throw CommerceError.tooLate(id, old, shortages) }
            reservation.isLate = true
            try change(reservation, .confirmed) { stock, quantity in
                try stock.moved(confirmed: quantity)
            }
        }
        return try answer(reservation, .configured)
    }

    private func shortages(for reservation: Reservation) throws -> [Shortage] {
        try reservation.lines.compactMap { line in
            let available = try stock(of: line.code)?.available ?? 0
            return available < line.quantity
                ? try shortage(line.code, line.quantity, available) : nil
        }
    }

    /// Gives the units back before the deadline.
    mutating func release(_ id: ReservationID) throws -> ReservationAnswer {
        let reservation = try requireReservation(id)
        switch reservation.state {
        case .released, .expired: return try answer(reservation, .unchanged)
        case .confirmed: throw CommerceError.reservationConfirmed(id)
        case .held, .paying: break
        }
        let released = try end(reservation, as: .released)
        return try answer(released, .configured)
    }

    /// Moves the deadline, never to an earlier one, and not past the policy's limit.
    mutating func extend(_ id: ReservationID, time: Duration?) throws -> ReservationAnswer {
        var reservation = try requireReservation(id)
        switch reservation.state {
        case .paying, .confirmed: return try answer(reservation, .unchanged)
        case .released, .expired:
            throw CommerceError.reservationOver(id, reservation.state)
        case .held: break
        }
        let policies = try policies(of: reservation)
        let time = time ?? policies.compactMap(\.holdTime).min() ?? .zero
        let lastEnd = reservation.heldAt + (policies.compactMap(\.holdLimit).min() ?? time)
        guard reservation.deadline < lastEnd else {
            throw CommerceError.holdLimitReached(id, endsAt: holdClock.wall(of: lastEnd))
        }
        let deadline = max(reservation.deadline, min(holdClock.last + time, lastEnd))
        guard deadline != reservation.deadline else {
            return try answer(reservation, .unchanged)
        }
        reservation.deadline = deadline
        try change(reservation, .extended) { stock, _ in stock }
        return try answer(reservation, .configured)
    }

    private func policies(of reservation: Reservation) throws -> [HoldPolicy] {
        try reservation.lines.map { try policy(of: $0.code, in: reservation.show) }
    }

    /// Takes an open reservation's units back. Who lets an offer go gives up the place that it was
    /// offered to, so that the units pass on.
    @discardableResult private mutating func end(
        _ reservation: Reservation, as state: Reservation.State
    ) throws -> Reservation {
        var reservation = reservation
        reservation.state = state
        if let id = reservation.offeredTo, let waiting = try waiting(id), !waiting.isOver {
            try giveUp(waiting)
        }
        try change(reservation, state == .expired ? .expired : .released) { stock, quantity in
            try stock.moved(held: -quantity)
        }
        return reservation
    }
}
