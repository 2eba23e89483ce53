import CommandLineKit
import Primitives
import Publishing
import SessionCommands

/// What a push came to.
struct PushSummary {
    let elapsed: Duration
    let report: PushReport
    let plan: PushPlan

    init(_ report: PushReport, _ plan: PushPlan, elapsed: Duration) {
        self.report = report
        self.plan = plan
        self.elapsed = elapsed
    }

    /// Nothing where nothing was sent: the failure says it all.
    var lines: [String] {
        guard report.videoFrames + report.audioFrames > 0 else { return [] }
        let seconds = max(Double(report.mediaTime.wholeMilliseconds) / 1000, 0.001)
        let rate = Double(report.videoBytes + report.audioBytes) * 8 / seconds
        var parts = ["\(Words.time(report.mediaTime)) sent", Words.bitRate(rate)]
        if report.videoFrames > 0 {
            let frames = Int64(report.videoFrames).grouped
            parts.append("\(frames) pictures with \(report.keyframes) keyframes")
        }
        if report.framesDropped > 0 {
            parts.append("\(Int64(report.framesDropped).grouped) frames had nowhere to go")
        }
        if report.stalled > .zero {
            parts.append("the input was \(Words.seconds(report.stalled)) late")
        }
        return ["done: " + parts.joined(separator: ", ")] + destinations
    }

    private var destinations: [String] {
        zip(plan.targets, report.destinations).map { target, destination in
            let figures = destination.figures
            var parts = [
                "\(Int64(figures.packets).grouped) packets",
                "\(Int64(figures.retransmits).grouped) sent again",
            ]
            if let lost = figures.lostFraction { parts.append("\(Words.percent(lost)) lost") }
            if let trip = figures.roundTrip { parts.append("RTT \(Words.milliseconds(trip))") }
            if figures.framesDropped > 0 {
                parts.append("\(Int64(figures.framesDropped).grouped) frames dropped")
            }
            if figures.reconnects > 0 { parts.append("connected anew \(figures.reconnects)×") }
            if figures.restarts > 0 { parts.append("\(figures.restarts) ICE restarts") }
            return "  \(target.address.label): \(parts.joined(separator: ", "))"
        }
    }
}
