@testable import Commerce
import Primitives
import Testing

@Suite struct EventTests {
    private static let time = WallClock(millisecondsSince1970: 1_795_233_600_000)

    private static func bodies() throws -> [Event.Body] {
        let catalogue = try Catalogue(name: .standard, brand: "Acme", currency: Currency("EUR"))
        let show = try ShowID("shw_1")
        let code = try SKUCode("TEE-RED")
        var attributes = Attributes()
        try attributes.set("size", to: "M")
        let listing = try Listing(
            title: "Tee \"red\"", price: Price(minor: 1999), compareAtPrice: Price(minor: 2999),
            family: "tee", imageURL: "https://a/b", pageURL: "https://a/c", barcode: "40123",
            attributes: attributes)
        let bare = try Listing(title: "Tee", price: Price(minor: 0))
        let details = try ShowDetails(title: "Friday", host: "Ann", scheduledAt: time)
        let rail = try Rail([
            .init(code: code, showPrice: Price(minor: 1)), .init(code: SKUCode("B")),
        ])
        return try [
            .catalogueCreated(catalogue), .catalogueChanged(catalogue), .catalogueDeleted,
            .skuAdded(SKU(code: code, listing: listing, stock: Stock(onHand: 3))),
            .skuChanged(code, bare), .skuRemoved(code),
            .stockUpdate(code, Stock(onHand: 0), reason: "damaged"),
            .stockUpdate(code, Stock(onHand: 7), reason: nil), .showCreated(show, details),
            .showChanged(show, ShowDetails(title: "F", host: nil, scheduledAt: nil)),
            .showStarted(show), .showEnded(show), .showDeleted(show), .railChanged(show, rail),
            .railChanged(show, .empty), .pin(show, code), .unpin(show),
            .priceFlash(
                show,
                Flash(code: code, price: Price(minor: 999), closesAt: time, unitLimit: 5)),
            .priceFlash(
                show, Flash(code: code, price: Price(minor: 999), closesAt: nil, unitLimit: nil)),
            .priceFlashClosed(show, code),
        ] + reservationBodies(show, code)
    }

    private static func reservationBodies(_ show: ShowID, _ code: SKUCode) throws -> [Event.Body] {
        let other = try SKUCode("B \"x\"")
        let levels = try [
            StockLevel(code: code, stock: Stock(onHand: 9, held: 3, confirmed: 2)),
            StockLevel(code: other, stock: Stock(onHand: 1, held: 1, confirmed: 0)),
        ]
        let lines = try [
            Reservation.Line(code: code, quantity: 3, unitPrice: Price(minor: 999), flash: 17),
            Reservation.Line(code: other, quantity: 1, unitPrice: Price(minor: 0)),
        ]
        func reservation(
            _ state: Reservation.State, show: ShowID?, offeredTo: WaitID? = nil,
            isLate: Bool = false
        ) throws -> Reservation {
            try Reservation(
                id: ReservationID("rsv_1"), buyer: BuyerID("Ann O'Neill, \u{1F600}"), show: show,
                lines: lines, offeredTo: offeredTo, heldAt: time, deadline: time + .seconds(90),
                state: state, isLate: isLate)
        }
        func change(
            _ step: Reservation.Step, _ reservation: Reservation, ahead: Duration = .zero
        ) -> Event.Body {
            .reservation(
                ReservationChange(
                    step: step, reservation: reservation, stock: levels, ahead: ahead))
        }
        func waiting(_ quantity: Int64, show: ShowID?) throws -> Waiting {
            try Waiting(
                id: WaitID("wl_1"), buyer: BuyerID("ben"), show: show, code: code,
                quantity: quantity, joinedAt: time, place: 12)
        }
        var policy = HoldPolicy()
        policy.holdTime = .seconds(90)
        policy.holdLimit = .seconds(600)
        policy.payingTime = .seconds(300)
        policy.offerTime = .seconds(60)
        policy.unitsOfSKU = 2
        let ofSKU = policy
        policy.unitsHeld = 5
        return try [
            change(.held, reservation(.held, show: nil)),
            change(
                .held, reservation(.held, show: show, offeredTo: WaitID("wl_1")),
                ahead: .milliseconds(3_600_001)),
            change(.paying, reservation(.paying, show: show)),
            change(.extended, reservation(.held, show: nil), ahead: .milliseconds(1)),
            change(.confirmed, reservation(.confirmed, show: nil, isLate: true)),
            change(.released, reservation(.released, show: show)),
            change(.expired, reservation(.expired, show: nil)),
            .waiting(.joined, waiting(3, show: nil)), .waiting(.offered, waiting(1, show: show)),
            .waiting(.offered, waiting(0, show: nil)), .waiting(.left, waiting(0, show: show)),
            .soldOut(levels[1]), .backInStock(levels[0]), .policyChanged(.catalogue, policy),
            .policyChanged(.show(show), policy), .policyChanged(.sku(code), ofSKU),
            .policyChanged(.catalogue, .none),
        ]
    }

    @Test func `every change survives its JSON`() throws {
        for body in try Self.bodies() {
            let data = try JSON(parsing: body.data.text)
            #expect(try Event.Body(type: body.type, data: data, in: .standard) == body)
        }
    }

    @Test func `a show's envelope is CloudEvents with the show's own number`() throws {
        let show = try ShowID("shw_1")
        let event = Event(
            catalogue: .standard, sequence: 17, time: Self.time,
            shows: [.init(show: show, sequence: 3)], body: .pin(show, try SKUCode("TEE")))
        #expect(
            event.envelope(for: event.shows[0]).text == """
                {"data":{"show":"shw_1","sku":"TEE"},"datacontenttype":"application/json",\
                "id":"17","schema":"lc.event/1","sequence":"3","show":"shw_1",\
                "source":"/catalogue/default","specversion":"1.0","subject":"sku/TEE",\
                "time":"2026-11-21T04:00:00.000Z","type":"pin"}
                """)
    }

    @Test func `data with members missing or of another kind is refused`() throws {
        for body in try Self.bodies() {
            guard let object = body.data.objectValue else { continue }
            // The catalogue's name in the data is for readers; the log it stands in says it, too.
            for member in object.members where member.name != "catalogue" {
                var broken = object
                broken[member.name] = .array([.bool(true)])
                if member.name == "attributes" || member.name == "rail" { broken[member.name] = 1 }
                #expect(throws: FieldProblem.self) {
                    try Event.Body(type: body.type, data: .object(broken), in: .standard)
                }
            }
        }
        #expect(throws: FieldProblem.self) {
            try Event.Body(type: "nonsense", data: [:], in: .standard)
        }
    }

    @Test func `a log with a gap does not replay`() throws {
        let show = try ShowID("shw_1")
        let details = try ShowDetails(title: "F", host: nil, scheduledAt: nil)
        func event(_ sequence: Int64, _ place: Int64, _ body: Event.Body) -> Event {
            Event(
                catalogue: .standard, sequence: sequence, time: Self.time,
                shows: [.init(show: show, sequence: place)], body: body)
        }
        var state = CatalogueState(name: .standard)
        try state.apply(event(1, 1, .showCreated(show, details)))
        let before = state
        #expect(throws: CatalogueState.Gap.sequence(expected: 2, found: 3)) {
            try state.apply(event(3, 2, .showStarted(show)))
        }
        state = before
        #expect(throws: CatalogueState.Gap.showSequence(show, expected: 2, found: 3, at: 2)) {
            try state.apply(event(2, 3, .showStarted(show)))
        }
    }
}
