import Glibc
import Primitives
import TestSupport
import Testing

/// Shows that go to RTMP servers as well, and what becomes of them when one place is sick.
@Suite(
    .serialized,
    .enabled(if: RTMPHost.isThere || PushFilms.isCI, "nginx's RTMP module is not installed"),
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .timeLimit(.minutes(5)))
struct RTMPShowTests {
    private let folder = ScratchFolder()

    /// What nginx has written of it, which it closes when the publisher has gone.
    private func recorded(_ key: String, by rtmp: RTMPHost) throws -> (video: Int, audio: Int) {
        let file = MediaFile(path: rtmp.recording(key))
        var decoded = (video: 0, audio: 0)
        try eventually("'\(key)' is written", within: .seconds(60)) {
            guard let all = try? file.decoded() else { return false }
            defer { decoded = all }
            return all.video > 0 && all == decoded
        }
        #expect(try file.codecs() == ["h264", "aac"])
        return decoded
    }

    @Test func `a film goes to WHIP and RTMP at once, and a sick place harms neither`() throws {
        let (rtmp, relay) = (
            try RTMPHost(), try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        )
        let film = try PushFilms.make("a.mp4", in: folder, seconds: 3, PushFilms.passed)
        let run = try PushProcess.run(
            [
                film, rtmp.url("a"), "rtmp://127.0.0.1:1/live/none", "\(relay.url)/whip/a",
                "http://127.0.0.1:1/whip",
            ], within: .seconds(90))
        #expect(run.status == 69, "\(run.talk)")
        try relay.endRecordings(1)
        let whip = try MediaFile(path: folder.path("r/a.mp4")).decoded()
        #expect(whip.video == 90, "\(whip) \(run.talk)")
        let written = try recorded("a", by: rtmp)
        #expect(written.video >= 80 && written.audio >= 100, "\(written) \(run.talk)")
    }

    @Test func `the fallback takes over when the first place dies, and hands back`() throws {
        let rtmp = try RTMPHost()
        let address = "127.0.0.1:\(FreePort.take())"
        let words = ["--log", "jsonl", "--record"]
        let relay = try RelayProcess(words + [folder.path("r1")], listen: address)
        let push = try PushProcess([
            "--fallback", rtmp.url("b"), "test:size=320x240,fps=30", "\(relay.url)/whip/b",
        ])
        try push.await("live after", within: .seconds(60))
        try relay.stop(SIGKILL)
        try push.await("the fallback has the show now", within: .seconds(90))
        try rtmp.awaitRecording("b")
        let again = try RelayProcess(words + [folder.path("r2")], listen: address)
        try eventually("the first place has it again; \(push.process.talk)", within: .seconds(120))
        {
            (Files.bytes(folder.path("r2/b.mp4"))?.count ?? 0) > 50_000
        }
        let run = try push.stop(SIGINT, within: .seconds(60))
        #expect(run.status == 130, "\(run.talk)")
        try again.endRecordings(1)
        #expect(try MediaFile(path: folder.path("r2/b.mp4")).decoded().video > 0)
        #expect(try recorded("b", by: rtmp).video > 10)
    }
}
