import Commerce
import FileAccess
import Media
import Movies
import Playlists
import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Cutting

@Suite(.enabled(if: PackageFilms.canMake, "ffmpeg is missing"), .serialized)
struct LadderTests {
    private let folder = ScratchFolder()

    private static func film(_ name: String, _ picture: [String]) throws -> String {
        try PackageFilms.make(
            name,
            [
                "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=9", "-f", "lavfi",
                "-i", "sine=frequency=300:sample_rate=44100:duration=9", "-c:v", "libx264",
                "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac",
            ] + picture)
    }

    private func settings(_ change: (inout LadderSettings) -> Void) -> LadderSettings {
        var settings = LadderSettings(
            wishes: [LadderWish(lines: 240, bitRate: nil), LadderWish(lines: 120, bitRate: nil)],
            vertical: nil, quality: 28, speed: .ultrafast, copiesTop: false, loudness: nil, jobs: 2)
        change(&settings)
        return settings
    }

    private func make(
        _ film: String, _ name: String, _ ladder: LadderSettings?
    ) throws -> PackageReport {
        let wish = PackageWish(
            timeline: nil, captions: [], ladder: ladder, encryption: nil, pieceSeconds: 4,
            title: nil, baseURL: nil, pageURL: nil, hasMP4: false, hasThumbnails: true, jobs: 2,
            replaces: false)
        return try PackageMaker(MovieFile(film), wish, stop: StopFlag()).make(
            at: folder.path(name), progress: { _ in }, meanwhile: {})
    }

    private func probe(_ name: String, _ words: [String]) throws -> [String] {
        let run = try ProcessRun.run(
            "/usr/bin/ffprobe",
            ["-v", "error", "-select_streams", "v:0"] + words
                + ["-of", "csv=p=0", folder.path(name)],
            environment: ["PATH": "/usr/bin:/bin"], within: .seconds(60))
        guard run.status == 0, run.talk.isEmpty else { throw ProcessFailure(words: run.talk) }
        return run.output.split(separator: "\n").map {
            String($0.split(separator: ",").first ?? "")
        }
    }

    private func frames(_ name: String) throws -> [String] {
        try probe(name, ["-show_entries", "frame=pts_time"])
    }

    private func keys(_ name: String) throws -> [String] {
        try probe(name, ["-skip_frame", "nokey", "-show_entries", "frame=pts_time"])
    }

    @Test func `renditions have all pictures at their times, and keyframes at the same`() throws {
        let cases: [(name: String, words: [String], keys: [String])] = [
            ("ladder-b.mp4", ["-g", "40", "-bf", "3"], ["0", "2", "4", "6", "8"]),
            ("ladder-long.mp4", ["-g", "999", "-bf", "0"], ["0", "2", "4", "6", "8"]),
        ]
        for (name, words, wanted) in cases {
            let film = try Self.film(name, words)
            _ = try make(film, name, settings { _ in })
            let all = try frames("\(name)/240p/pieces.m3u8")
            #expect(all.count == 225)
            #expect(try frames("\(name)/120p/pieces.m3u8") == all)
            #expect(all.first == "0.000000" && all.last == "8.960000")
            for rendition in ["240p", "120p"] {
                let keys = try keys("\(name)/\(rendition)/pieces.m3u8")
                #expect(keys == wanted.map { "\($0).000000" })
            }
        }
    }

    @Test func `however many are encoded at once, the bytes are the same`() throws {
        let film = try Self.film("ladder-b.mp4", ["-g", "40", "-bf", "3"])
        var files: [[PackageReport.File]] = []
        for jobs in [1, 3] {
            let made = try make(
                film, "jobs-\(jobs)",
                settings {
                    $0.jobs = jobs
                    $0.vertical = .middle
                })
            files.append(made.files)
        }
        #expect(files[0] == files[1])
        #expect(files[0].contains { $0.path == "vertical.m3u8" })
        #expect(files[0].contains { $0.path == "thumbnails/sheet-1.jpg" })
    }

    @Test func `the recording can be the best rendition, and the others have its keyframes`() throws
    {
        let film = try Self.film("ladder-b.mp4", ["-g", "40", "-bf", "3"])
        let report = try make(film, "top", settings { $0.copiesTop = true })
        #expect(report.json["mode"] == "copy-top")
        let keys = try keys("top/240p/pieces.m3u8")
        #expect(keys.count == 6 && keys[1] == "1.600000")
        #expect(try self.keys("top/120p/pieces.m3u8") == keys)
        #expect(try frames("top/120p/pieces.m3u8") == frames("top/240p/pieces.m3u8"))
        // Where keyframes are too far apart it is encoded after all.
        let long = try Self.film("ladder-long.mp4", ["-g", "999", "-bf", "0"])
        #expect(try make(long, "long", settings { $0.copiesTop = true }).json["mode"] == "encode")
    }

    @Test func `turned pictures stand upright, and sound is as long as it was`() throws {
        let film = try Self.film("ladder-b.mp4", ["-g", "40", "-bf", "3"])
        let turned = try PackageFilms.make(
            "ladder-turned.mp4", ["-i", film, "-c", "copy", "-metadata:s:v", "rotate=90"])
        let report = try make(turned, "turned", settings { _ in })
        let sizes = report.json["renditions"]?.arrayValue?.map {
            "\($0["width"]?.integerValue ?? 0)x\($0["height"]?.integerValue ?? 0)"
        }
        #expect(sizes == ["240x320", "120x160"])
        let movie = try MovieFile(film)
        let maker = try LadderMaker(movie, settings { _ in }, stop: StopFlag())
        let sound = try #require(maker.shownSound())
        var samples: [Float] = []
        while try sound.read(into: &samples) {}
        #expect(Int64(samples.count / sound.channels) == sound.count)
        #expect(abs(sound.count - 9 * 48_000) < 48)
    }

    private func names() throws -> [String] {
        let run = try ProcessRun.run("/bin/ls", ["-A", folder.path], environment: [:])
        return run.output.split(separator: "\n").map(String.init)
    }

    @Test func `an interruption leaves nothing behind, and older packages stay`() throws {
        let film = try Self.film("ladder-b.mp4", ["-g", "40", "-bf", "3"])
        let stop = StopFlag()
        let wish = PackageWish(
            timeline: nil, captions: [], ladder: settings { _ in }, encryption: nil,
            pieceSeconds: 4, title: nil, baseURL: nil, pageURL: nil, hasMP4: false,
            hasThumbnails: true, jobs: 2,
            replaces: false)
        #expect(throws: LadderProblem.splice(.interrupted)) {
            try PackageMaker(MovieFile(film), wish, stop: stop).make(
                at: folder.path("none"), progress: { _ in }, meanwhile: { stop.raise() })
        }
        #expect(try names().isEmpty)
        _ = try make(film, "old", nil)
        #expect(throws: LadderProblem.self) { try make(film, "old", nil) }
        #expect(try names() == ["old"])
    }
}
