import WebRTC

extension MovieFormat {
    /// As RFC 6381 and its registrations name it, for playlists: `avc1.64001f`, `mp4a.40.2`; the
    /// name of the entry where no more is known.
    package var codecsName: String {
        let bytes = configuration
        switch coding {
        case .aac:
            guard let first = bytes.first else { return "mp4a.40.2" }
            var type = Int(first >> 3)
            if type == 31, bytes.count > 1 { type = 32 + Int(first & 7) << 3 + Int(bytes[1] >> 5) }
            return "mp4a.40.\(type)"
        case .known(.h264):
            guard bytes.count > 3 else { return name }
            return "avc1." + bytes[1...3].map(Self.hexadecimal).joined()
        case .known(.h265):
            return HEVCConfiguration.codecsName(bytes) ?? name
        case .known(.vp9):
            guard bytes.count > 6 else { return name }
            return "vp09.\(Self.two(bytes[4])).\(Self.two(bytes[5])).\(Self.two(bytes[6] >> 4))"
        case .known(.vp8): return "vp08.00.41.08"
        case .known(.av1):
            guard bytes.count > 2 else { return name }
            let depth = bytes[2] & 0x40 == 0 ? "08" : bytes[2] & 0x20 == 0 ? "10" : "12"
            let tier = bytes[2] & 0x80 == 0 ? "M" : "H"
            return "av01.\(bytes[1] >> 5).\(Self.two(bytes[1] & 0x1F))\(tier).\(depth)"
        case .known(.opus): return "Opus"
        case .known(.pcmu), .known(.pcma), .other: return name
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }

    private static func two(_ number: UInt8) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
