import Primitives
import Testing

@testable import Commerce

struct TimelineLinesTests {
    static let text = """
        {"currency":"EUR","rail":[{"show_price_minor":900,"sku":"A"}],"schema":"lc.timeline/1","show":"shw_x","skus":[{"price_minor":1000,"sku":"A","title":"Cup"}],"x":{"y":1}}
        {"data":{"sku":"A"},"id":"1","media_time_ms":-5,"source":"/catalogue/default","time":"2026-11-21T10:00:00.000Z","type":"pin","zebra":[1]}
        {"data":{"price_minor":500,"sku":"A"},"id":"2","media_time_ms":70,"source":"/catalogue/default","type":"price-flash"}
        {"media_time_ms":90,"subject":"A","type":"wave"}

        """

    @Test func `a timeline reads back as the bytes it was written as`() throws {
        let timeline = try Timeline(lines: Array(Self.text.utf8))
        #expect(String(decoding: timeline.lines, as: UTF8.self) == Self.text)
        #expect(timeline.events.map(\.type) == ["pin", "price-flash", "wave"])
        #expect(timeline.events.map { $0.code?.text } == ["A", "A", "A"])
        #expect(timeline.header.listings.first?.title == "Cup")
    }

    @Test func `an event that stands twice is taken once, and a header is not needed`() throws {
        let line = #"{"id":"7","media_time_ms":1,"subject":"sku/B","type":"pin"}"#
        let timeline = try Timeline(lines: Array("\(line)\r\n\n\(line)".utf8))
        #expect(timeline.events.count == 1)
        #expect(timeline.events[0].change == .pin(try SKUCode("B")))
    }

    @Test(arguments: [
        ("", TimelineProblem.empty), ("\n  \n", .empty),
        ("{\"schema\":\"lc.sku/1\"}", .wrongSchema("lc.sku/1")),
        ("{\"type\":\"pin\",\"media_time_ms\":1,\"subject\":\"A\"}\n[1]", .line(2, .notObject)),
        ("{\"type\":\"wave\"}", .line(1, .noTime)),
        ("{", .line(1, .notJSON(.unexpectedEnd))),
        (
            "{\"type\":\"pin\",\"media_time_ms\":1}",
            .line(1, .field(FieldProblem(field: "data.sku", value: "", flaw: .missing)))
        ),
        (
            "{\"type\":\"wave\",\"media_time_ms\":9000000000000}",
            .line(
                1,
                .field(
                    FieldProblem(field: "media_time_ms", value: "9000000000000", flaw: .tooLarge))
            )
        ),
    ])
    func `what is no timeline is told with its line`(
        _ text: String, _ problem: TimelineProblem
    ) {
        #expect(throws: problem) { try Timeline(lines: Array(text.utf8)) }
    }
}
