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
