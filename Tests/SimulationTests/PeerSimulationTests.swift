import Primitives
import Testing

@testable import WebRTC

/// A show from end to end, on networks that are bad in every way, each run named by its seed.
@Suite struct PeerSimulationTests {
    typealias Conditions = VirtualNetwork.Conditions

    @Test func `a show goes through a perfect network whole`() {
        var simulation = PeerSimulation(.perfect, seed: 1)
        simulation.run(milliseconds: 5000)
        let outcome = simulation.outcome()
        #expect(outcome.isConnected)
        #expect(outcome.video.count >= outcome.sentVideo - 2 && outcome.video.count > 100)
        #expect(outcome.isClean)
        #expect(outcome.video.allSatisfy { !$0.isDamaged })
        #expect(outcome.audio > 200)
        #expect(outcome.receiver.replayed == 0 && outcome.hasSenderTime)
    }

    @Test func `a first packet that was overtaken costs no frame`() {
        for seed in 0..<12 as Range<UInt64> {
            var simulation = PeerSimulation(.perfect, seed: seed)
            simulation.run(milliseconds: 400)
            let outcome = simulation.outcome()
            #expect(outcome.video.count > 5, "seed \(seed)")
            #expect(outcome.video.count(where: \.isDamaged) == 0, "seed \(seed)")
        }
    }

    @Test func `whatever the network does, peers connect and no packet is taken for another`() {
        for seed in 0..<150 as Range<UInt64> {
            let conditions = Conditions(
                lost: Int(50 + seed % 51), duplicated: 30, delay: 1...80, mtu: 1232)
            let options = PeerSimulation.Options(
                receiverIsLite: seed % 3 == 0, receiverRole: seed % 2 == 0 ? .server : .client,
                reducedRTCP: seed % 5 != 0, usesRTX: seed % 7 != 0)
            var simulation = PeerSimulation(conditions, seed: seed, options)
            var patience = 10
            repeat {
                simulation.run(milliseconds: 1500)
                patience -= 1
            } while !simulation.outcome().isConnected && patience > 0
            let outcome = simulation.outcome()
            #expect(outcome.isConnected, "seed \(seed): \(outcome.senderEvents)")
            #expect(outcome.isClean, "seed \(seed): \(outcome.receiver) \(outcome.levels)")
            #expect(simulation.network.tooLong == 0, "seed \(seed)")
        }
    }

    @Test func `undamaged video is back within two seconds after the losses end`() {
        for seed in 0..<24 as Range<UInt64> {
            let options = PeerSimulation.Options(
                receiverIsLite: seed % 3 == 0, usesRTX: seed % 4 != 0)
            var simulation = PeerSimulation(
                Conditions(lost: 80, duplicated: 30, delay: 1...80), seed: seed, options)
            simulation.run(milliseconds: 4000)
            simulation.network.conditions = Conditions(lost: 0, duplicated: 0, delay: 1...30)
            simulation.run(milliseconds: 2000)
            let since = simulation.now
            let sent = simulation.outcome().sentVideo
            simulation.run(milliseconds: 1500)
            let outcome = simulation.outcome()
            #expect(outcome.isConnected && outcome.isClean, "seed \(seed): \(outcome.receiver)")
            #expect(outcome.damagedVideo(since: since) == 0, "seed \(seed)")
            let expected = outcome.sentVideo - sent - 3
            #expect(outcome.goodVideo(since: since) >= expected, "seed \(seed)")
        }
    }

