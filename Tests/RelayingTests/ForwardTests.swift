import Primitives
import Signaling
import Testing
import WebRTC

@testable import Relaying

@Suite struct ForwardTests {
    @Test
    func `what is published comes to each viewer as it was`() throws {
        let simulation = try ForwardSimulation(seed: 1)
        let publisher = try simulation.publish()
        simulation.run(milliseconds: 300)
        #expect(publisher.sink.isConnected)
        let viewers = try (0..<3).map { _ in try simulation.play() }
        simulation.publish(from: publisher, milliseconds: 3000)
        for viewer in viewers {
            #expect(viewer.sink.isConnected)
            #expect(viewer.sink.frames.count > 60)
            #expect(viewer.sink.isPart(of: simulation.sentFrames))
            #expect(viewer.sink.soundTimes.count > 60)
            #expect(viewer.sink.captured > 0)
        }
        #expect(simulation.changes.contains(.active))
        #expect(simulation.core.report.shows.first?.viewerCount == 3)
    }
}
