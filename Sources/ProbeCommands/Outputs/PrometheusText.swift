import Measures
import Primitives

/// A report as Prometheus' text format, for node_exporter's textfile collector.
///
/// All are gauges and summaries of the last run, in base units: seconds, bits and shares of 1.
enum PrometheusText {
    static func text(_ report: ProbeReport, _ verdicts: [Verdict]) -> String {
        let totals = report.totals
        var page = Page(target: report.runs.first?.target ?? "")
        page.add(
            "up", "Whether the last run played to its end.",
            [([], report.runs.contains(where: \.hasFailed) ? 0 : 1)])
        if let run = report.runs.last {
            page.add(
                "run_started_timestamp_seconds", "When the last run began.",
                [([], Double(run.started.millisecondsSince1970) / 1000)])
            page.add("run_seconds", "How long the last run was.", [([], seconds(run.length))])
        }
        latency(report, totals, &page)
        for measure in Measure.allCases where !totals[measure].isEmpty {
            page.addSummary(
                "\(measure.rawValue)_\(measure.unit.baseName)",
                Measurable.measure(measure).meaning.sentence, [[]], [totals[measure]],
                scale: measure.unit.perBase)
        }
        for tally in Tally.allCases where tally != .watchedMicroseconds {
            page.add(
                tally.rawValue, Measurable.tally(tally).meaning.sentence,
                [([], Double(totals[tally]))])
        }
        page.add(
            "watched_seconds", Measurable.tally(.watchedMicroseconds).meaning.sentence,
            [([], Double(totals[.watchedMicroseconds]) / 1e6)])
        for ratio in Ratio.allCases {
            guard let share = totals[ratio] else { continue }
            page.add(
                "\(ratio.rawValue)_ratio", Measurable.ratio(ratio).meaning.sentence, [([], share)])
        }
        clock(report.clock, &page)
        page.add(
            "machine_limited", "Whether the machine of the probe was the limit, not the server.",
            [([], report.machine.limits.isEmpty ? 0 : 1)])
        if !verdicts.isEmpty {
            page.add(
                "assertion", "What each assertion came to.",
                verdicts.map { verdict in
                    (
                        [
                            ("assertion", verdict.assertion.text),
                            ("outcome", verdict.outcome.name),
                        ], 1
                    )
                })
        }
        return page.text
    }

    /// The best method under one name, for who does not want to know which.
    private static func latency(
        _ report: ProbeReport, _ totals: MeasureSet, _ page: inout Page
    ) {
        guard let measure = report.latencyMeasure(in: totals), let name = measure.methodName else {
            return
        }
        page.addSummary(
            "latency_seconds", Measurable.latency.meaning.sentence, [[("method", name)]],
            [totals[measure]], scale: 1e6)
    }

    private static func clock(_ clock: ClockReport, _ page: inout Page) {
        if let offset = clock.offset {
            page.add(
                "clock_offset_seconds", "How far the sender's clock is ahead of the probe's.",
                [([], seconds(offset))])
        }
        let doubt = clock.standing == .same ? Duration.zero : clock.uncertainty
        if let doubt {
            page.add(
                "clock_uncertainty_seconds", "How far that may be wrong.", [([], seconds(doubt))])
        }
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.wholeMicroseconds) / 1e6
    }
}

/// The lines of a page, family by family.
private struct Page {
    typealias Labels = [(name: String, value: String)]

    private let target: String
    private(set) var text = ""

    init(target: String) {
        self.target = target
    }

    mutating func add(_ name: String, _ help: String, _ values: [(Labels, Double)]) {
        begin(name, help, "gauge")
        for (labels, value) in values { line(name, labels, value) }
    }

    mutating func addSummary(
        _ name: String, _ help: String, _ labels: [Labels], _ values: [Histogram], scale: Double
    ) {
        begin(name, help, "summary")
        for (labels, values) in zip(labels, values) {
            for (name_, share) in [("0.5", 0.5), ("0.95", 0.95), ("0.99", 0.99), ("1", 1)] {
                guard let value = values.quantile(share) else { continue }
                line(name, labels + [("quantile", name_)], Double(value) / scale)
            }
            line("\(name)_sum", labels, Double(values.sum) / scale)
            line("\(name)_count", labels, Double(values.count))
        }
    }

    private mutating func begin(_ name: String, _ help: String, _ type: String) {
        text += "# HELP whep_probe_\(name) \(Self.escaped(help, quotes: false))\n"
        text += "# TYPE whep_probe_\(name) \(type)\n"
    }

    private mutating func line(_ name: String, _ labels: Labels, _ value: Double) {
        let all = [("target", target)] + labels
        let written = all.map { "\($0.0)=\"\(Self.escaped($0.1, quotes: true))\"" }
        text += "whep_probe_\(name){\(written.joined(separator: ","))} \(Self.number(value))\n"
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": safe += "\\\\"
            case "\n": safe += "\\n"
            case "\"" where quotes: safe += "\\\""
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}

extension Measure.Unit {
    /// As Prometheus' names end.
    fileprivate var baseName: String {
        switch self {
        case .microseconds: "seconds"
        case .bitsPerSecond: "bits_per_second"
        case .milliframesPerSecond: "frames_per_second"
        case .packets: "packets"
        case .centiLUFS: "lufs"
        }
    }

    fileprivate var perBase: Double {
        switch self {
        case .microseconds: 1e6
        case .bitsPerSecond, .packets: 1
        case .milliframesPerSecond: 1000
        case .centiLUFS: 100
        }
    }
}

extension String {
    /// With a capital and a full stop.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() + "." }
}
