import Primitives
import Testing

@testable import WebRTC

/// Candidates as text, and what an agent does with those it has no use for.
@Suite struct CandidateTests {
    @Test(arguments: [
        "candidate:1 1 udp 2130706431 192.0.2.1 61764 typ host",
        "candidate:s3 1 udp 1694498815 203.0.113.1 9 typ srflx raddr 192.0.2.1 rport 61764",
        "candidate:4 1 udp 41885439 2001:db8::1 50000 typ relay raddr ::1 rport 0",
        "candidate:5 2 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
        "candidate:6 1 udp 1 0f5a.local 61764 typ prflx",
    ])
    func `a candidate prints as it was read, with or without what stands before it`(
        text: String
    ) throws {
        let candidate = try ICECandidate(text)
        #expect(candidate.text == text)
        #expect(try ICECandidate("a=" + text) == candidate)
        #expect(try ICECandidate(text.dropFirst("candidate:".count)) == candidate)
    }

    @Test(arguments: [
        ("1 1 udp 1 192.0.2.1 9 typ", ICECandidateProblem.missingField),
        ("1 0 udp 1 192.0.2.1 9 typ host", .badField("component")),
        ("1 1 udp -1 192.0.2.1 9 typ host", .badField("priority")),
        ("1 1 udp 1 192.0.2.1 65536 typ host", .badField("port")),
        ("1 1 udp 1 nowhere 9 typ host", .badField("address")),
        ("1 1 udp 1 192.0.2.1 9 typ guest", .badField("typ")),
        ("1 1 sctp 1 192.0.2.1 9 typ host", .badField("transport")),
        ("1 1 tcp 1 192.0.2.1 9 typ host", .badField("tcptype")),
        (
            String(repeating: "1", count: 33) + " 1 udp 1 192.0.2.1 9 typ host",
            .badField("foundation")
        ),
        ("1 1 udp 1 192.0.2.1 9 typ host" + String(repeating: " x", count: 300), .tooLong),
    ])
    func `what is no candidate is refused with its reason`(
        text: String, problem: ICECandidateProblem
    ) {
        #expect(throws: problem) { try ICECandidate(text) }
    }

    @Test(arguments: [
        ("1 1 udp 2130706431 192.0.2.9 5000 typ host", 1),
        ("1 1 udp 2130706431 0f5a.local 5000 typ host", 0),
        ("1 1 tcp 2130706431 192.0.2.9 9 typ host tcptype active", 0),
        ("1 2 udp 2130706431 192.0.2.9 5000 typ host", 0),
        ("1 1 udp 2130706431 192.0.2.9 0 typ host", 0),
        ("1 1 udp 2130706431 0.0.0.0 5000 typ host", 0),
        ("1 1 udp 2130706431 2001:db8::9 5000 typ host", 0),
    ])
    func `whip endpoint 5: a candidate that can't be used is dropped in silence`(
        text: String, pairs: Int
    ) throws {
        var random = SeededRandom(seed: 1)
        var agent = ICEAgent(.init(role: .controlling), random: &random)
        let now = Instant(nanoseconds: 0)
        agent.add(
            socket: SocketID(0), address: SocketAddress(ipv4: 0xC000_0201, port: 4000), now: now)
        agent.endGathering(now: now)
        agent.setRemote(ICECredentials(using: &random), now: now)
        _ = agent.takeOutputs()
        agent.add(remote: try ICECandidate(text), now: now)
        #expect(agent.pairs.count == pairs && agent.takeOutputs().isEmpty)
        #expect(agent.state == .checking)
    }
}
