@testable import Commerce
import Primitives
import Testing

/// Who waits is served in the order of joining.
@Suite struct WaitlistTests {
    private let start = ReservationShop.start
    private let tee: SKUCode
    private let friday: ShowID

    init() throws {
        tee = try SKUCode("TEE")
        friday = try ShowID("shw_friday")
    }

    /// All units are in the hands of ann, whose reservation is "1".
    private func soldOutShop(_ units: Int64 = 2) throws -> ReservationShop {
        var shop = try ReservationShop(stock: [(tee, units)], show: friday)
        _ = try shop.reserve("1", [(tee, units)])
        return shop
    }

    @Test func `who came first is offered the units first, as many as there are`() throws {
        var shop = try soldOutShop(3)
        _ = try shop.join("ben", "ben", tee, 2)
        _ = try shop.join("cat", "cat", tee, 2)
        _ = try shop.join("dan", "dan", tee, 1)
        _ = try shop.release("1")
        #expect(try shop.offers(to: "ben").map(\.lines.first?.quantity) == [2])
        #expect(try shop.offers(to: "cat").map(\.lines.first?.quantity) == [1])
        #expect(try shop.offers(to: "dan").isEmpty)
        #expect(try shop.ledger.waiting(WaitID("wl_cat"))?.quantity == 1)
        let offer = try #require(try shop.offers(to: "ben").first)
        #expect(offer.deadline == start + .seconds(300) && offer.buyer.text == "ben")
        // No unit was free for anybody else meanwhile.
        #expect(
            shop.lastEvents(5) == [
                "reservation-released", "waitlist-offered", "reservation-held", "waitlist-offered",
                "reservation-held",
            ])
    }

    @Test func `an offer is confirmed as any hold`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 1)
        _ = try shop.release("1")
        let offer = try #require(try shop.offers(to: "ben").first)
        _ = try shop.perform(.confirm(offer.id))
        #expect(shop.stock(tee) == [0, 0, 1])
    }

    @Test func `an offer that lapses passes on, and its place is given up`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 2)
        _ = try shop.join("cat", "cat", tee, 1)
        _ = try shop.release("1")
        shop.pass(.seconds(300))
        try shop.expire()
        #expect(try shop.offers(to: "ben").map(\.state) == [.expired])
        #expect(try shop.ledger.waiting(WaitID("wl_ben"))?.isOver == true)
        #expect(try shop.offers(to: "cat").map(\.state) == [.held])
        #expect(
            shop.lastEvents(4) == [
                "waitlist-left", "reservation-expired", "waitlist-offered", "reservation-held",
            ])
        shop.pass(.seconds(300))
        try shop.expire()
        #expect(shop.lastEvents(2) == ["reservation-expired", "back-in-stock"])
        #expect(shop.stock(tee) == [1, 0, 0])
    }

    @Test func `an offer that is let go is not offered to the same buyer again`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 3)
        _ = try shop.release("1")
        let offer = try #require(try shop.offers(to: "ben").first)
        _ = try shop.perform(.release(offer.id))
        #expect(try shop.offers(to: "ben").count == 1)
        #expect(shop.stock(tee) == [1, 0, 0])
    }

    @Test func `a place that is served in part goes on once the offer is paid`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 3)
        _ = try shop.release("1")
        _ = try shop.perform(.confirm(try #require(try shop.offers(to: "ben").first).id))
        try shop.setStock(tee, 2)
        #expect(try shop.offers(to: "ben").map(\.state) == [.confirmed, .held])
        #expect(try shop.ledger.waiting(WaitID("wl_ben"))?.quantity == 1)
    }

    @Test func `who joins where there are units is offered them at once, and told what is left`()
        throws
    {
        var shop = try ReservationShop(stock: [(tee, 2)])
        let answer = try shop.join("ben", "ben", tee, 3)
        #expect(answer.waiting?.quantity == 1 && answer.outcome == .created)
        #expect(answer.stock.map(\.stock.held) == [2])
        #expect(
            shop.lastEvents(4) == [
                "waitlist-joined", "waitlist-offered", "reservation-held", "sold-out",
            ])
    }

    @Test func `asking again for a place makes no second one, even when it was served`() throws {
        var shop = try ReservationShop(stock: [(tee, 2)])
        _ = try shop.join("ben", "ben", tee, 1)
        let again = try shop.join("ben", "ben", tee, 1)
        #expect(again.isRepeated && again.waiting?.isOver == true)
        #expect(try shop.offers(to: "ben").count == 1)
        #expect(shop.stock(tee) == [1, 1, 0])
    }

    @Test func `a buyer has one place for a SKU, and a place has one buyer`() throws {
        var shop = try soldOutShop(1)
        let id = try WaitID("wl_ben")
        _ = try shop.join("ben", "ben", tee, 1)
        let second = try shop.join("ben2", "ben", tee, 5)
        #expect(second.waiting?.id == id && second.outcome == .unchanged && !second.isRepeated)
        #expect(throws: CommerceError.placeExists(id)) { try shop.join("ben", "cat", tee, 1) }
        #expect(shop.ledger.waiting(id)?.buyer.text == "ben")
    }

    @Test func `leaving is once, and the next one moves up`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 1)
        _ = try shop.join("cat", "cat", tee, 1)
        #expect(try shop.leave("ben").outcome == .configured)
        let again = try shop.leave("ben")
        #expect(again.outcome == .unchanged && again.waiting?.isOver == true)
        let nobody = try WaitID("wl_nobody")
        #expect(throws: CommerceError.notWaiting(nobody, .standard)) { try shop.leave("nobody") }
        _ = try shop.release("1")
        #expect(try shop.offers(to: "cat").count == 1)
        // Who left may come back, at the end.
        #expect(try shop.join("ben2", "ben", tee, 1).outcome == .created)
    }

    @Test func `leaving does not touch what was offered before`() throws {
        var shop = try soldOutShop(1)
        _ = try shop.join("ben", "ben", tee, 2)
        _ = try shop.release("1")
        _ = try shop.leave("ben")
        #expect(try shop.offers(to: "ben").map(\.state) == [.held])
        shop.pass(.seconds(300))
        try shop.expire()
        #expect(shop.stock(tee) == [1, 0, 0])
    }

    @Test func `who may have no more loses the place to the next`() throws {
        var shop = try soldOutShop(2)
        try shop.set(.catalogue) { $0.unitsOfSKU = 2 }
        _ = try shop.join("ann", "ann", tee, 2)
        _ = try shop.join("ben", "ben", tee, 2)
        _ = try shop.confirm("1")
        try shop.setStock(tee, 4)
        #expect(try shop.offers(to: "ann").isEmpty)
        #expect(try shop.ledger.waiting(WaitID("wl_ann"))?.isOver == true)
        #expect(try shop.offers(to: "ben").map(\.lines.first?.quantity) == [2])
    }

    @Test func `a cap makes an offer smaller`() throws {
        var shop = try soldOutShop(5)
        try shop.set(.catalogue) { $0.unitsHeld = 3 }
        _ = try shop.join("ben", "ben", tee, 5)
        _ = try shop.release("1")
        #expect(try shop.offers(to: "ben").map(\.lines.first?.quantity) == [3])
        #expect(shop.stock(tee) == [2, 3, 0])
    }

    @Test func `who waits in a show that has ended waits no more`() throws {
        var shop = try soldOutShop(2)
        let friday = friday
        _ = try shop.join("ben", "ben", tee, 1, in: friday)
        _ = try shop.join("cat", "cat", tee, 1)
        _ = try shop.change { try $0.endShow(friday) }
        #expect(throws: CommerceError.showHasEnded(friday)) {
            try shop.join("dan", "dan", tee, 1, in: friday)
        }
        // Asking again for what was there before the end is no new joining.
        #expect(try shop.join("ben", "ben", tee, 1, in: friday).isRepeated)
        _ = try shop.release("1")
        #expect(try shop.offers(to: "ben").isEmpty)
        #expect(try shop.offers(to: "cat").count == 1)
        #expect(shop.stock(tee) == [1, 1, 0])
    }

    @Test func `an offer in a show has the show's price and time`() throws {
        var shop = try soldOutShop(1)
        let (tee, friday) = (tee, friday)
        try shop.set(.show(friday)) { $0.offerTime = .seconds(30) }
        _ = try shop.join("ben", "ben", tee, 1, in: friday)
        _ = try shop.change {
            try $0.openFlash(
                of: tee, in: friday, price: Amount("9.99"), closesAt: nil, unitLimit: nil)
        }
        _ = try shop.release("1")
        let offer = try #require(try shop.offers(to: "ben").first)
        #expect(offer.lines.map(\.unitPrice.minor) == [999])
        #expect(offer.deadline == start + .seconds(30))
    }

    @Test func `a SKU that somebody waits for stays`() throws {
        var shop = try ReservationShop(stock: [(tee, 0)])
        let tee = tee
        _ = try shop.join("ben", "ben", tee, 1)
        #expect(throws: CommerceError.skuWaitedFor(tee)) {
            try shop.change { try $0.removeSKU(tee) }
        }
        _ = try shop.leave("ben")
        _ = try shop.change { try $0.removeSKU(tee) }
        let answer = try shop.leave("ben")
        #expect(answer.outcome == .unchanged && answer.stock.isEmpty)
    }

    @Test func `offers have names that no buyer can take, however long the place's is`() throws {
        let name = String(repeating: "a", count: 60)
        var shop = try ReservationShop(stock: [(tee, 9)])
        _ = try shop.join(name, "ben", tee, 1)
        let offer = try #require(try shop.offers(to: name).first)
        #expect(offer.id.isOffer && offer.id.text.utf8.count <= 64)
        #expect(try ReservationID(offer.id.text) == offer.id)
        #expect(try !ReservationID("rsv_wlan").isOffer)
    }

    @Test func `a crowd that waits is served in one step, one after the other`() throws {
        var shop = try ReservationShop(stock: [(tee, 0)])
        for number in 0..<50 { _ = try shop.join("\(number)", "buyer \(number)", tee, 2) }
        try shop.setStock(tee, 61)
        #expect(shop.stock(tee) == [0, 61, 0])
        #expect(try shop.offers(to: "29").map(\.lines.first?.quantity) == [2])
        #expect(try shop.offers(to: "30").map(\.lines.first?.quantity) == [1])
        #expect(try shop.offers(to: "31").isEmpty)
        shop.pass(.seconds(300))
        try shop.expire()
        // 19 who had nothing get 2 each, and number 30 the one that was missing.
        #expect(shop.stock(tee) == [22, 39, 0])
        shop.pass(.seconds(300))
        try shop.expire()
        #expect(shop.stock(tee) == [61, 0, 0])
    }
}
