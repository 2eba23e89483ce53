import Glibc
import Network
import Primitives
import TestSupport
import WebRTC

/// coturn on loopback, with a certificate and free ports of its own, for one test.
final class TurnServerProgram {
    static let path = "/usr/bin/turnserver"
    static let username = "user"
    static let password = "secret"
    private static let tries = 3

    let folder = ScratchFolder()
    private(set) var plain = SocketAddress(ipv4: 0, port: 0)
    private(set) var secure = SocketAddress(ipv4: 0, port: 0)
    private var process: RunningProcess?

    var authority: String { folder.path("cert.pem") }
    var log: String { process?.output ?? "" }

    init() throws {
        let run = try ProcessRun.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", folder.path("key.pem"), "-out", authority, "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
            ], environment: [:])
        guard run.status == 0 else { throw LiveFailure("no certificate: \(run.talk)") }
        // A free port may be taken by another before coturn has it.
        for _ in 0..<Self.tries where try !start() {}
        guard process != nil else { throw LiveFailure("coturn does not start") }
    }

    /// Ends it without a goodbye, as a crash does.
    func kill() throws {
        process?.signal(SIGKILL)
        _ = try process?.finish()
    }

    private func start() throws -> Bool {
        guard process == nil else { return true }
        (plain, secure) = (try Self.freeAddress(), try Self.freeAddress())
        let configuration = """
            listening-ip=127.0.0.1
            relay-ip=127.0.0.1
            listening-port=\(plain.port)
            tls-listening-port=\(secure.port)
            lt-cred-mech
            user=\(Self.username):\(Self.password)
            realm=relay.example
            no-cli
            no-dtls
            allow-loopback-peers
            cert=\(authority)
            pkey=\(folder.path("key.pem"))
            userdb=\(folder.path("users"))
            pidfile=\(folder.path("pid"))
            log-file=stdout
            verbose
            """
        let new = try RunningProcess(
            Self.path, ["-c", folder.write(configuration, to: "turnserver.conf")],
            environment: OtherPrograms.environment(home: folder.path), folder: folder.path)
        var isUp = false
        try reach("coturn listens", within: .seconds(10), { new.output + new.talk }) {
            isUp =
                LoopbackPorts.isListening(plain.port)
                && LoopbackPorts.isListening(secure.port)
            return isUp || new.poll() != nil
        }
        if isUp { process = new }
        return isUp
    }

    private static func freeAddress() throws -> SocketAddress {
        try UDPSocket(
            at: SocketAddress(ipv4: 0x7F00_0001, port: 0), bufferBytes: 1 << 16,
            usesSegmentation: false
        ).localAddress
    }
}

/// How a test speaks with its relay.
enum TurnTransport: String, Sendable, CaseIterable {
    case udp, tcp, tls
}

/// A time that passes a whole number of times faster than the loop's.
struct FastClock: Sendable {
    let start: Instant
    let speed: Int

    func fast(_ instant: Instant) -> Instant { start + (instant - start) * speed }

    /// The first instant of the loop at which `instant` has come.
    func slow(_ instant: Instant) -> Instant {
        start + (instant - start) / speed + .nanoseconds(1)
    }
}

/// Two peers on one loop that may meet only by way of a relay; one sends video to the other.
final class TurnPair {
    let loop: EventLoop
    let offerer: TurnPeer
    let answerer: TurnPeer

    init(_ settings: TurnPeer.Settings) throws {
        let loop = try EventLoop(name: "relayed", processor: nil)
        self.loop = loop
        offerer = try loop.answer { try TurnPeer(on: loop, settings, role: .controlling) }
        answerer = try loop.answer { try TurnPeer(on: loop, settings, role: .controlled) }
    }

    deinit {
        let peers = peers
        _ = loop.perform { for peer in peers { peer.close() } }
        loop.end()
    }

    var peers: [TurnPeer] { [offerer, answerer] }

    var phase: String {
        peers.map { "\($0.record.phase), \($0.record.events)" }.joined(separator: "; ")
    }

    func awaitBoth(
        _ what: String, within limit: Duration = .seconds(20), _ condition: (LiveRecord) -> Bool
    ) throws {
        try reach(what, within: limit, { phase }) { peers.allSatisfy { condition($0.record) } }
    }

    /// Makes them meet, once both have their addresses.
    func connect() throws {
        try awaitBoth("both have gathered") { $0.events.contains(.gathered) }
        let (offerer, answerer) = (offerer, answerer)
        try loop.answer { try TurnPeer.negotiate(offerer, answerer) }
        try awaitBoth("both are connected") { $0.isConnected }
    }
}
