import Commerce
import Primitives

/// Buyers at a store, step by step in an order that the seed draws, with a clock that the seed sets
/// and with every fault that can come between two steps: requests and answers are lost, doubled,
/// late and out of order, buyers die, transactions are torn.
struct ShopSimulation {
    struct Plan {
        let seed: UInt64
        /// Buyers may wait for what is sold out: then only the store's own promises are looked
        /// at, because offers come without anybody asking.
        let waits: Bool
        /// Whether a transaction can be torn at any of its appends.
        let tears: Bool
        /// Whether processes end, and others open the store anew.
        let reopens: Bool
    }

    /// What happened, so that a test sees that something did.
    struct Tally: Sendable {
        var steps = 0
        var answers = 0
        var refusals = 0
        var torn = 0
        var lost = 0
        var confirmed = 0
        var late = 0
        var expired = 0

        static func += (left: inout Tally, right: Tally) {
            left.steps += right.steps
            left.answers += right.answers
            left.refusals += right.refusals
            left.torn += right.torn
            left.lost += right.lost
            left.confirmed += right.confirmed
            left.late += right.late
            left.expired += right.expired
        }
    }

    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    /// No deadline is set farther ahead.
    private static let longest = Duration.seconds(120)

    private let plan: Plan
    private let name: CatalogueName
    private let tested: any TestedStore
    private var stores: [any Store]
    private var random: SeededRandom
    private var buyers: [SimulatedBuyer] = []
    private var flights: [Flight] = []
    private var tags = 0
    private var history: ShopHistory
    private var tally = Tally()

    /// Moments are numbered; a store's steps have even numbers, and what expires in a step does so
    /// at the number before it.
    private var moment: Int64 = 0
    private var wall = Self.start
    private var clock = HoldClock()
    /// What the hold clock came to, and at which step.
    private var clockSteps: [(moment: Int64, last: WallClock)] = []

    /// A copy of something sent, on its way to the store or back.
    private struct Flight {
        let buyer: Int
        let tag: Int
        let request: ReservationRequest
        let sent: Int64
        let fate: Fate
        var result: Result<ReservationAnswer, any Error>?
        var isTorn = false
    }

    private enum Fate {
        case arrives
        case isLost
        case answerIsLost
        case isTorn(after: Int)
    }

    init(_ plan: Plan, on tested: any TestedStore, stores: [any Store], name: CatalogueName) throws
    {
        self.plan = plan
        self.name = name
        self.tested = tested
        self.stores = stores
        random = SeededRandom(seed: plan.seed)
        let codes = try ["A", "B"].map { try SKUCode($0) }
        var onHand: [Int64] = []
        for _ in codes { onHand.append(Int64.random(in: 1...8, using: &random)) }
        history = ShopHistory(stock: zip(codes, onHand).map { ($0, $1) })
        let show = plan.seed % 3 == 0 ? try ShowID("shw_1") : nil
        try open(codes, onHand, show)
        // The hold clock begins with the first step of a catalogue that is there.
        try sweep()
        let habits = SimulatedBuyer.Habits(
            codes: codes, purchases: Int.random(in: 1...3, using: &random), waits: plan.waits,
            show: show, keys: name.text)
        for number in 0..<Int.random(in: 2...8, using: &random) {
            buyers.append(SimulatedBuyer(try BuyerID("b\(number)"), habits))
        }
    }

    private mutating func open(_ codes: [SKUCode], _ onHand: [Int64], _ show: ShowID?) throws {
        var policy = HoldPolicy()
        policy.holdTime = .seconds(30)
        policy.holdLimit = .seconds(90)
        policy.payingTime = .seconds(60)
        policy.offerTime = .seconds(40)
        if plan.seed % 4 == 0 { policy.unitsOfSKU = 3 }
        if plan.seed % 4 == 1 { policy.unitsHeld = 4 }
        try change { [policy] ledger in
            let catalogue = try ledger.createCatalogue(brand: "Acme", currency: Currency("USD"))
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("19.99")
            for (code, units) in zip(codes, onHand) {
                _ = try ledger.addSKU(code, patch, stock: Stock(onHand: units), in: catalogue)
            }
            _ = try ledger.setPolicy(for: .catalogue, to: policy)
            guard let show else { return }
            _ = try ledger.createShow(show, ShowDetails(title: "F", host: nil, scheduledAt: nil))
            _ = try ledger.addToRail(of: show, codes.map { .init(code: $0) }, at: nil)
            _ = try ledger.startShow(show)
        }
    }

