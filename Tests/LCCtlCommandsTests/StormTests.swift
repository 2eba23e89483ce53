import Commerce
import Primitives
import Testing

@testable import LCCtlCommands

/// Storms over the model, in no time: what is checked is the storm itself and the rules.
@Suite struct StormTests {
    private static func plan(seed: UInt64, buyers: Int, waiting: Int = 0) -> StormPlan {
        StormPlan(
            seed: seed, buyers: buyers, abandoning: 300, duplicating: 200, crashing: 200, late: 100,
            waiting: waiting, holdTime: .seconds(90), rush: .seconds(30))
    }

    @Test func `the same seed draws the same decisions, another seed others`() {
        func buyers(_ seed: UInt64) -> [StormBuyer] {
            let plan = Self.plan(seed: seed, buyers: 200)
            return (0..<200).map { StormBuyer($0, of: plan) }
        }
        #expect(buyers(7) == buyers(7))
        #expect(buyers(7) != buyers(8))
        let fewer = (0..<100).map { StormBuyer($0, of: Self.plan(seed: 7, buyers: 100)) }
        #expect(Array(buyers(7).prefix(100)) == fewer)
    }

    @Test func `buyers are drawn in the shares that were asked for`() {
        let plan = Self.plan(seed: 3, buyers: 10_000, waiting: 500)
        let buyers = (0..<10_000).map { StormBuyer($0, of: plan) }
        func share(_ isMeant: (StormBuyer) -> Bool) -> Int { buyers.count(where: isMeant) }
        let abandoning = share { $0.intent == .walksAway || $0.intent == .givesBack }
        #expect((2800...3200).contains(abandoning))
        #expect((1800...2200).contains(share { $0.secondTap != nil }))
        #expect((1800...2200).contains(share { $0.restart != nil }))
        #expect((4700...5300).contains(share { $0.joinsWaitlist }))
        #expect(buyers.allSatisfy { (.zero...plan.rush).contains($0.arrival) })
    }

    @Test func `what is due comes in order, and at once in the order put`() {
        var random = SeededRandom(seed: 11)
        var queue = DueQueue<Int>()
        var expected: [(time: Int64, number: Int)] = []
        for number in 0..<500 {
            let time = Int64.random(in: 0..<50, using: &random)
            queue.put(number, at: .seconds(time))
            expected.append((time, number))
        }
        expected.sort { $0 < $1 }
        var taken: [Int] = []
        while let next = queue.next {
            #expect(queue.take(at: next - .milliseconds(1)) == nil)
            if let found = queue.take(at: next) { taken.append(found.element) }
        }
        #expect(taken == expected.map(\.number))
        #expect(queue.isEmpty)
    }

    /// Runs a storm to its end on the model, in steps of the show's time.
    private static func run(
        _ plan: StormPlan, stock: Int64, unknown: Int = 0
    ) throws -> (Storm, MemoryLedger) {
        let name = try CatalogueName("storm")
        let code = try SKUCode("S")
        let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
        var model: any Ledger = MemoryLedger(name: name, now: start)
        let catalogue = try model.createCatalogue(brand: "B", currency: Commerce.Currency("USD"))
        var patch = ListingPatch()
        patch.title = "S"
        patch.price = try Amount("1")
        _ = try model.addSKU(code, patch, stock: Stock(onHand: stock), in: catalogue)
        guard var ledger = model as? MemoryLedger else { throw NoModel() }
        var storm = Storm(plan, name: "t", code: code, storeHoldTime: plan.holdTime)
        var random = SeededRandom(seed: plan.seed ^ 0xFF)
        var now = Duration.zero
        while !storm.isOver {
            ledger.now = start + now
            for ask in storm.take(at: now, limit: 64) {
                let reply = try reply(to: storm.verb(for: ask), on: &ledger)
                let isLost = Int.random(in: 0..<1000, using: &random) < unknown
                storm.take(isLost ? .unknown : reply, to: ask, at: now)
            }
            for reservation in ledger.state.reservations.values.sorted(by: { $0.id < $1.id })
            where reservation.offeredTo != nil && reservation.state.isOpen {
                guard let buyer = storm.number(of: reservation.buyer) else { continue }
                storm.offer(reservation.id, to: buyer, at: now)
            }
            if storm.onlyWaits, !ledger.hasOpenReservations() { storm.sendHome() }
            now += .milliseconds(250)
            if storm.onlyWaits { _ = try ledger.perform(.expire) }
        }
        ledger.now = start + max(now, storm.lastDeadline) + .seconds(1000)
        _ = try ledger.perform(.expire)
        return (storm, ledger)
    }

    private struct NoModel: Error {}

    private static func reply(
        to verb: ReservationVerb, on ledger: inout MemoryLedger
    ) throws -> Storm.Reply {
        do {
            let answer = try ledger.perform(verb)
            guard let reservation = answer.reservation else { return .waits }
            return .stands(
                reservation.state, units: reservation.lines.map(\.quantity).reduce(0, +),
                isLate: reservation.isLate)
        } catch CommerceError.soldOut {
            return .soldOut
        } catch CommerceError.tooLate {
            return .tooLate
        } catch CommerceError.reservationOver {
            return .over
        }
    }

    @Test(arguments: 1...12)
    func `every unit is sold once, left, or back, whatever buyers do`(seed: Int) throws {
        let plan = Self.plan(
            seed: UInt64(seed), buyers: 150, waiting: seed.isMultiple(of: 2) ? 500 : 0)
        let stock = Int64(10 * seed)
        let (storm, ledger) = try Self.run(
            plan, stock: stock, unknown: seed.isMultiple(of: 3) ? 50 : 0)
        let end = try #require(ledger.stock(of: SKUCode("S")))
        #expect(storm.tally.failed == 0)
        #expect(end.held == 0)
        #expect(end.confirmed == storm.tally.unitsSold)
        #expect(end.available + storm.tally.unitsSold == stock)
        let sold = storm.buyers.indices.count { storm.hasBought($0) }
        #expect(Int64(sold) == storm.tally.sales)
        let tally = storm.tally
        let gone = tally.sales + tally.soldOut + tally.abandoned + tally.missed + tally.refunds
        #expect(gone == 150)
        #expect(tally.duplicates > 0)
        #expect(tally.crashes > 0)
    }

    @Test func `latencies are told as quantiles`() {
        #expect(StormLatencies.Summary([]) == nil)
        let summary = StormLatencies.Summary(Array(1...1000))
        #expect(summary?.p50 == 501)
        #expect(summary?.p99 == 991)
        #expect(summary?.p999 == 1000)
        #expect(summary?.greatest == 1000)
    }
}
