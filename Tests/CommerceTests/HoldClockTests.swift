@testable import Commerce
import Primitives
import Testing

/// Deadlines go on whatever is done to the wall clock.
@Suite struct HoldClockTests {
    private let start = ReservationShop.start
    private let tee: SKUCode

    init() throws {
        tee = try SKUCode("TEE")
    }

    @Test func `it never goes back, and then goes on at the wall clock's pace`() {
        var clock = HoldClock()
        let steps: [(wall: Int, shown: Int, ahead: Int)] = [
            (0, 0, 0), (10, 10, 0), (10, 10, 0), (-3590, 10, 3600), (-3580, 20, 3600),
            (-3585, 20, 3605), (0, 3605, 3605), (5, 3610, 3605), (-7200, 3610, 10_810),
            (7200, 18_010, 10_810),
        ]
        for step in steps {
            let shown = clock.advance(to: start + .seconds(step.wall))
            #expect(shown == start + .seconds(step.shown))
            #expect(clock.last == shown && clock.ahead == .seconds(step.ahead))
            #expect(clock.wall(of: shown) == start + .seconds(step.wall))
        }
    }

    @Test func `random steps keep both of its promises`() {
        for seed in UInt64(1)...200 {
            var random = SeededRandom(seed: seed)
            var clock = HoldClock()
            var wall: Int64 = 0
            var last = clock.advance(to: start)
            for _ in 0..<100 {
                let isStep = Int.random(in: 0..<10, using: &random) == 0
                let change = Int64.random(
                    in: isStep ? -5_000_000...5_000_000 : 0...1000, using: &random)
                wall += change
                let now = clock.advance(to: start + .milliseconds(wall))
                #expect(now == last + .milliseconds(max(0, change)))
                last = now
            }
        }
    }

    @Test func `a clock that is set back keeps no unit longer`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        _ = try shop.reserve("1", [(tee, 1)])
        shop.pass(.seconds(60))
        try shop.expire()
        shop.pass(.seconds(-3600))
        let answer = try shop.reserve("1", [(tee, 1)])
        // The deadline is told by the wall clock as it is now: 30 seconds from now.
        #expect(answer.ahead == .seconds(3600))
        let deadline = try #require(answer.reservation?.deadline)
        #expect(deadline + (.zero - answer.ahead) == shop.now + .seconds(30))
        let ends = shop.now + .seconds(30)
        let gone = [Shortage(code: tee, wanted: 1, available: 0, nextEnd: ends)]
        #expect(throws: CommerceError.soldOut(gone)) {
            try shop.reserve("2", [(tee, 1)], by: "ben")
        }
        shop.pass(.seconds(30))
        #expect(try shop.reserve("2", [(tee, 1)], by: "ben").outcome == .created)
    }

    @Test func `a clock that is set back lets no hold be extended past its limit`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        let id = try ReservationID("rsv_1")
        _ = try shop.reserve("1", [(tee, 1)], for: .seconds(900))
        shop.pass(.seconds(10))
        try shop.expire()
        shop.pass(.seconds(-3600))
        let ends = shop.now + .seconds(890)
        #expect(throws: CommerceError.holdLimitReached(id, endsAt: ends)) { try shop.extend("1") }
    }

    @Test func `a clock that is set forwards ends holds, and who pays is served late`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        _ = try shop.reserve("1", [(tee, 1)])
        shop.pass(.seconds(3600))
        #expect(try shop.confirm("1").reservation?.isLate == true)
        shop.pass(.seconds(-3600))
        try shop.setStock(tee, 2)
        let answer = try shop.reserve("2", [(tee, 1)], by: "ben")
        let deadline = try #require(answer.reservation?.deadline)
        #expect(deadline + (.zero - answer.ahead) == shop.now + .seconds(90))
    }

    @Test func `flashes are open by the wall clock`() throws {
        let friday = try ShowID("shw_friday")
        var shop = try ReservationShop(stock: [(tee, 9)], show: friday)
        let (tee, start) = (tee, start)
        _ = try shop.change {
            try $0.openFlash(
                of: tee, in: friday, price: Amount("9.99"), closesAt: start + .seconds(60),
                unitLimit: nil)
        }
        shop.pass(.seconds(120))
        try shop.expire()
        shop.pass(.seconds(-90))
        let answer = try shop.reserve("1", [(tee, 1)], in: friday)
        #expect(answer.reservation?.lines.map(\.unitPrice.minor) == [999])
        // The event's time is the wall clock's; the hold's is not.
        #expect(shop.ledger.log.last?.time == start + .seconds(30))
        #expect(answer.reservation?.heldAt == start + .seconds(120))
    }
}

