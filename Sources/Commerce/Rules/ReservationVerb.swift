import Primitives

/// What can be done to reservations and waitlists. Each is one atomic step of a store.
///
/// They are values, not functions of a ledger, because a store on another machine runs the rule
/// there. Whoever asks for a new reservation names it: asking again gives what is there.
package enum ReservationVerb: Sendable, Equatable {
    case reserve(ReservationPlan)
    /// The money is under way.
    case pay(ReservationID)
    case confirm(ReservationID)
    case release(ReservationID)
    /// Holds it for `time` from now, or for as long as the policy says.
    case extend(ReservationID, time: Duration?)
    case join(WaitPlan)
    case leave(WaitID)
    /// Lets what is due expire, which every other verb does first.
    case expire

    /// Whether units are sold by it: what is told then must not be lost.
    package var isSale: Bool { if case .confirm = self { true } else { false } }
}

/// A reservation as a buyer asks for it.
package struct ReservationPlan: Sendable, Equatable {
    package let id: ReservationID
    package let buyer: BuyerID
    package let show: ShowID?
    /// Each SKU once.
    package let lines: [WantedLine]
    package let holdTime: Duration?
    /// Holds what there is, where there is less than is wanted.
    package let isPartial: Bool

    /// Wanted units of the same SKU are added up.
    package init(
        id: ReservationID, buyer: BuyerID, show: ShowID?, lines: [WantedLine],
        holdTime: Duration? = nil, isPartial: Bool = false
    ) throws {
        var merged: [WantedLine] = []
        for line in lines {
            if let index = merged.firstIndex(where: { $0.code == line.code }) {
                let sum = merged[index].quantity + line.quantity
                merged[index] = try WantedLine(code: line.code, quantity: sum)
            } else {
                merged.append(line)
            }
            guard merged.count <= Reservation.maximumLines else {
                throw CommerceError.tooManyLines(limit: Reservation.maximumLines)
            }
        }
        guard !merged.isEmpty else {
            throw FieldProblem(field: "lines", value: "", flaw: .missing)
        }
        guard !id.isOffer else {
            throw FieldProblem(
                field: "reservation", value: id.text,
                flaw: .badForm(expected: "\(ReservationID.expected), but not 'rsv_wl_'"))
        }
        if let holdTime, !(HoldPolicy.minimumTime...HoldPolicy.maximumTime).contains(holdTime) {
            throw FieldProblem(
                field: "ttl", value: "\(holdTime)", flaw: .badForm(expected: "from 1s to 24h"))
        }
        self.id = id
        self.buyer = buyer
        self.show = show
        self.lines = merged
        self.holdTime = holdTime
        self.isPartial = isPartial
    }
}

/// A place in a waitlist as a buyer asks for it.
package struct WaitPlan: Sendable, Equatable {
    package let id: WaitID
    package let buyer: BuyerID
    package let show: ShowID?
    package let line: WantedLine

    package init(id: WaitID, buyer: BuyerID, show: ShowID?, line: WantedLine) {
        self.id = id
        self.buyer = buyer
        self.show = show
        self.line = line
    }
}

/// What a verb on reservations came to.
package struct ReservationAnswer: Sendable, Equatable {
    package var reservation: Reservation?
    package var waiting: Waiting?
    /// The stock after it of each SKU that it is about.
    package var stock: [StockLevel]
    /// By how much the hold clock is ahead, to tell deadlines by the wall clock.
    package var ahead: Duration
    package var outcome: Outcome
    /// Of an earlier verb with the same key; nothing was changed now.
    package var isRepeated: Bool

    package init(
        reservation: Reservation? = nil, waiting: Waiting? = nil, stock: [StockLevel] = [],
        ahead: Duration = .zero, outcome: Outcome, isRepeated: Bool = false
    ) {
        self.reservation = reservation
        self.waiting = waiting
        self.stock = stock
        self.ahead = ahead
        self.outcome = outcome
        self.isRepeated = isRepeated
    }
}

extension Ledger {
    /// Runs a verb after everything that is due has expired. What it throws it throws before it
    /// has appended anything of its own.
    package mutating func perform(_ verb: ReservationVerb) throws -> ReservationAnswer {
        _ = try requireCatalogue()
        while try expireDue(limit: 1000) {}
        switch verb {
        case .reserve(let plan): return try reserve(plan)
        case .pay(let id): return try pay(id)
        case .confirm(let id): return try confirm(id)
        case .release(let id): return try release(id)
        case .extend(let id, let time): return try extend(id, time: time)
        case .join(let plan): return try join(plan)
        case .leave(let id): return try leave(id)
        case .expire: return ReservationAnswer(ahead: holdClock.ahead, outcome: .unchanged)
        }
    }
}
