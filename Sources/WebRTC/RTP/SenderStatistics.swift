package import Primitives

/// What has been sent of one source, as sender reports tell it (RFC 3550 section 6.4.1).
package struct SenderStatistics: Sendable {
    package let clockRate: UInt32
    package private(set) var packets: Int64 = 0
    /// Payload alone, as RFC 3550 counts.
    package private(set) var octets: Int64 = 0
    private var last: (timestamp: UInt32, at: Instant)?

    package init(clockRate: UInt32) {
        self.clockRate = max(clockRate, 1)
    }

    package mutating func sent(timestamp: UInt32, payloadBytes: Int, at now: Instant) {
        packets &+= 1
        octets &+= Int64(payloadBytes)
        // All packets of a frame have one timestamp: the first tells best when that was.
        if last?.timestamp != timestamp { last = (timestamp, now) }
    }

    /// The report for now, on both clocks; nil until something has been sent.
    package func senderReport(ssrc: UInt32, now: Instant, ntp: NTPTime) -> SenderReport? {
        guard let last else { return nil }
        let since = Instant(nanoseconds: max(0, (now - last.at).wholeNanoseconds))
        return SenderReport(
            ssrc: ssrc, ntp: ntp,
            rtpTimestamp: last.timestamp
                &+ UInt32(truncatingIfNeeded: since.mediaTicks(rate: clockRate)),
            packetCount: UInt32(truncatingIfNeeded: packets),
            octetCount: UInt32(truncatingIfNeeded: octets))
    }

    /// The way there and back that a block of a report tells, on the clock of our sender reports;
    /// nil where the other side has had none, or says what cannot be.
    package static func roundTrip(_ block: ReportBlock, now: NTPTime) -> Duration? {
        guard block.lastSenderReport != 0 else { return nil }
        let units = now.middle32 &- block.lastSenderReport &- block.delaySinceLastSenderReport
        // A clock's grain can make it a little negative; half a turn is nonsense.
        if units >= 0xFFFF_0000 { return .zero }
        return units < 0x8000_0000 ? .shortNTP(units) : nil
    }
}
