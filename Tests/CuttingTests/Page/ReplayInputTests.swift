import Primitives
import Testing

@testable import Cutting

/// What people hand in for a page: addresses, templates, chats, cues.
struct ReplayInputTests {
    @Test(arguments: [
        ("https://shop.example/a b?x=1", "https://shop.example/a%20b?x=1", "https://shop.example"),
        ("HTTP://Shop.example:8080/x", "HTTP://Shop.example:8080/x", "http://shop.example:8080"),
        ("/stock", "/stock", nil), ("../hls/main.m3u8", "../hls/main.m3u8", nil),
        ("é.mp4", "%C3%A9.mp4", nil), ("?page=2", "?page=2", nil),
    ])
    func `addresses of pages and paths are taken`(
        _ text: String, _ wanted: String, _ origin: String?
    ) throws {
        let url = try ReplayURL(text)
        #expect(url.text == wanted)
        #expect(url.origin == origin)
    }

    @Test(arguments: [
        "", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)",
        "data:text/html,x",
        "//evil.example/x", "\\\\evil.example", "https://", "https://ann:secret@shop.example/",
        "https://shop.example;script-src/x", "file:///etc/passwd", "a\u{0}b", "blob:x",
        String(repeating: "a", count: 5000),
    ])
    func `other addresses are refused`(text: String) {
        #expect(throws: ReplayProblem.badURL(text)) { try ReplayURL(text) }
    }

    @Test func `the name of a file becomes an address`() throws {
        #expect(try ReplayURL(path: "100% #1?.mp4").text == "100%25%20%231%3F.mp4")
        #expect(try ReplayURL(path: "a:b.mp4").text == "./a:b.mp4")
        #expect(try ReplayURL.beside("media/thumbs.vtt", "sprite.jpg").text == "media/sprite.jpg")
        #expect(try ReplayURL.beside("media/thumbs.vtt", "/s.jpg").text == "/s.jpg")
    }

    @Test(arguments: [
        ("replay.html", "show.mp4", "show.mp4"), ("out/replay.html", "show.mp4", "../show.mp4"),
        ("out/a/r.html", "out/b/s.mp4", "../b/s.mp4"), ("./r.html", "./x/../s.mp4", "s.mp4"),
        ("/srv/r.html", "/srv/m/s.mp4", "m/s.mp4"), ("../r.html", "../s.mp4", "s.mp4"),
        ("/srv/r.html", "s.mp4", nil), ("../r.html", "s.mp4", nil),
    ])
    func `files are named as seen from the page`(
        _ page: String, _ file: String, _ wanted: String?
    ) {
        #expect(ReplayPath.relative(from: page, to: file) == wanted)
    }

    @Test func `a template may hold values only behind its host`() throws {
        _ = try CheckoutTemplate("https://shop.example/cart?sku={sku}&n={quantity}")
        _ = try CheckoutTemplate("/buy/{sku}#{t}", needing: ["sku"])
        #expect(throws: ReplayProblem.unknownPlaceholder("who", in: "/buy/{who}")) {
            try CheckoutTemplate("/buy/{who}")
        }
        #expect(throws: ReplayProblem.missingPlaceholder("sku", in: "/buy")) {
            try CheckoutTemplate("/buy", needing: ["sku"])
        }
        for text in ["https://{sku}.example/", "{sku}", "javascript:{sku}", "/buy/{sku", "{sku}:x"]
        {
            #expect(throws: ReplayProblem.badURL(text)) { try CheckoutTemplate(text) }
        }
    }

    @Test func `a chat is read as chats write it, by media time`() throws {
        let text = """
            {"media_time_ms":2000,"name":"Ann","text":"second"}
            {"time":"2026-11-20T18:00:01Z","user":"Bob","message":"first"}

            {"media_time_ms":-5,"author":{"name":"Zoë"},"body":"before\\u202e\\nit"}
            {"name":"nobody","text":"when?"}
            {"media_time_ms":9,"text":"gone","deleted":true}
            """
        let start = try #require(WallClock(rfc3339: "2026-11-20T18:00:00Z"))
        let chat = try ChatLines(Array(text.utf8), mediaStart: start)
        #expect(chat.lines.map(\.mediaTime) == [0, 1000, 2000])
        #expect(chat.lines.map(\.text) == ["before it", "first", "second"])
        #expect(chat.lines.map(\.name) == ["Zoë", "Bob", "Ann"])
        #expect(chat.passedOver == 2)
        for (bad, line) in [("{}\nx", 2), ("[]", 1), ("{\"a\":", 1)] {
            #expect(throws: ReplayProblem.chatLine(line)) {
                try ChatLines(Array(bad.utf8), mediaStart: nil)
            }
        }
        let many = String(repeating: #"{"media_time_ms":1,"text":"x"}"# + "\n", count: 20_003)
        let capped = try ChatLines(Array(many.utf8), mediaStart: nil)
        #expect(capped.lines.count == ReplayLimits.chatLines && capped.leftOut == 3)
    }

    @Test func `cues are read, and what is none is told by its line`() throws {
        let text = """
            \u{FEFF}WEBVTT - a title\r
            \r
            NOTE nothing\r
            \r
            one\r
            00:01.500 --> 00:02.000 align:start\r
            Hello\r
            there\r
            \r
            100:00:00.000 --> 100:00:01.000\r
            late
            """
        let file = try CueFile(Array(text.utf8))
        #expect(file.cues.map(\.start) == [1500, 360_000_000])
        #expect(file.cues.map(\.text) == ["Hello\nthere", "late"])
        for (bad, line) in [
            ("", 1), ("WEBVTTX", 1), ("WEBVTT\n\n00:02.000 --> 00:01.000\nx", 3),
            ("WEBVTT\n\n00:99.000 --> 01:01.000", 3), ("WEBVTT\n\n --> ", 3),
        ] {
            #expect(throws: ReplayProblem.cueLine(line)) { try CueFile(Array(bad.utf8)) }
        }
    }

    @Test func `pictures of the scrub bar are named as seen from the page`() throws {
        let text = "WEBVTT\n\n00:00.000 --> 00:05.000\nsprite 1.jpg#xywh=160,0,160,90\n"
        let pictures = try ScrubPictures(CueFile(Array(text.utf8)), at: "m/thumbs.vtt")
        #expect(pictures.images.map(\.text) == ["m/sprite%201.jpg"])
        #expect(pictures.pieces.first?.box == [160, 0, 160, 90])
        for bad in ["sprite.jpg", "a#xywh=1,2,3", "a#xywh=-1,2,3,4", "javascript:x#xywh=0,0,1,1"] {
            let cues = try CueFile(Array("WEBVTT\n\n00:00.000 --> 00:05.000\n\(bad)\n".utf8))
            #expect(throws: ReplayProblem.self) { try ScrubPictures(cues, at: "thumbs.vtt") }
        }
    }
}
