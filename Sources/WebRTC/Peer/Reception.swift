import Primitives

/// One source that we receive: its counts, its gaps, and what puts its frames together.
struct Reception: Sendable {
    let media: Int
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

    init(
        media: Int, ssrc: UInt32, codec: NegotiatedCodec, kind: Codec, rtxSSRC: UInt32?,
        _ reception: PeerSettings.Reception, now: Instant
    ) {
        self.media = media
        self.ssrc = ssrc
        self.codec = kind
        payloadType = codec.payloadType
        self.rtxSSRC = rtxSSRC
        statistics = ReceiverStatistics(clockRate: codec.format.clockRate)
        clock = SenderReportClock(clockRate: codec.format.clockRate)
        if codec.feedback.contains(.nack) {
            nack = NackGenerator(kind.kind == .video ? .video : .audio)
        }
        if case .frames(let framing) = reception {
            let limits = kind.kind == .video ? PeerLimits.videoJitter : PeerLimits.audioJitter
            order = JitterBuffer(limits, clockRate: codec.format.clockRate)
            depacketiser = Depacketiser(
                kind, framing: framing, maximumFrameSize: Depacketiser.maximumFrameSize)
        }
        lastKeyframeRequest =
            now + (PeerLimits.keyframeGrace - PeerLimits.keyframeInterval)
    }
}
