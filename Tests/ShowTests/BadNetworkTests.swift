import Glibc
import Primitives
import TestSupport
import Testing

/// A show over a path that loses, delays, reorders and is away for a while.
@Suite(
    .serialized,
    .enabled(if: BadWire.isPermitted || ShowPeers.isCI, "namespaces and TUN are not permitted"),
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
    .timeLimit(.minutes(10)))
struct BadNetworkTests {
    private let folder = ScratchFolder()

    /// Holds while something goes on that the test is about.
    private func pass(_ time: Duration, _ push: PushProcess) throws {
        let end = ContinuousClock.now + time
        try eventually("time passes", within: time + .seconds(30)) {
            if let ending = push.process.poll() {
                throw ShowFailure(words: "whip-push has ended \(ending): \(push.process.talk)")
            }
            return ContinuousClock.now >= end
        }
    }

    @Test func `loss, jitter and an outage pass, and the picture comes back`() throws {
        let wire = try BadWire()
        let relay = try RelayProcess(
            ["--log", "jsonl", "--record", folder.path("r")], listen: "\(wire.outer):0",
            through: wire.prefix(isInside: false))
        let push = try PushProcess(
            ["test:size=320x240,fps=30", "\(relay.url)/whip/a"],
            through: wire.prefix(isInside: true))
        // Its own way to the relay is clean: what it misses has been missing there.
        let viewer = try FrameViewer(
            "\(relay.url)/whep/a", "H264", address: wire.outer,
            through: wire.prefix(isInside: false))
        let seen = { viewer.count("video") }
        try viewer.awaitFrames("video", 30)
        try wire.set("loss 0.1")
        try wire.set("delay 100 100")
        let before = seen()
        try pass(.seconds(6), push)
        #expect(seen() > before + 30, "the picture moves on a bad path")
        try wire.set("cut")
        try pass(.seconds(5), push)
        let atMend = seen()
        try wire.set("mend")
        try viewer.awaitFrames("video", atMend + 60)
        try viewer.awaitFrames("audio", viewer.count("audio") + 100)
        try wire.set("loss 0")
        try wire.set("delay 0 0")
        try viewer.awaitFrames("video", seen() + 60)
        let run = try push.stop(SIGINT, within: .seconds(60))
        #expect(run.status == 130, "\(run.talk)")
        try eventually("the publisher is gone", within: .seconds(60)) {
            relay.events("session_ended").contains { $0["role"] == "publisher" }
        }
        try viewer.leave()
        try relay.stop()
        // Loss leaves gaps, and nothing that does not decode.
        let decoded = try MediaFile(path: folder.path("r/a.mp4")).decoded()
        #expect(decoded.video > 150 && decoded.audio > 300, "\(decoded)")
        let document = try JSON(parsing: folder.read("r/a.recording.json"))
        #expect(document["gaps"]?.arrayValue?.isEmpty == false)
    }
}
