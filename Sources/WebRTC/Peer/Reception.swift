import Primitives

/// One source that we receive: its counts, its gaps, and what puts its frames together.
struct Reception: Sendable {
    let media: Int
    let ssrc: UInt32
    let codec: Codec
    let payloadType: UInt8
    /// The layer that it is, where its first packet says so.
    let rid: String?
    /// The source that repairs this one, once it is known.
    var rtxSSRC: UInt32?
    var statistics: ReceiverStatistics
    var clock: SenderReportClock
    var nack: NackGenerator?
    var order: JitterBuffer?
    /// Taken out while it works, so that what it emits may touch everything else.
    var depacketiser: Depacketiser?
    var lastKeyframeRequest: Instant
    var firNumber: UInt8 = 0

    init(
        media: Int, ssrc: UInt32, codec: Codec, _ agreed: NegotiatedCodec, rtxSSRC: UInt32?,
        rid: String?, _ delivery: PeerSettings.Delivery, now: Instant
    ) {
        self.media = media
        self.ssrc = ssrc
        self.codec = codec
        payloadType = agreed.payloadType
        self.rtxSSRC = rtxSSRC
        self.rid = rid
        statistics = ReceiverStatistics(clockRate: agreed.format.clockRate)
        clock = SenderReportClock(clockRate: agreed.format.clockRate)
        if agreed.feedback.contains(.nack) {
            nack = NackGenerator(codec.kind == .video ? .video : .audio)
        }
        if case .frames(let framing) = delivery {
            let limits = codec.kind == .video ? PeerLimits.videoJitter : PeerLimits.audioJitter
            order = JitterBuffer(limits, clockRate: agreed.format.clockRate)
            depacketiser = Depacketiser(
                codec, framing: framing, maximumFrameSize: Depacketiser.maximumFrameSize)
        }
        lastKeyframeRequest =
            now + (PeerLimits.keyframeGrace - PeerLimits.keyframeInterval)
    }
}
