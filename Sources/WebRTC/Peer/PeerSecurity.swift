package import Primitives

/// The protections of RTP that are offered, the preferred one first (RFC 7714, RFC 3711).
package enum SRTPProfile: String, Sendable, CaseIterable {
    case aeadAES128GCM = "AEAD_AES_128_GCM"
    case aes128CMSHA1 = "AES_CM_128_HMAC_SHA1_80"

    package var keyLength: Int { 16 }
    package var saltLength: Int { self == .aeadAES128GCM ? 12 : 14 }
    /// What sealing adds to an RTP packet.
    package var rtpOverhead: Int { self == .aeadAES128GCM ? 16 : 10 }
    /// What sealing adds to an RTCP packet: the index with its flag, and the tag.
    package var rtcpOverhead: Int { rtpOverhead + 4 }
}

/// Key and salt of one direction.
package struct SRTPKey: Sendable, Equatable {
    package let profile: SRTPProfile
    package let key: [UInt8]
    package let salt: [UInt8]

    package init(profile: SRTPProfile, key: [UInt8], salt: [UInt8]) {
        self.profile = profile
        self.key = key
        self.salt = salt
    }
}

package struct SRTPKeys: Sendable, Equatable {
    package let sending: SRTPKey
    package let receiving: SRTPKey

    package init(sending: SRTPKey, receiving: SRTPKey) {
        self.sending = sending
        self.receiving = receiving
    }
}

/// Why a handshake did not come to its end.
package enum DTLSFailure: Error, Sendable, Equatable {
    /// The certificate is not the one whose hash was signalled: somebody may be in the middle.
    case wrongFingerprint
    case noCommonProfile
    case timedOut
    /// The library's own words, for the log.
    case refused([String])
}

package enum DTLSState: Sendable, Equatable {
    case handshaking
    case connected(SRTPKeys)
    case failed(DTLSFailure)
    /// The other side has said that it leaves.
    case closed
}

/// A DTLS association without sockets; SecureTransport has one on OpenSSL.
///
/// A class, because it owns a handle of a C library; its peer alone uses it.
package protocol DTLSTransport: AnyObject {
    var state: DTLSState { get }
    /// When `handleTimeout` is due.
    var deadline: Instant? { get }

    func start(now: Instant)
    func receive(_ datagram: Span<UInt8>, now: Instant)
    func handleTimeout(now: Instant)
    /// Says to the other side that we leave.
    func close()
    /// Gives what is to be sent, a datagram at a time.
    func takeDatagrams(_ take: ([UInt8]) -> Void)
}

/// Why a packet was not sealed or opened.
package enum SRTPProblem: Error, Sendable, Equatable {
    /// It came before, or is too old to tell.
    case replayed
    /// It was not sealed with this key, or was changed on the way.
    case forged
    case malformed
    case noRoom
    /// The other side has used more sources than a session needs.
    case tooManySources
    /// As many packets as one key may protect (RFC 3711 9.2).
    case keyExhausted
}

/// Seals what is sent and opens what is received, in place.
package protocol SRTPTransport: AnyObject {
    /// The first `length` bytes of `packet` are the packet, what follows is room for the seal;
    /// gives the new length.
    func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int
    func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int
    func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int
    func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int
}

/// Where a peer gets its cryptography from.
package protocol PeerCryptography: Sendable {
    associatedtype DTLS: DTLSTransport
    associatedtype SRTP: SRTPTransport

    /// The hash of our certificate, for our session description.
    var fingerprint: CertificateFingerprint { get }

    /// `expected` holds the hashes that the other side signalled; its certificate must match one.
    func makeDTLS(role: DTLSRole, expected: [CertificateFingerprint]) throws(DTLSFailure) -> DTLS
    func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> SRTP
}
