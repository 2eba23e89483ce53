import Commerce
import Primitives

/// Somebody who buys: asks, waits, thinks, asks again when no answer comes, gives up, or dies.
/// It decides with the dice it is handed and knows only what it was told.
struct SimulatedBuyer {
    let id: BuyerID
    private(set) var mood = Mood.shopping
    /// What it knows of the reservation it is at.
    private var standing: (id: ReservationID, state: Reservation.State)?
    /// Was told that the money was taken for these.
    private(set) var toldConfirmed: [Reservation] = []
    private var purchases = 0
    let habits: Habits

    enum Mood {
        case shopping
        /// For the answer to what was sent under this number.
        case waiting(tag: Int, Errand, tries: Int)
        case gone
    }

    /// What it wants done, and the key that it asks with.
    struct Errand {
        let verb: ReservationVerb
        let key: IdempotencyKey?
    }

    struct Habits {
        let codes: [SKUCode]
        let purchases: Int
        let waits: Bool
        let show: ShowID?
        /// What keys begin with: a store may know them across its catalogues.
        let keys: String
    }

    init(_ id: BuyerID, _ habits: Habits) {
        self.id = id
        self.habits = habits
    }

    var isGone: Bool { if case .gone = mood { true } else { false } }
    var waitsForAnswer: Bool { if case .waiting = mood { true } else { false } }

    /// The next thing to be sent, under `tag`; nil where it only thinks.
    mutating func act(
        tag: Int, _ random: inout SeededRandom, offers: () throws -> [Reservation]
    ) throws -> Errand? {
        switch mood {
        case .gone: return nil
        case .waiting(_, let errand, let tries):
            // No answer yet. Patience ends; so do lives.
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<4 where tries < 6:
                mood = .waiting(tag: tag, errand, tries: tries + 1)
                return errand
            case 4: mood = .gone
            default: break
            }
            return nil
        case .shopping:
            guard Int.random(in: 0..<40, using: &random) > 0 else {
                mood = .gone
                return nil
            }
            guard let verb = try next(&random, offers) else { return nil }
            let isKeyed = Int.random(in: 0..<3, using: &random) == 0
            let key = isKeyed ? try IdempotencyKey("\(habits.keys)-\(id)-\(tag)") : nil
            let errand = Errand(verb: verb, key: key)
            mood = .waiting(tag: tag, errand, tries: 1)
            return errand
        }
    }

    private mutating func next(
        _ random: inout SeededRandom, _ offers: () throws -> [Reservation]
    ) throws -> ReservationVerb? {
        let dice = Int.random(in: 0..<100, using: &random)
        guard let (id, state) = standing else { return try shop(&random, offers) }
        switch state {
        case .held:
            switch dice {
            case ..<25: return .confirm(id)
            case ..<40: return .pay(id)
            case ..<50: return .extend(id, time: dice % 2 == 0 ? nil : .seconds(45))
            case ..<75: return .release(id)
            case ..<85: standing = nil
            default: break
            }
        case .paying:
            switch dice {
            case ..<60: return .confirm(id)
            case ..<65: return .release(id)
            case ..<70: return .pay(id)
            case ..<75: standing = nil
            default: break
            }
        case .confirmed:
            switch dice {
            case ..<10: return .confirm(id)
            case ..<20: return .release(id)
            default: standing = nil
            }
        case .released, .expired:
            switch dice {
            case ..<10: return .confirm(id)
            case ..<20: return .release(id)
            case ..<25: return .pay(id)
            default: standing = nil
            }
        }
        return nil
    }

    private mutating func shop(
        _ random: inout SeededRandom, _ offers: () throws -> [Reservation]
    ) throws -> ReservationVerb? {
        if habits.waits, let offer = try offers().first {
            standing = (offer.id, offer.state)
            return nil
        }
        guard purchases < habits.purchases else {
            mood = .gone
            return nil
        }
        purchases += 1
        func line() throws -> WantedLine {
            try WantedLine(
                code: habits.codes[Int.random(in: 0..<habits.codes.count, using: &random)],
                quantity: Int64.random(in: 1...3, using: &random))
        }
        if habits.waits, Int.random(in: 0..<3, using: &random) == 0 {
            return .join(
                WaitPlan(
                    id: try WaitID("wl_\(id)-\(purchases)"), buyer: id, show: habits.show,
                    line: try line()))
        }
        let lines =
            Int.random(in: 0..<3, using: &random) == 0 ? [try line(), try line()] : [try line()]
        return .reserve(
            try ReservationPlan(
                id: ReservationID("rsv_\(id)-\(purchases)"), buyer: id, show: habits.show,
                lines: lines,
                holdTime: Int.random(in: 0..<2, using: &random) == 0 ? .seconds(20) : nil,
                isPartial: habits.waits && Int.random(in: 0..<3, using: &random) == 0))
    }

    /// An answer came. Who is gone hears nothing, and an answer to something else is not meant.
    mutating func hear(_ result: Result<ReservationAnswer, any Error>, tag: Int) throws {
        guard case .waiting(tag, _, _) = mood else { return }
        mood = .shopping
        switch result {
        case .success(let answer):
            guard let reservation = answer.reservation else { return }
            standing = (reservation.id, reservation.state)
            if reservation.state == .confirmed { toldConfirmed.append(reservation) }
        case .failure(let refusal as CommerceError):
            switch refusal {
            case .reservationOver(let id, let state): standing = (id, state)
            case .holdLimitReached: break
            default: standing = nil
            }
        case .failure: break
        }
    }

    /// It is known that nothing was done: it goes on as before, or asks again.
    mutating func hearNothingWasDone(tag: Int) {
        guard case .waiting(tag, _, _) = mood else { return }
        mood = .shopping
    }
}
