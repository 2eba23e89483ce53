import WebRTC

/// What live peers offer and answer: one m-line of audio and one of video.
enum LivePlans {
    static let videoFormats: [CodecFormat] = [
        .h264(.constrainedBaseline), .h264(.baseline), .vp8, .vp9(profile: 0), .av1,
    ]

    static func formats(_ codec: Codec) -> [CodecFormat] {
        videoFormats.filter { $0.name == codec.encodingName }
    }

    static func media(
        _ direction: MediaDirection, video: [CodecFormat] = videoFormats, usesRTX: Bool = true
    ) -> [MediaPlan] {
        [plan(.audio, direction, [.opus], usesRTX: false)]
            + [plan(.video, direction, video, usesRTX: usesRTX)]
    }

    private static func plan(
        _ kind: MediaKind, _ direction: MediaDirection, _ codecs: [CodecFormat], usesRTX: Bool
    ) -> MediaPlan {
        var random = SystemRandomNumberGenerator()
        let source = MediaSource(
            ssrc: random.next() | 1, rtxSSRC: usesRTX ? random.next() & ~1 : nil, cname: "interop",
            msid: MSID(stream: "show", track: kind.rawValue))
        return MediaPlan(
            kind: kind, direction: direction, codecs: codecs, codecLimit: 1,
            feedback: kind == .video ? [.nack, .pli, .fir, .transportCC] : [.transportCC],
            usesRTX: usesRTX,
            extensions: [.mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime],
            source: direction.sends ? source : nil, layers: .one)
    }

    static var origin: SessionOrigin {
        var random = SystemRandomNumberGenerator()
        return SessionOrigin(sessionID: random.next() >> 2, version: 1)
    }
}
