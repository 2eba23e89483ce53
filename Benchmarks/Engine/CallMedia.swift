import Primitives
import WebRTC

/// What two peers of a benchmark agree on, and the frames they exchange.
enum CallMedia {
    /// VP8 says in its first bit whether it is a keyframe; the size stands behind the start code.
    static func vp8(isKeyframe: Bool, bytes: Int) -> [UInt8] {
        var frame: [UInt8] = [
            isKeyframe ? 0x10 : 0x11, 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00,
        ]
        while frame.count < bytes { frame.append(UInt8(truncatingIfNeeded: frame.count &* 31)) }
        return frame
    }

    private static func plan(
        _ kind: MediaKind, _ direction: MediaDirection, sends: Bool
    ) -> MediaPlan {
        let isVideo = kind == .video
        let ssrc: UInt32 = isVideo ? 2000 : 1000
        return MediaPlan(
            kind: kind, direction: direction, codecs: [isVideo ? .vp8 : .opus], codecLimit: 1,
            feedback: isVideo ? [.nack, .pli, .fir, .transportCC] : [.transportCC],
            usesRTX: isVideo, extensions: [.mid, .absoluteSendTime, .transportSequence],
            source: sends
                ? MediaSource(
                    ssrc: ssrc, rtxSSRC: isVideo ? ssrc + 1 : nil, cname: "c",
                    msid: MSID(stream: "s", track: nil))
                : nil,
            layers: .one)
    }

    static func plans(
        _ direction: MediaDirection, sends: Bool, hasAudio: Bool
    ) -> [MediaPlan] {
        (hasAudio ? [.audio, .video] : [.video]).map { plan($0, direction, sends: sends) }
    }

    /// What sender and receiver come to.
    static func negotiate(
        _ sender: LocalTransport, _ receiver: LocalTransport, hasAudio: Bool
    ) -> (sender: NegotiatedSession, receiver: NegotiatedSession) {
        let origin = SessionOrigin(sessionID: 1, version: 1)
        let offer = OfferPlan(
            origin: origin, transport: sender, setup: .actpass,
            media: plans(.sendonly, sends: true, hasAudio: hasAudio)
        ).makeOffer()
        do {
            let (answer, theirs) = try AnswerPlan(
                origin: origin, transport: receiver, preferredRole: .server,
                media: plans(.recvonly, sends: false, hasAudio: hasAudio), acceptsPart: false
            ).answer(to: SessionDescription(parsing: offer.text))
            let ours = try NegotiatedSession(
                accepting: SessionDescription(parsing: answer.text), for: offer)
            return (ours, theirs)
        } catch {
            preconditionFailure("no negotiation: \(error)")
        }
    }
}
