import Primitives
import Testing

@testable import WebRTC

/// One picture in several layers, from end to end.
@Suite struct PeerSimulcastTests {
    typealias Conditions = VirtualNetwork.Conditions

    private static let layers = ["h", "m", "l"]

    private func layers(_ outcome: PeerSimulation.Outcome) -> [Int] {
        (0..<3).map { layer in
            outcome.video.count { Int($0.number >> 24) == layer && !$0.isDamaged }
        }
    }

    @Test func `every layer arrives whole, on a source of its own`() {
        var simulation = PeerSimulation(
            .perfect, seed: 3, .init(layers: Self.layers, takenLayers: 3))
        simulation.run(milliseconds: 3000)
        let outcome = simulation.outcome()
        #expect(outcome.isConnected && outcome.isClean)
        #expect(layers(outcome).allSatisfy { $0 > 50 }, "\(layers(outcome))")
        let sources = Set(simulation.receiver.peer.receptions.map(\.ssrc))
        #expect(sources.count == 4)
        #expect(simulation.receiver.peer.receptions.map(\.layer).filter { $0 > 0 }.count == 2)
    }

    @Test func `losses of each layer are repaired from the ring of that layer`() {
        for seed in 0..<12 as Range<UInt64> {
            var simulation = PeerSimulation(
                Conditions(lost: 50, delay: 5...20), seed: seed,
                .init(
                    receiverIsLite: seed % 2 == 0, usesRTX: seed % 3 != 0, layers: Self.layers,
                    takenLayers: 3))
            simulation.run(milliseconds: 4000)
            let outcome = simulation.outcome()
            #expect(outcome.isConnected && outcome.isClean, "seed \(seed): \(outcome.receiver)")
            #expect(outcome.sender.retransmitted > 20, "seed \(seed)")
            let counts = layers(outcome)
            let sent = outcome.sentVideo / 3
            #expect(counts.allSatisfy { $0 > sent * 3 / 4 }, "seed \(seed): \(counts) of \(sent)")
            #expect(outcome.video.count(where: \.isDamaged) < 12, "seed \(seed)")
        }
    }

    @Test func `a keyframe is asked of the layer that lacks it`() {
        var simulation = PeerSimulation(
            .perfect, seed: 5, .init(layers: Self.layers, takenLayers: 3))
        simulation.run(milliseconds: 1000)
        simulation.isPublishing = false
        let sink = simulation.receiver.sink
        let place = simulation.receiver.peer.receptions.firstIndex { $0.layer == 1 }
        guard let place else {
            Issue.record("no layer m")
            return
        }
        var asked = sink
        simulation.receiver.peer.requestKeyframe(place, simulation.now, &asked)
        simulation.receiver.sink = asked
        simulation.drain()
        simulation.wantedKeyframes = []
        simulation.run(milliseconds: 100)
        #expect(simulation.wantedKeyframes == [1])
    }

    @Test func `a receiver of fewer layers, or of none, gets the first ones`() {
        for (taken, expected) in [(2, [true, true, false]), (1, [true, false, false])] {
            var simulation = PeerSimulation(
                .perfect, seed: 7, .init(layers: Self.layers, takenLayers: taken))
            simulation.run(milliseconds: 1500)
            let outcome = simulation.outcome()
            #expect(outcome.isClean)
            #expect(layers(outcome).map { $0 > 20 } == expected, "\(taken)")
        }
        var simulation = PeerSimulation(
            .perfect, seed: 8, .init(layers: Self.layers, takenLayers: 0))
        simulation.run(milliseconds: 1500)
        let outcome = simulation.outcome()
        #expect(outcome.isClean && layers(outcome)[0] > 20)
        #expect(simulation.sender.peer.session?.media[1].rids.isEmpty == true)
    }
}
