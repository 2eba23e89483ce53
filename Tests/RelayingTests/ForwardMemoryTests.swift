import Primitives
import Testing
import WebRTC

@testable import Relaying

@Suite(.serialized) struct ForwardMemoryTests {
    @Test
    func `a viewer costs the relay less than 16 kB`() throws {
        let simulation = try ForwardSimulation(seed: 11)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        simulation.publish(from: publisher, milliseconds: 200)
        simulation.countsMemory = true
        let count = 40
        let viewers = try (0..<count).map { _ in try simulation.play() }
        simulation.publish(from: publisher, milliseconds: 3000)
        #expect(viewers.allSatisfy(\.sink.isConnected))
        let each = simulation.coreBytes / count
        #expect(each < 16_384, "\(each) bytes a viewer")
        print("bytes a viewer: \(each)")
    }
}
