import Movies
import Primitives
import Testing

struct MovieShowingTests {
    /// Ten pictures of 512 ticks, decoded in the order of `shifts`.
    private func movie(
        kind: MovieTrack.Kind = .picture, edits: [MovieEdit], shifts: [Int32] = [],
        timescale: Int32 = 1000, first: Int64 = 0, isFragmented: Bool = false
    ) -> Movie {
        let frames = (0..<10).map { index in
            MovieFrame(
                place: 0, decoding: first + Int64(index) * 512, count: 1,
                shift: index < shifts.count ? shifts[index] : 0, duration: 512, format: 0,
                isSync: index == 0)
        }
        let track = MovieTrack(
            id: 1, kind: kind, timescale: 15_360, formats: [], matrix: [], edits: edits,
            frames: frames)
        return Movie(
            timescale: timescale, tracks: [track], isFragmented: isFragmented, damages: [])
    }

    private func showing(_ movie: Movie) -> MovieShowing { MovieShowings(movie).tracks[0] }

    @Test func `without edits all is shown as it is`() {
        let showing = showing(movie(edits: []))
        #expect(showing.frames.count == 10)
        #expect(showing.stretches == [.init(presentation: 0..<5120, media: 0)])
        #expect(showing.frames[3] == .init(presentation: 1536, duration: 512, index: 3))
        #expect(showing.hiddenFrames == 0)
    }

    @Test func `pictures are shown in their order and until the next one`() {
        let showing = showing(
            movie(
                edits: [MovieEdit(duration: 0, start: 1024)],
                shifts: [1024, 2048, 512, 512] + Array(repeating: 1024, count: 6)))
        #expect(showing.frames.prefix(5).map(\.index) == [0, 2, 3, 1, 4])
        #expect(showing.frames[0] == .init(presentation: 0, duration: 512, index: 0))
        #expect(showing.start == 0)
    }

    @Test func `an empty edit delays and an edit starts within the track`() {
        let showing = showing(
            movie(edits: [
                MovieEdit(duration: 100, start: nil), MovieEdit(duration: 100, start: 512),
            ]))
        // A tenth of a second is three pictures; the end is where the third is over.
        #expect(showing.stretches == [.init(presentation: 1536..<3072, media: 512)])
        #expect(showing.frames.map(\.index) == [1, 2, 3])
        #expect(showing.hiddenFrames == 7)
        #expect(showing.frame(at: 1535) == nil)
        #expect(showing.frame(at: 1536) == 0)
        #expect(showing.frame(at: 3071) == 2)
        #expect(showing.frame(at: 3072) == nil)
    }

    @Test func `several edits follow one another without rounding that adds up`() {
        let showing = showing(
            movie(edits: [
                MovieEdit(duration: 33, start: 0), MovieEdit(duration: 34, start: 2048),
                MovieEdit(duration: 33, start: 4096),
            ]))
        #expect(showing.frames.map(\.index) == [0, 4, 8])
        #expect(showing.stretches.map(\.presentation.lowerBound) == [0, 507, 1029])
    }

    @Test func `an end that was rounded shows whole pictures`() {
        for duration in [33, 34] as [Int64] {
            let showing = showing(movie(edits: [MovieEdit(duration: duration, start: 0)]))
            #expect(showing.frames.map(\.duration) == [512], "\(duration) ms")
        }
        let half = showing(movie(edits: [MovieEdit(duration: 50, start: 0)]))
        #expect(half.frames.map(\.duration) == [512, 256])
    }

    @Test func `an edit that begins within a picture shows the rest of it`() {
        let showing = showing(movie(edits: [MovieEdit(duration: 0, start: 700)]))
        #expect(showing.frames[0] == .init(presentation: 0, duration: 324, index: 1))
    }