    // MARK: the run

    /// What is wrong: nothing, where the store keeps its promises.
    mutating func run() throws -> (problems: [String], tally: Tally) {
        while buyers.contains(where: { !$0.isGone }), tally.steps < 600 {
            tally.steps += 1
            moment += 2
            try step()
        }
        while !flights.isEmpty {
            moment += 2
            try deliver()
        }
        let problems = try end()
        return (problems, tally)
    }

    private mutating func step() throws {
        switch below(100) {
        case ..<45 where !flights.isEmpty: try deliver()
        case ..<88: try act()
        case ..<97: wall = wall + .milliseconds(Int64(below(20_000)))
        case 97: wall = wall + .seconds(below(2) == 0 ? 3600 : -3600)
        case 98: try count()
        case 99 where plan.reopens && below(3) == 0:
            // A process ends, and another begins.
            stores[below(stores.count)] = try tested.open()
        default: try sweep()
        }
    }

    private mutating func sweep() throws {
        _ = try store.perform([ReservationRequest(.expire)], in: name, at: now())
        noteStep()
    }

    private mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &random) }

    private var store: any Store {
        mutating get { stores[below(stores.count)] }
    }

    /// The time that the store takes it to be.
    private func now() throws -> WallClock {
        try tested.set(wall, in: name)
        return wall
    }

    private mutating func noteStep() {
        _ = clock.advance(to: wall)
        clockSteps.append((moment, clock.last))
    }

    private mutating func act() throws {
        let index = below(buyers.count)
        tags += 1
        let (store, now, name, id) = (store, try now(), name, buyers[index].id)
        let errand = try buyers[index].act(tag: tags, &random) {
            try store.read(name, at: now) { reader in
                var offers: [Reservation] = []
                let mine = ReservationFilter(states: [.held], buyer: id)
                try reader.eachReservation(matching: mine) { reservation in
                    if reservation.offeredTo != nil { offers.append(reservation) }
                    return true
                }
                return offers
            }
        }
        guard let errand else { return }
        let request = ReservationRequest(
            errand.verb, key: errand.key, fingerprint: Fingerprint(of: "\(errand.verb)"))
        for _ in 0..<(below(6) == 0 ? 2 : 1) {
            let fate: Fate =
                switch below(20) {
                case 0: .isLost
                case 1, 2: .answerIsLost
                case 3 where plan.tears: .isTorn(after: below(4))
                default: .arrives
                }
            flights.append(
                Flight(buyer: index, tag: tags, request: request, sent: moment, fate: fate))
        }
    }

    // MARK: the network

    /// Any that is under way comes where it goes; several may come to the store together.
    private mutating func deliver() throws {
        let index = below(flights.count)
        let flight = flights[index]
        if let result = flight.result {
            flights.remove(at: index)
            try buyers[flight.buyer].hear(result, tag: flight.tag)
            return try note(flight, result)
        }
        if flight.isTorn {
            flights.remove(at: index)
            return buyers[flight.buyer].hearNothingWasDone(tag: flight.tag)
        }
        switch flight.fate {
        case .isLost:
            tally.lost += 1
            flights.remove(at: index)
        case .isTorn(let appends):
            try tear(flight.request.verb, after: appends)
            flights[index].isTorn = true
        case .arrives, .answerIsLost:
            var batch = [index]
            while below(4) == 0, let other = flights.indices.first(where: { isReady($0, batch) }) {
                batch.append(other)
            }
            try perform(batch)
        }
    }

    private func isReady(_ index: Int, _ batch: [Int]) -> Bool {
        guard flights[index].result == nil, !batch.contains(index) else { return false }
        if case .arrives = flights[index].fate { return true }
        return false
    }

    private mutating func perform(_ batch: [Int]) throws {
        let results = try store.perform(
            batch.map { flights[$0].request }, in: name, at: now())
        // A store that answers from memory need not look at its clock.
        if batch.contains(where: { flights[$0].request.key != nil }) { try sweep() }
        noteStep()
        for (index, result) in zip(batch, results) {
            tally.answers += 1
            if case .failure = result { tally.refusals += 1 }
            flights[index].result = result
        }
        guard case .answerIsLost = flights[batch[0]].fate else { return }
        let flight = flights.remove(at: batch[0])
        tally.lost += 1
        try note(flight, nil)
    }

    /// What is asked with a key that was used is answered from memory: that says nothing of now.
    private mutating func note(
        _ flight: Flight, _ result: Result<ReservationAnswer, any Error>?
    ) throws {
        var known = result
        if flight.request.key != nil, case .success(let answer) = result, answer.isRepeated {
            known = nil
        }
        try history.add(flight.request.verb, known, from: flight.sent, to: moment)
    }

    /// The step is undone, wherever in it the store loses the transaction.
    private mutating func tear(_ verb: ReservationVerb, after appends: Int) throws {
        tally.torn += 1
        do {
            try change { ledger in
                var torn = TornLedger(ledger, after: appends)
                _ = try torn.perform(verb)
                throw TornLedger.Torn()
            }
        } catch is TornLedger.Torn {
        } catch is CommerceError {
        }
    }

    private mutating func change(_ verb: (inout any Ledger) throws -> Void) throws {
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(name, by: request, at: now()) { ledger in
            try verb(&ledger)
            return [:]
        }
        noteStep()
    }

    /// Somebody counts the shelf.
    private mutating func count() throws {
        let code = buyers[0].habits.codes[below(2)]
        let units = Int64(below(10))
        var answer: ShelfCall.Answer?
        var stock: Stock?
        do {
            try change { ledger in
                let (sku, outcome) = try ledger.setStock(of: code, to: units, reason: nil)
                stock = sku.stock
                answer = outcome == .unchanged ? .still(.open, until: nil) : .done(until: nil)
            }
        } catch CommerceError.stockBelowPromised(_, _, let promised) {
            answer = .belowPromised(promised)
            // What had expired by then was perhaps undone with the change.
            try sweep()
        }
        history.addCount(of: code, units, answer, stock, from: moment - 1, to: moment + 1)
    }

    // MARK: the end

    private mutating func end() throws -> [String] {
        // Whoever was offered something may not have noticed: offers end, and are made to others.
        for _ in 0..<20 {
            moment += 2
            wall = wall + Self.longest
            try sweep()
        }
        let audit = try StoreAudit(stores[0], name, at: now())
        var problems = audit.problems
        for sku in audit.state.skus.values.sorted(by: { $0.code < $1.code })
        where sku.stock.held != 0 {
            problems.append("\(sku.code): \(sku.stock.held) units have not come back")
        }
        for buyer in buyers {
            for told in buyer.toldConfirmed {
                let kept = audit.state.reservations[told.id]
                if kept?.state != .confirmed || kept?.lines != told.lines {
                    problems.append("\(told.id) was told to be confirmed, and is \(kept as Any)")
                }
            }
        }
        let states = audit.state.reservations.values
        tally.confirmed = states.count { $0.state == .confirmed }
        tally.late = states.count { $0.isLate }
        tally.expired = states.count { $0.state == .expired }
        guard !plan.waits else { return problems }
        let steps = clockSteps
        history.end(
            when: { until in
                steps.first { $0.last >= until }.map { $0.moment - 1...$0.moment - 1 }
            },
            lapsed: { ended in
                let before = steps.last { $0.moment <= ended }?.last ?? Self.start
                return steps.first { $0.last >= before + Self.longest }?.moment ?? ended
            })
        return problems + history.problems()
    }
}
