@testable import Commerce
import Primitives
import Testing

/// Every verb on a reservation in every state.
@Suite struct ReservationVerbTests {
    private let tee: SKUCode
    private let id: ReservationID

    init() throws {
        tee = try SKUCode("TEE")
        id = try ReservationID("rsv_1")
    }

    enum Standing: CaseIterable {
        case absent, held, paying, confirmed, released, expired
        /// Over, and somebody else has the units.
        case releasedAndGone, expiredAndGone
    }

    enum Verb: CaseIterable { case reserve, pay, confirm, release, extend }

    /// A shop of two units of which the reservation is for two.
    private func shop(_ standing: Standing) throws -> ReservationShop {
        var shop = try ReservationShop(stock: [(tee, 2)])
        guard standing != .absent else { return shop }
        _ = try shop.reserve("1", [(tee, 2)])
        switch standing {
        case .absent, .held: break
        case .paying: _ = try shop.pay("1")
        case .confirmed: _ = try shop.confirm("1")
        case .released, .releasedAndGone: _ = try shop.release("1")
        case .expired, .expiredAndGone:
            shop.pass(.seconds(90))
            try shop.expire()
        }
        if standing == .releasedAndGone || standing == .expiredAndGone {
            _ = try shop.reserve("2", [(tee, 1)], by: "ben")
        }
        return shop
    }

    private func run(_ verb: Verb, on shop: inout ReservationShop) throws -> ReservationAnswer {
        switch verb {
        case .reserve: try shop.reserve("1", [(tee, 2)])
        case .pay: try shop.pay("1")
        case .confirm: try shop.confirm("1")
        case .release: try shop.release("1")
        case .extend: try shop.extend("1", .seconds(100))
        }
    }

    /// What it comes to: a state of what was done or left, or a refusal.
    private enum End: Equatable {
        case now(Reservation.State)
        case still(Reservation.State)
        case refused(CommerceError)
    }

    private func wanted(_ verb: Verb, _ standing: Standing) throws -> End {
        let gone = [Shortage(code: tee, wanted: 2, available: 1, nextEnd: try bensEnd(standing))]
        let over = { (state: Reservation.State) in
            End.refused(.reservationOver(id, state))
        }
        switch (verb, standing) {
        case (.reserve, .absent): return .now(.held)
        case (_, .absent): return .refused(.noReservation(id, .standard))
        case (.reserve, .held): return .still(.held)
        case (.reserve, .paying), (.pay, .paying), (.extend, .paying): return .still(.paying)
        case (.release, .confirmed): return .refused(.reservationConfirmed(id))
        case (_, .confirmed): return .still(.confirmed)
        case (.reserve, .released), (.reserve, .releasedAndGone), (.release, .released),
            (.release, .releasedAndGone):
            return .still(.released)
        case (.reserve, .expired), (.reserve, .expiredAndGone), (.release, .expired),
            (.release, .expiredAndGone):
            return .still(.expired)
        case (.pay, .held): return .now(.paying)
        case (.extend, .held): return .now(.held)
        case (.release, .held), (.release, .paying): return .now(.released)
        case (.confirm, .held), (.confirm, .paying), (.confirm, .released), (.confirm, .expired):
            return .now(.confirmed)
        case (.confirm, .releasedAndGone): return .refused(.tooLate(id, .released, gone))
        case (.confirm, .expiredAndGone): return .refused(.tooLate(id, .expired, gone))
        case (_, .released), (_, .releasedAndGone): return over(.released)
        case (_, .expired), (_, .expiredAndGone): return over(.expired)
        }
    }

    private func bensEnd(_ standing: Standing) throws -> WallClock {
        ReservationShop.start + .seconds(standing == .expiredAndGone ? 180 : 90)
    }

    @Test(arguments: Verb.allCases, Standing.allCases)
    func `each verb has its answer in each state`(verb: Verb, standing: Standing) throws {
        var shop = try shop(standing)
        let before = shop.ledger.log.count
        let wanted = try wanted(verb, standing)
        let found: End
        do {
            let answer = try run(verb, on: &shop)
            let state = try #require(answer.reservation?.state)
            #expect(answer.reservation == shop.ledger.reservation(id))
            #expect(answer.stock.map(\.stock) == [try shop.ledger.requireSKU(tee).stock])
            #expect(answer.isRepeated == (verb == .reserve && standing != .absent))
            found = answer.outcome == .unchanged ? .still(state) : .now(state)
        } catch let refusal as CommerceError {
            found = .refused(refusal)
        }
        #expect(found == wanted)
        guard case .now(let state) = wanted else {
            #expect(shop.ledger.log.count == before)
            return
        }
        let (isOpen, isSold) = (state.isOpen, state == .confirmed)
        #expect(shop.stock(tee) == [isOpen || isSold ? 0 : 2, isOpen ? 2 : 0, isSold ? 2 : 0])
        // What was done is not done twice, and tells the same.
        let done = shop.ledger.log.count
        let again = try run(verb, on: &shop)
        #expect(again.outcome == .unchanged)
        #expect(again.reservation?.state == state)
        #expect(shop.ledger.log.count == done)
    }

