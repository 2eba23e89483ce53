import HTTP
import Network
import Primitives
import SecureTransport
import Signaling
import TestSupport
import Testing
import WebRTC

@testable import Sessions
@testable import SessionSupport

/// Sessions that come to nothing, and what is said of it.
@Suite struct SessionFailureTests {
    private func failure(
        of settings: SessionSettings, within limit: Duration = .seconds(15)
    ) throws -> (SessionFailure, LiveSession) {
        let client = try LiveSession(settings)
        try client.reach("failed", within: limit) { $0.failure != nil }
        guard let failure = client.state.failure else { throw LiveFailure("no failure") }
        return (failure, client)
    }

    @Test func `a port that nobody listens at`() throws {
        let (failure, client) = try failure(of: LiveSession.settings("http://127.0.0.1:9/whip/a"))
        guard case .http(.offer, .connect) = failure else {
            Issue.record("\(failure)")
            return
        }
        try client.close()
    }

    @Test func `a name that does not exist`() throws {
        let (failure, client) = try failure(
            of: LiveSession.settings("http://nobody.invalid/whip/a"))
        #expect(failure == .http(.offer, .resolve))
        try client.close()
    }

    @Test func `a refusal is told with its status and its words`() throws {
        let server = try SessionServer(.init(bearer: "secret"))
        let (failure, client) = try failure(of: LiveSession.settings(server.url()))
        guard case .signaling(let told) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(told.status == 401 && told.reason == .refused)
        #expect(client.state.isConnected == false)
        try client.close()
        server.stop()
    }

    @Test func `an endpoint with nothing in common says no as a whole`() throws {
        let server = try SessionServer(.init(video: [.av1], audio: []))
        let (failure, client) = try failure(of: LiveSession.settings(server.url()))
        guard case .signaling(let told) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(told.status == 422)
        try client.close()
        server.stop()
    }

    @Test func `an answer that is no description leaves no session behind`() throws {
        let server = try SessionServer(.init())
        server.change { server in
            server.refuse(
                HTTPResponse(
                    status: 201,
                    fields: HTTPFields([
                        ("Content-Type", "application/sdp"), ("Location", "/whip/show/1"),
                    ]), body: Array("v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".utf8)))
        }
        let (failure, client) = try failure(of: LiveSession.settings(server.url()))
        switch failure {
        case .badAnswer(.mediaCountDiffers(offered: 2, answered: 0)), .signaling: break
        default: Issue.record("\(failure)")
        }
        try client.close()
        #expect(server.requests.last == "DELETE /whip/show/1")
        server.stop()
    }

    @Test func `a path on which nothing gets through names the pairs that were tried`() throws {
        let server = try SessionServer(.init())
        let settings = try LiveSession.settings(server.url())
        var short = settings
        short.limits.connecting = .seconds(1)
        server.change { $0.mutesNew = true }
        let (failure, client) = try failure(of: short)
        guard case .ice(let ice, _) = failure else {
            Issue.record("\(failure)")
            return
        }
        #expect(ice.reason == .tookTooLong)
        #expect(!ice.attempts.isEmpty && ice.attempts.allSatisfy { $0.requestsReceived == 0 })
        try client.close()
        #expect(server.endedSessions == 1)
        server.stop()
    }

    @Test func `a server that leaves is believed at once`() throws {
        let server = try SessionServer(.init())
        let client = try LiveSession(LiveSession.settings(server.url()))
        try client.reach("connected") { $0.isConnected }
        server.change { $0.peer(0)?.close() }
        try client.reach("failed") { $0.failure == .left }
        try client.close()
        server.stop()
    }

    @Test func `a session that is closed while it begins leaves nothing behind`() throws {
        let server = try SessionServer(.init())
        for _ in 0..<5 {
            let client = try LiveSession(LiveSession.settings(server.url()))
            try client.close()
            #expect(client.state.failure == nil)
        }
        try eventually("all are deleted", within: .seconds(10)) {
            server.endedSessions == server.sessions.count
        }
        server.stop()
    }
}
