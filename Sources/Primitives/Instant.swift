/// A point on a clock that only goes forwards: nanoseconds since an arbitrary start.
///
/// It compares and subtracts with instants of the same process; it never leaves it.
package struct Instant: Sendable, Hashable, Comparable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(nanoseconds: instant.nanoseconds + duration.wholeNanoseconds)
    }

    package static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(later.nanoseconds - earlier.nanoseconds)
    }
}

extension Duration {
    /// Saturates at about 292 years.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflowedSum) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard !overflowed, !overflowedSum else { return seconds < 0 ? .min : .max }
        return sum
    }

    package var wholeMilliseconds: Int64 { wholeNanoseconds / 1_000_000 }
}
