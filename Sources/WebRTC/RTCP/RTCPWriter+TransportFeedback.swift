extension RTCPWriter {
    /// The place of a packet that has not arrived, in the input of `transportFeedback`.
    package static let missingArrival = Int64.min
    /// What the count field can say.
    package static let maximumStatuses = 0xFFFF

    /// Appends a feedback about the packets from `base` on, and says how many of them it covers:
    /// it ends early where two arrivals lie further apart than 16 bits of 250 µs can say.
    ///
    /// `arrivals` has ticks of 250 µs since the receiver's start, or `missingArrival`.
    package static func transportFeedback(
        sender: UInt32, media: UInt32, base: UInt16, feedbackCount: UInt8,
        _ arrivals: Span<Int64>, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) -> Int {
        guard arrivals.count <= maximumStatuses else { throw .tooMany }
        guard let first = firstArrival(arrivals) else { throw .tooMany }
        let reference = floorDivided(arrivals[first], by: TransportFeedback.ticksInReference)
        let origin = reference * TransportFeedback.ticksInReference
        let covered = reach(arrivals, origin: origin)
        let needed = spaceNeeded(arrivals, covered: covered, origin: origin)
        let words = (needed + 3) / 4
        try begin(
            RTCP.transportFeedback, RTCP.transportWideFormat, words: words, &output)
        let start = output.count
        output.appendUInt32(sender)
        output.appendUInt32(media)
        output.appendUInt16(base)
        output.appendUInt16(UInt16(covered))
        output.appendUInt24(UInt32(truncatingIfNeeded: reference) & 0xFF_FFFF)
        output.append(feedbackCount)
        var statuses = StatusMaker(arrivals, covered: covered, origin: origin)
        while let chunk = statuses.nextChunk() { output.appendUInt16(chunk) }
        var last = origin
        for index in 0..<covered where arrivals[index] != missingArrival {
            let delta = arrivals[index] &- last
            if 0...255 ~= delta {
                output.append(UInt8(delta))
            } else {
                output.appendUInt16(UInt16(bitPattern: Int16(truncatingIfNeeded: delta)))
            }
            last = arrivals[index]
        }
        output.append(repeating: 0, count: words * 4 - (output.count - start))
        return covered
    }

    private static func firstArrival(_ arrivals: Span<Int64>) -> Int? {
        for index in 0..<arrivals.count where arrivals[index] != missingArrival { return index }
        return nil
    }

    private static func floorDivided(_ value: Int64, by divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    private static func reach(_ arrivals: Span<Int64>, origin: Int64) -> Int {
        var last = origin
        for index in 0..<arrivals.count where arrivals[index] != missingArrival {
            let (delta, overflowed) = arrivals[index].subtractingReportingOverflow(last)
            guard !overflowed, Int64(Int16.min)...Int64(Int16.max) ~= delta else { return index }
            last = arrivals[index]
        }
        return arrivals.count
    }

    private static func spaceNeeded(
        _ arrivals: Span<Int64>, covered: Int, origin: Int64
    ) -> Int {
        var needed = 16
        var statuses = StatusMaker(arrivals, covered: covered, origin: origin)
        while statuses.nextChunk() != nil { needed += 2 }
        var last = origin
        for index in 0..<covered where arrivals[index] != missingArrival {
            needed += 0...255 ~= arrivals[index] &- last ? 1 : 2
            last = arrivals[index]
        }
        return needed
    }
}

/// Packs the statuses of packets into chunks, each time the kind of chunk that covers most.
private struct StatusMaker: ~Escapable {
    private let arrivals: Span<Int64>
    private let covered: Int
    private var position = 0
    private var last: Int64

    @_lifetime(copy arrivals)
    init(_ arrivals: Span<Int64>, covered: Int, origin: Int64) {
        self.arrivals = arrivals
        self.covered = covered
        last = origin
    }

    @_lifetime(self: copy self)
    mutating func nextChunk() -> UInt16? {
        guard position < covered else { return nil }
        var ahead = last
        let first = status(at: position, after: &ahead)
        var run = 1
        while position + run < covered, run < 0x1FFF {
            guard status(at: position + run, after: &ahead) == first else { break }
            run += 1
        }
        let oneBit = oneBitReach()
        // A run says as much as a vector in the same two bytes, so the longest wins.
        if run >= max(oneBit, min(7, covered - position)) {
            return take(run, as: UInt16(first.rawValue) << 13 | UInt16(run))
        }
        return oneBit > 0
            ? vector(bits: 1, size: oneBit) : vector(bits: 2, size: min(7, covered - position))
    }

    /// How many packets a one-bit vector would cover: all 14, or all that are left, or none.
    private func oneBitReach() -> Int {
        let size = min(14, covered - position)
        var ahead = last
        for place in 0..<size where status(at: position + place, after: &ahead) == .largeDelta {
            return 0
        }
        return size
    }

    @_lifetime(self: copy self)
    private mutating func vector(bits: UInt16, size: Int) -> UInt16 {
        var chunk: UInt16 = bits == 1 ? 0x8000 : 0xC000
        let places = bits == 1 ? 14 : 7
        var ahead = last
        for place in 0..<size {
            let status = status(at: position + place, after: &ahead)
            chunk |= UInt16(status.rawValue) << (bits * UInt16(places - 1 - place))
        }
        return take(size, as: chunk)
    }

    @_lifetime(self: copy self)
    private mutating func take(_ count: Int, as chunk: UInt16) -> UInt16 {
        for place in position..<(position + count) {
            _ = status(at: place, after: &last)
        }
        position += count
        return chunk
    }

    private func status(at place: Int, after last: inout Int64) -> ArrivalStatus {
        let arrival = arrivals[place]
        guard arrival != RTCPWriter.missingArrival else { return .missing }
        let delta = arrival &- last
        last = arrival
        return 0...255 ~= delta ? .smallDelta : .largeDelta
    }
}
