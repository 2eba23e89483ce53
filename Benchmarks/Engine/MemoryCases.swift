import CEngineBench
import Primitives
import SecureTransport
import WebRTC

/// What one connected transport costs in memory, part by part.
enum MemoryCases {
    struct Sink: TransportSink {
        var datagrams: [[UInt8]] = []

        mutating func send(
            _ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress
        ) { datagrams.append(Array(copying: datagram)) }
        mutating func happened(_ event: PeerEvent) {}
    }

    final class Box {
        var transport: PeerTransport<FanOutCryptography>
        init(_ transport: consuming PeerTransport<FanOutCryptography>) {
            self.transport = transport
        }
    }

    static func run() throws {
        let openSSL = try OpenSSLCryptography(try Certificate())
        let cryptography = FanOutCryptography(openSSL)
        var random = SystemRandomNumberGenerator()
        let host = SocketAddress(ipv4: 0x0A00_0001, port: 1)
        var rows: [(String, Int64)] = []
        func note(_ name: String, _ body: () throws -> Void) rethrows {
            let before = lc_bench_live_bytes()
            try body()
            rows.append((name, lc_bench_live_bytes() - before))
        }
        var boxes: [Box] = []
        note("transport") {
            var transport = PeerTransport(
                .init(role: .controlled, isLite: true), cryptography, random: &random)
            transport.prepare([host], now: Instant(nanoseconds: 1))
            boxes.append(Box(transport))
        }
        for round in 0..<2 {
            let expected = [openSSL.fingerprint]
            let client = try openSSL.makeDTLS(role: .client, expected: expected)
            var server: DTLSAssociation?
            var now = Instant(nanoseconds: 1)
            try note("association, round \(round)") {
                server = try openSSL.makeDTLS(role: .server, expected: expected)
                server?.start(now: now)
            }
            client.start(now: now)
            var total: Int64 = 0
            for _ in 0..<8 {
                now = now + .milliseconds(1)
                var flight: [[UInt8]] = []
                client.takeDatagrams { flight.append($0) }
                var back: [[UInt8]] = []
                let before = lc_bench_live_bytes()
                for datagram in flight { server?.receive(datagram.span, now: now) }
                total += lc_bench_live_bytes() - before
                server?.takeDatagrams { back.append($0) }
                for datagram in back { client.receive(datagram.span, now: now) }
            }
            rows.append(("its handshake", total))
            guard case .connected(let keys) = server?.state else {
                preconditionFailure("no handshake")
            }
            var session: FanOutSession?
            try note("SRTP") { session = try cryptography.makeSRTP(keys) }
            consume(session == nil ? 0 : 1)
            note("freeing SRTP") { session = nil }
            note("freeing the association") { server = nil }
        }
        for (name, bytes) in rows { print("\(name): \(bytes)") }
        consume(boxes.count)
    }
}
