import Primitives

/// One parameter of a codec or a layer: `key=value`, or a bare word.
package struct CodecParameter: Sendable, Hashable {
    package let key: String
    package let value: String?

    package init(_ key: String, _ value: String?) {
        self.key = key
        self.value = value
    }

    /// The parameters of a line; nil where there are too many.
    static func list(_ value: Substring.UTF8View) -> [CodecParameter]? {
        var parameters: [CodecParameter] = []
        for part in value.split(separator: UInt8(ascii: ";")) {
            let (key, value) = part.halves(at: UInt8(ascii: "="))
            if key.trimmed.isEmpty, value == nil { continue }
            guard parameters.count < SDPLimit.parametersPerCodec.maximum else { return nil }
            parameters.append(CodecParameter(key.trimmed.text, value?.trimmed.text))
        }
        return parameters
    }

    static func text(_ parameters: [CodecParameter]) -> String {
        parameters.map { parameter in
            parameter.value.map { "\(parameter.key)=\($0)" } ?? parameter.key
        }.joined(separator: ";")
    }
}

/// What `a=rtpmap` and `a=fmtp` say of a payload type.
package struct CodecFormat: Sendable, Hashable {
    /// As its sender spells it.
    package let name: String
    package let clockRate: UInt32
    package let channels: UInt8
    package var parameters: [CodecParameter]

    package init(
        name: String, clockRate: UInt32, channels: UInt8 = 1, parameters: [CodecParameter] = []
    ) {
        self.name = name
        self.clockRate = clockRate
        self.channels = channels
        self.parameters = parameters
    }

    /// Nil for what we do not know, and for retransmissions.
    package var codec: Codec? { Codec(encodingName: name) }

    private static let rtxName = "rtx"

    /// Whether it is for retransmissions of another codec (RFC 4588).
    package var isRetransmission: Bool { name.lowercased() == Self.rtxName }

    /// The value of a parameter, whatever the case of its key.
    package func parameter(_ key: String) -> String? {
        parameters.first { $0.key.lowercased() == key }?.value
    }

    /// What a payload type means without `a=rtpmap` (RFC 3551).
    static func fixed(_ payloadType: UInt8) -> CodecFormat? {
        switch payloadType {
        case 0: .pcmu
        case 8: .pcma
        default: nil
        }
    }

    /// The number that RFC 3551 gives the codec.
    var fixedPayloadType: UInt8? {
        switch codec {
        case .pcmu where clockRate == 8_000: 0
        case .pcma where clockRate == 8_000: 8
        default: nil
        }
    }

    /// The value of `a=rtpmap` after the payload type: `H264/90000`, with an encoding name.
    init?(mapping value: Substring.UTF8View) {
        let parts = value.split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 3, !parts[0].isEmpty,
            !parts[0].contains(where: \.isBlank),
            let clockRate = parts[1].number(UInt32.self), clockRate > 0
        else { return nil }
        var channels: UInt8 = 1
        if parts.count == 3 {
            guard let count = parts[2].number(UInt8.self), count > 0 else { return nil }
            channels = count
        }
        self.init(name: parts[0].text, clockRate: clockRate, channels: channels)
    }

    var mapping: String { "\(name)/\(clockRate)" + (channels > 1 ? "/\(channels)" : "") }
}

extension CodecFormat {
    /// A codec as we offer it.
    private init(_ codec: Codec, channels: UInt8 = 1, parameters: [CodecParameter] = []) {
        self.init(
            name: codec.encodingName, clockRate: UInt32(codec.clockRate), channels: channels,
            parameters: parameters)
    }

    package static let pcmu = CodecFormat(.pcmu)
    package static let pcma = CodecFormat(.pcma)
    package static let vp8 = CodecFormat(.vp8)
    package static let av1 = CodecFormat(.av1)
    package static let h265 = CodecFormat(.h265)

    package static let opus = CodecFormat(
        .opus, channels: 2,
        parameters: [
            CodecParameter("minptime", "10"), CodecParameter("stereo", "1"),
            CodecParameter("useinbandfec", "1"),
        ])

    package static func vp9(profile: Int) -> CodecFormat {
        CodecFormat(.vp9, parameters: [CodecParameter("profile-id", String(profile))])
    }

    package static func h264(
        _ profile: H264ProfileLevel, packetizationMode: Int = 1
    ) -> CodecFormat {
        CodecFormat(
            .h264,
            parameters: [
                CodecParameter("level-asymmetry-allowed", "1"),
                CodecParameter("packetization-mode", String(packetizationMode)),
                CodecParameter("profile-level-id", profile.text),
            ])
    }

    static func rtx(for payloadType: UInt8, clockRate: UInt32) -> CodecFormat {
        CodecFormat(
            name: rtxName, clockRate: clockRate,
            parameters: [CodecParameter("apt", String(payloadType))])
    }
}

/// One payload type of an m-line.
package struct PayloadFormat: Sendable, Hashable {
    package let payloadType: UInt8
    /// Nil where nothing says what the number means.
    package var format: CodecFormat?
    package var feedback: RTCPFeedbackSet

    package init(payloadType: UInt8, format: CodecFormat?, feedback: RTCPFeedbackSet = []) {
        self.payloadType = payloadType
        self.format = format
        self.feedback = feedback
    }
}
