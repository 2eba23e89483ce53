import WebRTC

/// What a viewer offers to receive: all that can be decoded here.
enum ViewerOffer {
    static let video: [CodecFormat] = [
        .h264(.constrainedBaseline), .h264(.high), .h264(.main), .h264(.constrainedHigh),
        .h264(.baseline), .h264(.constrainedBaseline, packetizationMode: 0),
        .h264(.high, packetizationMode: 0), .h264(.main, packetizationMode: 0),
        .h264(.baseline, packetizationMode: 0), .vp8, .vp9(profile: 0), .h265, .av1,
    ]

    static let media: [MediaPlan] = [
        MediaPlan(
            kind: .audio, direction: .recvonly, codecs: [.opus], codecLimit: 1,
            feedback: [.nack, .transportCC], usesRTX: false, extensions: extensions, source: nil,
            layers: .one),
        MediaPlan(
            kind: .video, direction: .recvonly, codecs: video, codecLimit: 1,
            feedback: [.nack, .pli, .fir, .transportCC], usesRTX: true,
            extensions: extensions + [.playoutDelay], source: nil, layers: .one),
    ]

    private static let extensions: [RTPExtensionKind] = [
        .mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime,
    ]
}