    @Test(
        arguments: [
            (0, Int32(1000), Int64(0)), (16, 1000, 0), (17, 1000, 512), (33, 1000, 512),
            (49, 1000, 512), (50, 1000, 1024), (333, 1000, 5120), (1_000_000, 1000, 5120),
            (-5, 1000, 0), (Int64.max, 1, 5120), (Int64.min, 1_000_000_000, 0),
        ] as [(Int64, Int32, Int64)])
    func `a cut is put where the nearest picture begins`(
        ticks: Int64, timescale: Int32, cut: Int64
    ) {
        let showing = showing(movie(edits: []))
        #expect(showing.nearestCut(to: MediaTime(ticks: ticks, timescale: timescale)) == cut)
    }

    @Test func `a range of sound names its frames and what of them is too much`() {
        let movie = movie(kind: .sound, edits: [MovieEdit(duration: 0, start: 512)])
        let showing = showing(movie)
        #expect(
            showing.sound(in: 100..<1100, of: movie.tracks[0])
                == [
                    SoundRun(
                        frames: 1..<4, presentation: 100, skippedBefore: 100,
                        skippedAfter: 436, length: 1000)
                ])
        #expect(showing.sound(in: 9000..<9999, of: movie.tracks[0]) == [])
        #expect(
            showing.sound(in: -50..<512, of: movie.tracks[0])
                == [
                    SoundRun(
                        frames: 1..<2, presentation: 0, skippedBefore: 0, skippedAfter: 0,
                        length: 512)
                ])
    }

    @Test func `fragments of a longer recording begin at zero`() {
        let late = movie(edits: [], first: 15_360 * 3600, isFragmented: true)
        let showings = MovieShowings(late)
        #expect(showings.origin == MediaTime(ticks: 3600, timescale: 1))
        #expect(showings.tracks[0].frames[0].presentation == 0)
        #expect(showings.tracks[0].frames.count == 10)
        let soon = MovieShowings(movie(edits: [], first: 15_360, isFragmented: true))
        #expect(soon.origin.ticks == 0)
        #expect(soon.tracks[0].start == 15_360)
        #expect(soon.end == MediaTime(ticks: 20_480, timescale: 15_360))
    }
}

/// What is shown of real files, against what ffmpeg decodes.
@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is not installed"))
struct ShownMovieTests {
    @Test(
        arguments: [
            "0.5", "0.51", "0.7", "1.0", "0.483333",
        ], ["", "-movflags frag_keyframe+empty_moov+delay_moov", "-movflags faststart"])
    func `a copy from the middle shows what ffmpeg shows`(start: String, flags: String) throws {
        let source = try MadeMovies.usual("source.mp4", seconds: "3")
        let path = try MadeMovies.make(
            "from\(start)\(flags.count).mp4",
            ["-ss", start, "-i", source, "-t", "1.5", "-c", "copy"]
                + flags.split(separator: " ").map(String.init))
        let movie = try MadeMovies.read(path)
        let showings = MovieShowings(movie)
        let output = try MadeMovies.probe(
            path, "frame=best_effort_timestamp", ["-select_streams", "v"])
        let times = output.split(whereSeparator: { ",\n".contains($0) }).compactMap { Int64($0) }
        // ffmpeg leaves out a picture of which only a part is shown, begins with the next one, and
        // does not hide what fragments have before the edit.
        let whole = showings.tracks[0].frames.filter { $0.duration >= 512 }.map(\.presentation)
        let visible = times.filter { $0 >= 0 }.suffix(whole.count)
        let shift = (whole.first ?? 0) - (visible.first ?? 0)
        #expect(whole == visible.map { $0 + shift })
        #expect(0..<512 ~= shift)
    }

    @Test func `sound lasts as long as what ffmpeg decodes`() throws {
        let source = try MadeMovies.usual("source.mp4", seconds: "3")
        let path = try MadeMovies.make(
            "sound.mp4", ["-ss", "0.7", "-i", source, "-t", "1.5", "-c", "copy"])
        let showing = MovieShowings(try MadeMovies.read(path)).tracks[1]
        let output = try MadeMovies.probe(path, "frame=nb_samples", ["-select_streams", "a"])
        let samples = output.split(separator: "\n").compactMap { Int64($0) }.reduce(0, +)
        #expect(showing.end == samples)
    }
}