    @Test func `who pays late is served at the old price where there are units`() throws {
        var shop = try ReservationShop(stock: [(tee, 2)])
        _ = try shop.reserve("1", [(tee, 2)])
        shop.pass(.seconds(90))
        _ = try shop.change { ledger in
            var patch = ListingPatch()
            patch.price = try Amount("29.99")
            return try ledger.setSKU(tee, patch, in: ledger.requireCatalogue()).1
        }
        let answer = try shop.confirm("1")
        #expect(answer.reservation?.isLate == true)
        #expect(answer.reservation?.lines.map(\.unitPrice.minor) == [1999])
        #expect(
            shop.lastEvents(4) == [
                "reservation-expired", "back-in-stock", "reservation-confirmed", "sold-out",
            ])
    }

    @Test func `a line that is gone refuses a late confirmation as a whole`() throws {
        let cap = try SKUCode("CAP")
        var shop = try ReservationShop(stock: [(tee, 1), (cap, 1)])
        _ = try shop.reserve("1", [(tee, 1), (cap, 1)])
        shop.pass(.seconds(90))
        _ = try shop.reserve("2", [(cap, 1)], by: "ben")
        let end = ReservationShop.start + .seconds(180)
        let gone = [Shortage(code: cap, wanted: 1, available: 0, nextEnd: end)]
        #expect(throws: CommerceError.tooLate(id, .expired, gone)) { try shop.confirm("1") }
        #expect(shop.stock(tee) == [1, 0, 0])
        _ = try shop.release("2")
        #expect(try shop.confirm("1").reservation?.isLate == true)
    }

    @Test func `a late confirmation of a SKU that is gone is too late`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        _ = try shop.reserve("1", [(tee, 1)])
        _ = try shop.release("1")
        _ = try shop.change { try $0.removeSKU(tee) }
        let gone = [Shortage(code: tee, wanted: 1, available: 0, nextEnd: nil)]
        #expect(throws: CommerceError.tooLate(id, .released, gone)) { try shop.confirm("1") }
    }

    // MARK: time

    @Test func `a hold ends at its deadline, to the millisecond`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        _ = try shop.reserve("1", [(tee, 1)])
        shop.pass(.milliseconds(89_999))
        try shop.expire()
        #expect(try shop.state("1") == .held)
        shop.pass(.milliseconds(1))
        try shop.expire()
        #expect(try shop.state("1") == .expired)
    }

    @Test func `paying gives its own time, and never takes time away`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        let start = ReservationShop.start
        _ = try shop.reserve("1", [(tee, 1)])
        shop.pass(.seconds(60))
        #expect(try shop.pay("1").reservation?.deadline == start + .seconds(960))
        shop.pass(.seconds(10))
        #expect(try shop.pay("1").reservation?.deadline == start + .seconds(960))
        try shop.set(.sku(tee)) { $0.payingTime = .seconds(1) }
        shop.pass(.seconds(889))
        #expect(try shop.confirm("1").reservation?.isLate == false)

        try shop.setStock(tee, 2)
        _ = try shop.reserve("2", [(tee, 1)], for: .seconds(300))
        let before = try #require(shop.ledger.reservation(ReservationID("rsv_2"))).deadline
        #expect(try shop.pay("2").reservation?.deadline == before)
    }

    @Test func `payment that takes too long gives the units back`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        _ = try shop.reserve("1", [(tee, 1)])
        _ = try shop.pay("1")
        shop.pass(.seconds(900))
        #expect(try shop.reserve("2", [(tee, 1)], by: "ben").outcome == .created)
        #expect(try shop.state("1") == .expired)
    }

    @Test func `extending moves the deadline to the limit, and not past it`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        let start = ReservationShop.start
        _ = try shop.reserve("1", [(tee, 1)])
        #expect(try shop.extend("1", .seconds(10)).outcome == .unchanged)
        #expect(try shop.extend("1", .seconds(-10)).outcome == .unchanged)
        shop.pass(.seconds(30))
        #expect(try shop.extend("1").reservation?.deadline == start + .seconds(120))
        #expect(try shop.extend("1", .seconds(860)).reservation?.deadline == start + .seconds(890))
        let limit = start + .seconds(900)
        #expect(try shop.extend("1", .seconds(Int64.max / 2)).reservation?.deadline == limit)
        #expect(throws: CommerceError.holdLimitReached(id, endsAt: limit)) {
            try shop.extend("1")
        }
        #expect(try shop.pay("1").reservation?.deadline == start + .seconds(930))
    }

    @Test func `a hold is no longer than its limit, whatever is asked`() throws {
        var shop = try ReservationShop(stock: [(tee, 1)])
        let start = ReservationShop.start
        let answer = try shop.reserve("1", [(tee, 1)], for: .seconds(3600))
        #expect(answer.reservation?.deadline == start + .seconds(900))
        #expect(throws: CommerceError.self) { try shop.extend("1") }
    }
}
