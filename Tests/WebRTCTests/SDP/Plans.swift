import WebRTC

/// Plans as the relay, the push and the probe make them.
enum Plans {
    static let transport = LocalTransport(
        credentials: ICECredentials(ufrag: "ours", password: "ourpasswordourpassword"),
        iceOptions: ["trickle"], isICELite: false,
        candidates: ["1 1 udp 2130706431 192.0.2.1 5000 typ host"], hasEndOfCandidates: true,
        fingerprints: [CertificateFingerprint(algorithm: "sha-256", bytes: [0xAB, 0x01])])

    static let origin = SessionOrigin(sessionID: 42, version: 1)

    static let videoCodecs: [CodecFormat] = [
        .h264(.constrainedBaseline), .h264(.baseline), .vp8, .vp9(profile: 0), .av1, .h265,
    ]

    static func source(_ kind: MediaKind) -> MediaSource {
        let ssrc: UInt32 = kind == .audio ? 1_000 : 2_000
        return MediaSource(
            ssrc: ssrc, rtxSSRC: kind == .audio ? nil : ssrc + 1, cname: "toolkit",
            msid: MSID(stream: "show", track: kind.rawValue))
    }

    static func media(
        _ kind: MediaKind, _ direction: MediaDirection, codecs: [CodecFormat]? = nil,
        codecLimit: Int = 1, layers: MediaPlan.Layers = .one
    ) -> MediaPlan {
        MediaPlan(
            kind: kind, direction: direction,
            codecs: codecs ?? (kind == .audio ? [.opus, .pcmu, .pcma] : videoCodecs),
            codecLimit: codecLimit,
            feedback: kind == .audio ? .transportCC : [.nack, .pli, .fir, .transportCC],
            usesRTX: kind == .video,
            extensions: kind == .audio
                ? [.mid, .audioLevel, .transportSequence]
                : [.mid, .rid, .repairedRID, .transportSequence, .absoluteCaptureTime],
            source: direction.sends ? source(kind) : nil, layers: layers)
    }

    static func offer(
        _ direction: MediaDirection, setup: DTLSSetup = .actpass, _ media: [MediaPlan]? = nil
    ) -> SessionDescription {
        OfferPlan(
            origin: origin, transport: transport, setup: setup,
            media: media ?? [self.media(.audio, direction), self.media(.video, direction)]
        ).makeOffer()
    }

    static func answer(
        _ direction: MediaDirection, role: DTLSRole = .server, acceptsPart: Bool = false,
        _ media: [MediaPlan]? = nil
    ) -> AnswerPlan {
        AnswerPlan(
            origin: SessionOrigin(sessionID: 43, version: 1), transport: transport,
            preferredRole: role,
            media: media ?? [self.media(.audio, direction), self.media(.video, direction)],
            acceptsPart: acceptsPart)
    }
}
