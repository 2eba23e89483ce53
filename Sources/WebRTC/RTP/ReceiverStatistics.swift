package import Primitives

/// What has been received of one source, as receiver reports tell it (RFC 3550 A.1, A.3, A.8).
package struct ReceiverStatistics: Sendable {
    /// A jump forwards of at most this many packets is loss, a longer one a new start.
    package static let maximumDropout: UInt16 = 3000
    /// A packet that is at most this many behind is late, not a new start.
    package static let maximumMisorder: UInt16 = 100

    package let clockRate: UInt32
    package private(set) var received: Int64 = 0
    /// Payload, header and padding, as they came out of SRTP.
    package private(set) var receivedBytes: Int64 = 0
    private var isStarted = false
    private var highest: UInt16 = 0
    private var cycles: UInt32 = 0
    private var base: Int64 = 0
    private var restartsAt: UInt16?
    private var receivedSinceBase: Int64 = 0
    private var expectedPrior: Int64 = 0
    private var receivedPrior: Int64 = 0
    private var transit: UInt32?
    // Sixteen times the jitter, as A.8 keeps it.
    private var scaledJitter: UInt64 = 0
    private var lastReport: UInt32 = 0
    private var lastReportAt: Instant?

    package init(clockRate: UInt32) {
        self.clockRate = max(clockRate, 1)
    }

    package var extendedHighest: UInt32 { cycles &+ UInt32(highest) }

    /// How many packets the source has sent since its (last) start, as far as can be seen.
    package var expected: Int64 { isStarted ? Int64(cycles) + Int64(highest) - base + 1 : 0 }
    /// Negative where duplicates outweigh losses.
    package var lost: Int64 { expected - receivedSinceBase }
    /// In ticks of the media clock.
    package var jitterTicks: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    /// Counts a packet; false where it is so far away that it is believed only with the next one.
    @discardableResult
    package mutating func receive(
        sequence: UInt16, timestamp: UInt32, bytes: Int, at now: Instant
    ) -> Bool {
        guard isStarted else {
            isStarted = true
            restart(at: sequence)
            count(timestamp: timestamp, bytes: bytes, at: now)
            return true
        }
        let ahead = sequence &- highest
        if ahead < Self.maximumDropout {
            if sequence < highest { cycles &+= 0x1_0000 }
            highest = sequence
        } else if ahead <= 0 &- Self.maximumMisorder {
            guard sequence == restartsAt else {
                restartsAt = sequence &+ 1
                return false
            }
            restart(at: sequence)
        }
        count(timestamp: timestamp, bytes: bytes, at: now)
        return true
    }

    /// Remembers a sender report, so that the next block can say when it came.
    package mutating func receive(senderReport ntp: NTPTime, at now: Instant) {
        lastReport = ntp.middle32
        lastReportAt = now
    }

    /// The block for the next report, counting its fraction from the one before; nil until
    /// something has been received.
    package mutating func reportBlock(ssrc: UInt32, now: Instant) -> ReportBlock? {
        guard isStarted else { return nil }
        let expectedInterval = expected - expectedPrior
        let lostInterval = expectedInterval - (receivedSinceBase - receivedPrior)
        expectedPrior = expected
        receivedPrior = receivedSinceBase
        let fraction = lostInterval <= 0 ? 0 : (lostInterval << 8) / max(expectedInterval, 1)
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(clamping: fraction),
            cumulativeLost: Int32(clamping: lost), extendedHighest: extendedHighest,
            jitter: jitterTicks, lastSenderReport: lastReportAt == nil ? 0 : lastReport,
            delaySinceLastSenderReport: lastReportAt.map { (now - $0).shortNTP } ?? 0)
    }

    private mutating func restart(at sequence: UInt16) {
        highest = sequence
        base = Int64(sequence)
        cycles = 0
        restartsAt = nil
        receivedSinceBase = 0
        receivedPrior = 0
        expectedPrior = 0
        transit = nil
    }

    private mutating func count(timestamp: UInt32, bytes: Int, at now: Instant) {
        received &+= 1
        receivedBytes &+= Int64(bytes)
        receivedSinceBase &+= 1
        let arrival = UInt32(truncatingIfNeeded: now.mediaTicks(rate: clockRate))
        let newTransit = arrival &- timestamp
        if let transit {
            let difference = Int32(bitPattern: newTransit &- transit).magnitude
            scaledJitter = scaledJitter + UInt64(difference) - ((scaledJitter + 8) >> 4)
        }
        transit = newTransit
    }
}

extension Instant {
    /// This point on a media clock that began with the instants.
    func mediaTicks(rate: UInt32) -> Int64 {
        let (seconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        return seconds &* Int64(rate) &+ rest * Int64(rate) / 1_000_000_000
    }
}