/// What a shop settles, by scope.
@Suite struct HoldPolicyTests {
    private let tee: SKUCode
    private let cap: SKUCode
    private let friday: ShowID

    init() throws {
        tee = try SKUCode("TEE")
        cap = try SKUCode("CAP")
        friday = try ShowID("shw_friday")
    }

    @Test func `of each setting the narrowest scope that says it counts`() throws {
        var shop = try ReservationShop(stock: [(tee, 5), (cap, 5)], show: friday)
        func held(_ show: ShowID?) throws -> Duration? {
            try shop.ledger.policy(of: tee, in: show).holdTime
        }
        #expect(try held(nil) == .seconds(90))
        try shop.set(.catalogue) { $0.holdTime = .seconds(10) }
        #expect(try held(nil) == .seconds(10) && held(friday) == .seconds(10))
        try shop.set(.show(friday)) { $0.holdTime = .seconds(20) }
        #expect(try held(nil) == .seconds(10) && held(friday) == .seconds(20))
        try shop.set(.sku(tee)) { $0.holdTime = .seconds(30) }
        #expect(try held(nil) == .seconds(30) && held(friday) == .seconds(30))
        #expect(try shop.ledger.policy(of: cap, in: friday).holdTime == .seconds(20))
        try shop.set(.show(friday)) { $0.offerTime = .seconds(5) }
        let mixed = try shop.ledger.policy(of: tee, in: friday)
        #expect(mixed.offerTime == .seconds(5) && mixed.payingTime == .seconds(900))
        try shop.set(.sku(tee)) { $0.holdTime = nil }
        #expect(try held(friday) == .seconds(20))
    }

    @Test func `a reservation of several SKUs has the shortest of their times`() throws {
        var shop = try ReservationShop(stock: [(tee, 5), (cap, 5)])
        let start = ReservationShop.start
        try shop.set(.sku(tee)) { $0.holdTime = .seconds(30) }
        try shop.set(.sku(cap)) { $0.payingTime = .seconds(100) }
        let answer = try shop.reserve("1", [(cap, 1), (tee, 1)])
        #expect(answer.reservation?.deadline == start + .seconds(30))
        #expect(try shop.pay("1").reservation?.deadline == start + .seconds(100))
        // A line of which there is nothing does not count.
        try shop.setStock(tee, 1)
        let partial = try shop.reserve("2", [(cap, 1), (tee, 1)], isPartial: true)
        #expect(partial.reservation?.deadline == start + .seconds(90))
    }

    @Test func `what the caller says counts before the policy, up to the limit`() throws {
        var shop = try ReservationShop(stock: [(tee, 5)])
        let start = ReservationShop.start
        try shop.set(.catalogue) {
            $0.holdTime = .seconds(600)
            $0.holdLimit = .seconds(60)
        }
        #expect(try shop.reserve("1", [(tee, 1)]).reservation?.deadline == start + .seconds(60))
        let short = try shop.reserve("2", [(tee, 1)], for: .seconds(5))
        #expect(short.reservation?.deadline == start + .seconds(5))
        #expect(try shop.extend("2").reservation?.deadline == start + .seconds(60))
    }

    @Test func `what is settled again is no event, and goes with its SKU and its show`() throws {
        var shop = try ReservationShop(stock: [(tee, 0)], show: nil)
        let tee = tee
        var policy = HoldPolicy()
        policy.unitsOfSKU = 2
        #expect(try shop.put(.sku(tee), policy) == .configured)
        #expect(try shop.put(.sku(tee), policy) == .unchanged)
        let (gone, nobody) = (try SKUCode("GONE"), try ShowID("shw_nobody"))
        #expect(throws: CommerceError.noSKU(gone, .standard)) {
            try shop.put(.sku(gone), policy)
        }
        #expect(throws: CommerceError.noShow(nobody, .standard)) {
            try shop.put(.show(nobody), policy)
        }
        _ = try shop.change { try $0.removeSKU(tee) }
        #expect(shop.ledger.policy(for: .sku(tee)).isEmpty)
    }

    @Test func `how much a buyer holds of everything is not settled for one SKU`() throws {
        var shop = try ReservationShop(stock: [(tee, 0)])
        let tee = tee
        var policy = HoldPolicy()
        policy.unitsHeld = 2
        #expect(throws: FieldProblem.self) {
            try shop.put(.sku(tee), policy)
        }
    }
}
