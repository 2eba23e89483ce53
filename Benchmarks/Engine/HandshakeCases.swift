import Primitives
import SecureTransport
import WebRTC

/// What each new session costs once.
enum HandshakeCases {
    static func table() -> BenchTable {
        BenchTable(
            title: "Sessions", unit: .perSecond, cases: [binding(), handshake(), certificate()],
            notes: [
                "A handshake counts both ends: ECDHE, ECDSA with P-256, two certificates, AES-GCM."
            ])
    }

    private static func binding() -> BenchCase {
        let key = Array("the password of the one who answers".utf8)
        var request = STUNMessage(
            .request, .binding, STUNMessage.TransactionID(high: 1, low: 2))
        request.username = "ours:theirs"
        request.priority = 0x6E00_01FF
        request.role = .controlling(tieBreaker: 77)
        let bytes = request.bytes(key: key)
        let source = SocketAddress(ipv4: 0x0A00_0001, port: 5000)
        return BenchCase("STUN binding: parse, verify, answer") { count in
            var total = 0
            for _ in 0..<count {
                guard let parsed = try? STUNMessage(parsing: bytes.span),
                    parsed.hasIntegrity(bytes.span, key: key.span)
                else { continue }
                var answer = parsed.answer(.success)
                answer.mappedAddress = source
                total &+= answer.bytes(key: key).count
            }
            precondition(total > count * 40, "a request was not answered")
        }
    }

    private static func handshake() -> BenchCase {
        guard let first = try? OpenSSLCryptography(Certificate()),
            let second = try? OpenSSLCryptography(Certificate())
        else { preconditionFailure("no certificates") }
        return BenchCase("DTLS handshake, both ends") { count in
            for _ in 0..<count {
                guard
                    let client = try? first.makeDTLS(role: .client, expected: [second.fingerprint]),
                    let server = try? second.makeDTLS(role: .server, expected: [first.fingerprint])
                else { preconditionFailure("no association") }
                complete(client, server)
            }
        }
    }

    private static func complete(_ client: DTLSAssociation, _ server: DTLSAssociation) {
        let now = Instant(nanoseconds: 0)
        client.start(now: now)
        server.start(now: now)
        for _ in 0..<16 {
            client.takeDatagrams { server.receive($0.span, now: now) }
            server.takeDatagrams { client.receive($0.span, now: now) }
            if case .connected = client.state, case .connected = server.state { return }
        }
        preconditionFailure("a handshake did not end")
    }

    private static func certificate() -> BenchCase {
        BenchCase("certificate and key") { count in
            for _ in 0..<count {
                guard (try? Certificate()) != nil else { preconditionFailure("no certificate") }
            }
        }
    }
}
