import CommandLineKit
import Measures
import Primitives
import SessionCommands

extension ClockReport {
    /// What stands beside each latency: how far it can be relied on.
    func caveat(_ method: Measure) -> String {
        guard method.dependsOnClocks else { return "(an estimate, without clocks)" }
        return switch standing {
        case .same: "(same clock)"
        case .measured:
            uncertainty.map { "± \(Figures.duration($0)) (clocks compared)" }
                ?? "(clocks compared)"
        case .unknown: "(clocks not compared: it may be off by any amount)"
        }
    }

    /// Where it can be told, how the clocks were compared and what came out.
    var words: String {
        switch standing {
        case .same: return "sender and probe read the same clock: no offset is needed"
        case .unknown:
            return "nobody could say how far the sender's clock is from ours"
                + (source.map { " ('\($0)' was asked)" } ?? "")
        case .measured: break
        }
        var parts: [String] = []
        if let offset {
            let way = offset < .zero ? "behind" : "ahead of"
            let size = offset < .zero ? .zero - offset : offset
            let doubt = uncertainty.map { " ± \(Figures.duration($0))" } ?? ""
            parts.append("the sender's is \(Figures.duration(size))\(doubt) \(way) ours")
        }
        if let drift = driftPartsPerMillion {
            parts.append("drifting by \(Figures.fixed(drift, 1)) ppm")
        }
        parts.append(Figures.count(Int64(exchanges), "exchange", "exchanges"))
        if let trip = bestRoundTrip { parts.append("best round trip \(Figures.duration(trip))") }
        if steps > 0 { parts.append("set while it was read \(steps)×") }
        return parts.joined(separator: ", ") + (source.map { ", by '\($0)'" } ?? "")
    }
}

extension MachineReport {
    /// Whether the figures speak of the server.
    var words: String {
        var parts: [String] = []
        if processors > 0 {
            parts.append(Figures.count(Int64(processors), "processor", "processors"))
        }
        if let share = processorShare { parts.append("\(Figures.share(share)) of one used") }
        if let bytes = residentBytes { parts.append("\(Figures.bytes(bytes)) of memory") }
        if let lateness { parts.append("at most \(Figures.duration(lateness)) late") }
        if socketDrops > 0 {
            parts.append("\(socketDrops.grouped) datagrams thrown away by the kernel")
        }
        return parts.joined(separator: ", ")
    }

    var limitWords: String? {
        guard !limits.isEmpty else { return nil }
        return "this machine was the limit, not the server: "
            + Words.list(limits.map(\.words))
    }
}

extension MachineReport.Limit {
    var words: String {
        switch self {
        case .processor: "its processor was busy all the time"
        case .socket: "its kernel threw datagrams away"
        case .decoder: "pictures waited for its decoder"
        case .lateness: "what was due was done late"
        }
    }
}

extension ProbeReport.Run {
    /// How it ended, for a heading.
    var endingWords: String {
        switch ending {
        case "finished": "to the end"
        case "stopped": "until it was stopped"
        default: "failed (\(ending))"
        }
    }

    var hasFailed: Bool { ending != "finished" && ending != "stopped" }
}

extension ProbeReport.Facts {
    /// What is received, and by which way.
    var words: String {
        var parts: [String] = []
        if let videoCodec {
            let size = width.flatMap { width in height.map { " \(width)x\($0)" } } ?? ""
            parts.append("\(videoCodec)\(size)")
        }
        if let audioCodec { parts.append(audioCodec) }
        var words = Words.list(parts)
        if let route { words += words.isEmpty ? "by \(route)" : " by \(route)" }
        if let profile { words += words.isEmpty ? profile : ", \(profile)" }
        if let server { words += words.isEmpty ? "from \(server)" : ", from \(server)" }
        return words
    }
}

extension ProbeReport.Remark {
    /// As a line; the code of what this program does not know is shown as it is.
    var words: String {
        let times = count > 1 ? " (\(count.grouped)×)" : ""
        let detail = detail.map { ": \($0)" } ?? ""
        return "\(RemarkWords.text(code) ?? code)\(detail)\(times)"
    }
}
