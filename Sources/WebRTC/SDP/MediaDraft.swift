import Primitives

/// An m-line while its attributes are being read, in whatever order they come.
struct MediaDraft {
    private var media: MediaDescription
    private var direction: MediaDirection?
    private var ufrag: String?
    private var password: String?
    private var mappings: [(payloadType: UInt8, format: CodecFormat)] = []
    private var parameters: [(payloadType: UInt8, parameters: [CodecParameter])] = []
    private var feedbackForAll: RTCPFeedbackSet = []

    init(_ media: MediaDescription) {
        self.media = media
    }

    /// Whether the attribute has been understood.
    mutating func read(
        _ name: String, _ value: Substring.UTF8View, line: Int
    ) throws(SDPProblem) -> Bool {
        if readFlag(name) { return true }
        if let understood = try readTransport(name, value, line: line) { return understood }
        if let understood = try readSource(name, value) { return understood }
        switch name {
        case "mid":
            guard !value.isEmpty, value.count <= Self.maximumMIDBytes, value.words.count == 1,
                media.mid == nil
            else { return false }
            media.mid = value.text
        case "extmap": return try readExtension(value)
        case "rtpmap": return readMapping(value, line: line)
        case "fmtp": return try readParameters(value)
        case "rtcp-fb": return readFeedback(value)
        case "ptime": return read(value, into: \.packetMilliseconds)
        case "maxptime": return read(value, into: \.maximumPacketMilliseconds)
        case "framerate": return readFrameRate(value)
        default: return false
        }
        return true
    }

    /// Longer than anyone writes; RFC 8843 asks for short ones, as each packet carries it.
    static let maximumMIDBytes = 64

    private mutating func readFlag(_ name: String) -> Bool {
        switch name {
        case "rtcp-mux": media.hasRTCPMux = true
        case "rtcp-mux-only": media.hasRTCPMuxOnly = true
        case "rtcp-rsize": media.hasReducedSizeRTCP = true
        case "bundle-only": media.isBundleOnly = true
        case "extmap-allow-mixed": media.allowsMixedExtensions = true
        case "end-of-candidates": media.hasEndOfCandidates = true
        default:
            guard let said = MediaDirection(rawValue: name) else { return false }
            direction = said
        }
        return true
    }

    /// What decides about security and reachability is not skipped when it can't be read.
    private mutating func readTransport(
        _ name: String, _ value: Substring.UTF8View, line: Int
    ) throws(SDPProblem) -> Bool? {
        switch name {
        case "ice-ufrag":
            guard ICECredentials.isUfrag(value) else { throw .malformed(line: line) }
            ufrag = value.text
        case "ice-pwd":
            guard ICECredentials.isPassword(value) else { throw .malformed(line: line) }
            password = value.text
        case "fingerprint":
            guard let fingerprint = CertificateFingerprint(value) else {
                throw .malformed(line: line)
            }
            guard !media.fingerprints.contains(fingerprint) else { return true }
            try require(media.fingerprints.count, below: .fingerprints)
            media.fingerprints.append(fingerprint)
        case "setup":
            guard let setup = DTLSSetup(rawValue: value.text) else {
                throw .malformed(line: line)
            }
            media.setup = setup
        case "ice-options":
            try media.iceOptions.addICEOptions(value)
        case "candidate":
            let candidate = value.text
            // Pion repeats candidates.
            guard !value.isEmpty, !media.candidates.contains(candidate) else { return false }
            try require(media.candidates.count, below: .candidates)
            media.candidates.append(candidate)
        default: return nil
        }
        return true
    }

    private func require(_ count: Int, below limit: SDPLimit) throws(SDPProblem) {
        guard count < limit.maximum else { throw .exceeds(limit) }
    }

    private mutating func readSource(
        _ name: String, _ value: Substring.UTF8View
    ) throws(SDPProblem) -> Bool? {
        switch name {
        case "msid":
            guard media.msid == nil, let msid = MSID(value) else { return false }
            media.msid = msid
        case "ssrc": return try readSSRC(value)
        case "ssrc-group":
            let words = value.words
            let ssrcs = words.dropFirst().compactMap { $0.number(UInt32.self) }
            guard let word = words.first, !ssrcs.isEmpty, ssrcs.count == words.count - 1,
                ssrcs.count <= SDPLimit.ssrcs.maximum,
                let semantics = SSRCGroup.Semantics(rawValue: word.text)
            else { return false }
            try require(media.ssrcGroups.count, below: .ssrcGroups)
            media.ssrcGroups.append(SSRCGroup(semantics: semantics, ssrcs: ssrcs))
        case "rid":
            guard let rid = RIDDescription(value),
                !media.rids.contains(where: { $0.rid == rid.rid })
            else { return false }
            try require(media.rids.count, below: .rids)
            media.rids.append(rid)
        case "simulcast":
            guard media.simulcast == nil, let simulcast = SimulcastDescription(value) else {
                return false
            }
            media.simulcast = simulcast
        default: return nil
        }
        return true
    }

