import CommandLineKit
import Measures
import Primitives
import Probing
import TestSupport
import Testing

@testable import ProbeCommands

/// Every output of a report, against what it should be, and read by programs that are not ours.
@Suite struct OutputTests {
    private static let report = SampleReport.show()
    private static let repository = #filePath.split(
        separator: "/", omittingEmptySubsequences: false
    )
    .dropLast(3).joined(separator: "/")

    private static func verdicts(_ report: ProbeReport = report) throws -> [Verdict] {
        report.judge(try SampleReport.assertions(SampleReport.demands))
    }

    @Test func `the summary says it all in one screen and a half`() throws {
        let lines = TextSummary(Self.report, try Self.verdicts()).lines
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
        expectSnapshot(lines.joined(separator: "\n") + "\n", "summary.txt")
    }

    @Test func `a run that saw nothing leaves the words to its failure`() throws {
        #expect(TextSummary(SampleReport.refused(), []).lines == [])
        let lines = TextSummary(SampleReport.refused(), try Self.verdicts(SampleReport.refused()))
            .lines
        #expect(lines.first == "Assertions")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  void") })
    }

    @Test func `the summary of several runs and viewers tells of all`() throws {
        expectSnapshot(
            TextSummary(SampleReport.crowd(), []).lines.joined(separator: "\n") + "\n",
            "summary-crowd.txt")
    }

    @Test func `the page is golden, and well-formed with nothing from outside`() throws {
        let page = HTMLPage(Self.report, try Self.verdicts()).text
        expectSnapshot(page, "report.html")
        for words in ["http-equiv=\"Content-Security-Policy\"", "default-src 'none'"] {
            #expect(page.contains(words))
        }
        for words in ["<script", "src=", "href=", "@import", "url(", "<b>bold"] {
            #expect(!page.contains(words), "\(words)")
        }
        // Its plots are XML each.
        let plots = page.split(separator: "\n").split { !$0.contains("svg") && !$0.contains("<") }
        #expect(!plots.isEmpty)
        let svgs = Self.pieces(of: page, from: "<svg", to: "</svg>")
        #expect(svgs.count == 7)
        for svg in svgs { try Self.expectXML(svg) }
    }

    @Test func `JUnit's XML has a case for each assertion, and for having played`() throws {
        let text = JUnitDocument.text(Self.report, try Self.verdicts())
        expectSnapshot(text, "junit.xml")
        try Self.expectXML(text)
        let broken = JUnitDocument.text(SampleReport.refused(), [])
        #expect(broken.contains("tests=\"1\" failures=\"0\" errors=\"1\""))
        #expect(broken.contains("<error type=\"session\" message=\"signaling\"/>"))
        try Self.expectXML(broken)
    }

    @Test func `Prometheus reads the figures`() throws {
        let text = PrometheusText.text(Self.report, try Self.verdicts())
        expectSnapshot(text, "metrics.prom")
        #expect(PrometheusReader.problems(text) == [])
    }

    @Test func `hostile names stay harmless in every output`() throws {
        let name = "https://a.example/\"'<script>&\u{1B}[31m\u{0}\n\\x\u{202E}"
        var report = Self.report
        report.runs[0].target = name
        report.runs[0].host = name
        report.runs[0].ending = name
        report.facts.server = name
        report.clock.source = name
        report.remarks.append(ProbeReport.Remark(code: name, detail: name))
        let verdicts = try Self.verdicts(report)
        try Self.expectXML(JUnitDocument.text(report, verdicts))
        #expect(PrometheusReader.problems(PrometheusText.text(report, verdicts)) == [])
        let page = HTMLPage(report, verdicts).text
        #expect(!page.contains("<script"))
        #expect(!page.contains("\u{1B}") && !page.contains("\u{202E}"))
        let summary = TextSummary(report, verdicts).lines.joined(separator: "\n")
        #expect(!summary.contains("\u{1B}") && !summary.contains("\u{202E}"))
    }

    @Test func `counts beyond all sums stay harmless in every output`() throws {
        var report = Self.report
        let most = try #require(
            Histogram(
                buckets: [10_000, 20_000, 30_000].map { .init(value: $0, count: .max) },
                sum: .max, least: 10_000, greatest: 30_000))
        for measure in Measure.allCases { report.windows[0].measures.add(most, to: measure) }
        for tally in Tally.allCases { report.windows[0].measures.count(tally, .max) }
        let verdicts = try Self.verdicts(report)
        _ = TextSummary(report, verdicts).lines
        _ = HTMLPage(report, verdicts).text
        _ = JUnitDocument.text(report, verdicts)
        #expect(PrometheusReader.problems(PrometheusText.text(report, verdicts)) == [])
        let document = ReportDocument.json(report, verdicts).text
        let read = try ProbeReport(parsing: Array(document.utf8).span)
        #expect(read.totals == report.totals)
        _ = ComparisonTable.lines(
            Comparison(old: read, new: Self.report, seed: 1), isColoured: false)
    }

    @Test func `frames are rows of CSV`() {
        var row = FrameRow(
            medium: .video, arrived: .milliseconds(1234), bytes: 4321, isKeyframe: true,
            rtpTimestamp: 90_000)
        row.number = 17
        row.latency = .microseconds(-2_500)
        row.latencyMeasure = .latencyBurned
        row.gap = .milliseconds(33)
        let bare = FrameRow(
            medium: .audio, arrived: .zero, bytes: 80, isKeyframe: false, rtpTimestamp: 0)
        #expect(
            [FrameTable.header, FrameTable.line(row), FrameTable.line(bare)] == [
                "medium,arrived_s,bytes,is_keyframe,rtp_timestamp,stamp_number,latency_ms,"
                    + "latency_method,buffered_ms,decoded_ms,gap_ms",
                "video,1.234000,4321,1,90000,17,-2.500,burned,,,33.000",
                "audio,0.000000,80,0,0,,,,,,",
            ])
    }

    @Test func `the document is what the schema says, verdicts and all`() throws {
        let documents = [
            ReportDocument.json(Self.report, try Self.verdicts()),
            ReportDocument.json(SampleReport.refused(), []),
            ReportDocument.json(SampleReport.crowd(), []),
        ]
        let check = try ProcessRun.run(
            "\(Self.repository)/scripts/check-schemas",
            ["\(Self.repository)/docs/schemas/whep-probe", "-"],
            environment: ["LANG": "C.UTF-8"],
            input: documents.map(\.text).joined(separator: "\n"))
        // Documents of other commands have schemas in the same folder.
        let problems = check.output.split(separator: "\n").filter { !$0.hasPrefix("no document") }
        #expect(problems == [], "\(check.talk)")
        #expect(try ProbeReport(json: documents[0]) == Self.report)
    }

    private static func pieces(of text: String, from start: String, to end: String) -> [String] {
        var pieces: [String] = []
        var rest = text[...]
        while let begin = rest.firstRange(of: start), let stop = rest.firstRange(of: end) {
            pieces.append(String(rest[begin.lowerBound..<stop.upperBound]))
            rest = rest[stop.upperBound...]
        }
        return pieces
    }

    private static func expectXML(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let run = try ProcessRun.run(
            "/usr/bin/python3",
            ["-c", "import sys, xml.dom.minidom as m; m.parse(sys.stdin.buffer)"],
            environment: ["LANG": "C.UTF-8"], input: text)
        #expect(run.status == 0, "\(run.talk)", sourceLocation: sourceLocation)
    }
}

