import Primitives
import Testing

@testable import Commerce

struct TimelineStateTests {
    /// A timeline from short words: `pin A 10`.
    static func timeline(_ events: String, duration: Int64? = nil) throws -> Timeline {
        var lines = [
            #"{"schema":"lc.timeline/1","skus":[{"sku":"A","title":"Cup","price_minor":1000},{"sku":"B","price_minor":50}],"rail":[{"sku":"A","show_price_minor":900}]}"#
        ]
        for (index, event) in events.split(separator: ";").enumerated() {
            let words = event.split(separator: " ").map(String.init)
            let time = words[words.count - 1]
            var data = ""
            if words.count > 2 { data = #""sku":"\#(words[1])""# }
            if words[0] == "price-flash" { data += #","price_minor":500"# }
            if words.count > 3 { data += "," + words[2] }
            lines.append(
                #"{"type":"\#(words[0])","id":"\#(index + 1)","media_time_ms":\#(time),"data":{\#(data)}}"#
            )
        }
        var timeline = try Timeline(lines: Array(lines.joined(separator: "\n").utf8))
        if let duration {
            timeline.header.media = TimelineMedia(
                file: nil, durationMilliseconds: duration, startTime: nil)
        }
        return timeline
    }

    static func text(_ stretches: [TimelineStretch]) -> String {
        stretches.map { "\($0.code) \($0.start)-\($0.end)" }.joined(separator: ";")
    }

    @Test(arguments: [
        ("pin A 10;pin B 20;unpin 30", "A 10-20;B 20-30"),
        ("pin A -10;unpin 30;pin A 40", "A 0-30;A 40-100"),
        ("pin A 10;pin A 20;show-ended 50", "A 10-50"),
        ("pin A 10;pin B 10;unpin 200", "B 10-100"),
        ("pin A 200", ""), ("unpin 5;pin A 5;unpin 5", ""),
        // Not in the order of the file.
        ("unpin 30;pin A 10", "A 10-30"),
    ])
    func `a SKU is pinned until the next pin, an unpin or the end`(
        _ events: String, _ pins: String
    ) throws {
        #expect(Self.text(try Self.timeline(events).pins(until: 100)) == pins)
    }

    @Test(arguments: [
        ("price-flash A 10;price-flash-closed A 20", "A 10-20"),
        (
            "price-flash A 10;price-flash B 15;price-flash A 30;show-ended 40",
            "A 10-30;B 15-40;A 30-40"
        ),
        ("price-flash A 90;price-flash-closed B 95", "A 90-100"),
    ])
    func `a flash is open until it is closed, opened anew or the show ends`(
        _ events: String, _ flashes: String
    ) throws {
        #expect(Self.text(try Self.timeline(events).flashes(until: 100)) == flashes)
    }

    @Test func `a flash closes by itself as long after its opening as the wall clock says`() throws
    {
        let line =
            #"{"type":"price-flash","media_time_ms":1000,"time":"2026-11-21T10:00:00Z","data":{"sku":"A","price_minor":1,"closes_at":"2026-11-21T10:00:05Z"}}"#
        let timeline = try Timeline(lines: Array(line.utf8))
        #expect(Self.text(timeline.flashes(until: 100_000)) == "A 1000-6000")
        let code = try SKUCode("A")
        #expect(timeline.state(at: 5999).flash(of: code, at: 5999) != nil)
        #expect(timeline.state(at: 6000).flash(of: code, at: 6000) == nil)
        #expect(timeline.state(at: 6000).flashes(at: 6000).isEmpty)
    }

    @Test func `stock tells when a SKU is sold out`() throws {
        let timeline = try Self.timeline(
            "stock-update A \"available\":3 5;sold-out A 10;stock-update A \"available\":0 11;"
                + "back-in-stock A \"available\":2 20;stock-update B \"available\":0 30")
        #expect(Self.text(timeline.soldOut(until: 100)) == "A 10-20;B 30-100")
        let code = try SKUCode("A")
        #expect(timeline.state(at: 4).isSoldOut(code) == nil)
        #expect(timeline.state(at: 5).available(code) == 3)
        #expect(timeline.state(at: 10).isSoldOut(code) == true)
        #expect(timeline.state(at: 20).available(code) == 2)
    }

    @Test func `the price in force is the flash's, then the show's, then the listing's`() throws {
        let (a, b) = (try SKUCode("A"), try SKUCode("B"))
        let timeline = try Self.timeline(
            "price-flash A 10;price-flash-closed A 20;sku-changed B \"price_minor\":70 30")
        func price(_ code: SKUCode, _ time: Int64) -> String {
            let price = timeline.state(at: time).price(of: code, at: time)
            return price.map { "\($0.kind) \($0.minor)" } ?? "none"
        }
        #expect(
            [price(a, 5), price(a, 10), price(a, 20)] == ["show 900", "flash 500", "show 900"])
        #expect([price(b, 5), price(b, 30)] == ["listing 50", "listing 70"])
        #expect(price(try SKUCode("C"), 5) == "none")
    }

    @Test func `chapters are the pins by their titles, unless chapters are named`() throws {
        let chapters = try Self.timeline("pin A 10;pin B 20;unpin 30").chapters(until: 100)
        #expect(chapters.map(\.title) == ["Cup", "B"])
        #expect(chapters.map(\.end) == [20, 30])
        let named = try Self.timeline(
            "chapter A \"title\":\"One\" 5;pin A 10;chapter B \"title\":\"Two\" 40"
        ).chapters(until: 100)
        #expect(named.map { "\($0.title) \($0.start)-\($0.end)" } == ["One 5-40", "Two 40-100"])
    }

    @Test func `the end is the media's, else the show's, else the last event's`() throws {
        #expect(try Self.timeline("pin A 10", duration: 70).knownEnd == 70)
        #expect(try Self.timeline("pin A 10;show-ended 50;unpin 60").knownEnd == 50)
        #expect(try Self.timeline("pin A 10;unpin 60").knownEnd == 60)
        #expect(Timeline(header: TimelineHeader(), events: []).knownEnd == 0)
    }
}
