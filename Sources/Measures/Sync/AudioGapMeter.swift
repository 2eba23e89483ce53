package import Primitives

/// Gaps in the sound: what never came, and what came too late to follow what was before it.
package struct AudioGapMeter: Sendable {
    package enum Limits {
        /// A sound that comes so much later than its place has not been waited for by any buffer.
        static let stall: Duration = .milliseconds(500)
        /// A jump of timestamps beyond it is a new start.
        static let jump: Int64 = 60
    }

    private let clockRate: Int64
    private var next: (timestamp: UInt32, at: Instant)?

    package init(clockRate: Int) {
        self.clockRate = Int64(max(clockRate, 1))
    }

    /// Takes a sound as it was sent, of so many ticks. One that begins to speak after a pause that
    /// the sender made has the mark of RTP's header: that is no gap.
    package mutating func take(
        timestamp: UInt32, ticks: Int, isMarked: Bool, at now: Instant, into set: inout MeasureSet
    ) {
        set.count(.soundsReceived)
        let length = Int64(max(0, ticks))
        if let next {
            let missing = Int64(Int32(bitPattern: timestamp &- next.timestamp))
            // Twice, or overtaken: it fills a gap that was counted, or none.
            guard missing >= 0 || missing < -Limits.jump * clockRate else { return }
            let late = now - next.at
            if !isMarked, missing > 0, missing <= Limits.jump * clockRate {
                set.add(missing * 1_000_000 / clockRate, to: .audioGap)
            } else if !isMarked, missing == 0, late > Limits.stall {
                set.add(late, to: .audioGap)
            }
        }
        let ends = Duration.nanoseconds(length * 1_000_000_000 / clockRate)
        next = (timestamp &+ UInt32(truncatingIfNeeded: length), now + ends)
    }

    /// Ends the watch: what has been silent is a gap up to here.
    package mutating func finish(now: Instant, into set: inout MeasureSet) {
        if let next, now - next.at > Limits.stall { set.add(now - next.at, to: .audioGap) }
        next = nil
    }
}
