@testable import Commerce
import Primitives
import Testing

/// What a buyer gets who asks for units.
@Suite struct ReserveTests {
    private let start = ReservationShop.start
    private let tee: SKUCode
    private let cap: SKUCode
    private let friday: ShowID
    private let ann: BuyerID

    init() throws {
        tee = try SKUCode("TEE")
        cap = try SKUCode("CAP")
        friday = try ShowID("shw_friday")
        ann = try BuyerID("ann")
    }

    private func shop(_ tees: Int64 = 5, _ caps: Int64 = 5) throws -> ReservationShop {
        try ReservationShop(stock: [(tee, tees), (cap, caps)], show: friday)
    }

    // MARK: lines

    @Test func `all lines are held or none`() throws {
        var shop = try shop(5, 1)
        let answer = try shop.reserve("1", [(tee, 2), (cap, 1)])
        #expect(answer.stock.map(\.stock.available) == [3, 0])
        #expect(answer.reservation?.deadline == start + .seconds(90))
        #expect(answer.reservation?.lines.map(\.unitPrice.minor) == [1999, 1999])
        let gone = [Shortage(code: cap, wanted: 1, available: 0, nextEnd: start + .seconds(90))]
        #expect(throws: CommerceError.soldOut(gone)) {
            try shop.reserve("2", [(tee, 1), (cap, 1)], by: "ben")
        }
        #expect(shop.stock(tee) == [3, 2, 0])
    }

    @Test func `every line that is short is told, and when its next hold ends`() throws {
        var shop = try shop(1, 1)
        _ = try shop.reserve("1", [(tee, 1)], for: .seconds(50))
        _ = try shop.reserve("2", [(cap, 1)], for: .seconds(20))
        _ = try shop.confirm("1")
        let gone = [
            Shortage(code: cap, wanted: 2, available: 0, nextEnd: start + .seconds(20)),
            Shortage(code: tee, wanted: 1, available: 0, nextEnd: nil),
        ]
        #expect(throws: CommerceError.soldOut(gone)) {
            try shop.reserve("3", [(cap, 2), (tee, 1)], by: "ben")
        }
    }

    @Test func `lines of the same SKU are one, and cannot take more together than there is`() throws
    {
        var shop = try shop()
        let gone = [Shortage(code: tee, wanted: 6, available: 5, nextEnd: nil)]
        #expect(throws: CommerceError.soldOut(gone)) {
            try shop.reserve("1", [(tee, 3), (cap, 1), (tee, 3)])
        }
        let answer = try shop.reserve("1", [(tee, 2), (cap, 1), (tee, 3)])
        #expect(answer.reservation?.lines.map(\.quantity) == [5, 1])
    }

    @Test func `a partial reservation takes what there is, and nothing is no reservation`() throws {
        var shop = try shop(1, 0)
        let answer = try shop.reserve("1", [(cap, 1), (tee, 3)], isPartial: true)
        #expect(answer.reservation?.lines.map(\.quantity) == [1])
        #expect(answer.stock.map(\.code) == [tee])
        let ends = start + .seconds(90)
        let gone = [
            Shortage(code: tee, wanted: 1, available: 0, nextEnd: ends),
            Shortage(code: cap, wanted: 2, available: 0, nextEnd: nil),
        ]
        #expect(throws: CommerceError.soldOut(gone)) {
            try shop.reserve("2", [(tee, 1), (cap, 2)], by: "ben", isPartial: true)
        }
    }

    @Test func `plans that make no sense are refused before they reach a store`() throws {
        let id = try ReservationID("rsv_1")
        let many = try (0...100).map { try WantedLine(code: SKUCode("S\($0)"), quantity: 1) }
        #expect(throws: CommerceError.tooManyLines(limit: 100)) {
            try ReservationPlan(id: id, buyer: ann, show: nil, lines: many)
        }
        #expect(throws: FieldProblem.self) {
            try ReservationPlan(id: id, buyer: ann, show: nil, lines: [])
        }
        for quantity in [0, -1, 1_000_001, Int64.min, .max] {
            #expect(throws: FieldProblem.self) { try WantedLine(code: tee, quantity: quantity) }
        }
        let million = try WantedLine(code: tee, quantity: 1_000_000)
        #expect(throws: FieldProblem.self) {
            try ReservationPlan(id: id, buyer: ann, show: nil, lines: [million, million])
        }
        for time in [Duration.zero, .milliseconds(999), .seconds(86_401), .seconds(-1)] {
            #expect(throws: FieldProblem.self) {
                try ReservationPlan(
                    id: id, buyer: ann, show: nil, lines: [million], holdTime: time)
            }
        }
        #expect(throws: FieldProblem.self) {
            try ReservationPlan(
                id: ReservationID("rsv_wl_1-17"), buyer: ann, show: nil, lines: [million])
        }
    }

    @Test func `only what is there, and what the show sells, is reserved`() throws {
        var shop = try shop()
        let (gone, hat, friday) = (try SKUCode("GONE"), try SKUCode("HAT"), friday)
        #expect(throws: CommerceError.noSKU(gone, .standard)) { try shop.reserve("1", [(gone, 1)]) }
        let sunday = try ShowID("shw_sunday")
        #expect(throws: CommerceError.noShow(sunday, .standard)) {
            try shop.reserve("1", [(tee, 1)], in: sunday)
        }
        _ = try shop.change { ledger in
            var patch = ListingPatch()
            patch.title = "Hat"
            patch.price = try Amount("5")
            return try ledger.addSKU(
                hat, patch, stock: Stock(onHand: 1), in: ledger.requireCatalogue())
        }
        #expect(throws: CommerceError.notOnRail(hat, friday)) {
            try shop.reserve("1", [(tee, 1), (hat, 1)], in: friday)
        }
        #expect(try shop.reserve("1", [(hat, 1)]).outcome == .created)
        _ = try shop.change { try $0.endShow(friday) }
        #expect(throws: CommerceError.showHasEnded(friday)) {
            try shop.reserve("2", [(tee, 1)], in: friday)
        }
    }

    // MARK: asking again

    @Test func `a name is asked for again by the same buyer with the same wishes only`() throws {
        var shop = try shop()
        let id = try ReservationID("rsv_1")
        _ = try shop.reserve("1", [(tee, 2), (cap, 1)])
        let again = try shop.reserve("1", [(cap, 1), (tee, 2)])
        #expect(again.isRepeated && again.reservation?.lines.map(\.code) == [tee, cap])
        let others: [(String, [(SKUCode, Int64)], ShowID?, Bool)] = [
            ("ben", [(tee, 2), (cap, 1)], nil, false), ("ann", [(tee, 2)], nil, false),
            ("ann", [(tee, 2), (cap, 2)], nil, false), ("ann", [(tee, 1), (cap, 1)], nil, true),
            ("ann", [(tee, 2), (cap, 1)], friday, false), ("ann", [(tee, 2)], nil, true),
        ]
        for (buyer, lines, show, isPartial) in others {
            #expect(throws: CommerceError.reservationExists(id)) {
                try shop.reserve("1", lines, by: buyer, in: show, isPartial: isPartial)
            }
        }
    }

    @Test func `a partial reservation that is asked for again tells what it got`() throws {
        var shop = try shop(1, 0)
        _ = try shop.reserve("1", [(tee, 3), (cap, 1)], isPartial: true)
        try shop.setStock(tee, 9)
        let again = try shop.reserve("1", [(tee, 3), (cap, 1)], isPartial: true)
        #expect(again.isRepeated && again.reservation?.lines.map(\.quantity) == [1])
        #expect(throws: CommerceError.self) { try shop.reserve("1", [(tee, 3), (cap, 1)]) }
    }

    @Test func `who asks again after the end is told of the end, and gets no second one`() throws {
        var shop = try shop()
        _ = try shop.reserve("1", [(tee, 2)])
        shop.pass(.seconds(90))
        let again = try shop.reserve("1", [(tee, 2)])
        #expect(again.isRepeated && again.reservation?.state == .expired)
        #expect(shop.stock(tee) == [5, 0, 0])
    }

    // MARK: caps

    @Test func `a buyer may have so many of a SKU, held and bought`() throws {
        var shop = try shop()
        let (tee, ann) = (tee, ann)
        try shop.set(.catalogue) { $0.unitsOfSKU = 2 }
        _ = try shop.reserve("1", [(tee, 1), (cap, 2)])
        _ = try shop.confirm("1")
        let over = { (taken: Int64, wanted: Int64) in
            CommerceError.overCap(ann, tee, cap: 2, taken: taken, wanted: wanted)
        }
        #expect(throws: over(1, 2)) { try shop.reserve("2", [(tee, 2)]) }
        _ = try shop.reserve("2", [(tee, 1)])
        #expect(throws: over(2, 1)) { try shop.reserve("3", [(tee, 1)], isPartial: true) }
        _ = try shop.reserve("4", [(tee, 2)], by: "ben")
        _ = try shop.release("2")
        let answer = try shop.reserve("3", [(tee, 5)], isPartial: true)
        #expect(answer.reservation?.lines.map(\.quantity) == [1])
        shop.pass(.seconds(90))
        #expect(try shop.reserve("5", [(tee, 1)]).outcome == .created)
    }

    @Test func `a buyer may hold so many at once, over all lines`() throws {
        var shop = try shop()
        let ann = ann
        try shop.set(.catalogue) { $0.unitsHeld = 3 }
        let over = { (taken: Int64, wanted: Int64) in
            CommerceError.overCap(ann, nil, cap: 3, taken: taken, wanted: wanted)
        }
        #expect(throws: over(2, 2)) { try shop.reserve("1", [(tee, 2), (cap, 2)]) }
        let partial = try shop.reserve("1", [(tee, 2), (cap, 2)], isPartial: true)
        #expect(partial.reservation?.lines.map(\.quantity) == [2, 1])
        _ = try shop.pay("1")
        #expect(throws: over(3, 1)) { try shop.reserve("2", [(cap, 1)]) }
        _ = try shop.confirm("1")
        #expect(try shop.reserve("2", [(cap, 3)]).outcome == .created)
    }

    @Test func `a cap that was lowered below what a buyer has refuses the next`() throws {
        var shop = try shop()
        let (tee, ann) = (tee, ann)
        _ = try shop.reserve("1", [(tee, 4)])
        try shop.set(.sku(tee)) { $0.unitsOfSKU = 2 }
        #expect(throws: CommerceError.overCap(ann, tee, cap: 2, taken: 4, wanted: 1)) {
            try shop.reserve("2", [(tee, 1)], isPartial: true)
        }
        #expect(try shop.confirm("1").outcome == .configured)
    }

    // MARK: prices

    @Test func `the hold keeps the price it was made for`() throws {
        var shop = try shop()
        let (tee, friday, start) = (tee, friday, start)
        _ = try shop.change { ledger in
            try ledger.openFlash(
                of: tee, in: friday, price: Amount("9.99"), closesAt: start + .seconds(60),
                unitLimit: 3)
        }
        func price(_ answer: ReservationAnswer) -> [Int64] {
            answer.reservation?.lines.map(\.unitPrice.minor) ?? []
        }
        #expect(price(try shop.reserve("1", [(tee, 2), (cap, 1)], in: friday)) == [999, 1999])
        #expect(price(try shop.reserve("outside", [(tee, 1)])) == [1999])
        _ = try shop.release("outside")
        #expect(price(try shop.reserve("2", [(tee, 2)], by: "ben", in: friday)) == [1999])
        #expect(price(try shop.reserve("3", [(tee, 1)], by: "cat", in: friday)) == [999])
        _ = try shop.release("3")
        shop.pass(.milliseconds(59_999))
        #expect(price(try shop.reserve("4", [(tee, 1)], by: "dan", in: friday)) == [999])
        _ = try shop.release("4")
        shop.pass(.milliseconds(1))
        #expect(price(try shop.reserve("5", [(tee, 1)], by: "eve", in: friday)) == [1999])
        #expect(price(try shop.confirm("1")) == [999, 1999])
    }

    @Test func `a flash that is opened anew counts anew`() throws {
        var shop = try shop()
        let (tee, friday) = (tee, friday)
        func open(_ shop: inout ReservationShop) throws {
            _ = try shop.change { ledger in
                try ledger.openFlash(
                    of: tee, in: friday, price: Amount("9.99"), closesAt: nil, unitLimit: 2)
            }
        }
        try open(&shop)
        _ = try shop.reserve("1", [(tee, 2)], in: friday)
        #expect(shop.ledger.flashUse(of: tee, in: friday)?.taken == 2)
        _ = try shop.change { try $0.closeFlash(of: tee, in: friday) }
        try open(&shop)
        #expect(shop.ledger.flashUse(of: tee, in: friday)?.taken == 0)
        let second = try shop.reserve("2", [(tee, 2)], by: "ben", in: friday)
        #expect(second.reservation?.lines.map(\.unitPrice.minor) == [999])
        _ = try shop.release("1")
        #expect(shop.ledger.flashUse(of: tee, in: friday)?.taken == 2)
        shop.pass(.seconds(90))
        try shop.expire()
        #expect(shop.ledger.flashUse(of: tee, in: friday)?.taken == 0)
        _ = try shop.confirm("2")
        #expect(shop.ledger.flashUse(of: tee, in: friday)?.taken == 2)
    }

    // MARK: edges

    @Test func `the last unit that goes and the first that comes back are told once`() throws {
        var shop = try shop(2, 1)
        _ = try shop.reserve("1", [(tee, 1)])
        #expect(shop.lastEvents(1) == ["reservation-held"])
        _ = try shop.reserve("2", [(tee, 1), (cap, 1)])
        #expect(shop.lastEvents(3) == ["reservation-held", "sold-out", "sold-out"])
        #expect(shop.ledger.log.last?.shows.map(\.show) == [friday])
        _ = try shop.confirm("1")
        #expect(shop.lastEvents(1) == ["reservation-confirmed"])
        _ = try shop.release("2")
        #expect(shop.lastEvents(3) == ["reservation-released", "back-in-stock", "back-in-stock"])
        try shop.setStock(tee, 1)
        #expect(shop.lastEvents(2) == ["stock-update", "sold-out"])
        try shop.setStock(tee, 9)
        #expect(shop.lastEvents(2) == ["stock-update", "back-in-stock"])
        try shop.setStock(tee, 8)
        #expect(shop.lastEvents(1) == ["stock-update"])
    }

    @Test func `stock that is promised stays, and so do its SKU and its catalogue`() throws {
        let other = try CatalogueName("other")
        var ledger = MemoryLedger(name: other, now: start)
        let catalogue = try ledger.createCatalogue(brand: "A", currency: Currency("USD"))
        var patch = ListingPatch()
        patch.title = "T"
        patch.price = try Amount("1")
        _ = try ledger.addSKU(tee, patch, stock: Stock(onHand: 5), in: catalogue)
        let plan = try ReservationPlan(
            id: ReservationID("rsv_1"), buyer: ann, show: nil,
            lines: [WantedLine(code: tee, quantity: 3)])
        _ = try ledger.perform(.reserve(plan))
        let tee = tee
        #expect(throws: CommerceError.stockBelowPromised(tee, onHand: 2, promised: 3)) {
            try ledger.setStock(of: tee, to: 2, reason: nil)
        }
        let stock = try Stock(onHand: 5, held: 3, confirmed: 0)
        #expect(throws: CommerceError.skuPromised(tee, stock)) { try ledger.removeSKU(tee) }
        #expect(throws: CommerceError.catalogueHasOpenReservations(other)) {
            try ledger.deleteCatalogue()
        }
        _ = try ledger.perform(.confirm(plan.id))
        #expect(throws: CommerceError.self) { try ledger.removeSKU(tee) }
        try ledger.deleteCatalogue()
        #expect(throws: CommerceError.noCatalogue(other)) { try ledger.perform(.expire) }
    }
}
