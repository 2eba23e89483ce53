import Movies
import Primitives
import TestSupport
import Testing
import WebRTC

@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is missing"))
struct MovieLayoutTests {
    private let folder = ScratchFolder()

    /// A movie laid out anew from what was read of it.
    private func copy(
        _ path: String, chapters: [MovieChapter] = [], name: String = "copy.mp4"
    ) throws -> (path: String, movie: Movie) {
        let movie = try MadeMovies.read(path)
        let source = Files.bytes(path) ?? []
        let tracks = movie.tracks.map {
            MovieLayout.Track($0, roll: $0.kind == .sound ? -1 : nil)
        }
        let layout = try MovieLayout(
            timescale: movie.timescale, tracks: tracks, chapters: chapters)
        var bytes = layout.head
        for run in layout.runs {
            let before = bytes.count
            for frame in movie.tracks[run.track].frames[run.frames] {
                bytes += source[Int(frame.place)..<Int(frame.place) + Int(frame.count)]
            }
            #expect(bytes.count - before == run.count)
        }
        #expect(bytes.count == layout.length)
        return (folder.write(bytes, to: name), movie)
    }

    private static func hashes(_ path: String) throws -> [Substring] {
        let run = try ProcessRun.run(
            MadeMovies.ffmpeg,
            ["-v", "error", "-xerror", "-i", path, "-map", "0:v?", "-map", "0:a?", "-f"]
                + ["framemd5", "-"],
            environment: ["PATH": "/usr/bin:/bin"])
        #expect(run.status == 0 && run.talk == "", "\(run.talk)")
        return run.output.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    private static let kinds: [(name: String, picture: [String], sound: [String], mux: [String])] =
        [
            ("b-frames.mp4", ["-bf", "3"], ["-c:a", "aac"], []),
            ("baseline.mov", ["-profile:v", "baseline"], ["-c:a", "aac"], []),
            ("hevc.mp4", ["-c:v", "libx265", "-tag:v", "hvc1"], ["-c:a", "aac"], []),
            ("opus.mp4", [], ["-c:a", "libopus"], []),
            ("silent.mp4", [], ["-an"], []),
            ("german.mp4", [], ["-c:a", "aac", "-metadata:s:a:0", "language=deu"], []),
            ("sound.m4a", ["-vn"], ["-c:a", "aac"], []),
            ("signed.mp4", ["-bf", "2"], ["-c:a", "aac"], ["-movflags", "negative_cts_offsets"]),
            ("anamorphic.mp4", ["-vf", "setsar=4/3"], ["-c:a", "aac"], []),
            (
                "pieces.mp4", ["-bf", "2"], ["-c:a", "aac"],
                ["-movflags", "frag_keyframe+empty_moov"]
            ),
        ]

    @Test(arguments: kinds.indices)
    func `what is laid out reads and decodes as what it was made of`(index: Int) throws {
        let kind = Self.kinds[index]
        let made = try MadeMovies.usual(
            kind.name, picture: kind.picture, sound: kind.sound, mux: kind.mux)
        let (path, movie) = try copy(made)
        let again = try MadeMovies.read(path)
        #expect(again.damages.isEmpty && !again.isFragmented)
        #expect(again.timescale == movie.timescale && again.tracks.count == movie.tracks.count)
        for (new, old) in zip(again.tracks, movie.tracks) {
            #expect(new.kind == old.kind && new.timescale == old.timescale)
            #expect(new.language == old.language)
            #expect(new.matrix == old.matrix && new.formats == old.formats)
            let base = old.frames.first?.decoding ?? 0
            #expect(new.frames.count == old.frames.count)
            for (one, other) in zip(new.frames, old.frames) {
                #expect(one.decoding == other.decoding - base && one.shift == other.shift)
                #expect(one.count == other.count && one.isSync == other.isSync)
            }
            #expect(new.edits.map(\.duration) == old.edits.map(\.duration))
        }
        #expect(try Self.hashes(path) == Self.hashes(made))
        for index in again.tracks.indices {
            #expect(
                try MadeMovies.packets(path, index, ignoringEdits: false).map(\.presentation)
                    == MadeMovies.packets(made, index, ignoringEdits: false).map(\.presentation))
        }
    }

