import CommandLineKit
import Measures
import Primitives

/// A report as one page that needs nothing from outside: no script, no picture, no font.
struct HTMLPage {
    enum Limits {
        /// Rows of a table; a report may have thousands of runs and viewers.
        static let rows = 200
    }

    private let report: ProbeReport
    private let totals: MeasureSet
    private let verdicts: [Verdict]

    init(_ report: ProbeReport, _ verdicts: [Verdict]) {
        self.report = report
        self.verdicts = verdicts
        totals = report.totals
    }

    var text: String {
        let target = Markup.escaped(report.runs.first?.target ?? "")
        var parts = [
            "<!DOCTYPE html>", "<html lang=\"en\">", "<head>", "<meta charset=\"utf-8\">",
            "<meta http-equiv=\"Content-Security-Policy\" "
                + "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta name=\"generator\" content=\"whep-probe \(Version.text)\">",
            "<title>\(target) · whep-probe</title>", "<style>", PageStyle.css, "</style>",
            "</head>", "<body>",
        ]
        parts += heading + assertions + key + plots + measures + tallies + viewers + remarks + runs
        parts += ["</body>", "</html>", ""]
        return parts.joined(separator: "\n")
    }

    private func paragraph(_ words: String, _ kind: String = "") -> String {
        let kind = kind.isEmpty ? "" : " class=\"\(kind)\""
        return "<p\(kind)>\(Markup.escaped(words))</p>"
    }

    private var heading: [String] {
        guard let run = report.runs.first else { return [] }
        let others = report.runs.count - 1
        var lines = ["<h1>\(Markup.escaped(run.target))</h1>"]
        lines.append(
            paragraph(
                others > 0
                    ? "\(report.runs.count) runs together, the first at \(run.started.rfc3339)"
                    : "\(run.started.rfc3339) on \(run.host), watched for "
                        + "\(Figures.duration(run.length)), \(run.endingWords)",
                run.hasFailed ? "warning" : ""))
        let facts = report.facts.words
        if !facts.isEmpty { lines.append(paragraph("Received: \(facts)")) }
        lines.append(paragraph("Clock: \(report.clock.words)"))
        let machine = report.machine.words
        if !machine.isEmpty { lines.append(paragraph("This machine: \(machine)")) }
        if let limit = report.machine.limitWords { lines.append(paragraph(limit, "warning")) }
        return lines
    }

    /// What is looked for first.
    private var key: [String] {
        var cards: [(figure: String, words: String)] = []
        if let method = report.latencyMeasure(in: totals),
            let middle = totals[method].quantile(0.5),
            let late = totals[method].quantile(0.95)
        {
            let caveat = report.clock.caveat(method)
            cards.append((Figures.told(middle, .microseconds), "latency p50, \(caveat)"))
            cards.append((Figures.told(late, .microseconds), "latency p95, \(method.title)"))
        }
        if let start = totals[.startup].quantile(0.5) {
            cards.append((Figures.told(start, .microseconds), "to the first picture"))
        }
        if let share = totals[Ratio.freeze] {
            cards.append((Figures.share(share), "of the time frozen"))
        }
        if let share = totals[.lossAfter] {
            cards.append((Figures.share(share), "of packets lost after repair"))
        }
        if let apart = totals.offsets.quantile(0.95) {
            cards.append((Figures.told(apart, .microseconds), "sound and picture apart, p95"))
        }
        guard !cards.isEmpty else { return [] }
        let drawn = cards.map {
            "<div><b>\(Markup.escaped($0.figure))</b><span>\(Markup.escaped($0.words))</span></div>"
        }
        return ["<div class=\"key\">"] + drawn + ["</div>"]
    }

    private var plots: [String] {
        var lines = ["<div class=\"plots\">"]
        for figure in ReportPlots(report).all {
            let legend = figure.legend.prefix(4).enumerated().map { place, words in
                "<span><i class=\"swatch\(place + 1)\"></i>\(Markup.escaped(words))</span>"
            }
            lines.append("<figure id=\"plot-\(figure.id)\">")
            lines.append(
                "<figcaption>\(Markup.escaped(figure.title))\(legend.joined())</figcaption>")
            lines.append(figure.svg ?? "<p>not measured</p>")
            lines.append("</figure>")
        }
        return lines + ["</div>"]
    }

