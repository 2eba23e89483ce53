import Primitives
import TestSupport
import Testing

/// `vod-cut align` as it is shipped.
@Suite(.enabled(if: Files.exists("/usr/bin/ffmpeg") || Machine.isCI, "ffmpeg is not installed"))
struct AlignTests {
    private let folder = ScratchFolder()

    private static let timeline = """
        {"schema":"lc.timeline/1","show":"shw_x","skus":[]}
        {"type":"show-started","time":"2026-11-21T10:00:00Z"}
        {"type":"pin","time":"2026-11-21T10:00:01.500Z","data":{"sku":"A"}}
        {"type":"unpin","time":"2026-11-21T10:00:09Z"}
        """

    private func makeShow() throws {
        folder.write(Self.timeline, to: "t.jsonl")
        let run = try ProcessRun.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=4",
                "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "show.mp4",
            ], environment: ["PATH": "/usr/bin:/bin"], folder: folder.path)
        try #require(run.status == 0, "\(run.talk)")
    }

    private func align(_ words: String...) throws -> ProcessRun {
        try VODCutProgram.run(["align", "show.mp4"] + words, folder: folder.path)
    }

    @Test func `an offset places the events, and the report says where they are`() throws {
        try makeShow()
        let run = try align(
            "--timeline", "t.jsonl", "--offset=-1s", "--output", "a.jsonl", "-o", "json")
        #expect(run.status == 0, "\(run.talk)")
        let report = try JSON(parsing: run.output)
        #expect(report["events"] == ["after": 1, "before": 1, "within": 1])
        #expect(report["alignment"] == ["by": "offset", "offset_ms": -1000])
        #expect(report["media"]?["duration_ms"] == 4000)
        let lines = try #require(Files.read(folder.path("a.jsonl"))).split(separator: "\n")
        let events = try lines.dropFirst().map { try JSON(parsing: String($0)) }
        #expect(events.map { $0["media_time_ms"] } == [-1000, 500, 8000])
        let again = try align("--timeline", "a.jsonl", "--offset=-1s", "--output", "b.jsonl")
        #expect(again.status == 0, "\(again.talk)")
        #expect(Files.read(folder.path("b.jsonl")) == Files.read(folder.path("a.jsonl")))
    }

    @Test func `the recording's notes beside it are found`() throws {
        try makeShow()
        folder.write(
            #"{"schema":"lc.recording/1","file":"show.mp4","duration_ms":4000,"sha256":"ab","clock":[{"media_ms":500,"time":"2026-11-21T10:00:00Z"}]}"#,
            to: "show.recording.json")
        let run = try align("--timeline", "t.jsonl", "-o", "json")
        #expect(run.status == 0, "\(run.talk)")
        let report = try JSON(parsing: run.output)
        #expect(report["alignment"] == ["by": "recording", "offset_ms": 500])
        #expect(report["media"]?["start_time"] == "2026-11-21T09:59:59.500Z")
        #expect(report["media"]?["sha256"] == "ab")
    }

    @Test func `what cannot be aligned is told, and nothing is written`() throws {
        try makeShow()
        let picture = try align("--timeline", "t.jsonl", "--output", "a.jsonl")
        #expect(picture.status == 65)
        #expect(picture.talk.contains("'show.mp4' has no clock"), "\(picture.talk)")
        let missing = try align("--timeline", "nothing.jsonl", "--offset", "1s")
        #expect(missing.status == 66)
        folder.write("", to: "empty.jsonl")
        let empty = try align("--timeline", "empty.jsonl", "--offset", "1s", "--output", "a.jsonl")
        #expect(empty.status == 65 && empty.talk.contains("'empty.jsonl' is empty"))
        #expect(Files.read(folder.path("a.jsonl")) == nil)
    }
}
