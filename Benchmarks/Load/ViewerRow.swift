import WebRTC

/// What is touched for each packet of a viewer.
///
/// A row of one array: with thousands of viewers it is memory that costs, not arithmetic.
struct ViewerRow {
    var videoType: UInt8 = 0
    var audioType: UInt8 = 0
    /// The extension whose numbers are fed back; nil where the server wants none.
    var transportID: UInt8?
    /// On the clock of the day; the first packets come when the keys are there.
    var connectedAt: Int64?
    private(set) var firstPacketAt: Int64?
    private(set) var firstKeyframeAt: Int64?
    private(set) var video = SourceCount()
    private(set) var audio = SourceCount()
    private(set) var repairs = 0
    var arrivals = ArrivalNotes()

    enum Taken {
        /// How old it is, where that is known.
        case counted(delay: Int64?)
        /// Its sender's count of frames is not known yet: look inside, and tell `learn`.
        case unknownFrame
        case repair
    }

    var gaps: Int { video.windowGaps + audio.windowGaps }
    var knowsFrames: Bool { video.timestampStart != nil && audio.timestampStart != nil }

    mutating func openWindow() {
        video.openWindow()
        audio.openWindow()
    }

    mutating func take(
        _ packet: Span<UInt8>, _ header: RTPHeader, at arrival: Int64,
        _ times: borrowing ShowTimes
    ) -> Taken {
        if let transportID, let range = header.extensionValue(transportID, in: packet),
            range.count >= 2
        {
            let number =
                UInt16(packet[range.lowerBound]) << 8 | UInt16(packet[range.lowerBound + 1])
            arrivals.note(number, nanoseconds: arrival)
        }
        let isVideo = header.payloadType == videoType
        guard isVideo || header.payloadType == audioType else {
            repairs += 1
            return .repair
        }
        if firstPacketAt == nil { firstPacketAt = arrival }
        let place =
            isVideo
            ? video.take(header, ticks: LoadShow.ticksPerFrame)
            : audio.take(header, ticks: LoadShow.ticksPerSound)
        guard let place else { return .unknownFrame }
        if isVideo, firstKeyframeAt == nil, LoadShow.isKeyframe(place.frame) {
            firstKeyframeAt = arrival
        }
        guard let packet = place.packet,
            let sent = (isVideo ? times.video : times.audio).time(
                frame: place.frame, packet: packet),
            // What was sent before we were there came from a cache: its age is not the relay's.
            let connectedAt, sent > connectedAt
        else { return .counted(delay: nil) }
        return .counted(delay: arrival - sent)
    }

    mutating func learn(frame: Int, of header: RTPHeader, at arrival: Int64) {
        guard header.payloadType == videoType else {
            return audio.learn(
                frame: frame, timestamp: header.timestamp, ticks: LoadShow.ticksPerSound)
        }
        video.learn(frame: frame, timestamp: header.timestamp, ticks: LoadShow.ticksPerFrame)
        if firstKeyframeAt == nil, LoadShow.isKeyframe(frame) { firstKeyframeAt = arrival }
    }
}

/// When the packets of both sources of the show left.
struct ShowTimes: Sendable {
    let video = SentTimes()
    let audio = SentTimes()
}
