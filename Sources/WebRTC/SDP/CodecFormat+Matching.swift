extension CodecFormat {
    /// Whether packets of one format are packets of the other: what offer and answer compare.
    package func matches(_ other: CodecFormat) -> Bool {
        guard isSameCoding(as: other) else { return false }
        if isRetransmission { return appliesTo == other.appliesTo }
        switch codec {
        case .h264:
            return packetizationMode == other.packetizationMode
                && h264ProfileLevel.isSameProfile(as: other.h264ProfileLevel)
        case .vp9: return number("profile-id", or: 0) == other.number("profile-id", or: 0)
        case .av1: return number("profile", or: 0) == other.number("profile", or: 0)
        case .h265:
            return number("profile-id", or: 1) == other.number("profile-id", or: 1)
                && transmissionMode == other.transmissionMode
        case .vp8, .opus, .pcmu, .pcma, nil: return true
        }
    }

    /// Whether name, clock and channels are the same, whatever the parameters.
    func isSameCoding(as other: CodecFormat) -> Bool {
        guard name.lowercased() == other.name.lowercased(), clockRate == other.clockRate else {
            return false
        }
        // Opus is always written with two channels (RFC 7587 7); some write none.
        return codec == .opus || channels == other.channels
    }

    /// The payload type that a retransmission format repairs.
    package var appliesTo: UInt8? {
        guard isRetransmission, let value = parameter("apt") else { return nil }
        return Substring(value).utf8.number(UInt8.self)
    }

    /// What a missing or unreadable one stands for is what browsers take it for.
    package var h264ProfileLevel: H264ProfileLevel {
        parameter("profile-level-id").flatMap { H264ProfileLevel($0) } ?? .constrainedBaseline
    }

    package var packetizationMode: Int { number("packetization-mode", or: 0) }

    private var allowsLevelAsymmetry: Bool { number("level-asymmetry-allowed", or: 0) == 1 }

    private var transmissionMode: String { parameter("tx-mode")?.uppercased() ?? "SRST" }

    private func number(_ key: String, or absent: Int) -> Int {
        guard let value = parameter(key) else { return absent }
        return Substring(value).utf8.number(Int.self) ?? absent
    }

    /// What we answer to an offered format that matches this one of ours.
    func answer(to offered: CodecFormat) -> CodecFormat {
        var answer = offered
        switch codec {
        case .h264:
            let theirs = offered.h264ProfileLevel
            let isFree = allowsLevelAsymmetry && offered.allowsLevelAsymmetry
            let agreed = isFree ? theirs : theirs.lower(of: h264ProfileLevel)
            var parameters = [CodecParameter("packetization-mode", String(packetizationMode))]
            if isFree { parameters.insert(CodecParameter("level-asymmetry-allowed", "1"), at: 0) }
            parameters.append(CodecParameter("profile-level-id", agreed.text))
            answer.parameters = parameters
        // Each end says for itself what it likes to receive (RFC 7587 7).
        case .opus: answer.parameters = parameters
        default: break
        }
        return answer
    }
}
