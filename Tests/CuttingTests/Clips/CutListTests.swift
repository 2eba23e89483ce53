import Primitives
import Testing

@testable import Cutting

struct CutListTests {
    static func read(_ text: String, rate: (Int32, Int32) = (25, 1)) throws -> [ClipLine] {
        let rate = try #require(ClipFrameRate(numerator: rate.0, denominator: rate.1))
        return try CutList.read(Array(text.utf8), frameRate: rate)
    }

    private static func text(_ lines: [ClipLine]) -> String {
        lines.map { line in
            "\(line.line): \(line.start.milliseconds)-\(line.end.milliseconds)"
                + [line.name, line.sku, line.title].map { $0.map { " \($0)" } ?? "" }.joined()
        }.joined(separator: "; ")
    }

    @Test(arguments: [
        ("00:10-00:42", "1: 10000-42000"),
        (
            "# cuts\n\n00:10 - 01:00:42.5 The cup \r\n90s–1m40s\n5 --> 6.25 x",
            "3: 10000-3642500 The cup; 4: 90000-100000; 5: 5000-6250 x"
        ),
        ("10,20\n30,40,two,SKU-2,Title", "1: 10000-20000; 2: 30000-40000 two SKU-2 Title"),
        ("\u{feff}name;start;end\n\"a;b\";00:01;00:02,5", "2: 1000-2500 a;b"),
        ("sku,start_ms,duration_ms\nA,1500,250\n", "2: 1500-1750 A"),
        (
            #"[{"start":1.5,"end":"00:03","name":"n","sku":"A"},{"start_ms":4000,"end_ms":5000}]"#,
            "1: 1500-3000 n A; 2: 4000-5000"
        ),
        (
            "{\"start\":1,\"end\":2}\n\n{\"start\":3,\"duration\":4,\"title\":\"T\"}",
            "1: 1000-2000; 3: 3000-7000 T"
        ),
        (
            """
            TITLE: show
            FCM: NON-DROP FRAME

            001  AX       V     C        00:00:10:00 00:00:12:12 01:00:00:00 01:00:02:12
            * FROM CLIP NAME: The cup
            002  AX       A     C        00:00:10:00 00:00:12:12 01:00:00:00 01:00:02:12
            003  AX       AA/V  D    025 00:00:20:00 00:00:30:00 01:00:02:12 01:00:12:12
            """, "4: 10000-12480 The cup; 7: 20000-30000"
        ),
        (
            #"{"OTIO_SCHEMA":"Timeline.1","tracks":{"OTIO_SCHEMA":"Stack.1","children":[{"OTIO_SCHEMA":"Track.1","kind":"Video","children":[{"OTIO_SCHEMA":"Clip.2","name":"c","metadata":{"sku":"A"},"source_range":{"start_time":{"rate":25.0,"value":50.0},"duration":{"rate":25.0,"value":25.0}}}]}]}}"#,
            "1: 2000-3000 c A"
        ),
    ])
    func `lists of every form say what to cut`(_ list: String, _ lines: String) throws {
        #expect(Self.text(try Self.read(list)) == lines)
    }

    @Test func `timecodes are exact, and dropped numbers are not counted`() throws {
        let list = """
            TITLE: x
            FCM: DROP FRAME
            1 AX V C 00:01:00;02 01:00:00;00 00:00:00:00 00:00:01:00
            """
        let line = try #require(try Self.read(list, rate: (30000, 1001)).first)
        #expect(line.start == MediaTime(ticks: 1800 * 1001, timescale: 30000))
        #expect(line.end == MediaTime(ticks: 107_892 * 1001, timescale: 30000))
    }

    @Test(arguments: [
        ("", ClipProblem.nothing), ("# nothing\n", .nothing), ("[]", .nothing),
        ("00:10-00:42\nlater", .list(line: 2, .badTime("later"))),
        ("00:10", .list(line: 1, .noEnd)), ("00:10 00:20", .list(line: 1, .noEnd)),
        ("00:61:00-2", .list(line: 1, .badTime("00:61:00"))),
        ("start,end\n1,\n", .list(line: 2, .noEnd)),
        ("start,end\n1,2\nx,3", .list(line: 3, .badTime("x"))),
        ("start,end\n1,\"2", .list(line: 2, .csv(.unterminatedQuote))),
        ("[{\"start\":1}]", .list(line: 1, .noEnd)),
        ("[{\"end\":1}]", .list(line: 1, .noColumn("start"))),
        ("[{\"start\":-1,\"end\":2}]", .list(line: 1, .badTime("-1"))),
        ("{\"start\":1,\"end\":2}\n{", .list(line: 2, .json(.unexpectedEnd))),
        (
            "TITLE: x\n1 AX V C 00:00:00:30 00:00:01:00 00:00:00:00 00:00:01:00",
            .list(line: 2, .badTime("00:00:00:30"))
        ),
    ])
    func `a line that makes no sense is named`(_ list: String, _ problem: ClipProblem) {
        #expect(throws: problem) { try Self.read(list) }
    }

    @Test(arguments: [
        ("0", "0/1"), ("1:02:03.5", "37235/10"), ("63.25", "6325/100"), ("1h2m3.5s", "37235/10"),
        ("250ms", "250/1000"), ("0.033366700", "33366700/1000000000"), ("00:10,5", "105/10"),
        ("", "-"), ("-1", "-"), ("1:2:3:4", "-"), ("1s2m", "-"), ("1e3", "-"), ("99:60", "-"),
        ("9999999999", "-"), ("1:00:00:00", "-"), ("0x10", "-"), ("1..2", "-"),
    ])
    func `a time is read exactly or not at all`(_ text: String, _ time: String) {
        #expect(ClipTime.read(text).map { "\($0.ticks)/\($0.timescale)" } ?? "-" == time)
    }
}
