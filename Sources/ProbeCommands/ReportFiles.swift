import CommandLineKit
import Measures
import Probing

/// The files that one run writes. They are opened before it begins, so that an hour of measuring
/// is not lost to a path that cannot be.
final class ReportFiles {
    private let page: OutputFile?
    private let junit: OutputFile?
    private let prometheus: OutputFile?
    private let samples: OutputFile?
    private let capture: OutputFile?
    private let snapshot: OutputFile?
    private var hasCapture = false
    private var hasSnapshot = false

    init(_ invocation: Invocation) throws {
        func open(_ argument: Argument<String?>) throws -> OutputFile? {
            try invocation[argument].map { try OutputFile($0, replacing: true) }
        }
        let options = [
            ProbeArguments.page, ProbeArguments.junit, ProbeArguments.prometheus,
            ProbeArguments.samples, ProbeArguments.capture, ProbeArguments.snapshot,
            ProbeArguments.append,
        ]
        var paths: Set<String> = []
        for option in options {
            guard let path = invocation[option], !paths.insert(path).inserted else { continue }
            throw Failure(
                .usage, "usage.same-file",
                "'\(path)' cannot be two files: \(option.row.spelling) names it, too")
        }
        page = try open(ProbeArguments.page)
        junit = try open(ProbeArguments.junit)
        prometheus = try open(ProbeArguments.prometheus)
        samples = try open(ProbeArguments.samples)
        capture = try open(ProbeArguments.capture)
        snapshot = try open(ProbeArguments.snapshot)
        try samples?.write(Array((FrameTable.header + "\n").utf8))
    }

    /// What came up while the run is under way.
    func take(_ news: ProbeNews) throws {
        if let samples, !news.samples.isEmpty {
            let lines = news.samples.map { FrameTable.line($0) + "\n" }
            try samples.write(Array(lines.joined().utf8))
        }
        if let capture, !news.capture.isEmpty {
            hasCapture = true
            try capture.write(news.capture)
        }
        if let snapshot, let picture = news.snapshot, !hasSnapshot {
            hasSnapshot = true
            try snapshot.write(picture)
        }
    }

    /// Writes what is made of the whole report, and gives all files their names. Gives notice of
    /// what was asked for and never came.
    func finish(_ report: ProbeReport, _ verdicts: [Verdict]) throws -> [String] {
        try page?.write(Array(HTMLPage(report, verdicts).text.utf8))
        try junit?.write(Array(JUnitDocument.text(report, verdicts).utf8))
        try prometheus?.write(Array(PrometheusText.text(report, verdicts).utf8))
        for file in [page, junit, prometheus, samples] { try file?.publish() }
        if hasCapture { try capture?.publish() }
        if hasSnapshot { try snapshot?.publish() }
        var notices: [String] = []
        if capture != nil, !hasCapture { notices.append("no packet came: there is no --pcap") }
        if snapshot != nil, !hasSnapshot {
            notices.append("no picture came: there is no --snapshot")
        }
        return notices
    }
}
