import WebRTC

/// What has come of one source to one viewer, by the headers alone.
struct SourceCount {
    private(set) var ssrc: UInt32?
    /// Numbers count on over their rounds; the newest is the end.
    private var highest: Int64 = 0
    private var received: Int64 = 0
    private var first: Int64 = 0
    /// The timestamp of the show's frame 0, once a packet has told.
    private(set) var timestampStart: UInt32?
    private var frame = -1
    private var frameSequence: Int64?
    private var windowHighest: Int64 = 0
    private var windowReceived: Int64 = 0

    /// Of which frame a packet is, and its place in it where that is known.
    struct Place {
        let frame: Int
        let packet: Int?
    }

    private var lost: Int64 { ssrc == nil ? 0 : max(0, highest - first + 1 - received) }

    mutating func openWindow() {
        windowHighest = highest
        windowReceived = received
    }

    var windowGaps: Int { Int(max(0, highest - windowHighest - (received - windowReceived))) }

    /// Counts a packet; nil where its frame is not known.
    @inline(__always)
    mutating func take(_ header: RTPHeader, ticks: UInt32) -> Place? {
        if ssrc != header.ssrc { begin(header) }
        let step = Int16(
            bitPattern: header.sequenceNumber &- UInt16(truncatingIfNeeded: highest))
        let sequence = highest + Int64(step)
        highest = max(highest, sequence)
        received += 1
        guard let start = timestampStart else { return nil }
        let (number, rest) = (header.timestamp &- start).quotientAndRemainder(dividingBy: ticks)
        guard rest == 0, number < 1 << 24 else {
            // The server counts from somewhere else now.
            timestampStart = nil
            return nil
        }
        if Int(number) != frame {
            frame = Int(number)
            // After a gap nobody knows where in its frame a packet stands.
            frameSequence = step == 1 ? sequence : nil
        }
        return Place(frame: frame, packet: frameSequence.map { Int(sequence - $0) })
    }

    private mutating func begin(_ header: RTPHeader) {
        ssrc = header.ssrc
        first = Int64(header.sequenceNumber)
        highest = first - 1
        received = 0
        openWindow()
        timestampStart = nil
        frameSequence = nil
    }

    /// A packet has told which frame its timestamp is of.
    mutating func learn(frame number: Int, timestamp: UInt32, ticks: UInt32) {
        timestampStart = timestamp &- UInt32(truncatingIfNeeded: number) &* ticks
        frame = number
        frameSequence = nil
    }

    /// As a receiver report says it, without a sender report to refer to.
    func report() -> ReportBlock? {
        guard let ssrc else { return nil }
        return ReportBlock(
            ssrc: ssrc, fractionLost: 0, cumulativeLost: Int32(clamping: lost),
            extendedHighest: UInt32(truncatingIfNeeded: highest), jitter: 0, lastSenderReport: 0,
            delaySinceLastSenderReport: 0)
    }
}
