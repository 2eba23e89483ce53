import CEngineBench
import Network
import Primitives
import Relaying
import SecureTransport
import Signaling
import WebRTC

/// What a relay costs for each packet to each viewer, system calls included: a real one on a loop
/// of its own, with viewers whose sockets are read and whose packets are not opened.
final class RelayCases: @unchecked Sendable {
    // `relay` belongs to the loop's thread, all else to the main thread.
    private let loop: EventLoop
    private var relay: Relay?
    private let cryptography: OpenSSLCryptography
    private var random = SystemRandomNumberGenerator()
    private var viewers: [Client] = []
    private var publisher: Client?
    private var address = SocketAddress(ipv4: 0x7F00_0001, port: 0)

    final class Client {
        var peer: Peer<OpenSSLCryptography>
        let socket: UDPSocket
        var sink = BenchSink()
        var received = 0

        init(_ peer: consuming Peer<OpenSSLCryptography>, _ socket: UDPSocket) {
            self.peer = peer
            self.socket = socket
        }
    }

    static func run(viewers: Int, seconds: Int, usesSegmentation: Bool) throws {
        let cases = try RelayCases(usesSegmentation: usesSegmentation)
        try cases.measure(viewers, seconds)
        cases.loop.stop()
        cases.loop.join()
    }

    private init(usesSegmentation: Bool) throws {
        cryptography = try OpenSSLCryptography(try Certificate())
        loop = try EventLoop(name: "relay", processor: 0)
        let result = loop.perform { [self] in
            Result {
                relay = try Relay(
                    on: loop,
                    RelaySettings(
                        address: address, publicAddresses: [], socketBufferBytes: 8 << 20,
                        usesSegmentation: usesSegmentation, publisherPolicy: .replace,
                        maximumLayers: 1, limits: .standard, wallClock: Self.wallClock))
                return relay?.localAddress ?? address
            }
        }
        address = try result?.get() ?? address
    }

    private static var wallClock: WallClockAnchor {
        WallClockAnchor(instant: now, nanosecondsSince1970: 1_700_000_000_000_000_000)
    }

    private static var now: Instant { Instant(nanoseconds: lc_bench_monotonic_nanoseconds()) }

    // MARK: - Clients

    private func join(_ direction: MediaDirection) throws -> Client {
        let host = SocketAddress(ipv4: 0x7F00_0001, port: 0)
        let socket = try UDPSocket(at: host, bufferBytes: 1 << 19, usesSegmentation: false)
        let peer = Peer(
            PeerSettings(
                ice: .init(role: .controlling), delivery: .packets,
                rates: RateLimits(minimum: 100_000, start: 8_000_000, maximum: 20_000_000),
                cname: "bench", wallClock: Self.wallClock), cryptography, random: &random)
        let client = Client(peer, socket)
        client.peer.add(
            socket: SocketID(0), address: socket.localAddress, now: Self.now, into: &client.sink)
        client.peer.endGathering(now: Self.now, into: &client.sink)
        let offer = OfferPlan(
            origin: SessionOrigin(sessionID: 1, version: 1),
            transport: client.peer.localTransport, setup: .actpass,
            media: CallMedia.plans(direction, sends: direction.sends, hasAudio: true)
        ).makeOffer()
        let session = SessionID(using: &random)
        let text = offer.text
        let answer = loop.perform { [self] in
            Result {
                direction.sends
                    ? try relay?.publish(show: "show", session: session, offer: text).answer
                    : try relay?.play(show: "show", session: session, offer: text).answer
            }
        }
        let agreed = try NegotiatedSession(
            accepting: SessionDescription(parsing: answer?.get() ?? ""), for: offer)
        client.peer.begin(agreed, framing: .annexB, now: Self.now, into: &client.sink)
        return client
    }

    private func turn(_ client: Client, opens: Bool) {
        let now = Self.now
        var taken: [(bytes: [UInt8], remote: SocketAddress)] = []
        client.received += client.socket.receive { datagram, remote in
            let isMedia = datagram.count > 1 && datagram[0] >> 6 == 2
            if opens || !isMedia { taken.append((Array(copying: datagram), remote)) }
        }
        for (bytes, remote) in taken {
            var bytes = bytes
            var span = bytes.mutableSpan
            client.peer.receive(
                &span, from: remote, on: SocketID(0), now: now, into: &client.sink)
        }
        if let due = client.peer.deadline, due <= now {
            client.peer.handleTimeout(now: now, into: &client.sink)
        }
        for index in client.sink.ends.indices {
            client.socket.send(
                client.sink.arena.span.extracting(client.sink.range(index)), to: address)
        }
        client.socket.flush()
        client.sink.removeDatagrams()
    }

