/// What is needed to answer an offer.
package struct AnswerPlan: Sendable, Equatable {
    package let origin: SessionOrigin
    package let transport: LocalTransport
    /// Taken where the offer leaves it to us.
    package let preferredRole: DTLSRole
    /// Each serves one m-line of its kind.
    package let media: [MediaPlan]
    /// Whether an m-line that can't be served is refused alone, rather than the whole offer.
    package let acceptsPart: Bool

    package init(
        origin: SessionOrigin, transport: LocalTransport, preferredRole: DTLSRole,
        media: [MediaPlan], acceptsPart: Bool
    ) {
        self.origin = origin
        self.transport = transport
        self.preferredRole = preferredRole
        self.media = media
        self.acceptsPart = acceptsPart
    }

    /// The answer, and what it makes of the two descriptions.
    package func answer(
        to offer: SessionDescription
    ) throws(NegotiationProblem) -> (answer: SessionDescription, session: NegotiatedSession) {
        guard !offer.media.isEmpty else { throw .noMedia }
        try offer.requireDistinctMIDs()
        let accepted = try choose(from: offer)
        guard accepted.contains(where: { $0.negotiated.direction != .inactive }) else {
            throw .nothingAcceptable
        }
        guard let order = offer.bundleOrder(of: accepted.map(\.negotiated.line)) else {
            throw .noBundle
        }
        let remote = try RemoteTransport(offer, lines: order)
        let role = role(for: remote.setup)
        let session = NegotiatedSession(
            remoteCredentials: remote.credentials, remoteCandidates: remote.candidates,
            remoteHasEndOfCandidates: remote.hasEndOfCandidates,
            remoteICEOptions: remote.iceOptions, isRemoteICELite: offer.isICELite,
            remoteFingerprints: remote.fingerprints, role: role,
            media: accepted.map(\.negotiated),
            deviations: deviations(accepted, hasSetup: remote.setup != nil))

        var answer = SessionDescription(origin: origin)
        answer.isICELite = transport.isICELite
        for (line, offered) in offer.media.enumerated() {
            guard var section = accepted.first(where: { $0.negotiated.line == line })?.section
            else {
                answer.media.append(offered.rejection)
                continue
            }
            transport.describe(
                &section, setup: role == .server ? .passive : .active,
                isLead: line == order.first)
            answer.media.append(section)
        }
        let mids = order.compactMap { offer.media[$0].mid }
        let isBundled = offer.groups.contains { group in
            group.semantics == .bundle && mids.first.map(group.mids.contains) ?? false
        }
        if isBundled { answer.groups = [MediaGroup(semantics: .bundle, mids: mids)] }
        return (answer, session)
    }

    private func role(for setup: DTLSSetup?) -> DTLSRole {
        switch setup {
        case .active: .server
        case .passive: .client
        case .actpass, nil: preferredRole
        }
    }

    private func deviations(_ accepted: [AcceptedMedia], hasSetup: Bool) -> [SDPDeviation] {
        var deviations: [SDPDeviation] = hasSetup ? [] : [.noSetup]
        if accepted.contains(where: { $0.negotiated.mid == nil }) { deviations.append(.noMID) }
        return deviations
    }

    private func choose(from offer: SessionDescription) throws(NegotiationProblem)
        -> [AcceptedMedia]
    {
        var plans = media
        var ids = SharedExtensionIDs()
        var accepted: [AcceptedMedia] = []
        for (line, offered) in offer.media.enumerated() {
            guard case .media(let kind) = offered.kind, !offered.isRejected else { continue }
            do throws(NegotiationProblem) {
                guard let place = plans.firstIndex(where: { $0.kind == kind }) else {
                    throw .unwantedMedia(line: line)
                }
                accepted.append(try AcceptedMedia(plans[place], offered, line: line, kind, &ids))
                plans.remove(at: place)
            } catch {
                if !acceptsPart { throw error }
            }
        }
        return accepted
    }
}

extension MediaDescription {
    /// The m-line that refuses this one.
    fileprivate var rejection: MediaDescription {
        var section = MediaDescription(kind: kind, port: 0, transport: transport)
        section.payloads = payloads.map {
            PayloadFormat(payloadType: $0.payloadType, format: .fixed($0.payloadType))
        }
        section.otherFormats = otherFormats
        section.mid = mid
        section.direction = .inactive
        section.allowsMixedExtensions = allowsMixedExtensions
        return section
    }
}
