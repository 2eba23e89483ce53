import Measures
import Primitives
import TestSupport
import Testing

/// What a network does that is known, and what whep-probe says of it.
@Suite(
    .serialized,
    .enabled(if: BadWire.isPermitted || ShowPeers.isCI, "namespaces and TUN are not permitted"),
    .timeLimit(.minutes(5)))
struct ProbeNetworkTests {
    private static let frameMilliseconds = 1000.0 / 30
    private let folder = ScratchFolder()

    /// Runs a probe, and does something to the wire once it sees a picture, and again later.
    private func watch(
        _ stage: ProbeStage, seconds: Int, commands: [(at: Duration, command: String)]
    ) throws -> ProbeReport {
        let before = stage.relay.events("session_began").count
        let probe = try ProbeProcess(
            watching: stage.url(), seconds: seconds, ["--clock-source", "same"],
            through: stage.inside)
        try eventually("the probe is there; \(stage.relay.talk.suffix(500))") {
            stage.relay.events("session_began").count > before
        }
        let begun = ContinuousClock.now
        for (at, command) in commands {
            try eventually("it is time", within: .seconds(30)) {
                ContinuousClock.now - begun >= at
            }
            try stage.wire.set(command)
        }
        return try probe.report()
    }

    /// While packets are held back, nothing is lost: the picture stands still for just so long.
    @Test func `freezes are counted exactly where packets come late`() throws {
        let stage = try ProbeStage("test:size=320x240,fps=30,gop=30")
        let report = try watch(
            stage, seconds: 7,
            commands: [(.milliseconds(2500), "hold 700"), (.milliseconds(5000), "hold 1200")])
        let totals = report.totals
        #expect(totals[.freeze].count == 2, "\(report.words)")
        let total = Double(totals[.freeze].sum) / 1000
        // Each goes on until the picture comes that would have come while packets were held.
        #expect(total > 1890 && total < 1900 + 4 * Self.frameMilliseconds, "\(report.words)")
        #expect(totals[.rebuffer].count == 2, "\(report.words)")
        let ratio = try #require(totals[Ratio.freeze])
        #expect(ratio > 0.2 && ratio < 0.4, "\(report.words)")
        #expect(totals[.framesDamaged] == 0, "\(report.words)")
    }

    /// What was lost meanwhile is sent again, or a keyframe comes: either takes a while.
    @Test func `freezes are counted exactly where packets are lost`() throws {
        let stage = try ProbeStage("test:size=320x240,fps=30,gop=30")
        let report = try watch(
            stage, seconds: 8,
            commands: [(.milliseconds(2500), "cut 700"), (.milliseconds(5500), "cut 1200")])
        let totals = report.totals
        #expect(totals[.freeze].count == 2, "\(report.words)")
        let total = Double(totals[.freeze].sum) / 1000
        #expect(total > 1890 && total < 2700, "\(report.words)")
        #expect(totals[.nacks] > 0, "\(report.words)")
    }

    @Test func `a show without trouble has no freezes and loses nothing`() throws {
        let stage = try ProbeStage("test:size=320x240,fps=30,gop=30")
        let report = try watch(stage, seconds: 4, commands: [])
        let totals = report.totals
        #expect(totals[.freeze].count == 0 && totals[.rebuffer].count == 0, "\(report.words)")
        #expect(totals[.loss] == 0 && totals[.lossAfter] == 0, "\(report.words)")
        #expect(totals[.framesSkipped] == 0 && totals[.framesRepeated] == 0, "\(report.words)")
        let rate = Double(totals[.framesDecoded] - totals[.framesCached]) / 4
        #expect(rate > 28 && rate < 33, "\(report.words)")
    }

    @Test(
        .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
        arguments: ["the wire", "the probe"])
    func `loss is told as it is, before repair and after`(by whom: String) throws {
        // Noise takes packets, and of packets there must be many.
        let film = try PushFilms.make(
            "a.mp4", in: folder, seconds: 5,
            ["-vf", "noise=alls=50:allf=t"] + PushFilms.passed + ["-b:v", "4M"])
        let stage = try ProbeStage(film, ["--copy", "--loop"])
        if whom == "the wire" { try stage.wire.set("loss 0.05 inward") }
        let report = try ProbeProcess.watch(
            stage.url(), seconds: 6,
            ["--clock-source", "same"]
                + (whom == "the probe" ? ["--impair", "loss=5%,seed=7"] : []),
            through: stage.inside)
        let totals = report.totals
        let loss = try #require(totals[.loss])
        // Of a thousand packets and more; chance leaves it within three deviations.
        #expect(totals[.packetsExpected] > 1000, "\(report.words)")
        let deviation = (0.05 * 0.95 / Double(totals[.packetsExpected])).squareRoot()
        #expect(abs(loss - 0.05) < 3.5 * deviation, "\(loss); \(report.words)")
        let after = try #require(totals[.lossAfter])
        #expect(after < 0.002, "\(after); \(report.words)")
        #expect(totals[.packetsRepaired] > 0 && totals[.nacks] > 0, "\(report.words)")
    }
}
