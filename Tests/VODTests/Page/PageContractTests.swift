import Primitives
import TestSupport
import Testing

/// `vod-cut page` on its command line, and the example of a shop, without a browser.
@Suite(.enabled(if: ReplayStage.isThere, "Chromium or ffmpeg is not installed"))
struct PageContractTests {
    @Test func `it says what it has made, and makes the same bytes again`() throws {
        let stage = try ReplayStage()
        let run = try stage.makePage()
        let answer = try JSON(parsing: run.output)
        #expect(answer["schema"] == "lc.page/1" && answer["page"] == "replay.html")
        #expect(answer["products"] == 2 && answer["chapters"] == 3)
        let bytes = try #require(Files.bytes(stage.folder.path("replay.html")))
        #expect(answer["bytes"] == .integer(Int64(bytes.count)))
        try stage.makePage()
        #expect(Files.bytes(stage.folder.path("replay.html")) == bytes)
        // Only its own: a schema that no document has is a fault there.
        let schemas = ScratchFolder()
        let schema = "\(ReplayStage.repository)/docs/schemas/vod-cut/page.schema.json"
        schemas.write(Files.bytes(schema) ?? [], to: "page.schema.json")
        let check = try ProcessRun.run(
            "\(ReplayStage.repository)/scripts/check-schemas",
            [schemas.path, "-"],
            environment: MediaPrograms.environment, input: run.output)
        #expect(check.status == 0, "\(check.talk)")
    }

    private static let wrong: [(more: [String], status: Int32, words: String)] = [
        (["--checkout", "javascript:alert(1)"], 64, "is no address"),
        (["--checkout", "/buy?sku={who}"], 64, "'{who}'"),
        (["--checkout", "/buy"], 64, "lacks '{sku}'"),
        (["--checkout", "/buy?sku={sku}", "--reserve", "/reserve"], 64, "lacks '{reservation}'"),
        (["--stock", "file:///etc/passwd"], 64, "--stock"),
        (["--host-origin", "https://a.example/x"], 64, "is no origin"),
        (["--poll", "1s"], 64, "--poll"), (["--lang", "<b>"], 64, "--lang"),
        (["--captions", "en.vtt"], 64, "LANG:FILE"),
        (["--video", "nowhere.mp4"], 66, "nowhere.mp4"),
        (["--video", "show.jsonl"], 65, "show.jsonl"),
        (["--timeline", "nowhere.jsonl"], 66, "nowhere.jsonl"),
        (["--timeline", "show.mp4"], 65, "show.mp4"),
        (["--timeline", "wild.jsonl"], 65, "wild.jsonl"),
        (["--chat", "bad.jsonl"], 65, "bad.jsonl: line 2"),
        (["--captions", "en:bad.jsonl"], 65, "bad.jsonl: line 1"),
        (["--thumbnails", "bad.vtt"], 65, "bad.vtt: the cue at line 3"),
        (["--output", "nowhere/replay.html"], 73, "nowhere/replay.html"),
    ]

    @Test func `what is wrong is told with its name, and leaves nothing behind`() throws {
        let stage = try ReplayStage()
        stage.folder.write("{\"media_time_ms\":1,\"text\":\"x\"}\nrubbish\n", to: "bad.jsonl")
        stage.folder.write("WEBVTT\n\n00:00.000 --> 00:01.000\nsprite.jpg\n", to: "bad.vtt")
        stage.folder.write(
            #"{"type":"pin","time":"2026-01-01T00:00:00Z","data":{"sku":"A"}}"#, to: "wild.jsonl")
        for wrong in Self.wrong {
            var words = ["page", "--timeline", "show.jsonl", "--video", "show.mp4"]
            words += ["--checkout", "/buy?sku={sku}", "--output", "replay.html"]
            for (name, value) in zip(wrong.more, wrong.more.dropFirst()) {
                guard name.hasPrefix("--") else { continue }
                if let place = words.firstIndex(of: name) {
                    words[place + 1] = value
                } else {
                    words += [name, value]
                }
            }
            let run = try VODCutProgram.run(words, folder: stage.folder.path)
            #expect(run.status == wrong.status, "\(wrong.more): \(run.ending) \(run.talk)")
            #expect(run.talk.contains(wrong.words), "\(wrong.more): \(run.talk)")
            #expect(!Files.exists(stage.folder.path("replay.html")), "\(wrong.more)")
        }
        try stage.makePage()
        let again = try VODCutProgram.run(
            ["page", "--timeline", "show.jsonl", "--video", "show.mp4"]
                + ["--checkout", "/buy?sku={sku}", "--output", "replay.html"],
            folder: stage.folder.path)
        #expect(again.status == 73 && again.talk.contains("--force"), "\(again.talk)")
    }

    @Test func `the example of a shop serves its own pages only`() throws {
        let stage = try ReplayStage(stock: [("MUG", 1)])
        /// A request as no browser would let a page make it.
        func ask(
            _ path: String, _ fields: String = "{}", body: String? = nil
        ) throws -> (Int, String) {
            let script = """
                import http.client, sys, json
                port, path, fields, body = sys.argv[1:5]
                link = http.client.HTTPConnection("127.0.0.1", int(port))
                link.request("POST" if body else "GET", path, body or None, json.loads(fields))
                answer = link.getresponse()
                print(answer.status, answer.getheader("Content-Range"), answer.read(200))
                """
            let port = stage.url.split(separator: ":").last?.filter(\.isNumber) ?? ""
            let run = try ProcessRun.run(
                "/usr/bin/python3", ["-c", script, port, path, fields, body ?? ""],
                environment: MediaPrograms.environment)
            let words = run.output.split(separator: " ", maxSplits: 1)
            return (
                Int(words.first ?? "") ?? 0, words.dropFirst().first.map(String.init) ?? run.talk
            )
        }
        let json = #"{"Content-Type":"application/json"}"#
        func wish(_ key: String, _ more: String = "") -> String {
            #"{"sku":"MUG","quantity":1,"buyer":"web-1","idempotency_key":"\#(key)"\#(more)}"#
        }
        #expect(try ask("/stock").1.contains(#""available":1"#))
        #expect(try ask("/stock", #"{"Origin":"https://evil.example"}"#).0 == 403)
        #expect(try ask("/stock", #"{"Host":"evil.example"}"#).0 == 403)
        #expect(try ask("/reserve", #"{"Sec-Fetch-Site":"cross-site"}"#, body: wish("a")).0 == 403)
        #expect(try ask("/reserve", #"{"Content-Type":"text/plain"}"#, body: wish("a")).0 == 415)
        for body in [
            "x", "[]", "{}", wish("a", #","sku":"--help""#), wish("a", #","quantity":0"#),
            wish("a b"), String(repeating: "x", count: 5000),
        ] {
            let status = try ask("/reserve", json, body: body).0
            #expect(status == 400 || status == 413, "\(body.prefix(60))")
        }
        #expect(try stage.reservations.isEmpty)
        #expect(try ask("/reserve", json, body: wish("a")).0 == 200)
        #expect(try ask("/reserve", json, body: wish("a")).0 == 200)
        let late = try ask("/reserve", json, body: wish("b"))
        #expect(late.0 == 409 && late.1.contains("stock.sold-out"), "\(late)")
        #expect(try stage.reservations.count == 1)
        #expect(try ask("/show.mp4", #"{"Range":"bytes=4-7"}"#).1.contains("b'ftyp'"))
        #expect(try ask("/show.mp4", #"{"Range":"bytes=999999999-"}"#).0 == 416)
        #expect(try ask("/../../etc/passwd").0 == 404)
    }
}
