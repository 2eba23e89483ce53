import Primitives

/// The sender's wall clock for the timestamps of one source, from its sender reports.
///
/// Media clocks drift: the rate is measured between reports, and believed near the nominal one.
package struct SenderReportClock: Sendable {
    /// How far a measured rate may lie from the nominal one, in millionths.
    package static let maximumDriftPerMillion = 1000.0
    /// Reports closer together than this say more about rounding than about drift.
    package static let measuringInterval = Duration.seconds(5)

    /// A report that is further behind the last is none that was overtaken: the clock was set.
    package static let maximumMisorder = Duration.seconds(10)

    package let clockRate: UInt32
    private var anchor: Point?
    private var older: Point?
    private var nanosecondsPerTick: Double

    private struct Point {
        let ntp: NTPTime
        let timestamp: UInt32
    }

    package init(clockRate: UInt32) {
        self.clockRate = max(clockRate, 1)
        nanosecondsPerTick = 1e9 / Double(self.clockRate)
    }

    /// How much faster than the nominal rate the media clock runs, in millionths.
    package var driftPerMillion: Double {
        (1e9 / Double(clockRate) / nanosecondsPerTick - 1) * 1e6
    }

    /// Takes a report; one that is older than the last is passed over.
    package mutating func receive(ntp: NTPTime, rtpTimestamp: UInt32) {
        // Some senders report zero until their clock is set.
        guard ntp.rawValue != 0 else { return }
        let point = Point(ntp: ntp, timestamp: rtpTimestamp)
        if let anchor, ntp.nanoseconds(since: anchor.ntp) <= 0 {
            let behind = Duration.nanoseconds(ntp.nanoseconds(since: anchor.ntp))
            guard behind < .zero - Self.maximumMisorder else { return }
            self = SenderReportClock(clockRate: clockRate)
        }
        anchor = point
        guard let older else {
            self.older = point
            return
        }
        let passed = ntp.nanoseconds(since: older.ntp)
        guard passed >= Self.measuringInterval.wholeNanoseconds else { return }
        self.older = point
        let nominal = 1e9 / Double(clockRate)
        let ticks = Int32(bitPattern: rtpTimestamp &- older.timestamp)
        let measured = ticks > 0 ? Double(passed) / Double(ticks) : 0
        guard abs(measured / nominal - 1) * 1e6 <= Self.maximumDriftPerMillion else {
            // The clock has been set or the source has begun anew.
            nanosecondsPerTick = nominal
            return
        }
        nanosecondsPerTick += (measured - nanosecondsPerTick) / 4
    }

    /// The sender's clock at a timestamp near the last report; nil before the first.
    package func senderTime(of timestamp: UInt32) -> NTPTime? {
        guard let anchor else { return nil }
        let ticks = Int32(bitPattern: timestamp &- anchor.timestamp)
        // 2^31 ticks of the slowest clock, 1 Hz, still fit 2^62 ns.
        let nanoseconds = Int64((Double(ticks) * nanosecondsPerTick).rounded())
        let fraction = (Int128(nanoseconds) << 32) / 1_000_000_000
        return NTPTime(rawValue: anchor.ntp.rawValue &+ UInt64(truncatingIfNeeded: fraction))
    }

    /// How much later on the sender's clock `other`'s timestamp lies than this one's.
    package func offset(
        of timestamp: UInt32, to other: SenderReportClock, _ otherTimestamp: UInt32
    ) -> Duration? {
        guard let mine = senderTime(of: timestamp),
            let theirs = other.senderTime(of: otherTimestamp)
        else { return nil }
        return .nanoseconds(theirs.nanoseconds(since: mine))
    }
}
