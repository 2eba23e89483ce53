import Commerce
import Primitives

/// A flash sale: many buyers, each a small machine that asks, thinks, pays, forgets and asks again.
///
/// It knows no store and no clock. The shell takes what is due, has it done, and hands the answers
/// back; times are of the show, from its start.
struct Storm: Sendable {
    /// What a buyer asks of the store.
    struct Ask: Sendable {
        let buyer: Int
        let kind: Kind
        /// When it was due.
        let time: Duration

        enum Kind: Sendable, Equatable {
            case reserve
            case join
            case pay
            case confirm
            case release
        }
    }

    /// What an answer comes to, as far as a storm is concerned.
    enum Reply: Sendable, Equatable {
        /// The reservation is as the store says.
        case stands(Reservation.State, units: Int64, isLate: Bool)
        /// A place in the waitlist.
        case waits
        case soldOut
        /// Too late, and nothing left: the money goes back.
        case tooLate
        /// It is over: released or expired.
        case over
        /// Sent and not answered.
        case unknown
        case failed
    }

    struct Tally: Sendable, Equatable {
        var requests: Int64 = 0
        var sales: Int64 = 0
        var unitsSold: Int64 = 0
        var lateSales: Int64 = 0
        var refunds: Int64 = 0
        /// Buyers who left without anything because there was nothing.
        var soldOut: Int64 = 0
        var abandoned: Int64 = 0
        /// Holds that were over before their buyer came back.
        var missed: Int64 = 0
        var duplicates: Int64 = 0
        var crashes: Int64 = 0
        var unknown: Int64 = 0
        var failed: Int64 = 0
        var waiting: Int64 = 0
    }

    private enum Stage: Sendable, Equatable {
        case asking(triesLeft: Int)
        case deciding
        case waiting
        case closing
        case sold
        case gone
    }

    /// What comes due: an ask, or a buyer who has thought.
    private enum Step: Sendable {
        case ask(Int, Ask.Kind, isCopy: Bool)
        case decide(Int)
    }

    let plan: StormPlan
    let buyers: [StormBuyer]
    private(set) var tally = Tally()
    private var stages: [Stage]
    private var hasCrashed: [Bool]
    /// The offer that a waiting buyer was made; the reservation of its own name otherwise.
    private var offers: [Int: ReservationID] = [:]
    private var queue = DueQueue<Step>()
    private var active: Int
    /// Until then some hold may stand that nobody cares for.
    private(set) var lastDeadline = Duration.zero

    private let name: String
    private let code: SKUCode
    private let show: ShowID?
    private let storeHoldTime: Duration

    /// `name` tells this storm's reservations from others'. `storeHoldTime` is how long the store
    /// holds, in its own time.
    init(
        _ plan: StormPlan, name: String, code: SKUCode, show: ShowID? = nil,
        storeHoldTime: Duration
    ) {
        self.plan = plan
        self.name = name
        self.code = code
        self.show = show
        self.storeHoldTime = storeHoldTime
        buyers = (0..<plan.buyers).map { StormBuyer($0, of: plan) }
        stages = buyers.map { .asking(triesLeft: $0.patience) }
        hasCrashed = Array(repeating: false, count: plan.buyers)
        active = plan.buyers
        for (number, buyer) in buyers.enumerated() {
            queue.put(.ask(number, .reserve, isCopy: false), at: buyer.arrival)
            guard let later = buyer.secondTap else { continue }
            queue.put(.ask(number, .reserve, isCopy: true), at: buyer.arrival + later)
        }
    }

    /// Nothing more will be asked.
    var isOver: Bool { queue.isEmpty && active == 0 }
    /// Nobody is left but those who wait for an offer.
    var onlyWaits: Bool { queue.isEmpty && active > 0 }
    var activeBuyers: Int { active }
    var holding: Int { stages.count { $0 == .deciding || $0 == .closing } }
    var nextDue: Duration? { queue.next }

    /// What a buyer pays for: the offer, where there was one.
    func reservation(of buyer: Int) throws -> ReservationID {
        try offers[buyer] ?? ownReservation(of: buyer)
    }

    private func ownReservation(of buyer: Int) throws -> ReservationID {
        try ReservationID("\(ReservationID.prefix)\(name)-\(buyer)")
    }

    func place(of buyer: Int) throws -> WaitID {
        try WaitID("\(WaitID.prefix)\(name)-\(buyer)")
    }

    func buyerID(_ buyer: Int) throws -> BuyerID { try BuyerID("\(name)-\(buyer)") }

    /// Whether a buyer was told that the units are theirs.
    func hasBought(_ buyer: Int) -> Bool { stages[buyer] == .sold }

    /// What is due by now, in order, at most `limit`.
    mutating func take(at now: Duration, limit: Int) -> [Ask] {
        var asks: [Ask] = []
        while asks.count < limit, let (step, time) = queue.take(at: now) {
            switch step {
            case .ask(let buyer, let kind, let isCopy):
                if isCopy { tally.duplicates += 1 }
                asks.append(Ask(buyer: buyer, kind: kind, time: time))
            case .decide(let buyer): decide(buyer, at: time)
            }
        }
        tally.requests += Int64(asks.count)
        return asks
    }

    func verb(for ask: Ask) throws -> ReservationVerb {
        let line = try WantedLine(code: code, quantity: buyers[ask.buyer].quantity)
        switch ask.kind {
        case .reserve:
            return .reserve(
                try ReservationPlan(
                    id: ownReservation(of: ask.buyer), buyer: buyerID(ask.buyer), show: show,
                    lines: [line], holdTime: storeHoldTime))
        case .join:
            return .join(
                WaitPlan(
                    id: try place(of: ask.buyer), buyer: try buyerID(ask.buyer), show: show,
                    line: line))
        case .pay: return .pay(try reservation(of: ask.buyer))
        case .confirm: return .confirm(try reservation(of: ask.buyer))
        case .release: return .release(try reservation(of: ask.buyer))
        }
    }

