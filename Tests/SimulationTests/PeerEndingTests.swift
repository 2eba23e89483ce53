import Primitives
import SecureTransport
import Testing

@testable import WebRTC

/// How shows end, and how they go where the path is too narrow.
@Suite struct PeerEndingTests {
    typealias Conditions = VirtualNetwork.Conditions

    private func connected(
        _ conditions: Conditions, seed: UInt64, _ options: PeerSimulation.Options = .init()
    ) -> PeerSimulation {
        var simulation = PeerSimulation(conditions, seed: seed, options)
        simulation.run(milliseconds: 1000)
        return simulation
    }

    @Test(arguments: [true, false])
    func `who closes is heard at once by the other side`(senderCloses: Bool) {
        for role in [DTLSRole.server, .client] {
            var simulation = connected(.perfect, seed: 1, .init(receiverRole: role))
            if senderCloses {
                simulation.sender.peer.close(now: simulation.now, into: &simulation.sender.sink)
            } else {
                simulation.receiver.peer.close(
                    now: simulation.now, into: &simulation.receiver.sink)
            }
            simulation.drain()
            simulation.run(milliseconds: 20)
            #expect(simulation.receiver.sink.hasLeft == senderCloses)
            #expect(simulation.sender.sink.hasLeft == !senderCloses)
            #expect(simulation.sender.peer.state == .ended)
            #expect(simulation.receiver.peer.state == .ended)
            #expect(simulation.sender.peer.deadline == nil)
            let sent = simulation.network.sent
            simulation.run(milliseconds: 500)
            #expect(simulation.network.sent == sent, "an ended peer still talks")
        }
    }

    @Test func `a goodbye survives a lost datagram`() {
        for lost in 1...4 {
            var simulation = connected(.perfect, seed: 2)
            simulation.isPublishing = false
            simulation.run(milliseconds: 100)
            let sent = simulation.network.sent
            simulation.network.isLost = { number, _, _ in number == sent + lost }
            simulation.sender.peer.close(now: simulation.now, into: &simulation.sender.sink)
            simulation.drain()
            simulation.run(milliseconds: 20)
            #expect(simulation.receiver.sink.hasLeft, "number \(lost)")
        }
    }

    @Test func `both sides may close at once, and twice`() {
        var simulation = connected(.perfect, seed: 3)
        for _ in 0..<2 {
            simulation.sender.peer.close(now: simulation.now, into: &simulation.sender.sink)
            simulation.receiver.peer.close(now: simulation.now, into: &simulation.receiver.sink)
        }
        simulation.drain()
        simulation.run(milliseconds: 200)
        #expect(simulation.sender.peer.state == .ended)
        #expect(simulation.receiver.peer.state == .ended)
        #expect(!simulation.sender.sink.hasLeft && !simulation.receiver.sink.hasLeft)
    }

    @Test func `a close at any moment of the beginning leaves nobody in doubt`() {
        for step in 0..<40 {
            var simulation = PeerSimulation(
                Conditions(lost: 0, duplicated: 0, delay: 3...6), seed: UInt64(step))
            simulation.run(milliseconds: 1 + step * 2)
            simulation.receiver.peer.close(
                now: simulation.now, into: &simulation.receiver.sink)
            simulation.drain()
            simulation.run(milliseconds: 40_000)
            #expect(simulation.sender.peer.state == .ended, "step \(step)")
            #expect(
                simulation.sender.sink.hasLeft || simulation.sender.sink.failure != nil,
                "step \(step)")
        }
    }

    @Test func `whip client 12: who vanishes is given up after 30 seconds, and it is said why`() {
        var simulation = connected(.perfect, seed: 4, .init(tick: 100))
        simulation.network.isLost = { _, _, _ in true }
        simulation.run(milliseconds: 29_000)
        #expect(simulation.sender.sink.failure == nil)
        simulation.run(milliseconds: 10_000)
        for failure in [simulation.sender.sink.failure, simulation.receiver.sink.failure] {
            guard case .ice(let failure) = failure else {
                Issue.record("no failure")
                continue
            }
            #expect(failure.reason == .consentExpired)
            #expect(!failure.attempts.isEmpty)
        }
    }

    @Test func `a path without an answer is given up, and it is said why`() {
        var simulation = PeerSimulation(.perfect, seed: 5)
        simulation.network.isLost = { _, _, _ in true }
        simulation.run(milliseconds: 40_000)
        guard case .ice(let failure) = simulation.sender.sink.failure else {
            Issue.record("no failure")
            return
        }
        #expect(failure.reason == .allPairsFailed || failure.reason == .tookTooLong)
        #expect(failure.attempts.allSatisfy { $0.checksSent > 0 })
    }

    @Test func `a handshake without an answer is given up, and it is said why`() {
        var simulation = PeerSimulation(.perfect, seed: 6, .init(tick: 1000))
        simulation.network.isLost = { _, _, bytes in 20...63 ~= bytes.first ?? 0 }
        simulation.run(milliseconds: 40_000)
        #expect(simulation.sender.sink.failure == .dtls(.timedOut))
    }

    @Test func `another certificate than was signalled is refused`() {
        for role in [DTLSRole.server, .client] {
            var simulation = PeerSimulation(
                .perfect, seed: 7, .init(receiverRole: role, expectsWrongCertificate: true))
            simulation.run(milliseconds: 1000)
            #expect(simulation.sender.sink.failure == .dtls(.wrongFingerprint))
            #expect(simulation.sender.peer.counters.packetsSent == 0)
            #expect(simulation.receiver.peer.state == .ended, "the other side is told")
        }
    }

    @Test func `a path that is too narrow is found out, and the show goes on in it`() {
        for seed in 0..<2 as Range<UInt64> {
            let rate = 800_000
            var conditions = Conditions(lost: 0, duplicated: 0, delay: 10...12)
            conditions.bottleneck = (rate, 60_000)
            var simulation = PeerSimulation(conditions, seed: seed)
            simulation.followsRate = true
            simulation.run(milliseconds: 15_000)
            let since = simulation.now
            let sent = simulation.outcome().sentVideo
            simulation.run(milliseconds: 5000)
            let estimate = simulation.sender.peer.targetBitsPerSecond(now: simulation.now)
            let outcome = simulation.outcome()
            #expect(estimate < Double(rate) * 1.1 && estimate > Double(rate) / 5, "seed \(seed)")
            #expect(outcome.isConnected && outcome.isClean, "seed \(seed)")
            #expect(outcome.damagedVideo(since: since) == 0, "seed \(seed)")
            #expect(outcome.goodVideo(since: since) >= outcome.sentVideo - sent - 10)
        }
    }
}
