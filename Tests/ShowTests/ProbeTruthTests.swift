import Measures
import Primitives
import TestSupport
import Testing

/// Latency that is known otherwise, and what whep-probe says of it.
@Suite(
    .serialized,
    .enabled(if: BadWire.isPermitted || ShowPeers.isCI, "namespaces and TUN are not permitted"),
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
    .timeLimit(.minutes(10)))
struct ProbeTruthTests {
    private static let frameMilliseconds = 1000.0 / 30
    /// The larger of a frame's interval and 20 ms.
    private static let tolerance = frameMilliseconds

    /// The truth is what the wire adds to what another program sees before it: aiortc, PyAV and a
    /// reader of the clock in Python.
    @Test func `latency is true at any delay, passed on as it is and encoded anew at 360p`()
        throws
    {
        let stage = try ProbeStage("test:size=960x540,fps=30,gop=30", transcodes: true)
        let shows = ["a", "b"]
        let witnesses = try shows.map {
            try ClockWitness(stage.url($0), address: stage.wire.outer, through: stage.outside)
        }
        for witness in witnesses { try witness.awaitClock() }
        // Two seconds there and back again would be longer than handshakes may take.
        for (delay, way) in [(0, ""), (100, ""), (500, ""), (2000, " inward")] {
            try stage.wire.set("delay \(delay) 0\(way)")
            let before = witnesses.map(\.latencies.count)
            let probes = try shows.map {
                try ProbeProcess(
                    watching: stage.url($0), seconds: 5, ["--clock-source", "same"],
                    through: stage.inside)
            }
            let reports = try probes.map { try $0.report() }
            let wire = try stage.wire.medianMilliseconds()
            #expect(wire >= Double(delay) && wire < Double(delay) + 200)
            for (index, report) in reports.enumerated() {
                let totals = report.totals
                let truth = try witnesses[index].median(after: before[index]) + wire
                let told = report.milliseconds(.latencyBurned)
                let words = "\(shows[index]) \(delay) ms: \(told) of \(truth); \(report.words)"
                #expect(abs(told - truth) < Self.tolerance, "\(words)")
                let (read, unread) = (totals[.stampsRead], totals[.stampsUnread])
                #expect(read >= 60 && Double(unread) < 0.05 * Double(read), "\(words)")
                // A stamp that is read wrong is anywhere in three days.
                let (least, most) = (
                    report.milliseconds(.latencyBurned, 0), report.milliseconds(.latencyBurned, 1)
                )
                #expect(least > Double(delay) && most < truth + 2000, "\(words)")
                if shows[index] == "b" { #expect(report.facts.height == 360, "\(words)") }
            }
        }
    }

    @Test func `clocks are compared across the wire, and the uncertainty is honest`() throws {
        let stage = try ProbeStage("test:size=320x240,fps=30,gop=30")
        let clock = "\(stage.relay.url)/clock"
        for (way, error) in [("", 0.0), (" inward", 50.0)] {
            try stage.wire.set("delay 0 0")
            try stage.wire.set("delay 100 0\(way)")
            let report = try ProbeProcess.watch(
                stage.url(), seconds: 4, ["--clock-source", clock], through: stage.inside)
            #expect(report.clock.standing == .measured)
            // Both read the same clock, so all of it is what the way's lopsidedness adds.
            let offset = Double(try #require(report.clock.offset).wholeMicroseconds) / 1000
            let doubt = Double(try #require(report.clock.uncertainty).wholeMicroseconds) / 1000
            #expect(abs(abs(offset) - error) < 15, "\(offset) ± \(doubt); \(report.words)")
            #expect(abs(offset) <= doubt, "\(offset) ± \(doubt)")
            #expect(doubt < 130, "\(offset) ± \(doubt)")
        }
    }
}
