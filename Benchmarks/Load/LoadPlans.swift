import Primitives
import WebRTC

/// What publisher and viewers offer.
enum LoadPlans {
    static var origin: SessionOrigin {
        var random = SystemRandomNumberGenerator()
        return SessionOrigin(sessionID: random.next() >> 2, version: 1)
    }

    /// Sound first, then picture. A plain end does without repairs and transport-wide feedback.
    static func media(_ direction: MediaDirection, isPlain: Bool) -> [MediaPlan] {
        [
            plan(.audio, direction, isPlain: isPlain), plan(.video, direction, isPlain: isPlain),
        ]
    }

    private static func plan(
        _ kind: MediaKind, _ direction: MediaDirection, isPlain: Bool
    ) -> MediaPlan {
        var random = SystemRandomNumberGenerator()
        let isVideo = kind == .video
        let usesRTX = isVideo && !isPlain
        let source = MediaSource(
            ssrc: random.next() | 1, rtxSSRC: usesRTX ? random.next() & ~1 : nil,
            cname: "relay-load", msid: MSID(stream: "show", track: kind.rawValue))
        var feedback: RTCPFeedbackSet = isVideo ? [.nack, .pli, .fir] : []
        // The publisher's rate must be the same in every run: nothing may slow it.
        if !isPlain, direction == .recvonly { feedback.insert(.transportCC) }
        return MediaPlan(
            kind: kind, direction: direction,
            codecs: [isVideo ? .h264(.constrainedBaseline) : .opus], codecLimit: 1,
            feedback: feedback, usesRTX: usesRTX,
            extensions: feedback.contains(.transportCC)
                ? [.mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime] : [.mid],
            source: direction.sends ? source : nil, layers: .one)
    }
}
