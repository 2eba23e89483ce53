import HTTP
import Measures
import Primitives
import Relaying
import Sessions
import TestSupport
import Testing
import WebRTC

@testable import Probing
@testable import SessionSupport

/// An audience of a relay in this process.
private struct TestAudience {
    let audience: Audience

    init(
        _ url: String, viewers: Int, sharesSockets: Bool, ramp: Double? = nil,
        impairment: String? = nil
    ) throws {
        let wallClock = ProbeBench.wallClock()
        audience = try Audience(
            AudiencePlan(
                endpoint: try URL(parsing: url), network: try ProbeBench.plan(url, nil).network,
                viewers: viewers, ramp: ramp, firstNumber: 3, patience: .zero,
                impairment: try impairment.map { try Impairment(parsing: $0) },
                wallClock: wallClock, begun: wallClock.instant, media: ViewerOffer.media,
                sharesSockets: sharesSockets, processor: nil))
        audience.start()
    }

    /// Waits for the figures to be so; all failures that were told on the way are in them.
    @discardableResult
    func reach(
        _ what: String, _ condition: (AudienceFigures) -> Bool
    ) throws -> AudienceFigures {
        var failures: [AudienceFailure] = []
        var last = AudienceFigures()
        try eventually(what, within: .seconds(30)) {
            last = audience.look()
            failures += last.failures
            last.failures = failures
            return condition(last)
        }
        return last
    }

    static func totals(_ figures: AudienceFigures) -> MeasureSet {
        var totals = MeasureSet()
        for window in figures.windows { totals.merge(window.measures) }
        return totals
    }

    func close() throws -> AudienceFigures {
        audience.close {}
        return try reach("everybody has left") { $0.isClosed }
    }
}

@Suite(.serialized) struct `An audience of a relay` {
    @Test(arguments: [true, false])
    func `all watch, all is counted, and all leave`(sharesSockets: Bool) throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        let test = try TestAudience(
            "http://\(bench.service.httpAddress)/whep/show", viewers: 12,
            sharesSockets: sharesSockets, ramp: 20)
        _ = try test.reach("they have watched for a while") {
            $0.watching == 12 && TestAudience.totals($0)[.framesReceived] > 12 * 90
        }
        let rows = test.audience.viewers()
        let figures = try test.close()
        let totals = TestAudience.totals(figures)
        #expect(figures.asked == 12 && figures.failed == 0 && figures.lost == 0)
        #expect(totals[.viewersJoined] == 12 && totals[.packetsMissed] == 0)
        #expect(totals[.packetsReceived] == totals[.packetsExpected])
        #expect(figures.opened >= 12 * AudienceLimits.openedFirst && figures.forged == 0)
        #expect(totals[.startKeyframe].count == 12 && totals[.startTCP].count > 0)
        let phases = [.startPOST, .startICE, .startDTLS, .startPacket, .startKeyframe] as [Measure]
        let times = phases.map { totals[$0].quantile(0.5) ?? -1 }
        #expect(times == times.sorted() && times[0] > 0, "\(times)")
        // Every two seconds, or sooner for who joins.
        let interval = totals[.keyframeInterval].quantile(0.5) ?? 0
        #expect(interval > 100_000 && interval < 2_200_000, "\(interval)")
        #expect(abs((totals[.frameRate].quantile(0.5) ?? 0) - 30_000) < 2_500)
        #expect(rows.map(\.number) == Array(3..<15))
        #expect(rows.allSatisfy { $0.measures[.framesReceived] > 60 && $0.failure == nil })
        // The server was told: nobody but the publisher is left.
        try eventually("their sessions are over") {
            bench.service.sessionCount == 1
        }
    }

    @Test func `what is lost on a bad way is asked for, and comes`() throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        let test = try TestAudience(
            "http://\(bench.service.httpAddress)/whep/show", viewers: 4, sharesSockets: true,
            impairment: "loss=5%,delay=20ms±5ms,seed=3")
        _ = try test.reach("much has been repaired") {
            TestAudience.totals($0)[.packetsRepaired] > 60
        }
        let totals = TestAudience.totals(try test.close())
        let (loss, after) = (totals[.loss] ?? 0, totals[.lossAfter] ?? 1)
        #expect(loss > 0.02 && loss < 0.09, "\(loss)")
        #expect(after < loss / 3, "\(after)")
        #expect(totals[.nacks] > 0 && !totals[.lossRun].isEmpty)
        #expect((totals[.startICE].least ?? 0) > 15_000)
    }

    @Test func `who cannot watch is told of by number, and the others go on`() throws {
        let bench = try ProbeBench()
        let test = try TestAudience(
            "http://\(bench.service.httpAddress)/whep/nobody", viewers: 5, sharesSockets: false)
        let figures = try test.reach("all have failed") { $0.failed == 5 }
        #expect(figures.failures.map(\.number).sorted() == [3, 4, 5, 6, 7])
        #expect(figures.failures.allSatisfy { $0.failure.code == "signaling" && !$0.hadJoined })
        let rows = test.audience.viewers()
        #expect(rows.allSatisfy { $0.failure == "signaling" })
        #expect(TestAudience.totals(try test.close())[.failed] == 1)
    }

    @Test func `viewers whose show ends are lost, not failed`() throws {
        let bench = try ProbeBench()
        try bench.publish("test:size=320x180,fps=30,gop=30")
        let test = try TestAudience(
            "http://\(bench.service.httpAddress)/whep/show", viewers: 3, sharesSockets: true)
        try test.reach("they watch") { TestAudience.totals($0)[.framesReceived] > 30 }
        bench.service.close()
        let figures = try test.reach("they are lost") { $0.lost == 3 }
        #expect(figures.failures.allSatisfy { $0.hadJoined && $0.failure == .session(.left) })
        #expect(try test.close().isClosed)
    }
}
