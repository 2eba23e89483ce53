import Primitives

/// What an end does with an m-line, from the view of who says it.
package enum MediaDirection: String, Sendable, Hashable, CaseIterable {
    case sendrecv
    case sendonly
    case recvonly
    case inactive

    package init(sends: Bool, receives: Bool) {
        self = sends ? receives ? .sendrecv : .sendonly : receives ? .recvonly : .inactive
    }

    package var sends: Bool { self == .sendrecv || self == .sendonly }
    package var receives: Bool { self == .sendrecv || self == .recvonly }

    /// The same from the other end.
    package var reversed: MediaDirection { MediaDirection(sends: receives, receives: sends) }

    /// What remains where both must agree.
    package func limited(to other: MediaDirection) -> MediaDirection {
        MediaDirection(sends: sends && other.sends, receives: receives && other.receives)
    }
}

/// Who opens the DTLS handshake, as `a=setup` says it (RFC 8842).
package enum DTLSSetup: String, Sendable, Hashable {
    case active
    case passive
    case actpass
}

/// An end's part in the DTLS handshake.
package enum DTLSRole: String, Sendable, Hashable {
    case client
    case server
}

/// The hash of a certificate that the DTLS handshake must show.
package struct CertificateFingerprint: Sendable, Hashable {
    /// In small letters: `sha-256`.
    package let algorithm: String
    package let bytes: [UInt8]

    package init(algorithm: String, bytes: [UInt8]) {
        self.algorithm = algorithm.lowercased()
        self.bytes = bytes
    }

    /// The longest of RFC 8122, SHA-512.
    static let maximumBytes = 64

    init?(_ value: Substring.UTF8View) {
        let words = value.words
        guard words.count == 2, words[0].isVisibleASCII, words[0].count <= 16 else { return nil }
        var bytes: [UInt8] = []
        for pair in words[1].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false) {
            guard pair.count == 2, let high = pair.first?.hexDigitValue,
                let low = pair.last?.hexDigitValue, bytes.count < Self.maximumBytes
            else { return nil }
            bytes.append(high << 4 | low)
        }
        self.init(algorithm: words[0].text, bytes: bytes)
    }

    /// `sha-256 4A:AD:…`.
    package var text: String {
        let pairs = bytes.map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }
        return "\(algorithm) \(pairs.joined(separator: ":"))"
    }
}

extension ICECredentials {
    static func isUfrag(_ value: Substring.UTF8View) -> Bool {
        (4...256).contains(value.count) && value.isVisibleASCII
    }

    static func isPassword(_ value: Substring.UTF8View) -> Bool {
        (22...256).contains(value.count) && value.isVisibleASCII
    }
}

extension [String] {
    /// The longest option that is kept; the registered ones are far shorter.
    private static var maximumICEOptionBytes: Int { 32 }

    mutating func addICEOptions(_ value: Substring.UTF8View) throws(SDPProblem) {
        for word in value.words where word.count <= Self.maximumICEOptionBytes {
            let option = word.text
            guard !contains(option) else { continue }
            guard count < SDPLimit.iceOptions.maximum else { throw .exceeds(.iceOptions) }
            append(option)
        }
    }
}

/// The names under which a browser's script finds what an m-line carries (RFC 8830).
package struct MSID: Sendable, Hashable {
    package let stream: String
    package let track: String?

    package init(stream: String, track: String?) {
        self.stream = stream
        self.track = track
    }

    init?(_ value: Substring.UTF8View) {
        let words = value.words
        guard let stream = words.first else { return nil }
        self.init(stream: stream.text, track: words.count > 1 ? words[1].text : nil)
    }

    package var text: String { track.map { "\(stream) \($0)" } ?? stream }
}

/// RTCP messages that a codec may be answered with (RFC 4585, RFC 5104); others are not kept.
package struct RTCPFeedbackSet: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let nack = RTCPFeedbackSet(rawValue: 1)
    package static let pli = RTCPFeedbackSet(rawValue: 2)
    package static let fir = RTCPFeedbackSet(rawValue: 4)
    package static let transportCC = RTCPFeedbackSet(rawValue: 8)
    package static let remb = RTCPFeedbackSet(rawValue: 16)

    static let names: [(RTCPFeedbackSet, String)] = [
        (.remb, "goog-remb"), (.transportCC, "transport-cc"), (.fir, "ccm fir"),
        (.nack, "nack"), (.pli, "nack pli"),
    ]

    init?(_ value: Substring.UTF8View) {
        let text = value.words.map(\.text).joined(separator: " ").lowercased()
        guard let known = Self.names.first(where: { $0.1 == text }) else { return nil }
        self = known.0
    }
}

/// One `a=extmap`: the number that stands for a header extension on an m-line (RFC 8285).
package struct HeaderExtension: Sendable, Hashable {
    package let id: UInt8
    package let uri: String
    package let direction: MediaDirection?

    package init(id: UInt8, uri: String, direction: MediaDirection? = nil) {
        self.id = id
        self.uri = uri
        self.direction = direction
    }

    init?(_ value: Substring.UTF8View) {
        let words = value.words
        guard words.count >= 2 else { return nil }
        let (number, direction) = words[0].halves(at: UInt8(ascii: "/"))
        // Beyond 255 are the provisional numbers, which stand for none on the wire.
        guard let id = number.number(UInt8.self), id != 0 else { return nil }
        if let direction, MediaDirection(rawValue: direction.text) == nil { return nil }
        self.init(
            id: id, uri: words[1].text,
            direction: direction.flatMap { MediaDirection(rawValue: $0.text) })
    }

    package var text: String { "\(id)\(direction.map { "/\($0.rawValue)" } ?? "") \(uri)" }
}

/// What is declared of one SSRC.
package struct SSRCDescription: Sendable, Hashable {
    package let ssrc: UInt32
    package var cname: String?
    package var msid: MSID?

    package init(ssrc: UInt32, cname: String? = nil, msid: MSID? = nil) {
        self.ssrc = ssrc
        self.cname = cname
        self.msid = msid
    }
}

/// SSRCs that belong together (RFC 5576).
package struct SSRCGroup: Sendable, Hashable {
    package enum Semantics: String, Sendable {
        /// A source and its retransmissions.
        case flow = "FID"
        /// Layers of the same picture.
        case simulcast = "SIM"
    }

    package let semantics: Semantics
    package let ssrcs: [UInt32]

    package init(semantics: Semantics, ssrcs: [UInt32]) {
        self.semantics = semantics
        self.ssrcs = ssrcs
    }
}
