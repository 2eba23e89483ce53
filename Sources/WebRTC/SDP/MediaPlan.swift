/// What an end wants of one m-line.
package struct MediaPlan: Sendable, Equatable {
    /// What is done about simulcast.
    package enum Layers: Sendable, Equatable {
        case one
        case send([String])
        case receive(upTo: Int)
    }

    package let kind: MediaKind
    package var direction: MediaDirection
    /// The preferred one first.
    package var codecs: [CodecFormat]
    /// How many codecs an answer names: with one the sender can't change it in between.
    package var codecLimit: Int
    package var feedback: RTCPFeedbackSet
    package var usesRTX: Bool
    package var extensions: [RTPExtensionKind]
    /// What we send, where we send.
    package var source: MediaSource?
    package var layers: Layers

    package init(
        kind: MediaKind, direction: MediaDirection, codecs: [CodecFormat], codecLimit: Int,
        feedback: RTCPFeedbackSet, usesRTX: Bool, extensions: [RTPExtensionKind],
        source: MediaSource?, layers: Layers
    ) {
        self.kind = kind
        self.direction = direction
        self.codecs = codecs
        self.codecLimit = codecLimit
        self.feedback = feedback
        self.usesRTX = usesRTX
        self.extensions = extensions
        self.source = source
        self.layers = layers
    }
}

/// What our end of the association says of itself.
package struct LocalTransport: Sendable, Equatable {
    package var credentials: ICECredentials
    package var iceOptions: [String]
    package var isICELite: Bool
    /// Values of `a=candidate`.
    package var candidates: [String]
    package var hasEndOfCandidates: Bool
    package var fingerprints: [CertificateFingerprint]

    package init(
        credentials: ICECredentials, iceOptions: [String], isICELite: Bool,
        candidates: [String], hasEndOfCandidates: Bool, fingerprints: [CertificateFingerprint]
    ) {
        self.credentials = credentials
        self.iceOptions = iceOptions
        self.isICELite = isICELite
        self.candidates = candidates
        self.hasEndOfCandidates = hasEndOfCandidates
        self.fingerprints = fingerprints
    }

    /// Says it on an m-line; candidates are said once, on the one that leads the bundle.
    func describe(_ media: inout MediaDescription, setup: DTLSSetup, isLead: Bool) {
        media.credentials = credentials
        media.iceOptions = iceOptions
        media.fingerprints = fingerprints
        media.setup = setup
        if isLead {
            media.candidates = candidates
            media.hasEndOfCandidates = hasEndOfCandidates
        }
    }
}

extension MediaSource {
    /// Declares itself where it is sent.
    func describe(_ media: inout MediaDescription, usesRTX: Bool) {
        media.msid = msid
        media.ssrcs = [SSRCDescription(ssrc: ssrc, cname: cname, msid: msid)]
        guard usesRTX, let rtxSSRC else { return }
        media.ssrcs.append(SSRCDescription(ssrc: rtxSSRC, cname: cname, msid: msid))
        media.ssrcGroups = [SSRCGroup(semantics: .flow, ssrcs: [ssrc, rtxSSRC])]
    }
}

extension MediaDescription {
    /// The flows that are declared; a repairing one stands with what it repairs.
    var sources: [MediaSource] {
        let pairs = ssrcGroups.filter { $0.semantics == .flow && $0.ssrcs.count == 2 }
            .map(\.ssrcs)
        // ffmpeg declares the repairing SSRC in the group alone, and others the whole pair.
        let declared = ssrcs.map(\.ssrc)
        let primaries =
            declared.filter { ssrc in !pairs.contains { $0[1] == ssrc } }
            + pairs.map { $0[0] }.filter { !declared.contains($0) }
        var sources: [MediaSource] = []
        for ssrc in primaries where !sources.contains(where: { $0.ssrc == ssrc }) {
            let description = ssrcs.first { $0.ssrc == ssrc }
            sources.append(
                MediaSource(
                    ssrc: ssrc, rtxSSRC: pairs.first { $0[0] == ssrc }?[1],
                    cname: description?.cname, msid: description?.msid ?? msid))
        }
        return sources
    }
}