    mutating func take(_ reply: Reply, to ask: Ask, at now: Duration) {
        if reply == .unknown {
            tally.unknown += 1
            return queue.put(
                .ask(ask.buyer, ask.kind, isCopy: false), at: now + .milliseconds(500))
        }
        switch ask.kind {
        case .reserve: takeHold(reply, ask.buyer, at: now)
        case .join: takePlace(reply, ask.buyer)
        case .pay: break
        case .confirm: takeSale(reply, ask, at: now)
        case .release: if stages[ask.buyer] == .closing { leave(ask.buyer) { $0.abandoned += 1 } }
        }
    }

    /// An offer was made to somebody who waits.
    mutating func offer(_ id: ReservationID, to buyer: Int, at now: Duration) {
        guard stages[buyer] == .waiting else { return }
        offers[buyer] = id
        stages[buyer] = .deciding
        lastDeadline = max(lastDeadline, now + plan.holdTime)
        queue.put(.decide(buyer), at: now + min(buyers[buyer].thinking, .seconds(20)))
    }

    /// The sale is over: whoever waits goes home.
    mutating func sendHome() {
        for buyer in stages.indices where stages[buyer] == .waiting {
            leave(buyer) { $0.soldOut += 1 }
        }
    }

    /// Number of the buyer that a name of this storm belongs to.
    func number(of buyer: BuyerID) -> Int? {
        guard buyer.text.hasPrefix(name + "-") else { return nil }
        return Int(buyer.text.dropFirst(name.count + 1)).flatMap {
            stages.indices.contains($0) ? $0 : nil
        }
    }
}

extension Storm {
    private mutating func leave(_ buyer: Int, _ count: (inout Tally) -> Void) {
        stages[buyer] = .gone
        active -= 1
        count(&tally)
    }

    /// True once: the answer was never read, and the buyer asks again.
    private mutating func crashes(_ buyer: Int, _ kind: Ask.Kind, at now: Duration) -> Bool {
        guard let restart = buyers[buyer].restart, !hasCrashed[buyer] else { return false }
        hasCrashed[buyer] = true
        tally.crashes += 1
        queue.put(.ask(buyer, kind, isCopy: false), at: now + restart)
        return true
    }

    private mutating func takeHold(_ reply: Reply, _ buyer: Int, at now: Duration) {
        guard case .asking(let triesLeft) = stages[buyer] else { return }
        // Half of those who crash do so here, the others while they pay.
        if buyer.isMultiple(of: 2), crashes(buyer, .reserve, at: now) { return }
        switch reply {
        case .stands(.held, _, _), .stands(.paying, _, _):
            stages[buyer] = .deciding
            lastDeadline = max(lastDeadline, now + plan.holdTime)
            queue.put(.decide(buyer), at: now + thinking(of: buyers[buyer]))
        case .soldOut where triesLeft > 0:
            stages[buyer] = .asking(triesLeft: triesLeft - 1)
            queue.put(.ask(buyer, .reserve, isCopy: false), at: now + buyers[buyer].pause)
        case .soldOut where buyers[buyer].joinsWaitlist:
            stages[buyer] = .waiting
            queue.put(.ask(buyer, .join, isCopy: false), at: now)
        case .soldOut: leave(buyer) { $0.soldOut += 1 }
        case .stands, .over: leave(buyer) { $0.missed += 1 }
        case .waits, .tooLate, .unknown, .failed: leave(buyer) { $0.failed += 1 }
        }
    }

    private func thinking(of buyer: StormBuyer) -> Duration {
        buyer.intent == .paysLate ? plan.holdTime + buyer.thinking : buyer.thinking
    }

    private mutating func takePlace(_ reply: Reply, _ buyer: Int) {
        guard stages[buyer] == .waiting else { return }
        if reply == .waits {
            tally.waiting += 1
        } else {
            leave(buyer) { $0.failed += 1 }
        }
    }

    private mutating func decide(_ buyer: Int, at now: Duration) {
        guard stages[buyer] == .deciding else { return }
        let script = buyers[buyer]
        stages[buyer] = .closing
        switch script.intent {
        case .walksAway: leave(buyer) { $0.abandoned += 1 }
        case .givesBack: queue.put(.ask(buyer, .release, isCopy: false), at: now)
        case .pays, .paysLate:
            var time = now
            if let paying = script.paying {
                queue.put(.ask(buyer, .pay, isCopy: false), at: now)
                time = now + paying
            }
            queue.put(.ask(buyer, .confirm, isCopy: false), at: time)
            guard let later = script.secondTap else { return }
            queue.put(.ask(buyer, .confirm, isCopy: true), at: time + later)
        }
    }

    private mutating func takeSale(_ reply: Reply, _ ask: Ask, at now: Duration) {
        let buyer = ask.buyer
        guard stages[buyer] == .closing, !crashes(buyer, .confirm, at: now) else { return }
        switch reply {
        case .stands(.confirmed, let units, let isLate):
            stages[buyer] = .sold
            active -= 1
            tally.sales += 1
            tally.unitsSold += units
            tally.lateSales += isLate ? 1 : 0
        case .tooLate: leave(buyer) { $0.refunds += 1 }
        case .over: leave(buyer) { $0.missed += 1 }
        case .stands, .waits, .soldOut, .unknown, .failed: leave(buyer) { $0.failed += 1 }
        }
    }
}
