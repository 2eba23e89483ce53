package import Primitives

/// A STUN message (RFC 8489) with the attributes that ICE and TURN use.
package struct STUNMessage: Sendable, Equatable {
    package enum Class: UInt8, Sendable {
        case request, indication, success, failure
    }

    package enum Method: UInt16, Sendable {
        case binding = 0x001
        case allocate = 0x003
        case refresh = 0x004
        case send = 0x006
        case data = 0x007
        case createPermission = 0x008
        case channelBind = 0x009
    }

    package struct TransactionID: Sendable, Hashable {
        package let high: UInt32
        package let low: UInt64

        package init(high: UInt32, low: UInt64) {
            self.high = high
            self.low = low
        }

        package init(using random: inout some RandomNumberGenerator) {
            self.init(high: random.next(), low: random.next())
        }
    }

    package struct ErrorCode: Sendable, Equatable {
        package let code: Int
        package let reason: String

        package init(_ code: Int, _ reason: String) {
            self.code = code
            self.reason = reason
        }

        static let unauthenticated = 401
        static let staleNonce = 438
        static let roleConflict = 487
    }

    package enum Role: Sendable, Equatable {
        case controlling(tieBreaker: UInt64)
        case controlled(tieBreaker: UInt64)
    }

    package static let magicCookie: UInt32 = 0x2112_A442
    package static let headerLength = 20
    /// What does not fit into one datagram on the Internet is not STUN.
    package static let maximumLength = 1500

    package var messageClass: Class
    package var method: Method
    package var transaction: TransactionID

    package var username: String?
    package var realm: String?
    package var nonce: String?
    package var errorCode: ErrorCode?
    package var mappedAddress: SocketAddress?
    package var peerAddress: SocketAddress?
    package var relayedAddress: SocketAddress?
    package var priority: UInt32?
    package var nominates = false
    package var role: Role?
    package var lifetimeSeconds: UInt32?
    package var channel: UInt16?
    /// Asks a TURN server for an IPv6 relay address.
    package var wantsIPv6 = false
    /// Asks a TURN server for UDP towards the peers.
    package var wantsUDPTransport = false
    /// What a message that is sent carries.
    package var data: [UInt8]?
    /// Where a message that was parsed carries its data.
    package internal(set) var dataRange: Range<Int>?
    /// Attributes that must be understood and are not, for a 420.
    package var unknownAttributes: [UInt16] = []
    /// Where the integrity attribute begins, if there is one.
    package internal(set) var integrityStart: Int?

    package init(_ messageClass: Class, _ method: Method, _ transaction: TransactionID) {
        self.messageClass = messageClass
        self.method = method
        self.transaction = transaction
    }

    /// An answer to this request.
    package func answer(_ messageClass: Class) -> STUNMessage {
        STUNMessage(messageClass, method, transaction)
    }

    enum Attribute {
        static let mappedAddress: UInt16 = 0x0001
        static let username: UInt16 = 0x0006
        static let messageIntegrity: UInt16 = 0x0008
        static let errorCode: UInt16 = 0x0009
        static let unknownAttributes: UInt16 = 0x000A
        static let channelNumber: UInt16 = 0x000C
        static let lifetime: UInt16 = 0x000D
        static let xorPeerAddress: UInt16 = 0x0012
        static let data: UInt16 = 0x0013
        static let realm: UInt16 = 0x0014
        static let nonce: UInt16 = 0x0015
        static let xorRelayedAddress: UInt16 = 0x0016
        static let requestedAddressFamily: UInt16 = 0x0017
        static let requestedTransport: UInt16 = 0x0019
        static let xorMappedAddress: UInt16 = 0x0020
        static let priority: UInt16 = 0x0024
        static let useCandidate: UInt16 = 0x0025
        static let fingerprint: UInt16 = 0x8028
        static let iceControlled: UInt16 = 0x8029
        static let iceControlling: UInt16 = 0x802A
    }
}

/// What is wrong with bytes that claim to be STUN.
package enum STUNProblem: Error, Equatable {
    case notSTUN
    case tooLong
    case truncated
    case unknownMethod
    case badAttribute(UInt16)
    case badFingerprint
}
