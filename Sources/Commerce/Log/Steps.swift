// Where events may lead from where: a log that says otherwise was not written by the rules.

extension Reservation.Step {
    /// A store may forget a reservation that came to nothing; its name is free again then.
    func leads(from old: Reservation?, to new: Reservation) -> Bool {
        guard let old, self != .held else {
            let isFree = old.map { !$0.state.hasUnits } ?? true
            return self == .held && new.state == .held && !new.isLate && isFree
        }
        guard new.buyer == old.buyer, new.show == old.show, new.lines == old.lines,
            new.offeredTo == old.offeredTo, new.heldAt == old.heldAt
        else { return false }
        switch (self, new.state) {
        case (.paying, .paying): return old.state == .held && new.deadline >= old.deadline
        case (.extended, .held): return old.state == .held && new.deadline > old.deadline
        case (.confirmed, .confirmed):
            return old.state != .confirmed && new.isLate != old.state.isOpen
        case (.released, .released), (.expired, .expired): return old.state.isOpen
        default: return false
        }
    }
}

extension Waiting.Step {
    /// As with reservations, the name of a place that is over may be free again.
    func leads(from old: Waiting?, to new: Waiting) -> Bool {
        guard let old, self != .joined else {
            return self == .joined && !new.isOver && old?.isOver != false
        }
        guard new.buyer == old.buyer, new.show == old.show, new.code == old.code,
            new.place == old.place, new.joinedAt == old.joinedAt
        else { return false }
        switch self {
        case .joined: return false
        case .offered: return (0..<old.quantity).contains(new.quantity)
        case .left: return !old.isOver && new.isOver
        }
    }
}
