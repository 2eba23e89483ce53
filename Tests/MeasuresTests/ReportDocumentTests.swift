import Measures
import Primitives
import Testing

@Suite struct ReportDocumentTests {
    @Test func `what is written reads back as the same`() throws {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            let report = random.report()
            let text = report.json.text
            let read = try ProbeReport(parsing: text.utf8Span.span)
            #expect(read == report, "seed \(seed)")
            #expect(read.json.text == text, "seed \(seed)")
        }
    }

    @Test func `a script finds its figures under totals`() throws {
        var report = Self.plain
        var set = MeasureSet()
        for value in 1...100 as ClosedRange<Int64> { set.add(value * 1000, to: .latencySEI) }
        set.add(-30_000, to: .avLeadReported)
        set.add(500, to: .freeze)
        set.count(.watchedMicroseconds, 1000)
        report.windows = [MeasureLog.Window(start: .zero, length: .seconds(1), measures: set)]
        let totals = try #require(report.json["totals"])
        let latency = try #require(totals["measures"]?["latency"])
        let told = try #require(latency["p95_us"]?.integerValue)
        #expect(abs(told - 95_000) < 95_000 / 128)
        #expect(totals["latency_method"] == "latency_sei")
        #expect(totals["av_offset_method"] == "av_lead_reported")
        #expect(totals["measures"]?["av_offset"]?["max_us"] == 30_000)
        #expect(totals["ratios"]?["freeze"] == .decimal("0.5"))
        #expect(totals["tallies"]?["watched_us"] == 1000)
        #expect(
            report.json["windows"]?.arrayValue?.first?["measures"]?["freeze"]
                == [
                    "buckets": [[502, 1]], "count": 1, "greatest": 500, "least": 500, "sum": 500,
                    "unit": "us",
                ])
    }

    @Test func `durations keep what is behind the point`() {
        for (duration, text) in [
            (Duration.microseconds(5), "5"), (.nanoseconds(1_500), "1.5"),
            (.nanoseconds(-1), "-0.001"), (.zero, "0"), (.nanoseconds(-2_000_250), "-2000.25"),
        ] {
            let json = duration.microsecondsJSON
            #expect(json.text == text)
            #expect(Duration(microsecondsJSON: json) == duration)
        }
        for json in ["1", .decimal("1e9"), .decimal("1.0000000000001"), .null] as [JSON] {
            #expect(Duration(microsecondsJSON: json) == nil)
        }
    }

    @Test func `what is no report is told with its place`() throws {
        let good = Self.plain.json
        #expect(throws: ReportProblem.schema(nil)) { try ProbeReport(json: []) }
        #expect(throws: ReportProblem.schema("lc.probe-report/2")) {
            try ProbeReport(json: Self.with(good, ["schema"], "lc.probe-report/2"))
        }
        #expect(throws: ReportProblem.syntax(.unexpectedEnd)) {
            try ProbeReport(parsing: "".utf8Span.span)
        }
        let window: JSON = [
            "start_us": 0, "length_us": 1, "tallies": [:],
            "measures": [
                "freeze": [
                    "unit": "us", "count": 2, "sum": 10, "least": 4, "greatest": 6,
                    "buckets": [[4, 1], [6, 1]],
                ]
            ],
        ]
        let whole = Self.with(good, ["windows"], [window])
        #expect(try ProbeReport(json: whole).totals[.freeze].count == 2)
        let path = "windows[0].measures.freeze"
        let freeze = ["windows", "0", "measures", "freeze"]
        let cases: [(place: [String], value: JSON?, problem: ReportProblem)] = [
            (["runs"], nil, .missing(path: "runs")), (["runs"], [], .bad(path: "runs")),
            (["runs", "0", "kind"], "rtmp", .bad(path: "runs[0].kind")),
            (["runs", "0", "started"], "now", .bad(path: "runs[0].started")),
            (["runs", "0", "length_us"], -1, .bad(path: "runs[0].length_us")),
            (
                ["windows"], .array([JSON](repeating: 1, count: 6001)),
                .tooMany(path: "windows", limit: 6000)
            ),
            (["windows", "0"], 7, .bad(path: "windows[0]")),
            (["windows", "0", "length_us"], .integer(.max), .bad(path: "windows[0].length_us")),
            (
                ["windows", "0", "tallies"], ["nacks": -1],
                .bad(path: "windows[0].tallies.nacks")
            ),
            (freeze + ["unit"], "ms", .bad(path: path + ".unit")),
            (freeze + ["count"], 3, .bad(path: path + ".buckets")),
            (freeze + ["sum"], 13, .bad(path: path + ".buckets")),
            (freeze + ["greatest"], 7, .bad(path: path + ".buckets")),
            (freeze + ["buckets"], [[4, 1], [6]], .bad(path: path + ".buckets[1]")),
            (
                freeze + ["buckets"], [[4, .integer(.max)], [6, .integer(.max)]],
                .bad(path: path + ".buckets")
            ),
            (freeze + ["buckets"], [[.integer(.min), 2]], .bad(path: path + ".buckets")),
            (["clock", "drift_ppm"], .decimal("1e999"), .bad(path: "clock.drift_ppm")),
        ]
        for (place, value, problem) in cases {
            #expect(throws: problem, "\(place)") {
                try ProbeReport(json: Self.with(whole, place, value))
            }
        }
        // What a later program of the same schema adds does no harm.
        #expect(try ProbeReport(json: Self.with(whole, ["clock", "mood"], "fine")).runs.count == 1)
    }

    /// A few bytes of it take the room of all places between two buckets.
    @Test func `a document that would fill the memory is refused`() throws {
        var measures = MeasureSet()
        for value in [-Histogram.largest, -1, 1, Histogram.largest] {
            measures.add(value, to: .avLead)
        }
        var report = Self.plain
        report.viewers = (0..<8_000).map {
            ProbeReport.Viewer(number: $0, isDecoding: false, failure: nil, measures: measures)
        }
        let document = report.json
        let problem = #expect(throws: ReportProblem.self) { try ProbeReport(json: document) }
        guard case .tooMany(let path, let limit) = problem else {
            Issue.record("\(String(describing: problem))")
            return
        }
        #expect(path.hasPrefix("viewers[7") && limit == 1 << 25)
    }

    @Test func `every document that is broken somewhere is refused or read, never trapped on`() {
        var random = RandomReports(seed: 7)
        let bytes = Array(random.report(windows: 1).json.text.utf8)
        for _ in 0..<200 {
            var broken = bytes
            for _ in 0..<random.number(1...4) {
                let place = Int(random.number(0...Int64(broken.count - 1)))
                broken[place] = UInt8(random.number(0x20...0x7E))
            }
            guard let report = try? ProbeReport(parsing: broken.span) else { continue }
            _ = try? ProbeReport.merging([report, report])
        }
    }

    static var plain: ProbeReport {
        ProbeReport(
            run: ProbeReport.Run(
                target: "http://127.0.0.1/whep/a", kind: .whep, host: "here",
                started: WallClock(millisecondsSince1970: 1_700_000_000_000),
                length: .seconds(30), ending: "finished"))
    }

    /// The same with another value somewhere, or without the member.
    static func with(_ json: JSON, _ place: [String], _ value: JSON?) -> JSON {
        guard let name = place.first else { return value ?? .null }
        let rest = Array(place.dropFirst())
        switch json {
        case .object(var object):
            if rest.isEmpty {
                object[name] = value
            } else {
                object[name] = with(object[name] ?? [:], rest, value)
            }
            return .object(object)
        case .array(var values):
            guard let index = Int(name) else { return json }
            values[index] = with(values[index], rest, value)
            return .array(values)
        default: return json
        }
    }
}
