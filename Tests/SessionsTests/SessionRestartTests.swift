import Network
import Primitives
import Signaling
import Synchronization
import TestSupport
import Testing
import WebRTC

@testable import Sessions
@testable import SessionSupport

/// ICE restarts, asked for and refused.
@Suite struct SessionRestartTests {
    private func connected(
        _ settings: SessionServer.Settings
    ) throws -> (SessionServer, LiveSession) {
        let server = try SessionServer(settings)
        let client = try LiveSession(LiveSession.settings(server.url()))
        try client.reach("connected") { $0.isConnected }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 5
        }
        return (server, client)
    }

    @Test func `a restart finds a way with new credentials, and no frame is lost`() throws {
        for isLite in [true, false] {
            let (server, client) = try connected(.init(isLite: isLite))
            client.onSession { $0.askForRestart(.addresses) }
            try client.reach("restarted") { $0.events.contains(.notice(.restarted)) }
            let count = server.record(0).frames(.video).count
            try eventually("media go on", within: .seconds(10)) {
                server.record(0).frames(.video).count > count + 10
            }
            let numbers = server.record(0).frames(.video).map { SessionPlans.number(of: $0.bytes) }
            #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(isLite)")
            #expect(client.state.restarts == 1)
            try client.close()
            #expect(server.endedSessions == 1)
            #expect(server.requests.map { $0.prefix(5) }.contains("PATCH"))
            server.stop()
        }
    }

    @Test func `a server that does not restart keeps its session`() throws {
        let (server, client) = try connected(.init(restarts: false))
        client.onSession { $0.askForRestart(.addresses) }
        try client.reach("refused") { state in
            state.events.contains {
                if case .notice(.restartFailed) = $0 { true } else { false }
            }
        }
        let count = server.record(0).frames(.video).count
        try eventually("media go on", within: .seconds(10)) {
            server.record(0).frames(.video).count > count + 10
        }
        #expect(client.state.failure == nil)
        try client.close()
        server.stop()
    }

    @Test func `an outage shorter than eight seconds is nobody's business`() throws {
        let (server, client) = try connected(.init())
        try client.reach("a report") { $0.figures?.lastReport != nil }
        server.change { $0.mute(true) }
        try eventually("two seconds pass", within: .seconds(10)) {
            guard let figures = client.state.figures, let last = figures.lastReport else {
                return false
            }
            return client.loop.perform { client.loop.now - last > .seconds(2) } ?? false
        }
        server.change { $0.mute(false) }
        let count = server.record(0).frames(.video).count
        try eventually("media go on", within: .seconds(10)) {
            server.record(0).frames(.video).count > count + 10
        }
        #expect(client.state.restarts == 0 && client.state.failure == nil)
        try client.close()
        server.stop()
    }

    @Test func `silence is answered with a restart, and with failure where that is refused`() throws
    {
        let (server, client) = try connected(.init(restarts: false))
        let started = client.loop.perform { client.loop.now } ?? Instant(nanoseconds: 0)
        server.change { $0.mute(true) }
        try client.reach("stalled", within: .seconds(20)) { $0.events.contains(.stalled) }
        try client.reach("failed", within: .seconds(20)) { $0.failure != nil }
        guard case .ice(let failure, _) = client.state.failure else {
            Issue.record("\(client.state.events)")
            return
        }
        #expect(failure.reason == .consentExpired)
        // Sooner than consent ends by itself.
        let took = (client.loop.perform { client.loop.now } ?? started) - started
        #expect(took < .seconds(25), "\(took)")
        try client.close()
        server.stop()
    }

    @Test func `a host that gets another address goes on from there`() throws {
        let server = try SessionServer(.init(isLite: false))
        let addresses = Mutex([SocketAddress(ipv4: 0x7F00_0001, port: 0)])
        var settings = try LiveSession.settings(server.url())
        settings.limits.addressInterval = .milliseconds(50)
        let client = try LiveSession(settings) { session in
            session.lookUp = { () throws(NetworkError) in addresses.withLock { $0 } }
        }
        try client.reach("connected") { $0.isConnected }
        try eventually("media", within: .seconds(10)) {
            server.record(0).frames(.video).count > 5
        }
        // No address for a while, and then another one.
        addresses.withLock { $0 = [] }
        try client.reach("noticed") { $0.events.contains(.notice(.restarting(.addresses))) }
        addresses.withLock { $0 = [SocketAddress(ipv4: 0x7F00_0002, port: 0)] }
        try client.reach("restarted", within: .seconds(20)) {
            $0.events.contains(.notice(.restarted))
        }
        let count = server.record(0).frames(.video).count
        try eventually("media go on", within: .seconds(10)) {
            server.record(0).frames(.video).count > count + 10
        }
        let remote = server.loop.perform { server.peer(0)?.selectedRemote }.flatMap { $0 }
        #expect(remote?.host == "127.0.0.2")
        #expect(client.state.failure == nil && server.sessions.count == 1)
        try client.close()
        server.stop()
    }
}
