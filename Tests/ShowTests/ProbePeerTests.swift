import Measures
import Primitives
import TestSupport
import Testing

/// Servers of WHEP that are not ours.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProbePeerTests {
    private static let hasPion =
        Files.exists("/usr/bin/go") && Files.exists("/usr/share/gocode/src/github.com/pion/webrtc")

    /// The start by its phases, each after the one before.
    private static let phases: [Measure] = [
        .startTCP, .startPOST, .startICE, .startDTLS, .startPacket, .startKeyframe, .startup,
    ]

    private func check(_ report: ProbeReport, _ server: RunningProcess) throws {
        let totals = report.totals
        let words = "\(report.words); \(server.talk.suffix(1000))"
        #expect(report.runs[0].ending == "finished", "\(words)")
        #expect(totals[.framesDecoded] > 30 && totals[.soundsReceived] > 60, "\(words)")
        #expect(totals[.framesDamaged] == 0, "\(words)")
        let told = Self.phases.map { report.milliseconds($0) }
        #expect(told.allSatisfy { $0 >= 0 } && told == told.sorted(), "\(told); \(words)")
        #expect(told[told.count - 1] < 10_000, "\(told)")
        #expect(report.facts.videoCodec != nil && report.facts.width != nil, "\(words)")
    }

    @Test(.enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"))
    func `aiortc's is played`() throws {
        let home = ScratchFolder()
        let server = try RunningProcess(
            ShowPeers.python, [ShowPeers.script("aiortc_peer.py"), "serve"],
            environment: ShowPeers.environment(home: home.path))
        try eventually("aiortc serves; \(server.talk)", within: .seconds(60)) {
            server.output.contains("listening")
        }
        let url = try JSON(parsing: server.output.trimmed)["url"]?.stringValue
        let report = try ProbeProcess.watch("\(try #require(url))/whep", seconds: 4)
        try check(report, server)
        // Its picture has no clock in it, and nothing else tells when it was taken.
        #expect(report.totals[.latencyBurned].isEmpty && report.totals[.latencySEI].isEmpty)
        try eventually("the session is deleted; \(server.output.suffix(500))") {
            server.output.contains("deleted")
        }
        server.closeInput()
        _ = try server.finish(within: .seconds(20))
    }

    @Test(.enabled(if: hasPion || ShowPeers.isCI, "Go and Pion are not installed"))
    func `Pion's is played, with the clock in the picture`() throws {
        let home = ScratchFolder()
        let build = try ProcessRun.run(
            ShowPeers.systemPython, ["-B", "-c", "import servers; print(servers.build_pion())"],
            environment: ShowPeers.environment(home: home.path),
            folder: "\(ShowPeers.repository)/Benchmarks", within: .seconds(240))
        guard build.status == 0 else { throw ShowFailure(words: build.talk) }
        let server = try RunningProcess(
            build.output.trimmed, ["-http", "127.0.0.1:0", "-udp", "127.0.0.1:0"],
            environment: ShowPeers.environment(home: home.path))
        try eventually("Pion serves; \(server.talk)") { server.output.contains("\n") }
        let url = server.output.trimmed
        let push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(url)/whip/a"])
        try push.await("live after")
        let report = try ProbeProcess.watch("\(url)/whep/a", seconds: 4)
        try check(report, server)
        let latency = report.milliseconds(.latencyBurned)
        #expect(latency > 0 && latency < 500, "\(report.words)")
        server.signal(2)
        _ = try server.finish(within: .seconds(20))
    }
}