    private func table(_ id: String, _ title: String, _ head: [String], _ rows: [String])
        -> [String]
    {
        guard !rows.isEmpty else { return [] }
        let cells = head.enumerated().map { place, words in
            "<th\(place > 0 && head.count > 3 ? " class=\"figure\"" : "")>"
                + "\(Markup.escaped(words))</th>"
        }
        var lines = [
            "<h2>\(Markup.escaped(title))</h2>", "<div class=\"scroll\"><table id=\"\(id)\">",
            "<tr>\(cells.joined())</tr>",
        ]
        lines += rows.prefix(Limits.rows)
        lines.append("</table></div>")
        if rows.count > Limits.rows {
            lines.append(paragraph("and \((Int64(rows.count - Limits.rows)).grouped) more"))
        }
        return lines
    }

    private func row(_ cells: [String], figuresFrom first: Int = 1) -> String {
        let drawn = cells.enumerated().map { place, cell in
            "<td\(place >= first ? " class=\"figure\"" : "")>\(Markup.escaped(cell))</td>"
        }
        return "<tr>\(drawn.joined())</tr>"
    }

    private var assertions: [String] {
        table(
            "assertions", "Assertions", ["", "assertion", "measured"],
            verdicts.map { verdict in
                "<tr><td class=\"\(verdict.outcome.name)\">\(verdict.outcome.word)</td>"
                    + "<td>\(Markup.escaped(verdict.assertion.text))</td>"
                    + "<td>\(Markup.escaped(verdict.words))</td></tr>"
            })
    }

    private var measures: [String] {
        table(
            "measures", "All that was measured",
            ["", "name", "values", "mean", "min", "p50", "p95", "p99", "max"],
            Measure.allCases.filter { !totals[$0].isEmpty }.map { measure in
                let values = totals[measure]
                let figures: [Double?] =
                    [values.mean, values.least.map { Double($0) }]
                    + [0.5, 0.95, 0.99, 1].map { values.quantile($0).map { Double($0) } }
                return row(
                    [measure.title, measure.rawValue, values.count.grouped]
                        + figures.map { $0.map { Figures.told($0, measure.unit) } ?? "" },
                    figuresFrom: 2)
            })
    }

    private var tallies: [String] {
        let counted = Tally.allCases.filter { totals[$0] != 0 }.map { tally in
            row([
                tally.title, tally.rawValue,
                tally == .watchedMicroseconds
                    ? Figures.told(totals[tally], .microseconds) : totals[tally].grouped,
            ])
        }
        let shares = Ratio.allCases.compactMap { ratio in
            totals[ratio].map { row([ratio.title, "\(ratio.rawValue).ratio", Figures.share($0)]) }
        }
        return table(
            "tallies", "All that was counted", ["", "name", "times or share"], shares + counted)
    }

    private var viewers: [String] {
        guard report.viewers.count > 1 else { return [] }
        return table(
            "viewers", "Viewers",
            ["viewer", "", "first picture or packet", "lost", "frames", "failure"],
            report.viewers.map { viewer in
                let start = [Measure.startup, .startPacket].lazy
                    .compactMap { viewer.measures[$0].quantile(0.5) }.first
                return row([
                    "\(viewer.number)", viewer.isDecoding ? "decodes" : "counts",
                    start.map { Figures.told($0, .microseconds) } ?? "",
                    viewer.measures[Ratio.lossAfter].map(Figures.share) ?? "",
                    viewer.measures[.framesReceived].grouped, viewer.failure ?? "",
                ])
            })
    }

    private var remarks: [String] {
        table("remarks", "Noticed", [""], report.remarks.map { row([$0.words]) })
    }

    private var runs: [String] {
        guard report.runs.count > 1 else { return [] }
        return table(
            "runs", "Runs", ["begun", "target", "host", "watched", "ending"],
            report.runs.map { run in
                row([
                    run.started.rfc3339, run.target, run.host, Figures.duration(run.length),
                    run.ending,
                ])
            })
    }
}
