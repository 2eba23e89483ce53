package import WebRTC

/// SRTP and SRTCP of one peer on OpenSSL's EVP, for processes with many peers.
package final class FanOutSession: SRTPTransport {
    package let sealer: FanOutSealer
    private let opener: SRTPOpener

    package init(
        _ keys: SRTPKeys, sharing shared: SharedCiphers, opensSeldom: Bool = false
    ) throws(SRTPProblem) {
        sealer = try FanOutSealer(keys.sending, sharing: shared)
        opener = try SRTPOpener(keys.receiving, sharing: shared, isSeldom: opensSeldom)
    }

    /// A peer that repairs without RTX seals the same packet again, as its protocol demands.
    package func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        guard length <= packet.count,
            let headerLength = SRTPOpener.headerLength(packet.span, length)
        else { throw .malformed }
        let sequence = UInt16(packet[2]) << 8 | UInt16(packet[3])
        let isAgain = sealer.hasSealed(sequence, of: packet.span.networkWord(at: 8))
        return try sealer.seal(
            rtp: &packet, length: length, headerLength: headerLength,
            use: isAgain ? .again : .first)
    }

    package func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        try sealer.seal(rtcp: &packet, length: length)
    }

    package func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        try opener.open(rtp: &packet, length: length)
    }

    package func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int {
        try opener.open(rtcp: &packet, length: length)
    }
}

/// What all peers of a loop share that has many: certificate, ciphers for reports.
package final class FanOutCryptography: PeerCryptography, @unchecked Sendable {
    // The thread of the loop whose peers have it is the only one that uses the ciphers.
    private let shared = SharedCiphers()
    private let openSSL: OpenSSLCryptography

    package var fingerprint: CertificateFingerprint { openSSL.fingerprint }

    /// Whether its peers look into few of the packets that they are sent.
    private let opensSeldom: Bool

    package init(_ openSSL: OpenSSLCryptography, opensSeldom: Bool = false) {
        self.openSSL = openSSL
        self.opensSeldom = opensSeldom
    }

    package func makeDTLS(
        role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) -> DTLSAssociation {
        try openSSL.makeDTLS(role: role, expected: expected)
    }

    package func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> FanOutSession {
        try FanOutSession(keys, sharing: shared, opensSeldom: opensSeldom)
    }
}
