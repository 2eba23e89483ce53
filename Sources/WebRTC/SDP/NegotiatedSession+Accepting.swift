extension NegotiatedSession {
    /// What an answer makes of our offer, if it is an answer to it.
    package init(
        accepting answer: SessionDescription, for offer: SessionDescription
    ) throws(NegotiationProblem) {
        guard !offer.media.isEmpty else { throw .noMedia }
        guard answer.media.count == offer.media.count else {
            throw .mediaCountDiffers(
                offered: offer.media.count, answered: answer.media.count)
        }
        var deviations: [SDPDeviation] = []
        func note(_ deviation: SDPDeviation, if condition: Bool) {
            if condition, !deviations.contains(deviation) { deviations.append(deviation) }
        }
        var media: [NegotiatedMedia] = []
        for (line, (offered, answered)) in zip(offer.media, answer.media).enumerated() {
            guard answered.kind == offered.kind else { throw .kindDiffers(line: line) }
            guard answered.mid == nil || answered.mid == offered.mid else {
                throw .midDiffers(line: line)
            }
            guard case .media(let kind) = offered.kind, !answered.isRejected else { continue }
            note(.noMID, if: answered.mid == nil)
            note(.noRTCPMuxInAnswer, if: !answered.hasRTCPMux)
            let allowed = offered.direction.reversed
            note(
                .directionTooWide,
                if: answered.direction.limited(to: allowed) != answered.direction)
            media.append(try NegotiatedMedia(kind, answered, for: offered, line: line))
        }
        guard media.contains(where: { $0.direction != .inactive }) else {
            throw .nothingAcceptable
        }
        let lines = media.map(\.line)
        let order = answer.bundleOrder(of: lines)
        // Whoever forgets to write the group still has but one transport.
        guard order != nil || answer.isOneTransport(lines) else { throw .noBundle }
        note(.noBundleInAnswer, if: order == nil)
        let remote = try RemoteTransport(answer, lines: order ?? lines)
        note(.noSetup, if: remote.setup == nil)
        let ourSetup = offer.media[(order ?? lines)[0]].setup ?? .actpass
        self.init(
            remoteCredentials: remote.credentials, remoteCandidates: remote.candidates,
            remoteHasEndOfCandidates: remote.hasEndOfCandidates,
            remoteICEOptions: remote.iceOptions, isRemoteICELite: answer.isICELite,
            remoteFingerprints: remote.fingerprints,
            role: try Self.role(offered: ourSetup, answered: remote.setup),
            media: media, deviations: deviations)
    }

    /// Our part, by what we offered and what came back (RFC 8842 5.3).
    private static func role(
        offered: DTLSSetup, answered: DTLSSetup?
    ) throws(NegotiationProblem) -> DTLSRole {
        switch (offered, answered) {
        case (.active, .passive), (.active, nil), (.actpass, .passive): .client
        case (.passive, .active), (.actpass, .active): .server
        // Before DTLS took it over, none meant active (RFC 4145 4.1).
        case (.passive, nil), (.actpass, nil): .server
        case (.active, .active), (.passive, .passive), (_, .actpass): throw .illegalSetup
        }
    }
}

extension SessionDescription {
    fileprivate func isOneTransport(_ lines: [Int]) -> Bool {
        let sections = lines.map { media[$0] }
        guard let first = sections.first, first.credentials != nil else { return false }
        return sections.allSatisfy {
            $0.credentials == first.credentials && $0.fingerprints == first.fingerprints
        }
    }
}

extension NegotiatedMedia {
    fileprivate init(
        _ kind: MediaKind, _ answered: MediaDescription, for offered: MediaDescription, line: Int
    ) throws(NegotiationProblem) {
        for header in answered.extensions {
            let isOffered = offered.extensions.contains {
                $0.id == header.id && $0.uri == header.uri
            }
            guard isOffered else { throw .extensionNotOffered(line: line, id: header.id) }
        }
        let codecs = try Self.codecs(answered, for: offered, line: line)
        guard !codecs.isEmpty else { throw .noCommonCodec(line: line) }
        let direction = offered.direction.limited(to: answered.direction.reversed)
        let wanted = answered.simulcast?.receive.joined().map(\.rid) ?? []
        self.init(
            line: line, mid: offered.mid, kind: kind, direction: direction, codecs: codecs,
            extensions: RTPExtensionMap(answered.extensions),
            remoteSources: direction.receives ? answered.sources : [],
            localSource: direction.sends ? offered.sources.first : nil,
            rids: offered.rids.map(\.rid).filter(wanted.contains),
            usesReducedSizeRTCP: offered.hasReducedSizeRTCP && answered.hasReducedSizeRTCP)
    }

    /// In the order of the answer.
    private static func codecs(
        _ answered: MediaDescription, for offered: MediaDescription, line: Int
    ) throws(NegotiationProblem) -> [NegotiatedCodec] {
        var codecs: [NegotiatedCodec] = []
        for payload in answered.payloads {
            let ours = offered.payloads.first { $0.payloadType == payload.payloadType }
            // Parameters are the answerer's own affair; some write none at all.
            guard let ours, let offer = ours.format,
                payload.format?.isSameCoding(as: offer) ?? true
            else { throw .codecNotOffered(line: line, payloadType: payload.payloadType) }
            if offer.isRetransmission { continue }
            var format = payload.format ?? offer
            if format.parameters.isEmpty { format.parameters = offer.parameters }
            let rtx = answered.retransmission(of: payload.payloadType, offer.clockRate)
            codecs.append(
                NegotiatedCodec(
                    payloadType: payload.payloadType, rtxPayloadType: rtx?.0, format: format,
                    feedback: ours.feedback.intersection(payload.feedback)))
        }
        return codecs
    }
}
