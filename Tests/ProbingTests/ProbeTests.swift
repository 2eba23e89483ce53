import Measures
import Sessions
import Testing

@testable import Probing

@Suite(.serialized) struct `A probe of a relay` {
    @Test func `a viewer's start is told phase by phase, and what was seen after it`() throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        var plan = try bench.plan(.seconds(5))
        plan.wishes.samples = true
        plan.wishes.capture = true
        plan.wishes.snapshot = true
        let story = try ProbeStory(plan)
        #expect(story.ending == .finished, "\(story.events)")
        let totals = story.report.totals
        let phases: [Measure] = [
            .startDNS, .startTCP, .startPOST, .startICE, .startDTLS, .startPacket, .startKeyframe,
            .startup,
        ]
        let times = phases.map { totals[$0].greatest ?? -1 }
        #expect(times == times.sorted() && times[0] >= 0, "\(times)")
        #expect(times[7] < 1_500_000)
        #expect(totals[.framesDecoded] > 80, "\(story.table)")
        #expect(totals[.framesDamaged] == 0)
        #expect(totals[.stampsUnread] == 0)
        for measure in [Measure.latencyBurned, .latencyCapture, .latencyNetwork] {
            #expect(totals[measure].quantile(0.5) ?? -1 >= 0, "\(story.table)")
            #expect(totals[measure].quantile(0.5) ?? .max < 150_000, "\(story.table)")
        }
        #expect(totals[.avLead].count >= 3, "\(story.table)")
        #expect(totals[.avOffset].greatest ?? .max < 10_000, "\(story.table)")
        #expect(story.samples.count { $0.medium == .video } == Int(totals[.framesDecoded]))
        #expect(story.snapshot?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
        #expect(story.capture.count > Int(totals[.bytesReceived]))
    }

    /// The sound is repaired without RTX: what was asked for must be told from what came.
    @Test func `what an impairment throws away is missed in both media, and repaired`() throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        var plan = try bench.plan(.seconds(6))
        plan.impairment = try Impairment(parsing: "loss=10%,delay=20ms,seed=3")
        let story = try ProbeStory(plan)
        #expect(story.ending == .finished, "\(story.events)")
        let totals = story.report.totals
        // About 500 packets: three standard deviations are 4 %.
        let loss = try #require(totals[.loss])
        #expect((0.06...0.14).contains(loss), "\(story.table)")
        #expect(totals[.lossAfter] ?? 1 < 0.02, "\(story.table)")
    }
}
