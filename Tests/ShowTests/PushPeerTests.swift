import Glibc
import Primitives
import TestSupport
import Testing

/// What whip-push sends, played by programs of others; and ffmpeg's own publisher beside it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PushPeerTests {
    private static let pattern = "test:size=320x240,fps=20"
    private let home = ScratchFolder()

    /// How many of a kind a player says that it has decoded.
    private func count(_ kind: String, _ player: RunningProcess) -> Int64 {
        for line in player.output.split(separator: "\n").reversed()
        where line.contains(#""decoded""#) {
            if case .object(let object)? = try? JSON(parsing: String(line)) {
                return object[kind]?.integerValue ?? 0
            }
        }
        return 0
    }

    private func awaitDecoded(_ player: RunningProcess, _ push: PushProcess) throws {
        try eventually(
            "it decodes; it said \(player.output.suffix(2000)) \(player.talk.suffix(600)); "
                + push.process.talk.suffix(600), within: .seconds(90)
        ) { count("video", player) >= 40 && count("audio", player) >= 60 }
    }

    private func codec(_ name: String) -> [String] {
        name == "H264" ? [] : ["--video-codec", name.lowercased()]
    }

    @Test(
        .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
        arguments: ["H264", "VP8"])
    func `aiortc decodes what is pushed`(name: String) throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess(codec(name) + [Self.pattern, "\(relay.url)/whip/a"])
        try push.await("live after", within: .seconds(60))
        let player = try RunningProcess(
            ShowPeers.python,
            [ShowPeers.script("aiortc_peer.py"), "play", "\(relay.url)/whep/a", name],
            environment: ShowPeers.environment(home: home.path))
        try awaitDecoded(player, push)
        player.closeInput()
        _ = try player.finish(within: .seconds(60))
        #expect(try push.stop(SIGINT).status == 130)
        try relay.stop()
    }

    @Test(
        .enabled(
            if: ShowPeers.hasGStreamer || ShowPeers.isCI,
            "GStreamer's webrtcbin with Python's gi is not installed"),
        .enabled(
            if: ShowNetwork.isPermitted || ShowPeers.isCI, "network namespaces are not permitted"),
        arguments: ["H264", "VP8"])
    func `GStreamer decodes what is pushed`(name: String) throws {
        let network = try ShowNetwork()
        let relay = try RelayProcess(["--log", "jsonl"], listen: "\(network.host):0")
        let push = try PushProcess(codec(name) + [Self.pattern, "\(relay.url)/whip/a"])
        try push.await("live after", within: .seconds(60))
        let player = try network.start(
            ShowPeers.systemPython, [ShowPeers.own("gst_whep.py"), "\(relay.url)/whep/a", name],
            home: home.path)
        try awaitDecoded(player, push)
        player.closeInput()
        _ = try player.finish(within: .seconds(60))
        #expect(try push.stop(SIGINT).status == 130)
        try relay.stop()
    }

    @Test(.enabled(if: PageBrowser.isThere || Machine.isCI, "Chromium is not installed"))
    func `Chromium plays what is pushed, and waits while it is replaced`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess([Self.pattern, "\(relay.url)/whip/a"])
        try push.await("live after", within: .seconds(60))
        let browser = try PageBrowser()
        try browser.open("\(relay.url)/a")
        let plays = { (time: Double) in
            "document.getElementById('video')?.videoWidth === 320 "
                + "&& document.getElementById('video').currentTime > \(time)"
        }
        try browser.await("it plays", within: .seconds(90), plays(1))
        let second = try PushProcess([Self.pattern, "\(relay.url)/whip/a"])
        try second.await("live after", within: .seconds(60))
        let time = try browser.evaluate("document.getElementById('video').currentTime")
        let now = Double(time.text) ?? 0
        try browser.await("it plays on", within: .seconds(90), plays(now + 3))
        push.process.signal(SIGKILL)
        _ = try push.process.finish()
        #expect(try second.stop(SIGINT).status == 130)
        try relay.stop()
    }

    @Test(
        .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "scripts/peers brings ffmpeg 9"),
        arguments: [[], ["-whip_flags", "dtls_active"]])
    func `what ffmpeg publishes is seen and recorded`(flags: [String]) throws {
        let find = try ProcessRun.run(
            ShowPeers.python,
            ["-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"],
            environment: ShowPeers.environment(home: home.path))
        let relay = try RelayProcess(["--log", "jsonl", "--record", home.path("r")])
        let ffmpeg = try RunningProcess(
            find.output.trimmed,
            [
                "-hide_banner", "-loglevel", "warning", "-nostats", "-re", "-f", "lavfi", "-i",
                "testsrc2=size=320x240:rate=20", "-re", "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000", "-t", "120", "-c:v", "libx264",
                "-profile:v", "baseline", "-preset", "veryfast", "-tune", "zerolatency", "-g", "20",
                "-pix_fmt", "yuv420p", "-b:v", "500k", "-c:a", "libopus", "-ac", "2", "-ar",
                "48000",
            ] + flags + ["-f", "whip", "\(relay.url)/whip/a"],
            environment: ShowPeers.environment(home: home.path))
        let viewer = try FrameViewer("\(relay.url)/whep/a", "H264")
        try viewer.awaitFrames("video", 40)
        #expect(!viewer.hasGaps)
        try viewer.leave()
        ffmpeg.write("q")
        _ = try ffmpeg.finish(within: .seconds(60))
        try relay.endRecordings(1)
        let decoded = try MediaFile(path: home.path("r/a.mp4")).decoded()
        #expect(decoded.video >= 40 && decoded.audio >= 80, "\(decoded)")
    }
}
