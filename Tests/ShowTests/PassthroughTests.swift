import Primitives
import TestSupport
import Testing

/// What is passed on arrives as it was, frame by frame: at a viewer and in the recording.
@Suite(
    .serialized,
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "aiortc is not installed"),
    .timeLimit(.minutes(5)))
struct PassthroughTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let file: String
        let encoding: [String]
    }

    private static let cases = [
        Case(testDescription: "H264", file: "a.mp4", encoding: PushFilms.passed),
        Case(
            testDescription: "VP8", file: "b.webm",
            encoding: [
                "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "500k", "-g",
                "15", "-c:a", "libopus",
            ]),
        Case(
            testDescription: "VP9", file: "c.mkv",
            encoding: [
                "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-lag-in-frames",
                "0", "-b:v", "500k", "-g", "15", "-c:a", "libopus",
            ]),
        // This muxer keeps the first sequence header apart from the frames.
        Case(
            testDescription: "AV1", file: "d.mp4",
            encoding: [
                "-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-lag-in-frames", "0",
                "-b:v", "500k", "-g", "15", "-c:a", "libopus",
            ]),
    ]

    @Test(arguments: cases)
    func `bytes in are bytes out`(_ given: Case) throws {
        let folder = ScratchFolder()
        let film = try PushFilms.make(given.file, in: folder, seconds: 3, given.encoding)
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let viewer = try FrameViewer("\(relay.url)/whep/a", given.testDescription)
        let run = try PushProcess.run(
            ["--copy", film, "\(relay.url)/whip/a"], within: .seconds(90))
        #expect(run.status == 0, "\(run.talk)")
        try viewer.leave()
        try relay.endRecordings(1)
        let input = MediaFile(path: film)
        let recording = MediaFile(path: folder.path("r/a.mp4"))
        for (kind, least) in [("video", 30), ("audio", 50)] {
            let sent = try input.frames(kind)
            #expect(try recording.frames(kind) == sent, "\(kind) of the recording")
            let seen = viewer.frames(kind)
            #expect(seen.count >= least, "\(kind): \(viewer.process.output.prefix(2000))")
            // It came when the show was on the air, and got all from there on; while it catches up
            // with the past, the relay may leave out what a newer keyframe has made useless.
            let keyframes = Set(try input.keyframes(kind))
            var place = try #require(sent.firstIndex { $0 == seen.first })
            for frame in seen {
                if sent[place...].first != frame {
                    let next = sent[place...].firstIndex(of: frame)
                    place = try #require(next, "\(kind) at the viewer")
                    #expect(keyframes.contains(place), "\(kind) at the viewer lacks frames")
                }
                place += 1
            }
            #expect(place >= sent.count - 1, "\(kind) at the viewer ends early")
        }
        #expect(!viewer.hasGaps)
        #expect(try recording.decoded() == input.decoded())
    }
}
