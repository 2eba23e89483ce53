import Primitives
import SecureTransport
import WebRTC

/// Whole peers, a packet at a time.
enum PeerCases {
    static func table() -> BenchTable {
        guard let first = try? OpenSSLCryptography(Certificate()),
            let second = try? OpenSSLCryptography(Certificate())
        else { preconditionFailure("no certificates") }
        let sealed = PeerPair(first, second)
        let clear = PeerPair(OpenCryptography(), OpenCryptography())
        return BenchTable(
            title: "Peer, a packet", unit: .nanoseconds,
            cases: [
                RawGCM.benchCase(SealCases.raw),
                BenchCase("send", peer: SealCases.raw) { sealed.run($0, sends: true, &$1) },
                BenchCase("receive", peer: SealCases.raw) { sealed.run($0, sends: false, &$1) },
                BenchCase("send, without seal", peer: SealCases.raw, target: "0 allocations") {
                    clear.run($0, sends: true, &$1)
                },
                BenchCase("receive, without seal", peer: SealCases.raw, target: "0 allocations") {
                    clear.run($0, sends: false, &$1)
                },
            ],
            notes: [
                "VP8 frames of 30 kB, 30 a second, with timers, RTCP and ICE of both sides. Sending:"
                    + " packetise, ring,",
                "pacer, seal by libsrtp2. Receiving: open by libsrtp2, jitter buffer, depacketise.",
            ])
    }
}

extension PeerPair {
    /// Runs for about so many packets; measures one side.
    func run(_ count: Int, sends: Bool, _ watch: inout Stopwatch) -> Int {
        var done = 0
        var other = Stopwatch()
        let lostBefore = framesSent - framesReceived
        while done < count {
            done += sends ? sendFrame(&watch, &other) : sendFrame(&other, &watch)
        }
        precondition(framesSent - framesReceived <= lostBefore + 2, "frames are lost")
        return done
    }
}

/// Cryptography that does nothing, so that what is left is the engine's own.
final class OpenCryptography: PeerCryptography {
    let fingerprint = CertificateFingerprint(
        algorithm: "sha-256", bytes: [UInt8](repeating: 1, count: 32))

    func makeDTLS(
        role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) -> OpenDTLS { OpenDTLS() }

    func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> OpenSRTP { OpenSRTP() }
}

/// A handshake that is over before it begins.
final class OpenDTLS: DTLSTransport {
    private static let key = Media.key(.aeadAES128GCM, seed: 1)
    let state = DTLSState.connected(SRTPKeys(sending: key, receiving: key))
    let deadline: Instant? = nil

    func start(now: Instant) {}
    func receive(_ datagram: Span<UInt8>, now: Instant) {}
    func handleTimeout(now: Instant) {}
    func close() {}
    func takeDatagrams(_ take: ([UInt8]) -> Void) {}
}

/// A seal that adds nothing.
final class OpenSRTP: SRTPTransport {
    func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
}
