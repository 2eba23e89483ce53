package import Primitives

/// A movie that is to be written: the bytes before its frames, and the order of those.
///
/// The tables stand first, so that playing can begin before all is there. No times of day are
/// told: the same movie gives the same bytes. A writer appends `head`, then the frames of each of
/// `runs`; a frame's `place` means nothing here, and is the writer's to know where it comes from.
package struct MovieLayout: Sendable {
    package struct Track: Sendable {
        package var track: MovieTrack
        /// How many frames before one must be decoded for it to sound right, less than zero:
        /// -1 for AAC. Nil where all begins anew.
        package var roll: Int16?

        package init(_ track: MovieTrack, roll: Int16?) {
            self.track = track
            self.roll = roll
        }
    }

    /// All before the first frame: the tables, and the start of the box that holds the frames.
    package let head: [UInt8]
    package let runs: [MovieRun]
    /// Of the whole file.
    package let length: Int64

    /// - Parameters:
    ///   - timescale: of the durations in edits.
    ///   - chapters: in their order; none for a movie without.
    package init(
        timescale: Int32, tracks: [Track], chapters: [MovieChapter]
    ) throws(LayoutProblem) {
        for (number, track) in tracks.enumerated() {
            try Self.check(track.track, number, timescale)
        }
        runs = Self.interleave(tracks)
        let media = runs.reduce(Int64(0)) { $0 + $1.count }
        let texts = ChapterTrack(chapters)
        let content = media + Int64(texts?.data.count ?? 0)
        let start: Int64 = content > Int64(UInt32.max) - 8 ? 16 : 8
        var writer = HeadWriter(
            timescale: timescale, tracks: tracks, runs: runs, chapters: texts, areLong: false)
        var header = writer.write(mediaPlace: 0)
        if Int64(header.count) + start + content > Int64(UInt32.max) {
            writer.areLong = true
            header = writer.write(mediaPlace: 0)
        }
        // What stands at a place does not change how long it is.
        header = writer.write(mediaPlace: Int64(header.count) + start)
        var box = BoxWriter()
        box.write(start == 8 ? UInt32(content + 8) : 1)
        box.text("mdat")
        if start == 16 { box.write(UInt64(content + 16)) }
        header.append(contentsOf: box.bytes)
        if let texts { header.append(contentsOf: texts.data) }
        head = header
        length = Int64(header.count) + media
    }

    private static func check(
        _ track: MovieTrack, _ number: Int, _ timescale: Int32
    ) throws(LayoutProblem) {
        let limit = MovieTime.limit(track.timescale)
        var shown: Int64 = 0
        for edit in track.edits {
            guard 0...MovieTime.limit(timescale) ~= edit.duration,
                -limit...limit ~= (edit.start ?? 0)
            else { throw .badEdits(track: number) }
            shown += edit.duration
            guard shown <= MovieTime.limit(timescale) else { throw .badEdits(track: number) }
        }
        var last: Int64?
        for (place, frame) in track.frames.enumerated() {
            guard Int(frame.format) < track.formats.count else {
                throw .noFormat(track: number, frame: place)
            }
            guard -limit...limit ~= frame.decoding else {
                throw .disordered(track: number, frame: place)
            }
            if let last, !(0...Int64(Int32.max) ~= frame.decoding - last) {
                throw .disordered(track: number, frame: place)
            }
            last = frame.decoding
        }
    }

    /// Pieces of half a second of each track in turn.
    private static func interleave(_ tracks: [Track]) -> [MovieRun] {
        var runs: [MovieRun] = []
        var next = [Int](repeating: 0, count: tracks.count)
        let starts = tracks.map { $0.track.begin }
        while true {
            var window = Int64.max
            for (index, track) in tracks.enumerated() where next[index] < track.track.frames.count {
                window = min(window, track.track.window(next[index], starts[index]))
            }
            guard window < Int64.max else { return runs }
            for index in tracks.indices {
                let frames = tracks[index].track.frames
                while next[index] < frames.count,
                    tracks[index].track.window(next[index], starts[index]) <= window
                {
                    let first = next[index]
                    var count: Int64 = 0
                    while next[index] < frames.count,
                        frames[next[index]].format == frames[first].format,
                        tracks[index].track.window(next[index], starts[index]) <= window
                    {
                        count += Int64(frames[next[index]].count)
                        next[index] += 1
                    }
                    runs.append(MovieRun(track: index, frames: first..<next[index], count: count))
                }
            }
        }
    }
}

/// Frames of one track that stand one after another in the file.
package struct MovieRun: Sendable, Hashable {
    /// Its place among the tracks.
    package let track: Int
    package let frames: Range<Int>
    /// Of bytes.
    package let count: Int64
}

/// Why frames can't be laid out as a movie: a bug of who made them, or a hostile source.
package enum LayoutProblem: Error, Sendable, Hashable {
    /// Decoded before the frame in front of it, or years later.
    case disordered(track: Int, frame: Int)
    case noFormat(track: Int, frame: Int)
    /// Before or beyond all times that there are.
    case badEdits(track: Int)
}

/// A named stretch of a movie.
package struct MovieChapter: Sendable, Equatable {
    /// On the movie's time line.
    package var start: MediaTime
    package var end: MediaTime
    package var title: String

    package init(start: MediaTime, end: MediaTime, title: String) {
        self.start = start
        self.end = end
        self.title = title
    }
}

extension MovieTrack {
    /// The decoding time that is about zero on the movie's time line.
    fileprivate var begin: Int64 { edits.first { $0.start != nil }?.start ?? 0 }

    /// Which half second a frame is decoded in.
    fileprivate func window(_ frame: Int, _ begin: Int64) -> Int64 {
        let time = (frames[frame].decoding - begin) * 2
        let scale = Int64(timescale)
        return time >= 0 ? time / scale : (time - scale + 1) / scale
    }
}