    @Test func `chapters are read by ffprobe, whatever their titles`() throws {
        let made = try MadeMovies.usual("b-frames.mp4", picture: ["-bf", "3"])
        let titles = ["Röd klänning 🎉", "B, \"C\"", ""]
        let chapters = titles.enumerated().map { index, title in
            MovieChapter(
                start: MediaTime(ticks: Int64(index) * 500 + 250, timescale: 1000),
                end: MediaTime(ticks: Int64(index) * 500 + 750, timescale: 1000), title: title)
        }
        let (path, _) = try copy(made, chapters: chapters)
        let told = try MadeMovies.probe(
            path, "chapter=start_time,end_time:chapter_tags=title", ["-show_chapters"])
        #expect(
            told == """
                0,1/1000,250,0.250000,750,0.750000,Röd klänning 🎉
                1,1/1000,750,0.750000,1250,1.250000,"B, ""C""\"
                2,1/1000,1250,1.250000,1750,1.750000,

                """)
        #expect(try Self.hashes(path) == Self.hashes(made))
        // The same again gives the same bytes.
        let again = try copy(made, chapters: chapters, name: "again.mp4")
        #expect(Files.bytes(path) == Files.bytes(again.path))
    }

    @Test func `a file beyond 4 GiB has places of 64 bits`() throws {
        let made = try MadeMovies.read(
            try MadeMovies.usual("b-frames.mp4", picture: ["-bf", "3"]))
        var track = made.tracks[0]
        for index in track.frames.indices { track.frames[index].count = 200_000_000 }
        let layout = try MovieLayout(
            timescale: made.timescale, tracks: [MovieLayout.Track(track, roll: nil)], chapters: [])
        #expect(layout.length > 1 << 33)
        let head = layout.head
        let read = try MovieReader.read(length: layout.length) { place, count in
            guard place < head.count else { return [UInt8](repeating: 0, count: count) }
            return Array(
                (head + [UInt8](repeating: 0, count: count))[Int(place)..<Int(place) + count])
        }
        let frames = read.tracks[0].frames
        #expect(frames.count == track.frames.count)
        #expect(frames.first?.place == Int64(head.count))
        #expect(frames.last?.place == layout.length - 200_000_000)
    }

    @Test func `frames out of order, and of no format, are refused`() throws {
        let made = try MadeMovies.read(try MadeMovies.usual("silent.mp4", sound: ["-an"]))
        var track = made.tracks[0]
        track.frames.swapAt(3, 4)
        #expect(throws: LayoutProblem.disordered(track: 0, frame: 4)) {
            _ = try MovieLayout(
                timescale: 1000, tracks: [MovieLayout.Track(track, roll: nil)], chapters: [])
        }
        track = made.tracks[0]
        track.frames[2].format = 1
        #expect(throws: LayoutProblem.noFormat(track: 0, frame: 2)) {
            _ = try MovieLayout(
                timescale: 1000, tracks: [MovieLayout.Track(track, roll: nil)], chapters: [])
        }
    }

    @Test(arguments: [Int64.min, -1, .max, 1 << 61])
    func `times beyond all time are refused`(time: Int64) throws {
        let made = try MadeMovies.read(try MadeMovies.usual("silent.mp4", sound: ["-an"]))
        var track = made.tracks[0]
        track.edits = [MovieEdit(duration: time, start: 0)]
        #expect(throws: LayoutProblem.badEdits(track: 0)) {
            _ = try MovieLayout(
                timescale: 1000, tracks: [MovieLayout.Track(track, roll: nil)], chapters: [])
        }
        track.edits = [MovieEdit(duration: 1, start: 0)]
        track.frames[0].decoding = time
        if time != -1 {
            #expect(throws: LayoutProblem.disordered(track: 0, frame: 0)) {
                _ = try MovieLayout(
                    timescale: 1000, tracks: [MovieLayout.Track(track, roll: nil)], chapters: [])
            }
        }
    }

    @Test func `an empty movie is a head`() throws {
        let layout = try MovieLayout(timescale: 1000, tracks: [], chapters: [])
        #expect(layout.runs.isEmpty && layout.length == Int64(layout.head.count))
    }
}
