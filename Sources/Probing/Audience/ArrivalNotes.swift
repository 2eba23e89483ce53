import WebRTC

/// When the packets of the last tenth of a second came, for transport-wide feedback.
///
/// Small and in one piece, since there are thousands of them; what does not fit is not told.
struct ArrivalNotes {
    private static let size = 64
    private var base: UInt16 = 0
    private var count: UInt16 = 0
    private var feedbackCount: UInt8 = 0
    private var ticks = InlineArray<64, Int64>(repeating: RTCPWriter.missingArrival)

    var isEmpty: Bool { count == 0 }

    mutating func note(_ sequence: UInt16, nanoseconds: Int64) {
        if count == 0 { base = sequence }
        let place = sequence &- base
        guard place < Self.size else { return }
        ticks[Int(place)] = nanoseconds / (1_000_000_000 / TransportFeedback.ticksInSecond)
        count = max(count, place + 1)
    }

    mutating func write(
        sender: UInt32, media: UInt32, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard count > 0 else { return }
        defer {
            feedbackCount &+= 1
            for place in 0..<Int(count) { ticks[place] = RTCPWriter.missingArrival }
            count = 0
        }
        _ = try RTCPWriter.transportFeedback(
            sender: sender, media: media, base: base, feedbackCount: feedbackCount,
            ticks.span.extracting(0..<Int(count)), into: &output)
    }
}