    @Test func `any one datagram of the handshake may be lost, or two, whoever begins it`() {
        for role in [DTLSRole.server, .client] {
            for lost in 0..<14 {
                for count in 1...2 {
                    var simulation = PeerSimulation(
                        .perfect, seed: UInt64(lost), .init(receiverRole: role))
                    var seen = 0
                    simulation.network.isLost = { _, _, bytes in
                        guard let first = bytes.first, 20...63 ~= first else { return false }
                        seen += 1
                        return (lost + 1...lost + count).contains(seen)
                    }
                    simulation.run(milliseconds: 1500)
                    let outcome = simulation.outcome()
                    #expect(outcome.isConnected, "\(role), \(count) lost from \(lost) on")
                    #expect(outcome.isClean && outcome.goodVideo(since: .init(nanoseconds: 0)) > 0)
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func `a NAT that forgets under way is survived`(receiverIsLite: Bool) {
        for seed in 0..<3 as Range<UInt64> {
            var simulation = PeerSimulation(
                Conditions(lost: 20, duplicated: 10, delay: 5...40), seed: seed,
                .init(receiverIsLite: receiverIsLite, hasNAT: true))
            simulation.run(milliseconds: 2000)
            #expect(simulation.outcome().isConnected, "seed \(seed)")
            simulation.network.rebind(nat: 0)
            simulation.run(milliseconds: 10_000)
            let since = simulation.now
            simulation.run(milliseconds: 2000)
            let outcome = simulation.outcome()
            #expect(outcome.isConnected && outcome.isClean, "seed \(seed)")
            #expect(outcome.goodVideo(since: since) > 20, "seed \(seed)")
        }
    }

    @Test func `a NAT may forget more often than there is room for addresses`() {
        for receiverIsLite in [true, false] {
            var simulation = PeerSimulation(
                .perfect, seed: 4,
                .init(receiverIsLite: receiverIsLite, hasNAT: true, tick: 1000))
            for _ in 0..<(ICEAgent.Limits.remoteCandidates + 20) {
                simulation.run(milliseconds: 10_000)
                simulation.network.rebind(nat: 0)
            }
            simulation.run(milliseconds: 10_000)
            let since = simulation.now
            simulation.run(milliseconds: 10_000)
            let outcome = simulation.outcome()
            #expect(outcome.isConnected && outcome.isClean, "\(outcome.levels)")
            #expect(outcome.goodVideo(since: since) >= 4)
        }
    }

    @Test func `an hour passes, and the numbers of packets begin anew`() {
        var simulation = PeerSimulation(
            Conditions(lost: 10, duplicated: 10, delay: 5...60), seed: 12,
            .init(firstSequence: 0xFFF0, tick: 500))
        simulation.run(milliseconds: 3_600_000)
        let outcome = simulation.outcome()
        #expect(outcome.isConnected && outcome.isClean, "\(outcome.receiver)")
        #expect(outcome.sentVideo > 3500 && outcome.video.count > 3500)
        #expect(outcome.audio > 7000)
        let since = simulation.now
        simulation.network.conditions = .perfect
        simulation.run(milliseconds: 10_000)
        #expect(simulation.outcome().damagedVideo(since: since) <= 2)
    }

    @Test(arguments: [true, false])
    func `an ICE restart under way costs no frame`(receiverIsLite: Bool) {
        for seed in 0..<3 as Range<UInt64> {
            var simulation = PeerSimulation(
                .perfect, seed: seed, .init(receiverIsLite: receiverIsLite))
            simulation.run(milliseconds: 1000)
            let since = simulation.now
            let before = simulation.sender.peer.ice.localCredentials
            simulation.restartICE()
            simulation.run(milliseconds: 2000)
            let outcome = simulation.outcome()
            #expect(before != simulation.sender.peer.ice.localCredentials)
            #expect(simulation.sender.peer.ice.state == .connected, "seed \(seed)")
            #expect(simulation.receiver.peer.ice.state == .connected, "seed \(seed)")
            #expect(outcome.isConnected && outcome.isClean)
            #expect(outcome.damagedVideo(since: since) == 0, "seed \(seed)")
            #expect(outcome.video.count >= outcome.sentVideo - 2, "seed \(seed)")
        }
    }

    @Test func `a restart that nobody answers ends in a failure, not in silence`() {
        var simulation = PeerSimulation(.perfect, seed: 3, .init(tick: 200))
        simulation.run(milliseconds: 2000)
        simulation.sender.peer.restartICE(
            now: simulation.now, random: &simulation.random, into: &simulation.sender.sink)
        simulation.run(milliseconds: 40_000)
        guard case .ice(let failure) = simulation.sender.sink.failure else {
            Issue.record("\(simulation.outcome().senderEvents)")
            return
        }
        #expect(failure.reason == .noRemoteCandidates || failure.reason == .tookTooLong)
    }

    @Test func `on the shortest of paths what is lost is asked for before it is given up`() {
        for usesRTX in [true, false] {
            var simulation = PeerSimulation(
                Conditions(lost: 0, duplicated: 0, delay: 0...0), seed: 8, .init(usesRTX: usesRTX))
            simulation.run(milliseconds: 500)
            simulation.network.conditions.lost = 30
            simulation.run(milliseconds: 4000)
            let outcome = simulation.outcome()
            #expect(outcome.isClean && outcome.sender.retransmitted > 3)
            let damaged = outcome.video.count(where: \.isDamaged)
            #expect(damaged == 0, "\(outcome.sender.retransmitted) sent again")
        }
    }

    /// Two packets under one number, and so under one nonce, would give the key of the seal away.
    @Test func `a repair under the old number is the same to the last bit`() {
        var simulation = PeerSimulation(
            Conditions(lost: 0, duplicated: 0, delay: 1...80), seed: 9, .init(usesRTX: false))
        simulation.captured = []
        simulation.run(milliseconds: 4000)
        var known: [[UInt8]: [UInt8]] = [:]
        var repeated = 0
        for bytes in simulation.captured ?? [] {
            guard bytes.count > 12, 128...191 ~= bytes[0], !(192...223 ~= bytes[1]) else {
                continue
            }
            let name = Array(bytes[2..<4] + bytes[8..<12])
            if let before = known[name] {
                repeated += 1
                #expect(before == bytes)
            }
            known[name] = bytes
        }
        #expect(repeated > 0, "reordering should have caused repairs")
    }
}
