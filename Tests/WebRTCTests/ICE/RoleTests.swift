import Primitives
import Testing

@testable import WebRTC

/// What an agent does that is told of a conflict of roles.
@Suite struct RoleTests {
    private let theirs = ICECredentials(ufrag: "abcd", password: "abcdefghijklmnopqrstuvwx")
    private let remote = SocketAddress(ipv4: 2, port: 2)
    private var random = SeededRandom(seed: 1)

    /// An agent that has sent its first check, and the check.
    private mutating func checking(
        _ role: ICEAgent.Role, _ now: Instant
    ) throws -> (ICEAgent, STUNMessage) {
        var agent = ICEAgent(.init(role: role), random: &random)
        agent.add(socket: SocketID(0), address: SocketAddress(ipv4: 1, port: 1), now: now)
        let priority = ICECandidate.priority(.host, address: remote, order: 0)
        agent.add(
            remote: ICECandidate(
                foundation: "1", priority: priority, place: .address(remote), kind: .host),
            now: now)
        agent.setRemote(theirs, now: now)
        agent.handleTimeout(now: now)
        let check = try #require(try Self.request(agent.takeOutputs()))
        return (agent, check)
    }

    private static func request(_ outputs: [ICEAgent.Output]) throws -> STUNMessage? {
        for case .send(let bytes, _) in outputs { return try STUNMessage(parsing: bytes.span) }
        return nil
    }

    private func number(_ role: STUNMessage.Role?) -> UInt64? {
        switch role {
        case .controlling(let number), .controlled(let number): number
        case nil: nil
        }
    }

    @Test(arguments: [ICEAgent.Role.controlling, .controlled])
    mutating func `who gives way draws a new number, and keeps its role in a restart`(
        role: ICEAgent.Role
    ) throws {
        let start = Instant(nanoseconds: 1_000_000_000)
        var (agent, check) = try checking(role, start)
        var refusal = check.answer(.failure)
        refusal.errorCode = .init(487, "Role Conflict")
        let bytes = refusal.bytes(key: Array(theirs.password.utf8))
        _ = agent.receive(bytes.span, from: remote, on: SocketID(0), now: start)
        let later = start + .milliseconds(50)
        agent.handleTimeout(now: later)
        let again = try #require(try Self.request(agent.takeOutputs()))
        let settled = agent.role
        #expect(settled != role)
        #expect(number(again.role) != nil && number(again.role) != number(check.role))
        // Heard twice, it changes nothing more.
        _ = agent.receive(bytes.span, from: remote, on: SocketID(0), now: later)
        #expect(agent.role == settled)
        agent.restart(now: later, random: &random)
        #expect(agent.role == settled)
    }
}
