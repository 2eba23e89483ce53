import Commerce
import Primitives
import Testing

@testable import Cutting

/// What is made of a timeline: the lists that a page steps, and the page itself.
struct ReplayMakingTests {
    private func timeline(_ lines: String...) throws -> Timeline {
        try Timeline(lines: Array(lines.joined(separator: "\n").utf8))
    }

    private let header =
        #"{"schema":"lc.timeline/1","title":"Drop","currency":"EUR","skus":["#
        + #"{"sku":"A","title":"Shirt","price_minor":1000,"attributes":{"size":"M","ink":"red"}},"#
        + #"{"sku":"B","price_minor":500,"available":0}],"rail":["A",{"sku":"B","#
        + #""show_price_minor":400}],"media":{"duration_ms":60000}}"#

    private func event(_ ms: Int, _ type: String, _ data: String = "{}") -> String {
        #"{"type":"\#(type)","media_time_ms":\#(ms),"data":\#(data)}"#
    }

    @Test func `changes are listed by media time, each where it takes effect`() throws {
        let course = try ReplayCourse(
            timeline(
                header, event(-500, "pin", #"{"sku":"A"}"#),
                #"{"type":"price-flash","media_time_ms":5000,"time":"2026-01-01T00:00:05Z","#
                    + #""data":{"sku":"A","price_minor":700,"closes_at":"2026-01-01T00:00:09Z"}}"#,
                event(7000, "pin", #"{"sku":"B"}"#), event(8000, "unpin"),
                event(10_000, "sku-changed", #"{"sku":"A","title":"Shirt","price_minor":1100}"#),
                event(12_000, "back-in-stock", #"{"sku":"B","available":3}"#),
                event(15_000, "rail-changed", #"{"rail":[{"sku":"B"}]}"#),
                event(20_000, "price-flash", #"{"sku":"B","price_minor":1}"#),
                event(25_000, "show-ended")))
        #expect(course.products.map(\.code.text) == ["A", "B"])
        #expect(course.products[0].about == "red · M" && course.products[1].title == "B")
        #expect(course.pins.map(\.mediaTime) == [0, 7000, 8000])
        #expect(course.pins.map(\.value) == [0, 1, nil])
        #expect(course.products.map(\.first) == [0, 7000])
        #expect(course.rails.map(\.value) == [[0, 1], [1]])
        let first = course.products[0].prices
        #expect(first.map(\.mediaTime) == [0, 5000, 9000, 10_000])
        #expect(first.map(\.value?.minor) == [1000, 700, 1000, 1100])
        let second = course.products[1].prices
        #expect(second.map(\.mediaTime) == [0, 15_000, 20_000, 25_000])
        #expect(second.map(\.value?.kind) == [.show, .listing, .flash, .listing])
        #expect(course.products[1].soldOut.map(\.value) == [true, false])
        #expect(course.moments == course.moments.sorted())
    }

    @Test func `the page's lists say what the timeline's own state says at every moment`() throws {
        var random = SeededRandom(seed: 7)
        var lines = [header]
        for _ in 0..<300 {
            let ms = Int.random(in: -2000...60_000, using: &random)
            let sku = ["A", "B", "C"].randomElement(using: &random) ?? "A"
            let price = Int.random(in: 0...9999, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: lines.append(event(ms, "pin", #"{"sku":"\#(sku)"}"#))
            case 1: lines.append(event(ms, "unpin"))
            case 2:
                lines.append(
                    #"{"type":"price-flash","media_time_ms":\#(ms),"closes_media_time_ms":"#
                        + #"\#(ms + price),"data":{"sku":"\#(sku)","price_minor":\#(price)}}"#)
            case 3: lines.append(event(ms, "price-flash-closed", #"{"sku":"\#(sku)"}"#))
            case 4:
                lines.append(
                    event(ms, "sku-changed", #"{"sku":"\#(sku)","price_minor":\#(price)}"#))
            default: lines.append(event(ms, "rail-changed", #"{"rail":["\#(sku)"]}"#))
            }
        }
        let timeline = try Timeline(lines: Array(lines.joined(separator: "\n").utf8))
        let course = try ReplayCourse(timeline)
        func value<Value>(_ changes: [ReplayCourse.Change<Value>], _ ms: Int64) -> Value? {
            changes.last { $0.mediaTime <= ms }?.value
        }
        for ms in stride(from: Int64(0), through: 70_000, by: 97) {
            let state = timeline.state(at: ms)
            let pin = value(course.pins, ms).flatMap { $0 }.map { course.products[$0].code }
            #expect(pin == state.pinnedCode, "\(ms)")
            let rail = value(course.rails, ms)?.map { course.products[$0].code }
            #expect(rail == state.rail.map(\.code), "\(ms)")
            for product in course.products {
                let price = value(product.prices, ms).flatMap { $0 }
                #expect(price == state.price(of: product.code, at: ms), "\(ms) \(product.code)")
            }
        }
    }

    @Test func `events without media times make no page`() throws {
        let wild = try timeline(#"{"type":"pin","time":"2026-01-01T00:00:00Z","data":{"sku":"A"}}"#)
        #expect(throws: ReplayProblem.notAligned) { try ReplayCourse(wild) }
    }

    private func page(_ timeline: Timeline, title: String? = nil) throws -> ReplayPage {
        ReplayPage(
            title: title, description: nil, language: "en",
            pageURL: try ReplayURL("https://shop.example/replays/1.html?x=1"),
            media: ReplayPage.Media(
                video: try ReplayURL("show.mp4"), playlist: try ReplayURL("https://cdn.example/m"),
                poster: try ReplayURL("poster.jpg")),
            shop: ReplayPage.Shop(
                checkout: try CheckoutTemplate("/cart?sku={sku}"), waitlist: nil, reserve: nil,
                stock: try ReplayURL("https://api.example/stock"), pollMilliseconds: 10_000,
                opensTab: false, hostOrigin: nil), timeline: timeline, chat: ChatLines())
    }

    @Test func `a page lets in nothing but what it was told of`() throws {
        let made = try page(timeline(header, event(0, "pin", #"{"sku":"A"}"#))).made()
        let text = String(decoding: made.bytes, as: UTF8.self)
        let policy = try #require(
            text.split(separator: "Content-Security-Policy").dropFirst().first
        )
        .prefix(900)
        #expect(!policy.contains("unsafe") && policy.contains("default-src &#39;none&#39;"))
        #expect(
            policy.contains("connect-src &#39;self&#39; https://api.example https://cdn.example;"))
        #expect(policy.contains("media-src &#39;self&#39; blob: https://cdn.example;"))
        for word in ["innerHTML", "style=\"", "onclick", "eval("] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(try page(timeline(header)).made().bytes == page(timeline(header)).made().bytes)
    }

    @Test func `what people have written never ends the element that it stands in`() throws {
        let evil = "</script><!--<script>\u{2028}\"'&"
        let line = event(0, "pin", #"{"sku":"A"}"#)
        let made = try page(
            timeline(header.replacing("Shirt", with: "</script><!--<script>"), line), title: evil
        ).made()
        let text = String(decoding: made.bytes, as: UTF8.self)
        #expect(text.components(of: "</script>") == 3 && text.components(of: "<script") == 3)
        #expect(!text.contains("<!--"))
    }

    @Test func `search engines are told of the video and its chapters`() throws {
        let made = try page(
            timeline(
                header, event(5000, "pin", #"{"sku":"A"}"#), event(9500, "pin", #"{"sku":"B"}"#)))
        let course = try ReplayCourse(made.timeline)
        let object = ReplayMarkup(
            page: made, course: course, chapters: made.timeline.chapters(until: 60_000),
            document: [:]
        ).videoObject.json
        #expect(object["contentUrl"] == "https://shop.example/replays/show.mp4")
        #expect(object["thumbnailUrl"] == ["https://shop.example/replays/poster.jpg"])
        #expect(object["duration"] == nil)
        let parts = object["hasPart"]?.arrayValue ?? []
        #expect(parts.map { $0["startOffset"] } == [5, 9])
        #expect(parts.map { $0["endOffset"] } == [9, 60])
        #expect(parts.first?["url"] == "https://shop.example/replays/1.html?x=1&t=5")
        #expect(VideoObject.duration(3_723_500) == "PT1H2M3.500S")
        #expect(VideoObject.duration(0) == "PT0S" && VideoObject.duration(120_000) == "PT2M")
        #expect(VideoObject.moment(7, of: "a.html#x") == "a.html?t=7#x")
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        split(separator: part, omittingEmptySubsequences: false).count - 1
    }
}
