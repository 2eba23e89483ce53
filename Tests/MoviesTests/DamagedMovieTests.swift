import Movies
import Primitives
import Testing

/// Files that are cut short or changed: what is there is used, the rest is told, nothing traps.
@Suite(.enabled(if: MadeMovies.canMake, "ffmpeg is not installed"))
struct DamagedMovieTests {
    private static let fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]

    private static func file(_ name: String) throws -> [UInt8] {
        let path =
            switch name {
            case "front.mp4": try MadeMovies.usual(name, mux: ["-movflags", "+faststart"])
            case "frag.mp4": try MadeMovies.usual(name, mux: fragments)
            case "pcm.mov": try MadeMovies.usual(name, sound: ["-c:a", "pcm_s16le"])
            default: try MadeMovies.usual(name)
            }
        return try #require(MadeMovies.bytes(path))
    }

    /// Whatever is read can be shown and asked.
    private func use(_ bytes: [UInt8]) -> Result<Movie, MovieProblem> {
        do throws(MovieProblem) {
            let movie = try MovieReader.read(length: Int64(bytes.count)) { place, count in
                Array(bytes[Int(place)..<Int(place) + count])
            }
            let showings = MovieShowings(movie)
            _ = showings.end.milliseconds
            for (track, showing) in zip(movie.tracks, showings.tracks) {
                for frame in track.frames {
                    #expect(frame.place + Int64(frame.count) <= Int64(bytes.count))
                }
                _ = showing.sound(in: showing.start..<max(showing.start, showing.end), of: track)
                _ = showing.nearestCut(to: showings.end)
            }
            return .success(movie)
        } catch {
            return .failure(error)
        }
    }

    @Test func `a movie with its index in front gives the frames that are there`() throws {
        let bytes = try Self.file("front.mp4")
        let whole = try use(bytes).get()
        for part in [4, 3, 2] {
            let cut = Array(bytes[..<(bytes.count * part / 5)])
            let movie = try use(cut).get()
            for (track, before) in zip(movie.tracks, whole.tracks) {
                let there = before.frames.filter { $0.place + Int64($0.count) <= cut.count }
                #expect(track.frames == there)
                let missing = before.frames.count - there.count
                #expect(
                    movie.damages.contains(.framesBeyondEnd(track: track.id, count: missing))
                        || missing == 0)
            }
            #expect(
                movie.damages.contains {
                    if case .endsEarly("mdat", _) = $0 { true } else { false }
                })
        }
    }

    @Test func `fragments that are there are used, and half of the last one`() throws {
        let bytes = try Self.file("frag.mp4")
        let whole = try use(bytes).get()
        var counts: Set<Int> = []
        for end in stride(from: 1500, to: bytes.count, by: 97) {
            let movie = try use(Array(bytes[..<end])).get()
            let frames = movie.tracks[0].frames
            #expect(frames == Array(whole.tracks[0].frames.prefix(frames.count)))
            #expect(movie.isFragmented)
            counts.insert(frames.count)
        }
        #expect(counts.count > 40)
    }

    @Test func `each way of being no movie has its own problem`() throws {
        let whole = try Self.file("plain.mp4")
        let front = try Self.file("front.mp4")
        let fragments = try Self.file("frag.mp4")
        func problem(_ bytes: [UInt8]) -> MovieProblem? {
            if case .failure(let problem) = use(bytes) { problem } else { nil }
        }
        #expect(problem([]) == .empty)
        #expect(problem([0]) == .notMovie(nil))
        #expect(problem(Array("hello, this is text\n".utf8)) == .notMovie(.text))
        #expect(problem([0x1A, 0x45, 0xDF, 0xA3, 0, 0, 0, 0, 0]) == .notMovie(.matroska))
        #expect(problem(Array("OggS".utf8) + [0, 2, 0, 0]) == .notMovie(.ogg))
        #expect(problem(Array("RIFF....WAVEfmt ".utf8)) == .notMovie(.wave))
        #expect(problem(Array(repeating: 0, count: 5000)) == .notMovie(nil))
        #expect(problem(Array(whole[..<(whole.count / 2)])) == .noIndex(hasFragments: false))
        #expect(problem(Array(front[..<500])) == .indexCut(missingBytes: Self.missing(front, 500)))
        // Without what stands before the first fragment.
        let first = try #require(Self.place(of: "moof", in: fragments))
        #expect(problem(Array(fragments[(first - 4)...])) == .noIndex(hasFragments: true))
        #expect(problem(Self.renamed(front, "avc1", "encv", all: true)) == .encrypted(track: 1))
        #expect(problem(Self.renamed(front, "mvhd", "cmov")) == .compressedIndex)
        #expect(problem(Self.renamed(front, "stsz", "xxxx")) == .badIndex(box: "stbl", track: 1))
        #expect(problem(Self.renamed(front, "stsd", "xxxx")) == .badIndex(box: "stsd", track: 1))
        #expect(problem(Self.renamed(front, "trak", "xxxx", all: true)) == .noTracks)
    }

    private static func place(of type: String, in bytes: [UInt8]) -> Int? {
        let wanted = Array(type.utf8)
        return (0..<bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == wanted }
    }

    private static func missing(_ bytes: [UInt8], _ end: Int) -> Int64 {
        guard let place = place(of: "moov", in: bytes) else { return 0 }
        let size = bytes[(place - 4)..<place].reduce(0) { $0 << 8 | Int64($1) }
        return Int64(place - 4) + size - Int64(end)
    }

    private static func renamed(
        _ bytes: [UInt8], _ type: String, _ other: String, all: Bool = false
    ) -> [UInt8] {
        var bytes = bytes
        while let place = place(of: type, in: bytes) {
            bytes.replaceSubrange(place..<place + 4, with: other.utf8)
            if !all { break }
        }
        return bytes
    }

    @Test func `a rate of an edit other than one is refused`() throws {
        var bytes = try Self.file("front.mp4")
        let place = try #require(Self.place(of: "elst", in: bytes))
        bytes[place + 4 + 8 + 8] = 0
        bytes[place + 4 + 8 + 9] = 2
        guard case .failure(.editAtOtherRate(track: 1)) = use(bytes) else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: ["front.mp4", "frag.mp4", "pcm.mov", "plain.mov"], [1, 2] as [UInt64])
    func `random damage never traps`(name: String, seed: UInt64) throws {
        let bytes = try Self.file(name)
        // What says where things are; the media themselves are not read.
        var places = bytes.indices.filter { place in
            bytes.count - place < 4000 || place < 3000
        }
        if name == "frag.mp4" { places = Array(0..<min(4000, bytes.count)) }
        var random = SeededRandom(seed: seed)
        let edges: [UInt32] = [0, 1, 2, 8, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000, 1000]
        var read = 0
        for _ in 0..<1500 {
            var damaged = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                guard let place = places.randomElement(using: &random) else { continue }
                if Bool.random(using: &random) {
                    damaged[place] = UInt8.random(in: 0...255, using: &random)
                } else if let edge = edges.randomElement(using: &random) {
                    for index in 0..<4 where place + index < damaged.count {
                        damaged[place + index] = UInt8(
                            truncatingIfNeeded: edge >> UInt32(24 - 8 * index))
                    }
                }
            }
            if case .success = use(damaged) { read += 1 }
        }
        #expect(read > 100)
    }
}
