import Primitives

/// One source that we receive: its counts, its gaps, and what puts its frames together.
struct Reception: Sendable {
    let media: Int
    /// The place of its layer among the m-line's rids; 0 without simulcast.
    let layer: Int
    let ssrc: UInt32
    let codec: Codec
    let payloadType: UInt8
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
    var lastHeard: Instant
    /// Which numbers have been given out, so that none is twice.
    var seen = SeenNumbers()

    init(
        media: Int, layer: Int, ssrc: UInt32, codec: Codec, _ agreed: NegotiatedCodec,
        rtxSSRC: UInt32?,
        _ delivery: PeerSettings.Delivery, now: Instant
    ) {
        self.media = media
        self.layer = layer
        lastHeard = now
        self.ssrc = ssrc
        self.codec = codec
        payloadType = agreed.payloadType
        self.rtxSSRC = rtxSSRC
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
