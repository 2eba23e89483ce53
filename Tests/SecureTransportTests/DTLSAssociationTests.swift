import Primitives
import Testing
import WebRTC

@testable import SecureTransport

/// Two associations, and datagrams that arrive or do not.
private struct Handshake {
    let client: DTLSAssociation
    let server: DTLSAssociation
    var now = Instant(nanoseconds: 0)
    /// Datagrams are numbered in the order in which they are sent.
    var sent = 0
    var largest = 0

    init(
        _ clientContext: OpenSSLCryptography, _ serverContext: OpenSSLCryptography,
        clientExpects: [CertificateFingerprint]? = nil
    ) throws {
        client = try clientContext.makeDTLS(
            role: .client, expected: clientExpects ?? [serverContext.fingerprint])
        server = try serverContext.makeDTLS(
            role: .server, expected: [clientContext.fingerprint])
    }

    /// Runs on a virtual clock until both sides have ended or nothing more will happen.
    mutating func run(isLost: (Int) -> Bool) {
        client.start(now: now)
        server.start(now: now)
        let end = now + .seconds(60)
        while now < end {
            exchange(isLost)
            if client.state != .handshaking, server.state != .handshaking { return }
            guard let next = [client.deadline, server.deadline].compactMap({ $0 }).min() else {
                return
            }
            now = max(now, next)
            client.handleTimeout(now: now)
            server.handleTimeout(now: now)
        }
    }

    mutating func exchange(_ isLost: (Int) -> Bool) {
        while true {
            let before = sent
            for (from, to) in [(client, server), (server, client)] {
                var datagrams: [[UInt8]] = []
                from.takeDatagrams { datagrams.append($0) }
                for datagram in datagrams {
                    largest = max(largest, datagram.count)
                    sent += 1
                    if !isLost(sent) { to.receive(datagram.span, now: now) }
                }
            }
            if sent == before { return }
        }
    }

    var keys: (client: SRTPKeys?, server: SRTPKeys?) {
        (Self.keys(client.state), Self.keys(server.state))
    }

    static func keys(_ state: DTLSState) -> SRTPKeys? {
        if case .connected(let keys) = state { return keys }
        return nil
    }
}

@Suite struct DTLSAssociationTests {
    private let first: OpenSSLCryptography
    private let second: OpenSSLCryptography

    init() throws {
        first = try OpenSSLCryptography(Certificate())
        second = try OpenSSLCryptography(Certificate())
    }

    @Test func `a handshake ends with the same keys on both sides, mirrored`() throws {
        var handshake = try Handshake(first, second)
        handshake.run { _ in false }
        let keys = handshake.keys
        let client = try #require(keys.client)
        let server = try #require(keys.server)
        #expect(client.sending == server.receiving && client.receiving == server.sending)
        #expect(client.sending.profile == .aeadAES128GCM)
        #expect(client.sending != client.receiving)
        #expect(handshake.largest <= 1200)
        #expect(handshake.client.deadline == nil && handshake.server.deadline == nil)
    }

    @Test func `any one datagram may be lost`() throws {
        var plain = try Handshake(first, second)
        plain.run { _ in false }
        for lost in 1...plain.sent {
            var handshake = try Handshake(first, second)
            handshake.run { $0 == lost }
            // The client is done when it has the server's last flight, which is asked for again.
            #expect(handshake.keys.client != nil, "datagram \(lost)")
            #expect(handshake.keys.client?.sending == handshake.keys.server?.receiving)
            #expect(handshake.now < Instant(nanoseconds: 200_000_000), "datagram \(lost)")
        }
    }

    @Test func `a third of all datagrams may be lost`() throws {
        for seed in 0..<60 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let losses = (0..<1000).map { _ in Int.random(in: 0..<3, using: &random) == 0 }
            var handshake = try Handshake(first, second)
            handshake.run { losses[$0 % losses.count] }
            let keys = handshake.keys
            #expect(keys.client != nil && keys.server != nil, "seed \(seed)")
        }
    }

    @Test func `a certificate that was not signalled is refused`() throws {
        let other = try Certificate().fingerprint
        var handshake = try Handshake(first, second, clientExpects: [other])
        handshake.run { _ in false }
        #expect(handshake.client.state == .failed(.wrongFingerprint))
    }

    @Test func `one right hash among several is enough, whatever its algorithm`() throws {
        let certificate = try Certificate()
        let context = try OpenSSLCryptography(certificate)
        for algorithm in ["sha-256", "sha-384", "sha-512"] {
            let hash = try #require(
                unsafe Certificate.digest(of: certificate.certificate, algorithm))
            let wrong = CertificateFingerprint(algorithm: "sha-256", bytes: [1, 2, 3])
            var handshake = try Handshake(
                first, context,
                clientExpects: [wrong, .init(algorithm: algorithm, bytes: hash)])
            handshake.run { _ in false }
            #expect(handshake.keys.client != nil)
        }
    }

    @Test func `nobody on the other side ends in a time-out after thirty seconds`() throws {
        var handshake = try Handshake(first, second)
        handshake.run { _ in true }
        #expect(handshake.client.state == .failed(.timedOut))
        #expect(handshake.now <= Instant(nanoseconds: 30_000_000_000))
    }

    @Test func `leaving is heard`() throws {
        var handshake = try Handshake(first, second)
        handshake.run { _ in false }
        handshake.client.close()
        handshake.exchange { _ in false }
        #expect(handshake.server.state == .closed)
        #expect(handshake.client.state == .closed)
    }

    @Test func `garbage neither ends nor stops a handshake`() throws {
        var random = SeededRandom(seed: 4)
        var handshake = try Handshake(first, second)
        handshake.client.start(now: handshake.now)
        handshake.server.start(now: handshake.now)
        for round in 0..<500 {
            var junk = (0..<Int.random(in: 0..<1600, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            // Half of it looks like a record of a handshake.
            if round % 2 == 0, junk.count > 13 {
                junk.replaceSubrange(0..<3, with: [22, 254, 253])
            }
            handshake.server.receive(junk.span, now: handshake.now)
        }
        #expect(handshake.server.state == .handshaking)
        handshake.run { _ in false }
        #expect(handshake.keys.server != nil)
    }
}
