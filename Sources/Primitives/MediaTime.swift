/// A point or a length of media time: ticks over a timescale, exact as the container says it.
package struct MediaTime: Sendable {
    package let ticks: Int64
    /// Ticks in a second; 90,000 for video over RTP, 48,000 for Opus.
    package let timescale: Int32

    package init(ticks: Int64, timescale: Int32) {
        precondition(timescale > 0, "a timescale is positive")
        self.ticks = ticks
        self.timescale = timescale
    }

    /// The same time on another scale, to the nearest tick, halves away from zero.
    package func rescaled(to timescale: Int32) -> MediaTime {
        let product = Int128(ticks) * Int128(timescale)
        let half = Int128(self.timescale / 2)
        let rounded = (product + (ticks < 0 ? -half : half)) / Int128(self.timescale)
        guard let ticks = Int64(exactly: rounded) else {
            preconditionFailure("media time beyond what 64 bits hold on this timescale")
        }
        return MediaTime(ticks: ticks, timescale: timescale)
    }

    package var milliseconds: Int64 { rescaled(to: 1000).ticks }
}

/// Compared exactly, by cross-multiplication: one second is one second on any timescale.
extension MediaTime: Comparable {
    package static func == (left: MediaTime, right: MediaTime) -> Bool {
        Int128(left.ticks) * Int128(right.timescale) == Int128(right.ticks) * Int128(left.timescale)
    }

    package static func < (left: MediaTime, right: MediaTime) -> Bool {
        Int128(left.ticks) * Int128(right.timescale) < Int128(right.ticks) * Int128(left.timescale)
    }
}
