import Commerce
import Primitives
import Testing

/// Ten thousand calls of fifty clients: checked as fast as they are made, and one lie in the middle
/// is found.
@Suite struct LongHistoryTests {
    private static let calls = 10_000
    private static let clients = 50
    /// Calls that are under way at once; the other clients think.
    private static let concurrency = 8

    private struct Underway {
        let verb: ReservationVerb
        let began: Int64
        var result: Result<ReservationAnswer, any Error>?
    }

    /// Clients that each do one thing after the other, on the model in memory.
    private static func entries() throws -> (onHand: Int64, entries: [ShelfHistory.Entry]) {
        var random = SeededRandom(seed: 6)
        var ledger = MemoryLedger(
            name: .standard, now: WallClock(millisecondsSince1970: 1_795_233_600_000))
        let catalogue = try ledger.createCatalogue(brand: "Acme", currency: Currency("USD"))
        let code = try SKUCode("HOT")
        var patch = ListingPatch()
        patch.title = "T-shirt"
        patch.price = try Amount("1")
        let onHand: Int64 = 60
        _ = try ledger.addSKU(code, patch, stock: Stock(onHand: onHand), in: catalogue)
        var history = ShopHistory(stock: [(code, onHand)])
        var under: [Underway?] = Array(repeating: nil, count: clients)
        var held: [ReservationID?] = Array(repeating: nil, count: clients)
        var (moment, done) = (Int64(0), 0)
        while done < calls {
            moment += 1
            let busy = under.indices.filter { under[$0] != nil }
            let isFull = busy.count == concurrency
            let client =
                isFull
                ? busy[Int.random(in: 0..<busy.count, using: &random)]
                : Int.random(in: 0..<clients, using: &random)
            if let call = under[client] {
                if let result = call.result {
                    // Now and then nobody hears the answer.
                    let known = Int.random(in: 0..<50, using: &random) == 0 ? nil : result
                    try history.add(call.verb, known, from: call.began, to: moment)
                    done += 1
                    under[client] = nil
                } else {
                    under[client]?.result = Result { try ledger.perform(call.verb) }
                }
            } else if let id = held[client] {
                held[client] = nil
                let isSold = Int.random(in: 0..<200, using: &random) == 0
                under[client] = Underway(verb: isSold ? .confirm(id) : .release(id), began: moment)
            } else {
                let id = try ReservationID("rsv_\(client)-\(moment)")
                held[client] = id
                let line = try WantedLine(
                    code: code, quantity: Int64.random(in: 1...3, using: &random))
                let plan = try ReservationPlan(
                    id: id, buyer: BuyerID("b\(client)"), show: nil, lines: [line])
                under[client] = Underway(verb: .reserve(plan), began: moment)
            }
        }
        for call in under.compactMap({ $0 }) {
            try history.add(call.verb, nil, from: call.began, to: moment + 1)
        }
        history.end(when: { _ in nil }, lapsed: { _ in nil })
        return (onHand, history.shelves[code]?.entries ?? [])
    }

    private static func verdict(_ onHand: Int64, _ entries: [ShelfHistory.Entry])
        -> ShelfHistory.Verdict
    {
        var history = ShelfHistory(onHand: onHand)
        for entry in entries {
            history.add(
                entry.call, from: entry.began, to: entry.ended, isOptional: entry.isOptional)
        }
        return history.verdict()
    }

    @Test func `a long history is decided, and one wrong answer in it is found`() throws {
        let (onHand, entries) = try Self.entries()
        #expect(entries.count >= Self.calls)
        let clock = ContinuousClock()
        let time = clock.measure { #expect(Self.verdict(onHand, entries) == .linearizable) }
        // It takes about a second without the optimiser, on one slow core.
        #expect(time < .seconds(30), "\(time)")
        for wanted in [Self.calls / 5, Self.calls / 2] {
            for lie in try Self.lies(about: entries, from: wanted) {
                #expect(Self.verdict(onHand, lie) != .linearizable, "a lie from \(wanted) on")
            }
        }
    }

    /// The same history with one answer that cannot be.
    private static func lies(
        about entries: [ShelfHistory.Entry], from start: Int
    ) throws -> [[ShelfHistory.Entry]] {
        func changed(_ index: Int, _ answer: ShelfCall.Answer) -> [ShelfHistory.Entry] {
            var entries = entries
            let old = entries[index]
            entries[index] = ShelfHistory.Entry(
                call: ShelfCall(old.call.verb, answer), began: old.began, ended: old.ended,
                isOptional: false)
            return entries
        }
        var lies: [[ShelfHistory.Entry]] = []
        let soldOut = entries[start...].firstIndex { entry in
            if case .soldOut = entry.call.answer { true } else { false }
        }
        if let soldOut { lies.append(changed(soldOut, Self.held)) }
        let release = entries[start...].firstIndex { entry in
            if case .release = entry.call.verb, case .done = entry.call.answer {
                true
            } else {
                false
            }
        }
        if let release { lies.append(changed(release, .isConfirmed)) }
        #expect(lies.count == 2)
        return lies
    }

    private static let held = ShelfCall.Answer.done(until: nil)
}
