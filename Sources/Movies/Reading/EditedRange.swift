import Primitives

/// One edit on the track's own ticks: what is shown, and from when on.
struct EditedRange {
    /// When it begins to be shown.
    let presentation: Int64
    let media: Range<Int64>

    /// What a track's edits show, in their order.
    ///
    /// - Parameter end: where the last frame of the track is over.
    static func all(of track: MovieTrack, in movie: Movie, end: Int64) -> [EditedRange] {
        guard !track.edits.isEmpty else {
            return end > 0 ? [EditedRange(presentation: 0, media: 0..<end)] : []
        }
        var ranges: [EditedRange] = []
        // In ticks of the movie: rounding each edit by itself would add up.
        var sum: Int64 = 0
        for (index, edit) in track.edits.enumerated() {
            let start = ticks(sum, movie, track)
            sum += edit.duration
            guard sum < MovieTime.limit(movie.timescale) else { break }
            guard let media = edit.start else { continue }
            var length = ticks(sum, movie, track) - start
            // A movie whose length was not known when its edits were written.
            if edit.duration == 0, index == track.edits.count - 1 { length = end - media }
            var upper = min(media + length, end)
            // An end that was rounded to a tick of the movie means the end of the track.
            if end - upper <= Int64(track.timescale) / Int64(movie.timescale) { upper = end }
            guard upper > media else { continue }
            ranges.append(EditedRange(presentation: start, media: media..<upper))
        }
        return ranges
    }

    private static func ticks(_ sum: Int64, _ movie: Movie, _ track: MovieTrack) -> Int64 {
        MediaTime(ticks: sum, timescale: movie.timescale).rescaled(to: track.timescale).ticks
    }
}

/// Times of movies are kept so small that none of them overflows on any timescale.
enum MovieTime {
    /// Eight years.
    static let seconds: Int64 = 1 << 28
    static let largestTimescale: Int32 = 1_000_000_000

    static func limit(_ timescale: Int32) -> Int64 { Int64(timescale) * seconds }
}