    /// `1234 cname:abc`; other attributes of a source only name it.
    private mutating func readSSRC(_ value: Substring.UTF8View) throws(SDPProblem) -> Bool {
        let (word, attribute) = value.firstWord
        guard let ssrc = word.number(UInt32.self) else { return false }
        var place = media.ssrcs.firstIndex { $0.ssrc == ssrc }
        if place == nil {
            try require(media.ssrcs.count, below: .ssrcs)
            place = media.ssrcs.count
            media.ssrcs.append(SSRCDescription(ssrc: ssrc))
        }
        guard let place else { return false }
        let (name, content) = attribute.halves(at: UInt8(ascii: ":"))
        guard let content = content?.trimmed else { return attribute.isEmpty }
        switch name.text {
        // No longer than an SDES chunk holds (RFC 3550 6.5).
        case "cname" where !content.isEmpty && content.count <= 255:
            media.ssrcs[place].cname = content.text
        case "msid": media.ssrcs[place].msid = MSID(content)
        case "mslabel", "label": break
        default: return false
        }
        return true
    }
}

extension MediaDraft {
    private mutating func readExtension(_ value: Substring.UTF8View) throws(SDPProblem) -> Bool {
        guard let header = HeaderExtension(value),
            !media.extensions.contains(where: { $0.id == header.id })
        else { return false }
        try require(media.extensions.count, below: .extensions)
        media.extensions.append(header)
        return true
    }

    private func place(of payloadType: UInt8) -> Int? {
        media.payloads.firstIndex { $0.payloadType == payloadType }
    }

    private mutating func readMapping(_ value: Substring.UTF8View, line: Int) -> Bool {
        let (word, rest) = value.firstWord
        guard let payloadType = word.number(UInt8.self), place(of: payloadType) != nil,
            !mappings.contains(where: { $0.payloadType == payloadType }),
            let format = CodecFormat(mapping: rest)
        else { return false }
        mappings.append((payloadType, format))
        return true
    }

    private mutating func readParameters(_ value: Substring.UTF8View) throws(SDPProblem) -> Bool {
        let (word, rest) = value.firstWord
        guard let payloadType = word.number(UInt8.self), place(of: payloadType) != nil,
            !parameters.contains(where: { $0.payloadType == payloadType })
        else { return false }
        guard let list = CodecParameter.list(rest) else { throw .exceeds(.parametersPerCodec) }
        parameters.append((payloadType, list))
        return true
    }

    private mutating func readFeedback(_ value: Substring.UTF8View) -> Bool {
        let (word, rest) = value.firstWord
        guard let feedback = RTCPFeedbackSet(rest) else { return false }
        if word.elementsEqual("*".utf8) {
            feedbackForAll.formUnion(feedback)
            return true
        }
        guard let payloadType = word.number(UInt8.self), let place = place(of: payloadType) else {
            return false
        }
        media.payloads[place].feedback.formUnion(feedback)
        return true
    }

    private mutating func read(
        _ value: Substring.UTF8View, into place: WritableKeyPath<MediaDescription, UInt16?>
    ) -> Bool {
        guard let number = value.number(UInt16.self), number > 0 else { return false }
        media[keyPath: place] = number
        return true
    }

    private mutating func readFrameRate(_ value: Substring.UTF8View) -> Bool {
        let isDecimal = value.allSatisfy { $0 == UInt8(ascii: ".") || $0.isASCIIDigit }
        // Within these bounds a number is written without an exponent.
        guard isDecimal, value.count <= 16, let rate = Double(Substring(value)),
            (0.001...1_000).contains(rate)
        else { return false }
        media.framesPerSecond = rate
        return true
    }

    /// The m-line with what its formats mean, and with what holds for the whole session.
    func finished(_ defaults: MediaDraft) -> MediaDescription {
        var media = media
        for place in media.payloads.indices {
            let payloadType = media.payloads[place].payloadType
            var format =
                mappings.first { $0.payloadType == payloadType }?.format
                ?? CodecFormat.fixed(payloadType)
            if let list = parameters.first(where: { $0.payloadType == payloadType })?.parameters {
                format?.parameters = list
            }
            media.payloads[place].format = format
            media.payloads[place].feedback.formUnion(feedbackForAll)
        }
        let session = defaults.media
        media.direction = direction ?? defaults.direction ?? .sendrecv
        if let ufrag = ufrag ?? defaults.ufrag, let password = password ?? defaults.password {
            media.credentials = ICECredentials(ufrag: ufrag, password: password)
        }
        if media.fingerprints.isEmpty { media.fingerprints = session.fingerprints }
        if media.iceOptions.isEmpty { media.iceOptions = session.iceOptions }
        media.setup = media.setup ?? session.setup
        media.hasEndOfCandidates = media.hasEndOfCandidates || session.hasEndOfCandidates
        media.allowsMixedExtensions =
            media.allowsMixedExtensions || session.allowsMixedExtensions
        for header in session.extensions
        where media.extensions.count < SDPLimit.extensions.maximum
            && !media.extensions.contains(where: { $0.id == header.id })
        {
            media.extensions.append(header)
        }
        return media
    }
}