    private func connect(_ clients: [Client]) {
        let end = Self.now + .seconds(20)
        while Self.now < end, clients.contains(where: { !$0.sink.isConnected }) {
            for client in clients { turn(client, opens: true) }
        }
    }

    // MARK: - Measuring

    private struct Level: Sendable {
        var nanoseconds: Int64 = 0
        var allocations: Int64 = 0
        var live: Int64 = 0
        var packets = 0
        var runs = 0
        var datagrams = 0
    }

    private func level() -> Level {
        loop.perform { [self] in
            let report = relay?.report
            return Level(
                nanoseconds: lc_bench_thread_nanoseconds(), allocations: lc_bench_allocations(),
                live: lc_bench_live_bytes(), packets: report?.counters.packetsForwarded ?? 0,
                runs: report?.socket.sentRuns ?? 0, datagrams: report?.socket.sent ?? 0)
        } ?? Level()
    }

    private func send(_ number: Int, _ client: Client) {
        let isKeyframe = client.sink.wantsKeyframe
        client.sink.wantsKeyframe = false
        let frame = CallMedia.vp8(isKeyframe: isKeyframe, bytes: 4200)
        let sound = [UInt8](repeating: 0xFC, count: 160)
        _ = client.peer.send(
            sound.span, media: 0, timestamp: UInt32(number) &* 1600, isKeyframe: true,
            captured: nil, now: Self.now, into: &client.sink)
        _ = client.peer.send(
            frame.span, media: 1, timestamp: UInt32(number) &* 3000, isKeyframe: isKeyframe,
            captured: nil, now: Self.now, into: &client.sink)
    }

    private func run(_ seconds: Int, _ publisher: Client, _ number: inout Int) {
        var next = Self.now
        let end = next + .seconds(seconds)
        while Self.now < end {
            if next <= Self.now {
                next = next + .milliseconds(33)
                number += 1
                send(number, publisher)
            }
            turn(publisher, opens: true)
            for viewer in viewers { turn(viewer, opens: false) }
        }
    }

    private func measure(_ count: Int, _ seconds: Int) throws {
        let publisher = try join(.sendonly)
        self.publisher = publisher
        connect([publisher])
        var number = 0
        run(1, publisher, &number)
        let alone = level()
        while viewers.count < count {
            let more = try (0..<min(50, count - viewers.count)).map { _ in try join(.recvonly) }
            connect(more)
            viewers += more
            run(1, publisher, &number)
        }
        run(1, publisher, &number)
        let before = level()
        let started = Self.now
        run(seconds, publisher, &number)
        let after = level()
        let passed = Double((Self.now - started).wholeNanoseconds)
        let packets = Double(max(after.packets - before.packets, 1))
        let spent = Double(after.nanoseconds - before.nanoseconds)
        print(
            "| \(viewers.count) | \(fixed(packets / passed * 1e9, 0)) "
                + "| \(fixed(spent / packets / 1000, 2)) "
                + "| \(fixed(Double(after.allocations - before.allocations) / packets, 3)) "
                + "| \(fixed(spent / passed * 100, 0)) "
                + "| \(fixed(Double(before.live - alone.live) / Double(count), 0)) "
                + "| \(fixed(Double(after.datagrams - before.datagrams) / Double(max(after.runs - before.runs, 1)), 1)) |"
        )
    }

    static func table(_ counts: [Int], seconds: Int) throws {
        print("### A relay's packets, system calls included\n")
        print("Four packets of video and one of sound 30 times a second, to each viewer.\n")
        for usesSegmentation in [true, false] {
            print(usesSegmentation ? "In runs (GSO):\n" : "\nOne by one:\n")
            print(
                "| viewers | packets/s | µs a packet | allocations | % of a core | bytes a viewer | per run |"
            )
            print("|---|---|---|---|---|---|---|")
            for count in counts {
                try run(viewers: count, seconds: seconds, usesSegmentation: usesSegmentation)
            }
        }
        print()
    }
}
