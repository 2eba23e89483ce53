/// An offered m-line that we take: what we answer, and what that means.
struct AcceptedMedia {
    private(set) var section: MediaDescription
    let negotiated: NegotiatedMedia

    init(
        _ plan: MediaPlan, _ offered: MediaDescription, line: Int, _ kind: MediaKind,
        _ ids: inout SharedExtensionIDs
    ) throws(NegotiationProblem) {
        guard offered.transport.isSecureRTP else { throw .notSecure(line: line) }
        guard offered.hasRTCPMux || offered.hasRTCPMuxOnly else { throw .noRTCPMux(line: line) }
        let direction = plan.direction.limited(to: offered.direction.reversed)
        guard
            direction != .inactive || plan.direction == .inactive || offered.direction == .inactive
        else { throw .noCommonDirection(line: line) }
        section = MediaDescription(kind: offered.kind, port: 9, transport: offered.transport)
        let codecs = plan.choose(from: offered, &section.payloads)
        guard !codecs.isEmpty else { throw .noCommonCodec(line: line) }
        section.mid = offered.mid
        section.direction = direction
        section.hasRTCPMux = true
        section.hasReducedSizeRTCP = offered.hasReducedSizeRTCP
        section.allowsMixedExtensions = offered.allowsMixedExtensions
        section.extensions = ids.common(to: plan, offered)
        let extensions = RTPExtensionMap(section.extensions)
        let usesRTX = codecs.contains { $0.rtxPayloadType != nil }
        var localSource: MediaSource?
        if direction.sends, let source = plan.source {
            source.describe(&section, usesRTX: usesRTX)
            localSource = section.sources.first
        }
        var rids: [String] = []
        if direction.receives, extensions[.rid] != nil, case .receive(let limit) = plan.layers {
            rids = Self.layers(offered, codecs: codecs, limit: limit)
        }
        if !rids.isEmpty {
            section.rids = rids.map { RIDDescription(rid: $0, direction: .recv) }
            section.simulcast = SimulcastDescription(
                receive: rids.map { [SimulcastDescription.Choice(rid: $0)] })
        }
        negotiated = NegotiatedMedia(
            line: line, mid: offered.mid, kind: kind, direction: direction, codecs: codecs,
            extensions: extensions, remoteSources: direction.receives ? offered.sources : [],
            localSource: localSource, rids: rids,
            usesReducedSizeRTCP: offered.hasReducedSizeRTCP)
    }

    /// The layers on offer that may carry one of the codecs.
    private static func layers(
        _ offered: MediaDescription, codecs: [NegotiatedCodec], limit: Int
    ) -> [String] {
        var rids: [String] = []
        for layer in offered.simulcast?.send ?? [] where rids.count < limit {
            let choice = layer.first { choice in
                offered.rids.contains { rid in
                    guard rid.rid == choice.rid, rid.direction == .send else { return false }
                    guard let allowed = rid.payloadTypes else { return true }
                    return codecs.contains { allowed.contains($0.payloadType) }
                }
            }
            if let choice, !rids.contains(choice.rid) { rids.append(choice.rid) }
        }
        return rids
    }
}

extension MediaPlan {
    /// The offered codecs that we take, in our order; what we answer is added to `answered`.
    fileprivate func choose(
        from offered: MediaDescription, _ answered: inout [PayloadFormat]
    ) -> [NegotiatedCodec] {
        var codecs: [NegotiatedCodec] = []
        for (format, payload, theirs) in matches(in: offered) {
            let rtx =
                usesRTX ? offered.retransmission(of: payload.payloadType, theirs.clockRate) : nil
            let common = feedback.intersection(payload.feedback)
            answered.append(
                PayloadFormat(
                    payloadType: payload.payloadType, format: format.answer(to: theirs),
                    feedback: common))
            if let rtx { answered.append(PayloadFormat(payloadType: rtx.0, format: rtx.1)) }
            codecs.append(
                NegotiatedCodec(
                    payloadType: payload.payloadType, rtxPayloadType: rtx?.0, format: theirs,
                    feedback: common))
        }
        return codecs
    }

    private func matches(
        in offered: MediaDescription
    ) -> [(ours: CodecFormat, payload: PayloadFormat, theirs: CodecFormat)] {
        var found: [(ours: CodecFormat, payload: PayloadFormat, theirs: CodecFormat)] = []
        for ours in codecs {
            for payload in offered.payloads where found.count < codecLimit {
                let isTaken = found.contains { $0.payload.payloadType == payload.payloadType }
                guard let theirs = payload.format, !isTaken, !ours.isRetransmission,
                    ours.matches(theirs)
                else { continue }
                found.append((ours, payload, theirs))
                break
            }
        }
        return found
    }
}

extension MediaDescription {
    /// The payload type that repairs another one.
    func retransmission(of payloadType: UInt8, _ clockRate: UInt32) -> (UInt8, CodecFormat)? {
        for payload in payloads {
            guard let format = payload.format, format.clockRate == clockRate,
                format.appliesTo == payloadType
            else { continue }
            return (payload.payloadType, format)
        }
        return nil
    }
}

/// What each extension number means in a bundle; an m-line that disagrees goes without.
struct SharedExtensionIDs {
    private var known: [(id: UInt8, meaning: RTPExtensionKind)] = []

    /// The extensions that plan and offer have in common.
    mutating func common(
        to plan: MediaPlan, _ offered: MediaDescription
    ) -> [HeaderExtension] {
        var common: [HeaderExtension] = []
        for header in offered.extensions {
            guard let meaning = RTPExtensionKind(rawValue: header.uri),
                plan.extensions.contains(meaning),
                !common.contains(where: { $0.uri == header.uri }),
                Self.isUsable(header.id, isMixed: offered.allowsMixedExtensions)
            else { continue }
            if let entry = known.first(where: { $0.id == header.id }) {
                guard entry.meaning == meaning else { continue }
            } else {
                known.append((header.id, meaning))
            }
            common.append(HeaderExtension(id: header.id, uri: header.uri))
        }
        return common
    }

    /// Beyond 14 the two-byte form is needed, which not everybody mixes with the other.
    private static func isUsable(_ id: UInt8, isMixed: Bool) -> Bool {
        id <= 14 || id >= 16 && isMixed
    }
}
