import Primitives
import Publishing

/// Rates between two looks at a push.
struct PushMeter {
    struct Rates: Equatable {
        var framesPerSecond = 0.0
        var videoBitsPerSecond = 0.0
        var audioBitsPerSecond = 0.0

        var bitsPerSecond: Double { videoBitsPerSecond + audioBitsPerSecond }
    }

    private struct Mark {
        var at: Instant
        var frames = 0
        var videoBytes = 0
        var audioBytes = 0

        init(_ report: PushReport, _ now: Instant) {
            at = now
            frames = report.videoFrames
            videoBytes = report.videoBytes
            audioBytes = report.audioBytes
        }
    }

    /// For the status line: over the last few seconds, so that it can be read.
    private(set) var recent = Rates()
    /// For statistics: over the last second.
    private(set) var second = Rates()
    private var marks: [Mark] = []
    private var lastSecond: Mark?

    private static let window = 4

    mutating func take(_ report: PushReport, _ now: Instant) {
        let mark = Mark(report, now)
        if let first = marks.first { recent = Self.rates(first, mark) }
        marks.append(mark)
        if marks.count > Self.window { marks.removeFirst() }
    }

    mutating func takeSecond(_ report: PushReport, _ now: Instant) {
        let mark = Mark(report, now)
        if let lastSecond { second = Self.rates(lastSecond, mark) }
        lastSecond = mark
    }

    private static func rates(_ earlier: Mark, _ later: Mark) -> Rates {
        let seconds = Double((later.at - earlier.at).wholeNanoseconds) / 1e9
        guard seconds > 0 else { return Rates() }
        return Rates(
            framesPerSecond: Double(later.frames - earlier.frames) / seconds,
            videoBitsPerSecond: Double(later.videoBytes - earlier.videoBytes) * 8 / seconds,
            audioBitsPerSecond: Double(later.audioBytes - earlier.audioBytes) * 8 / seconds)
    }
}
