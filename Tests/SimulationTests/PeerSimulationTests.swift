import Primitives
import Testing

@testable import WebRTC

@Suite struct PeerSimulationTests {
    @Test func `a show goes through a perfect network whole`() {
        var simulation = PeerSimulation(.perfect, seed: 1)
        simulation.run(milliseconds: 5000)
        let outcome = simulation.outcome()
        #expect(outcome.isConnected)
        #expect(outcome.video.count >= outcome.sentVideo - 2 && outcome.video.count > 100)
        #expect(outcome.wrongFrames == 0)
        #expect(outcome.video.allSatisfy { !$0.isDamaged })
        #expect(outcome.audio > 200)
        #expect(outcome.receiver.forged == 0 && outcome.receiver.replayed == 0)
        #expect(outcome.receiver.malformed == 0 && outcome.receiver.unknownSources == 0)
        #expect(outcome.largestDatagram <= 1200)
        #expect(outcome.hasSenderTime)
    }
}
