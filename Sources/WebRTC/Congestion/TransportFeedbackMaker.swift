package import Primitives

/// Notes when each packet of a transport arrives, and tells the sender every so often.
package struct TransportFeedbackMaker: Sendable {
    /// What one feedback says at most, so that it fits a datagram whatever the deltas are.
    package static let maximumStatusesPerPacket = 400
    /// How many packets may lie between the first that has not been told and the last.
    package static let maximumWindow = 8192

    /// 50 to 100 ms: less often is less to send, more often is quicker to react.
    package let interval: Duration
    /// When there is something to tell; nil while nothing has arrived.
    package private(set) var deadline: Instant?
    /// Packets that came after they had been told missing, or twice.
    package private(set) var lateCount = 0
    private var unwrapper = SequenceUnwrapper()
    /// The first number that has not been told.
    private var base: Int64?
    private var highest: Int64 = 0
    private var feedbackCount: UInt8 = 0
    private var ticks: [Int64]
    private var scratch: [Int64]

    package init(interval: Duration) {
        self.interval = interval
        ticks = [Int64](repeating: RTCPWriter.missingArrival, count: Self.maximumWindow)
        scratch = [Int64](
            repeating: RTCPWriter.missingArrival, count: Self.maximumStatusesPerPacket)
    }

    package mutating func receive(_ sequence: UInt16, at now: Instant) {
        let whole = unwrapper.peek(sequence)
        guard let first = base else {
            base = whole
            highest = whole
            note(sequence, whole, now)
            return
        }
        let place = Self.place(whole)
        if whole < first - Int64(Self.maximumWindow) {
            // So far behind that the sender must have begun anew.
            unwrapper = SequenceUnwrapper()
            highest = Int64(sequence)
            forget(before: highest)
            note(sequence, highest, now)
            return
        }
        guard whole >= first, whole > highest || ticks[place] == RTCPWriter.missingArrival else {
            lateCount &+= 1
            return
        }
        if whole >= first + Int64(Self.maximumWindow) { forget(before: whole) }
        note(sequence, whole, now)
    }

    /// Appends a feedback about as much as fits one; call again while the deadline has passed.
    package mutating func write(
        now: Instant, sender: UInt32, media: UInt32, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard let first = base, deadline != nil else { return }
        let count = Int(min(highest - first + 1, Int64(scratch.count)))
        var hasArrival = false
        for index in 0..<count {
            scratch[index] = ticks[Self.place(first + Int64(index))]
            if scratch[index] != RTCPWriter.missingArrival { hasArrival = true }
        }
        var covered = count
        if hasArrival {
            covered = try RTCPWriter.transportFeedback(
                sender: sender, media: media, base: UInt16(truncatingIfNeeded: first),
                feedbackCount: feedbackCount, scratch.span.extracting(0..<count), into: &output)
            feedbackCount &+= 1
        }
        for index in 0..<covered {
            ticks[Self.place(first + Int64(index))] = RTCPWriter.missingArrival
        }
        base = first + Int64(covered)
        // What is left over has waited long enough.
        deadline = first + Int64(covered) > highest ? nil : now
    }

    /// The first number that has not been told; it moves on with each feedback.
    package var untold: Int64? { base }

    private static func place(_ sequence: Int64) -> Int {
        Int(truncatingIfNeeded: sequence) & (maximumWindow - 1)
    }

    private mutating func note(_ sequence: UInt16, _ whole: Int64, _ now: Instant) {
        ticks[Self.place(whole)] =
            now.nanoseconds / (1_000_000_000 / TransportFeedback.ticksInSecond)
        if whole >= highest {
            highest = whole
            _ = unwrapper.unwrap(sequence)
        }
        if deadline == nil { deadline = now + interval }
    }

    /// A jump so wide that the window cannot hold both ends: what lies before is not told.
    private mutating func forget(before whole: Int64) {
        for place in ticks.indices { ticks[place] = RTCPWriter.missingArrival }
        base = whole
        deadline = nil
    }
}
