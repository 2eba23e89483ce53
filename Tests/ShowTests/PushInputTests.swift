import Glibc
import Primitives
import TestSupport
import Testing

/// Every kind of input, pushed to a relay that records: what arrives decodes without a complaint.
@Suite(
    .serialized, .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .timeLimit(.minutes(5)))
struct PushInputTests {
    private let folder = ScratchFolder()

    struct Film: Sendable {
        let file: String
        let encoding: [String]
        let codecs: Set<String>
    }

    private static let vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]
    private static let films = [
        Film(file: "plain.mp4", encoding: PushFilms.passed, codecs: ["h264", "opus"]),
        Film(file: "reordered.mp4", encoding: PushFilms.encoded, codecs: ["h264", "opus"]),
        Film(file: "plain.mkv", encoding: PushFilms.passed, codecs: ["h264", "opus"]),
        Film(file: "film.mov", encoding: PushFilms.encoded, codecs: ["h264", "opus"]),
        Film(file: "film.ts", encoding: PushFilms.encoded, codecs: ["h264", "opus"]),
        Film(file: "film.flv", encoding: PushFilms.encoded, codecs: ["h264", "opus"]),
        Film(
            file: "fragmented.mp4",
            encoding: PushFilms.passed + ["-movflags", "frag_keyframe+empty_moov"],
            codecs: ["h264", "opus"]),
        Film(file: "film.webm", encoding: vp8 + ["-c:a", "libopus"], codecs: ["vp8", "opus"]),
        Film(
            file: "old.mkv", encoding: ["-c:v", "mpeg4", "-c:a", "mp3"], codecs: ["h264", "opus"]),
        Film(file: "picture.mp4", encoding: PushFilms.passed + ["-an"], codecs: ["h264"]),
        Film(
            file: "sound.ogg", encoding: ["-vn", "-c:a", "libopus", "-t", "2"], codecs: ["opus"]),
        Film(file: "sound.m4a", encoding: ["-vn", "-c:a", "aac", "-t", "2"], codecs: ["opus"]),
        Film(
            file: "sound.wav", encoding: ["-vn", "-ar", "44100", "-ac", "1", "-t", "2"],
            codecs: ["opus"]),
    ]

    @Test func `films of all containers and codecs arrive whole`() throws {
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        // In threes: more at once than that would wait for two processors.
        for group in stride(from: 0, to: Self.films.count, by: 3) {
            let films = Self.films[group..<min(group + 3, Self.films.count)]
            let pushes = try films.map { film in
                let path = try PushFilms.make(film.file, in: folder, film.encoding)
                return (film, try PushProcess([path, "\(relay.url)/whip/\(film.file)"]))
            }
            for (film, push) in pushes {
                let run = try push.process.finish(within: .seconds(90))
                #expect(run.status == 0, "\(film.file): \(run.talk)")
            }
        }
        try relay.endRecordings(Self.films.count)
        for film in Self.films { try check(film.file, film.codecs) }
    }

    /// Two seconds of each, but for what passes before the session is up where nothing waits for
    /// it.
    private func check(
        _ show: String, _ codecs: Set<String> = ["h264", "opus"], seconds: Int = 2
    ) throws {
        let recording = MediaFile(path: folder.path("r/\(show).mp4"))
        #expect(try recording.codecs() == codecs, "\(show)")
        let decoded = try recording.decoded()
        let hasPicture = codecs.contains { $0 != "opus" }
        #expect(!hasPicture || decoded.video >= 30 * seconds - 3, "\(show): \(decoded)")
        #expect(
            !codecs.contains("opus") || decoded.audio >= 50 * seconds - 5, "\(show): \(decoded)")
    }

    @Test func `standard input, HTTP, a list, a loop and the pattern arrive whole`() throws {
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let stream = try PushFilms.make("piped.ts", in: folder, PushFilms.encoded)
        // The server has no ranges, as some have none: a film must begin with its tracks.
        _ = try PushFilms.make(
            "served.mp4", in: folder, PushFilms.passed + ["-movflags", "+faststart"])
        _ = try PushFilms.make("one.mp4", in: folder, seconds: 1, PushFilms.passed)
        _ = try PushFilms.make("two.mkv", in: folder, seconds: 1, PushFilms.passed)
        let list = folder.write("one.mp4\ntwo.mkv\n", to: "list.m3u")
        let server = try FileServer(folder.path)
        let url = { (show: String) in "\(relay.url)/whip/\(show)" }
        let pushes = [
            try PushProcess([server.url("served.mp4"), url("http")]),
            try PushProcess([list, url("list")]),
            try PushProcess(["--loop", "--duration", "2s", folder.path("one.mp4"), url("loop")]),
        ]
        for push in pushes {
            let run = try push.process.finish(within: .seconds(90))
            #expect(run.status == 0, "\(run.talk)")
        }
        let piped = try ProcessRun.run(
            "/bin/sh",
            [
                "-euc", "cat \"$1\" | \"$2\" - \"$3\"", "sh", stream, Programs.path("whip-push"),
                url("stdin"),
            ], environment: ["PATH": "/usr/bin:/bin", "no_proxy": "*"], within: .seconds(90))
        #expect(piped.status == 0, "\(piped.talk)")
        let pattern = try PushProcess.run(
            ["--duration", "3s", "test:size=320x240,fps=30", url("test")], within: .seconds(90))
        #expect(pattern.status == 0, "\(pattern.talk)")
        try relay.endRecordings(5)
        for show in ["http", "list", "loop", "stdin"] { try check(show) }
        // The pattern is live: what was before the session is nobody's.
        #expect(try MediaFile(path: folder.path("r/test.mp4")).decoded().video > 15)
        // A film that is played twice is the same frames twice, without a gap.
        if ShowPeers.hasAiortc {
            let once = try MediaFile(path: folder.path("one.mp4")).frames("video")
            let looped = try MediaFile(path: folder.path("r/loop.mp4")).frames("video")
            #expect(looped == once + once)
        }
    }

    @Test(.enabled(if: RTMPHost.isThere || PushFilms.isCI, "nginx's RTMP module is not installed"))
    func `what an RTMP server gives is passed on`() throws {
        let rtmp = try RTMPHost()
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let film = try PushFilms.make("camera.flv", in: folder, seconds: 20, PushFilms.encoded)
        let camera = try RunningProcess(
            PushFilms.ffmpeg,
            ["-loglevel", "error", "-re", "-i", film, "-c", "copy", "-f", "flv", rtmp.url("a")],
            environment: [:])
        try rtmp.awaitRecording("a")
        let run = try PushProcess.run(
            ["--duration", "3s", rtmp.url("a"), "\(relay.url)/whip/rtmp"], within: .seconds(90))
        #expect(run.status == 0, "\(run.talk)")
        camera.signal(SIGKILL)
        try relay.endRecordings(1)
        let decoded = try MediaFile(path: folder.path("r/rtmp.mp4")).decoded()
        #expect(decoded.video > 30 && decoded.audio > 50, "\(decoded)")
    }
}
