import SecureTransport
import WebRTC

/// The cryptography of one viewer, which lets the viewer at the keys that its peer agrees on.
///
/// A class for each viewer, since what is made here is looked for there.
final class ViewerCryptography: PeerCryptography, @unchecked Sendable {
    // Only the viewers' loop touches it.
    private let shared: OpenSSLCryptography
    private(set) var transport: ViewerSRTP?

    init(_ shared: OpenSSLCryptography) {
        self.shared = shared
    }

    var fingerprint: CertificateFingerprint { shared.fingerprint }

    func makeDTLS(
        role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) -> DTLSAssociation {
        try shared.makeDTLS(role: role, expected: expected)
    }

    func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> ViewerSRTP {
        let made = try ViewerSRTP(keys)
        transport = made
        return made
    }
}

/// Seals what a viewer says, and opens what it looks into: all of a sampled viewer's packets, the
/// first ones of the others'.
final class ViewerSRTP: SRTPTransport {
    private let keys: SRTPKeys
    private let sealer: FanOutSealer
    private var opener: SRTPSession?
    private var scratch: [UInt8] = []

    init(_ keys: SRTPKeys) throws(SRTPProblem) {
        self.keys = keys
        sealer = try FanOutSealer(keys.sending)
    }

    func seal(rtp packet: inout MutableSpan<UInt8>, length: Int) throws(SRTPProblem) -> Int {
        throw .malformed
    }

    func seal(rtcp packet: inout MutableSpan<UInt8>, length: Int) throws(SRTPProblem) -> Int {
        var copy: [UInt8] = []
        swap(&copy, &scratch)
        defer { swap(&copy, &scratch) }
        copy.removeAll(keepingCapacity: true)
        for index in 0..<min(length, packet.count) { copy.append(packet[index]) }
        return try sealer.seal(rtcp: copy.span, into: &packet)
    }

    func open(rtp packet: inout MutableSpan<UInt8>, length: Int) throws(SRTPProblem) -> Int {
        try session().open(rtp: &packet, length: length)
    }

    func open(rtcp packet: inout MutableSpan<UInt8>, length: Int) throws(SRTPProblem) -> Int {
        try session().open(rtcp: &packet, length: length)
    }

    /// Opens a copy of a packet and gives the number of the frame that begins in it.
    func number(in packet: Span<UInt8>, _ header: RTPHeader) -> Int? {
        var copy: [UInt8] = []
        copy.reserveCapacity(packet.count)
        for index in 0..<packet.count { copy.append(packet[index]) }
        var span = copy.mutableSpan
        // A state of its own: what has been looked into here may still be opened there.
        guard let session = try? looking ?? SRTPSession(keys) else { return nil }
        looking = session
        guard let length = try? session.open(rtp: &span, length: packet.count),
            length > header.headerLength
        else { return nil }
        return LoadShow.number(in: span.span.extracting(header.headerLength..<length))
    }

    private var looking: SRTPSession?

    /// Nothing more is looked into.
    func stopLooking() { looking = nil }

    private func session() throws(SRTPProblem) -> SRTPSession {
        if let opener { return opener }
        let made = try SRTPSession(keys)
        opener = made
        return made
    }
}
