package import Primitives

/// An address at which an agent may be reached (RFC 8445 5.3).
package struct ICECandidate: Sendable, Hashable {
    package enum Kind: String, Sendable {
        case host
        case serverReflexive = "srflx"
        case peerReflexive = "prflx"
        case relayed = "relay"

        /// RFC 8445 5.1.2.2 recommends these.
        var preference: UInt32 {
            switch self {
            case .host: 126
            case .peerReflexive: 110
            case .serverReflexive: 100
            case .relayed: 0
            }
        }
    }

    package enum Transport: Sendable, Hashable {
        case udp
        case tcp(TCPKind)
    }

    package enum TCPKind: String, Sendable {
        case active, passive
        case simultaneousOpen = "so"
    }

    /// Browsers hide host addresses behind names ending in .local (mDNS).
    package enum Place: Sendable, Hashable {
        case address(SocketAddress)
        case name(String, port: UInt16)
    }

    package var foundation: String
    package var component: UInt8
    package var transport: Transport
    package var priority: UInt32
    package var place: Place
    package var kind: Kind
    /// What a reflexive or relayed candidate was made from; for diagnosis only.
    package var related: SocketAddress?

    package init(
        foundation: String, component: UInt8 = 1, transport: Transport = .udp, priority: UInt32,
        place: Place, kind: Kind, related: SocketAddress? = nil
    ) {
        self.foundation = foundation
        self.component = component
        self.transport = transport
        self.priority = priority
        self.place = place
        self.kind = kind
        self.related = related
    }

    package var address: SocketAddress? {
        if case .address(let address) = place { return address }
        return nil
    }

    /// RFC 8445 5.1.2.1, for component 1; IPv6 before IPv4.
    package static func priority(_ kind: Kind, address: SocketAddress, order: Int) -> UInt32 {
        let family: UInt32 = address.isIPv4 ? 0 : 0x8000
        let local = family + 0x7FFF - UInt32(min(max(order, 0), 0x7FFF))
        return kind.preference << 24 | local << 8 | 255
    }
}

/// The user name fragment and password of one side, for one generation.
package struct ICECredentials: Sendable, Hashable {
    package let ufrag: String
    package let password: String

    package init(ufrag: String, password: String) {
        self.ufrag = ufrag
        self.password = password
    }

    /// 48 and 144 random bits; RFC 8445 5.3 asks for 24 and 128.
    package init(using random: inout some RandomNumberGenerator) {
        ufrag = Self.text(8, &random)
        password = Self.text(24, &random)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func text(_ length: Int, _ random: inout some RandomNumberGenerator) -> String {
        let bytes = (0..<length).map { _ in alphabet[Int.random(in: 0..<64, using: &random)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
