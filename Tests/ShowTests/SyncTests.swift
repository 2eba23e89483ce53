import Primitives
import TestSupport
import Testing

/// Sound and picture of a show, measured from the flash and the chirp of the test pattern.
@Suite(
    .serialized,
    .enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "PyAV is not installed"),
    .timeLimit(.minutes(5)))
struct SyncTests {
    private static let mostMilliseconds = 20.0

    @Test(arguments: ["h264", "vp8"])
    func `sound and picture are recorded together`(codec: String) throws {
        let folder = ScratchFolder()
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let words = codec == "h264" ? [] : ["--video-codec", codec]
        let run = try PushProcess.run(
            words + ["--duration", "6s", "test:size=320x240,fps=30", "\(relay.url)/whip/a"],
            within: .seconds(90))
        #expect(run.status == 0, "\(run.talk)")
        try relay.endRecordings(1)
        let measured = try ProcessRun.run(
            ShowPeers.python, [ShowPeers.own("av_offset.py"), folder.path("r/a.mp4")],
            environment: ShowPeers.environment(home: folder.path))
        let offsets = try JSON(parsing: measured.output)["offsets_ms"]?.arrayValue ?? []
        #expect(offsets.count >= 2, "\(measured.output) \(measured.talk)")
        for offset in offsets {
            let milliseconds = try #require(Double(offset.text))
            #expect(abs(milliseconds) < Self.mostMilliseconds, "\(measured.output)")
        }
    }
}
