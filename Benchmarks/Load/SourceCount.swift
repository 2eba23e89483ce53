import WebRTC

/// What has come of one source to one viewer, by the headers alone.
struct SourceCount {
    let times: SentTimes
    let ticks: UInt32
    private(set) var ssrc: UInt32?
    /// The newest number, with the rounds before it; numbers count from the first that came.
    private(set) var highest: Int64 = 0
    private(set) var received: Int64 = 0
    private var first: Int64 = 0
    /// The timestamp of the show's frame 0, once a packet has told.
    private(set) var timestampStart: UInt32?
    private var frame = -1
    private var frameSequence: Int64?
    private var windowHighest: Int64 = 0
    private var windowReceived: Int64 = 0

    init(times: SentTimes, ticks: UInt32) {
        self.times = times
        self.ticks = ticks
    }

    var expected: Int64 { ssrc == nil ? 0 : highest - first + 1 }
    var lost: Int64 { max(0, expected - received) }

    mutating func openWindow() {
        windowHighest = highest
        windowReceived = received
    }

    var windowGaps: Int64 { max(0, highest - windowHighest - (received - windowReceived)) }
    var windowPackets: Int64 { received - windowReceived }

    /// Counts a packet; gives the frame it is of, and when the publisher sent it, where known.
    mutating func take(_ header: RTPHeader) -> (frame: Int, sent: Int64?)? {
        if ssrc != header.ssrc {
            ssrc = header.ssrc
            first = Int64(header.sequenceNumber)
            highest = first - 1
            received = 0
            openWindow()
            timestampStart = nil
            frameSequence = nil
        }
        let step = Int16(
            bitPattern: header.sequenceNumber &- UInt16(truncatingIfNeeded: highest))
        let sequence = highest + Int64(step)
        let isNext = step == 1
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
            frameSequence = isNext ? sequence : nil
        }
        guard let frameSequence else { return (frame, nil) }
        return (frame, times.time(frame: frame, packet: Int(sequence - frameSequence)))
    }

    /// A packet has told which frame its timestamp is of.
    mutating func learn(frame number: Int, timestamp: UInt32) {
        timestampStart = timestamp &- UInt32(truncatingIfNeeded: number) &* ticks
        frame = number
        frameSequence = nil
    }

    /// As a receiver report says it: nothing of what was lost before the last one.
    func report() -> ReportBlock? {
        guard let ssrc else { return nil }
        return ReportBlock(
            ssrc: ssrc, fractionLost: 0, cumulativeLost: Int32(clamping: lost),
            extendedHighest: UInt32(truncatingIfNeeded: highest), jitter: 0, lastSenderReport: 0,
            delaySinceLastSenderReport: 0)
    }
}
