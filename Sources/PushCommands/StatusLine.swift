import CommandLineKit
import Primitives
import Publishing
import SessionCommands

/// The line that a terminal shows while a push is under way.
enum StatusLine {
    static func text(
        _ report: PushReport, _ meter: PushMeter, _ plan: PushPlan, now: Instant
    ) -> String {
        switch report.phase {
        case .opening: return "opening the input"
        case .closing: return "saying goodbye"
        case .ended: return ""
        case .connecting, .onAir: break
        }
        var parts = [Words.time(report.mediaTime)]
        if report.phase == .onAir {
            parts.append(Words.bitRate(meter.recent.bitsPerSecond))
            if report.videoFrames > 0 {
                parts.append("\(Words.decimal(meter.recent.framesPerSecond)) fps")
            }
        }
        let isOne = report.destinations.count == 1
        for (target, destination) in zip(plan.targets, report.destinations) {
            let words = text(destination, now: now)
            parts.append(isOne ? words : "\(name(target)): \(words)")
        }
        return parts.joined(separator: "  ")
    }

    private static func text(_ destination: DestinationReport, now: Instant) -> String {
        switch destination.state {
        case .idle, .connecting: return "connecting"
        case .waiting(let until, _, _):
            return "trying again in \(Words.seconds(max(until - now, .zero)))"
        case .failed: return "failed"
        case .ended: return "ended"
        case .live(let live):
            var parts: [String] = []
            if live.isFallback { parts.append("FALLBACK") }
            if live.stalledSince != nil { parts.append("STALLED") }
            let figures = destination.figures
            if let trip = figures.roundTrip { parts.append("RTT \(Words.milliseconds(trip))") }
            if let lost = figures.lostFraction { parts.append("loss \(Words.percent(lost))") }
            if figures.retransmits > 0 { parts.append("resent \(figures.retransmits)") }
            if let target = figures.targetBitsPerSecond {
                parts.append("target \(Words.bitRate(target))")
            }
            return parts.isEmpty ? "live" : parts.joined(separator: "  ")
        }
    }

    private static func name(_ target: PlannedDestination) -> String {
        let label = target.address.label
        let host = label.split(separator: "/").dropFirst().first ?? label[...]
        return String(host)
    }
}