/// Enough of a reader of Prometheus' text format to find what is wrong with a page.
enum PrometheusReader {
    static func problems(_ text: String) -> [String] {
        var problems: [String] = []
        var family: (name: String, type: String)?
        var seen: Set<String> = []
        guard text.hasSuffix("\n") else { return ["does not end with a line end"] }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.split(separator: " ", maxSplits: 3)
            if line.hasPrefix("# TYPE ") {
                family = (String(words[2]), String(words[3]))
                if !seen.insert(String(words[2])).inserted { problems.append("twice: \(line)") }
            } else if !line.hasPrefix("# HELP ") {
                guard let family, let value = value(line, family.name, family.type) else {
                    problems.append("not read: \(line)")
                    continue
                }
                if !value.isFinite { problems.append("not finite: \(line)") }
            }
        }
        return problems
    }

    private static func value(_ line: Substring, _ family: String, _ type: String) -> Double? {
        guard let open = line.firstIndex(of: "{") else { return nil }
        let name = String(line[..<open])
        let isOurs =
            name == family
            || type == "summary" && ["\(family)_sum", "\(family)_count"].contains(name)
        guard isOurs, name.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "_" }) else {
            return nil
        }
        var rest = line[line.index(after: open)...]
        while true {
            guard let equals = rest.firstRange(of: "=\"") else { return nil }
            let label = rest[..<equals.lowerBound]
            guard !label.isEmpty, label.allSatisfy({ $0.isLowercase || $0 == "_" }) else {
                return nil
            }
            rest = rest[equals.upperBound...]
            while let next = rest.popFirst(), next != "\"" {
                if next == "\\" {
                    guard let escaped = rest.popFirst(), "\\\"n".contains(escaped) else {
                        return nil
                    }
                }
            }
            guard let separator = rest.popFirst() else { return nil }
            if separator == "}" { break }
            guard separator == "," else { return nil }
        }
        guard rest.popFirst() == " " else { return nil }
        return Double(rest)
    }
}
