import CommandLineKit
import Measures
import Primitives
import Probing
import SessionCommands

/// What a terminal shows while a probe is under way: a status line, and what it has been so far.
struct LiveView {
    /// Of what is to be watched; nil where it goes on until it is stopped.
    private let length: Duration?

    init(length: Duration?) {
        self.length = length
    }

    /// The first line stands for all where there is no room.
    func lines(_ news: ProbeNews, elapsed: Duration, width: Int) -> [String] {
        switch news.phase {
        case .joining: return ["connecting  \(Words.time(elapsed))"]
        case .closing: return ["saying goodbye"]
        case .ended: return []
        case .watching: break
        }
        let report = news.report
        let totals = report.totals
        let course = ReportCourse(report, totals: totals)
        var rows: [(name: String, now: String, course: [Double?])] = []
        let latency = course.latency(0.5)
        if let now = Self.now(latency) {
            rows.append(("latency", Figures.duration(now * 1000), latency))
        }
        if let now = Self.now(course.bitRate) {
            rows.append(("bit rate", Words.bitRate(now), course.bitRate))
        }
        if totals[.framesDecoded] > 0, let now = Self.now(course.frameRate) {
            rows.append(("frame rate", "\(Figures.fixed(now, 1)) fps", course.frameRate))
        }
        if let now = Self.now(course.loss) {
            rows.append(("loss", Figures.share(now), course.loss))
        }
        let names = rows.map { TextWidth.of($0.name) }.max() ?? 0
        let figures = rows.map { TextWidth.of($0.now) }.max() ?? 0
        let room = max(width - names - figures - 7, 8)
        return [status(report, totals, rows.map { ($0.name, $0.now) })]
            + rows.map { row in
                "  \(TextWidth.padded(row.name, to: names))  "
                    + "\(TextWidth.padded(row.now, to: figures, isRight: true))  "
                    + Sparkline.text(row.course, width: room)
            }
    }

    private func status(
        _ report: ProbeReport, _ totals: MeasureSet, _ figures: [(name: String, now: String)]
    ) -> String {
        let watched = report.runs.first?.length ?? .zero
        var parts = [Words.time(watched) + (length.map { " of \(Words.time($0))" } ?? "")]
        parts += figures.map { "\($0.name) \($0.now)" }
        if totals[.viewersAsked] > 1 {
            parts.append(
                "\(totals[.viewersJoined].grouped) of \(totals[.viewersAsked].grouped) viewers")
            if totals[.viewersFailed] > 0 {
                parts.append("\(totals[.viewersFailed].grouped) failed")
            }
        }
        let freezes = totals[Measure.freeze].count
        if freezes > 0 { parts.append(Figures.count(freezes, "freeze", "freezes")) }
        if !report.machine.limits.isEmpty { parts.append("THIS MACHINE IS THE LIMIT") }
        return parts.joined(separator: "  ")
    }

    /// The last one that is whole: what is being measured now says little.
    private static func now(_ values: [Double?]) -> Double? {
        (values.count > 1 ? values.dropLast() : values[...]).suffix(3).compactMap(\.self).last
    }
}
