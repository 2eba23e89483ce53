/// A session description (RFC 8866), as WebRTC uses it (RFC 8829).
///
/// What stood at session level and holds for every m-line has been copied into each.
package struct SessionDescription: Sendable, Equatable {
    package var origin: SessionOrigin
    package var name: String
    package var groups: [MediaGroup]
    package var isICELite: Bool
    package var media: [MediaDescription]

    package init(origin: SessionOrigin, name: String = "-") {
        self.origin = origin
        self.name = name
        groups = []
        isICELite = false
        media = []
    }
}

/// The `o=` line: which session this is, and which version of it.
package struct SessionOrigin: Sendable, Hashable {
    package var username: String
    package var sessionID: UInt64
    package var version: UInt64
    /// `IN IP4 127.0.0.1`; nothing is ever sent there.
    package var address: String

    package init(
        username: String = "-", sessionID: UInt64, version: UInt64,
        address: String = "IN IP4 127.0.0.1"
    ) {
        self.username = username
        self.sessionID = sessionID
        self.version = version
        self.address = address
    }
}

/// m-lines that belong together, by their mids (RFC 5888).
package struct MediaGroup: Sendable, Hashable {
    package enum Semantics: String, Sendable {
        case bundle = "BUNDLE"
        case lipSync = "LS"
    }

    package var semantics: Semantics
    package var mids: [String]

    package init(semantics: Semantics, mids: [String]) {
        self.semantics = semantics
        self.mids = mids
    }
}

/// What is sent over an m-line's transport.
package enum MediaTransport: Sendable, Hashable {
    case secureUDP
    case secureTCP
    case secure
    case other(String)

    package init(_ text: String) {
        switch text.uppercased() {
        case "UDP/TLS/RTP/SAVPF": self = .secureUDP
        case "TCP/TLS/RTP/SAVPF": self = .secureTCP
        case "RTP/SAVPF": self = .secure
        default: self = .other(text)
        }
    }

    package var text: String {
        switch self {
        case .secureUDP: "UDP/TLS/RTP/SAVPF"
        case .secureTCP: "TCP/TLS/RTP/SAVPF"
        case .secure: "RTP/SAVPF"
        case .other(let text): text
        }
    }

    /// SRTP with feedback; what is written before it says nothing since ICE chooses.
    package var isSecureRTP: Bool {
        if case .other = self { false } else { true }
    }
}

/// One m-line and what belongs to it.
package struct MediaDescription: Sendable, Equatable {
    /// What kind of media; only two are ours.
    package enum Kind: Sendable, Hashable {
        case media(MediaKind)
        case other(String)

        package init(_ text: String) {
            self = MediaKind(rawValue: text).map { .media($0) } ?? .other(text)
        }

        package var text: String {
            switch self {
            case .media(let kind): kind.rawValue
            case .other(let text): text
            }
        }
    }

    package var kind: Kind
    package var port: UInt16
    package var transport: MediaTransport
    package var payloads: [PayloadFormat] = []
    /// Words of the m-line that are no payload types.
    package var otherFormats: [String] = []
    package var mid: String?
    package var direction = MediaDirection.sendrecv

    package var credentials: ICECredentials?
    package var iceOptions: [String] = []
    /// Values of `a=candidate`, as they came.
    package var candidates: [String] = []
    package var hasEndOfCandidates = false
    package var fingerprints: [CertificateFingerprint] = []
    package var setup: DTLSSetup?

    package var isBundleOnly = false
    package var hasRTCPMux = false
    package var hasRTCPMuxOnly = false
    package var hasReducedSizeRTCP = false
    package var allowsMixedExtensions = false
    package var extensions: [HeaderExtension] = []

    package var msid: MSID?
    package var ssrcs: [SSRCDescription] = []
    package var ssrcGroups: [SSRCGroup] = []
    package var rids: [RIDDescription] = []
    package var simulcast: SimulcastDescription?
    package var packetMilliseconds: UInt16?
    package var maximumPacketMilliseconds: UInt16?
    package var framesPerSecond: Double?

    package init(kind: Kind, port: UInt16, transport: MediaTransport) {
        self.kind = kind
        self.port = port
        self.transport = transport
    }

    /// Port 0 refuses, unless it only says that the m-line lives in the bundle (RFC 8843 6).
    package var isRejected: Bool { port == 0 && !isBundleOnly }
}
