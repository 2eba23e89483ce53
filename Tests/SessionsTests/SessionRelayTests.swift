import Glibc
import Network
import Primitives
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Sessions
@testable import SessionSupport

/// coturn on loopback, with a certificate and free ports of its own, for one test.
private final class RelayProgram {
    static let path = "/usr/bin/turnserver"
    static var isInstalled: Bool { Files.exists(path) }
    private static let tries = 3

    let folder = ScratchFolder()
    private(set) var plain: UInt16 = 0
    private(set) var secure: UInt16 = 0
    private var process: RunningProcess?

    var authority: String { folder.path("cert.pem") }

    init() throws {
        let run = try ProcessRun.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-keyout", folder.path("key.pem"), "-out", authority, "-days", "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
            ], environment: [:])
        guard run.status == 0 else { throw LiveFailure("no certificate: \(run.talk)") }
        for _ in 0..<Self.tries where process == nil { try start() }
        guard process != nil else { throw LiveFailure("coturn does not start") }
    }

    func server(_ scheme: String, _ transport: String, password: String = "secret") -> ICEServer {
        let port = scheme == "turns" ? secure : plain
        return ICEServer(
            url: "\(scheme):127.0.0.1:\(port)?transport=\(transport)", username: "user",
            credential: password, credentialType: "password")
    }

    func kill() throws {
        process?.signal(SIGKILL)
        _ = try process?.finish()
    }

    private func start() throws {
        (plain, secure) = (try LoopbackPorts.free(), try LoopbackPorts.free())
        let configuration = """
            listening-ip=127.0.0.1
            relay-ip=127.0.0.1
            listening-port=\(plain)
            tls-listening-port=\(secure)
            lt-cred-mech
            user=user:secret
            realm=relay.example
            no-cli
            no-dtls
            allow-loopback-peers
            cert=\(authority)
            pkey=\(folder.path("key.pem"))
            userdb=\(folder.path("users"))
            pidfile=\(folder.path("pid"))
            log-file=stdout
            """
        let new = try RunningProcess(
            Self.path, ["-c", folder.write(configuration, to: "turnserver.conf")],
            environment: ["PATH": "/usr/bin:/bin"], folder: folder.path(""))
        var isUp = false
        try eventually("coturn listens", within: .seconds(10)) {
            isUp = LoopbackPorts.isListening(plain) && LoopbackPorts.isListening(secure)
            return isUp || new.poll() != nil
        }
        if isUp { process = new }
    }
}

/// Sessions that may only go through a relay.
@Suite(.enabled(if: RelayProgram.isInstalled || Machine.isCI, "coturn is not installed"))
struct SessionRelayTests {
    private func expectMedia(_ server: SessionServer, _ client: LiveSession) throws {
        try client.reach("connected") { $0.isConnected }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 10
        }
        #expect(server.record(0).frames.allSatisfy { !$0.isDamaged })
    }

    @Test(arguments: [("turn", "udp"), ("turn", "tcp"), ("turns", "tcp")])
    func `media go through a relay that is named`(_ scheme: String, _ transport: String) throws {
        let relay = try RelayProgram()
        let server = try SessionServer(.init())
        var settings = try LiveSession.settings(server.url())
        settings.isRelayOnly = true
        settings.iceServers = [relay.server(scheme, transport)]
        settings.http.authorityPath = relay.authority
        let client = try LiveSession(settings)
        try expectMedia(server, client)
        // The only address that the server learns of us is the relay's.
        let offer = server.sessions.first?.offer ?? ""
        #expect(offer.contains(" typ relay ") && !offer.contains(" typ host"))
        #expect(!offer.contains(" typ srflx"))
        #expect(!server.requests.contains { $0.hasPrefix("OPTIONS") })
        // A restart keeps to the relay.
        client.onSession { $0.askForRestart(.addresses) }
        try client.reach("restarted") { $0.events.contains(.notice(.restarted)) }
        let count = server.record(0).frames(.video).count
        try eventually("media go on", within: .seconds(10)) {
            server.record(0).frames(.video).count > count + 10
        }
        try client.close()
        server.stop()
        try relay.kill()
    }

    @Test func `a relay that the endpoint names is asked for before the offer`() throws {
        let relay = try RelayProgram()
        let server = try SessionServer(.init(iceServers: [relay.server("turn", "udp")]))
        var settings = try LiveSession.settings(server.url())
        settings.isRelayOnly = true
        let client = try LiveSession(settings)
        try expectMedia(server, client)
        #expect(server.requests.first?.hasPrefix("OPTIONS") == true)
        try client.close()
        server.stop()
        try relay.kill()
    }

    @Test func `what a named server says follows the offer`() throws {
        let relay = try RelayProgram()
        let server = try SessionServer(.init(iceServers: [relay.server("turn", "udp")]))
        let client = try LiveSession(LiveSession.settings(server.url()))
        try expectMedia(server, client)
        try eventually("a PATCH with the relay's address", within: .seconds(10)) {
            server.requests.contains { $0.hasPrefix("PATCH") }
        }
        #expect(!server.requests.contains { $0.hasPrefix("OPTIONS") })
        try client.close()
        server.stop()
        try relay.kill()
    }

    @Test func `a relay that refuses us is told of by its name, without the password`() throws {
        let relay = try RelayProgram()
        let server = try SessionServer(.init())
        var settings = try LiveSession.settings(server.url())
        settings.isRelayOnly = true
        let wrong = relay.server("turn", "udp", password: "wrong")
        settings.iceServers = [wrong]
        let client = try LiveSession(settings)
        try client.reach("failed") { $0.failure != nil }
        guard case .ice(let failure, let relays) = client.state.failure else {
            Issue.record("\(client.state.events)")
            return
        }
        #expect(failure.reason == .noLocalCandidates)
        #expect(relays == [RelayFailure(url: wrong.url, reason: .turn(.unauthorized))])
        #expect(server.sessions.isEmpty)
        try client.close()
        server.stop()
        try relay.kill()
    }
}
