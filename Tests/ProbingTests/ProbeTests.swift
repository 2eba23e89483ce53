import Measures
import Testing

@testable import Probing

@Suite(.serialized) struct `A probe of a relay` {
    @Test func `a viewer's start is told phase by phase, and what was seen after it`() throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        let story = try ProbeStory(bench.plan(.seconds(4)))
        #expect(story.ending == .finished, "\(story.events)")
        let totals = story.report.totals
        let phases: [Measure] = [
            .startDNS, .startTCP, .startPOST, .startICE, .startDTLS, .startPacket, .startKeyframe,
            .startup,
        ]
        let times = phases.map { totals[$0].greatest ?? -1 }
        #expect(times == times.sorted() && times[0] >= 0, "\(times)")
        #expect(times[7] < 1_500_000)
        #expect(totals[.framesDecoded] > 80)
        #expect(totals[.framesDamaged] == 0)
        #expect(totals[.stampsUnread] == 0)
        let latency = totals[.latencyBurned]
        #expect(
            (latency.quantile(0.5) ?? -1) < 150_000, "\(String(describing: latency.quantile(0.5)))")
    }
}
