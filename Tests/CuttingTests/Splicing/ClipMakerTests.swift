import Cutting
import FileAccess
import Media
import Movies
import Primitives
import TestSupport
import Testing

/// Clips of films that ffmpeg makes, looked at through our own tables.
@Suite(.enabled(if: ShowFilms.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct ClipMakerTests {
    private static let sound = [
        "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=8",
    ]
    private static let picture = [
        "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=8",
    ]
    private static let x264 = [
        "-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-bf", "3", "-pix_fmt", "yuv420p",
    ]

    private func film(_ folder: ScratchFolder, _ words: [String] = Self.x264) throws -> MovieFile {
        try MovieFile(
            ShowFilms.make(
                "show.mp4", in: folder,
                Self.picture + Self.sound + words + ["-c:a", "aac", "-ac", "2"]))
    }

    private func settings(_ mode: CutMode, jobs: Int = 2, replaces: Bool = false) -> ClipSettings {
        ClipSettings(mode: mode, edgeQuality: 17, wholeQuality: 20, jobs: jobs, replaces: replaces)
    }

    private func seconds(_ from: Double, _ to: Double) -> Range<MediaTime> {
        MediaTime(
            ticks: Int64(from * 1000), timescale: 1000)..<MediaTime(
                ticks: Int64(to * 1000), timescale: 1000)
    }

    private func wishes(_ ranges: [[Range<MediaTime>]]) -> [ClipWish] {
        ranges.enumerated().map { ClipWish(name: "\($0).mp4", ranges: $1) }
    }

    private func make(
        _ movie: MovieFile, _ ranges: [[Range<MediaTime>]], _ settings: ClipSettings,
        to folder: String, stop: StopFlag = StopFlag()
    ) throws -> [ClipOutcome] {
        let maker = try ClipMaker(movie.file, movie.movie, settings, stop: stop)
        var outcomes: [ClipOutcome] = []
        try maker.make(wishes(ranges), in: folder, told: { outcomes.append($1) }, meanwhile: {})
        return outcomes
    }

    /// Shown frames and how long they are, in ticks of the picture.
    private func shown(_ path: String) throws -> (count: Int, length: Int64, sound: Int64) {
        let movie = try MovieFile(path).movie
        let showings = MovieShowings(movie)
        var result = (count: 0, length: Int64(0), sound: Int64(0))
        for (track, showing) in zip(movie.tracks, showings.tracks) {
            if track.kind == .picture {
                result.count = showing.frames.count
                result.length = showing.end - showing.start
                #expect(showing.start == 0)
            } else {
                result.sound = showing.stretches.reduce(0) { $0 + Int64($1.presentation.count) }
            }
        }
        return result
    }

    @Test func `a clip has the frames and the samples of its range, and copies what it can`() throws
    {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let outcomes = try make(
            movie, [[seconds(1.1, 6.5)], [seconds(2, 4)], [seconds(3, 3.2)]], settings(.smart),
            to: folder.path)
        // The head up to the keyframe at 2 s, and up to three B-frames at the end.
        let encoded = outcomes.map { $0.picture?.encoded ?? -1 }
        #expect((27...30).contains(encoded[0]))
        #expect(Array(encoded[1...]) == [0, 6])
        #expect(outcomes.map { $0.picture?.copied } == [162 - encoded[0], 60, 0])
        for (outcome, frames) in zip(outcomes, [162, 60, 6]) {
            let shown = try shown(outcome.path)
            #expect(shown.count == frames)
            #expect(shown.length == Int64(frames) * 512)
            #expect(shown.sound == Int64(frames) * 1600)
        }
    }

    @Test func `the same wishes give the same bytes, on one thread as on four`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let ranges = [[seconds(1.1, 6.5)], [seconds(0.3, 2.2)], [seconds(1, 2), seconds(4.1, 5)]]
        for (name, jobs) in [("one", 1), ("four", 4)] {
            let place = folder.path(name)
            _ = try ProcessRun.run("/bin/mkdir", [place], environment: [:])
            _ = try make(movie, ranges, settings(.smart, jobs: jobs), to: place)
        }
        for number in ranges.indices {
            #expect(Files.bytes(folder.path("one/\(number).mp4")) != nil)
            #expect(
                Files.bytes(folder.path("one/\(number).mp4"))
                    == Files.bytes(folder.path("four/\(number).mp4")))
        }
    }

    @Test func `joined ranges are as long as all of them, with one run of sound`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let outcomes = try make(
            movie, [[seconds(1, 2), seconds(4.1, 5), seconds(0.5, 0.7)]], settings(.smart),
            to: folder.path)
        let shown = try shown(outcomes[0].path)
        #expect(shown.count == 30 + 27 + 6)
        #expect(shown.length == 63 * 512)
        #expect(shown.sound == 63 * 1600)
        #expect(outcomes[0].sound?.isCopied == false)
    }

    @Test func `a copy begins at the keyframe before and encodes nothing`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let outcome = try make(movie, [[seconds(2.5, 5)]], settings(.copy), to: folder.path)[0]
        #expect(outcome.picture?.encoded == 0)
        #expect(outcome.ranges[0].lowerBound == MediaTime(ticks: 2, timescale: 1))
        #expect(outcome.ranges[0].upperBound <= MediaTime(ticks: 5, timescale: 1))
        #expect(outcome.sound?.isCopied == true)
        #expect(try shown(outcome.path).count == outcome.picture?.copied)
    }

    @Test func `a clip that is encoded as a whole is as exact`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let outcome = try make(movie, [[seconds(2.5, 5)]], settings(.encode), to: folder.path)[0]
        #expect(outcome.picture?.reason == .asked)
        #expect(outcome.picture?.copied == 0)
        let shown = try shown(outcome.path)
        #expect(shown.count == 75)
        #expect(shown.sound == 75 * 1600)
    }

    @Test func `what cannot be matched is encoded, and it is said why`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder, Self.x264 + ["-flags", "+ildct+ilme", "-vf", "interlace"])
        let outcome = try make(movie, [[seconds(1.1, 3)]], settings(.smart), to: folder.path)[0]
        #expect(outcome.picture?.mode == .encode)
        #expect(outcome.picture?.reason == .interlaced)
    }

    @Test func `wrong ranges are told before anything is made`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let bad = [seconds(7, 12), seconds(9, 10), seconds(3, 3)]
        for range in bad {
            #expect(throws: SpliceProblem.self) {
                try make(movie, [[seconds(1, 2)], [range]], settings(.smart), to: folder.path)
            }
        }
        #expect(!Files.exists(folder.path("0.mp4")))
    }

    @Test func `what stands there stays, unless it may be replaced`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        folder.write("mine", to: "0.mp4")
        #expect(throws: SpliceProblem.file(.exists(path: folder.path("0.mp4")))) {
            try make(movie, [[seconds(1, 2)]], settings(.smart), to: folder.path)
        }
        #expect(folder.read("0.mp4") == "mine")
        _ = try make(movie, [[seconds(1, 2)]], settings(.smart, replaces: true), to: folder.path)
        #expect(try shown(folder.path("0.mp4")).count == 30)
    }

    @Test func `an interrupted cut leaves nothing behind`() throws {
        let folder = ScratchFolder()
        let movie = try film(folder)
        let stop = StopFlag()
        stop.raise()
        #expect(throws: SpliceProblem.interrupted) {
            try make(movie, [[seconds(1.1, 6)]], settings(.smart), to: folder.path, stop: stop)
        }
        let maker = try ClipMaker(movie.file, movie.movie, settings(.smart), stop: stop)
        #expect(throws: SpliceProblem.interrupted) {
            try maker.make([seconds(1.1, 6)], at: folder.path("a.mp4"))
        }
        let run = try ProcessRun.run("/bin/ls", ["-A", folder.path], environment: [:])
        #expect(run.output == "show.mp4\n")
    }

    @Test(arguments: [["-an"], ["-vn"]])
    func `a show without sound, or without a picture, is cut too`(without: [String]) throws {
        let folder = ScratchFolder()
        let path = try ShowFilms.make(
            "show.mp4", in: folder, Self.picture + Self.sound + Self.x264 + without)
        let movie = try MovieFile(path)
        let outcome = try make(movie, [[seconds(1.1, 3)]], settings(.smart), to: folder.path)[0]
        #expect((outcome.picture == nil) == (without == ["-vn"]))
        #expect((outcome.sound == nil) == (without == ["-an"]))
        let shown = try shown(outcome.path)
        #expect(shown.count == (without == ["-vn"] ? 0 : 57))
        #expect(shown.sound == (without == ["-an"] ? 0 : 91_200))
    }
}
