package import Movies
package import Primitives

/// The presentation time of a movie, on a scale on which the times of its tracks are whole.
package struct CutLine: Sendable {
    /// Ticks in a second.
    package let scale: Int64
    package let pictures: [Piece]
    package let sounds: [Piece]

    package enum Limits {
        /// Above it a scale on which all is whole is given up; times are then to the nanosecond.
        static let scale: Int64 = 1 << 40
        /// A cut this near to the beginning of a frame is meant to be there.
        static let snap: Duration = .milliseconds(100)
        /// How far a range may reach over the end: containers round their durations.
        package static let overhang: Duration = .milliseconds(500)
    }

    /// A stretch of the line, and what of a track is shown in it.
    package struct Piece: Sendable, Hashable {
        package let start: Int64
        package let end: Int64
        /// In ticks of the track, at the start.
        package let media: Int64
    }

    /// - Parameters:
    ///   - picture: its place among the movie's tracks.
    ///   - sound: the same.
    package init(_ movie: Movie, picture: Int?, sound: Int?) {
        let scales = [picture, sound].compactMap { $0.map { movie.tracks[$0].timescale } }
        let scale = Self.commonScale(scales + [movie.timescale])
        let showings = MovieShowings(movie)
        func pieces(_ track: Int?) -> [Piece] {
            guard let track else { return [] }
            let timescale = Int64(movie.tracks[track].timescale)
            return showings.tracks[track].stretches.map { stretch in
                Piece(
                    start: Self.rescale(stretch.presentation.lowerBound, timescale, scale),
                    end: Self.rescale(stretch.presentation.upperBound, timescale, scale),
                    media: stretch.media)
            }
        }
        self.scale = scale
        pictures = pieces(picture)
        sounds = pieces(sound)
    }

    static func commonScale(_ scales: [Int32]) -> Int64 {
        var common: Int64 = 1
        for scale in scales {
            let scale = Int64(max(1, scale))
            let next = (common / Self.divisor(common, scale)).multipliedReportingOverflow(by: scale)
            guard !next.overflow, next.partialValue <= Limits.scale else { return 1_000_000_000 }
            common = next.partialValue
        }
        return common
    }

    private static func divisor(_ left: Int64, _ right: Int64) -> Int64 {
        var (left, right) = (left, right)
        while right != 0 { (left, right) = (right, left % right) }
        return max(1, left)
    }

    /// To the nearest, saturating.
    package static func rescale(_ ticks: Int64, _ from: Int64, _ to: Int64) -> Int64 {
        let product = Int128(ticks) * Int128(to)
        let half = Int128(from / 2)
        return Int64(clamping: (product + (ticks < 0 ? -half : half)) / Int128(max(1, from)))
    }

    package var end: Int64 { max(pictures.last?.end ?? 0, sounds.last?.end ?? 0) }

    var overhang: Int64 { scale * Limits.overhang.wholeMilliseconds / 1000 }

    package func ticks(_ time: MediaTime) -> Int64 {
        Self.rescale(time.ticks, Int64(time.timescale), scale)
    }

    package func time(_ ticks: Int64) -> MediaTime {
        if let scale = Int32(exactly: scale) { return MediaTime(ticks: ticks, timescale: scale) }
        return MediaTime(
            ticks: Self.rescale(ticks, scale, 1_000_000), timescale: 1_000_000)
    }

    /// The media times of a track that are shown within a stretch, and where they begin in it.
    package func windows(
        _ pieces: [Piece], from: Int64, to: Int64, timescale: Int32
    ) -> [(from: Int64, to: Int64, at: Int64)] {
        pieces.compactMap { piece in
            let (start, end) = (max(piece.start, from), min(piece.end, to))
            guard start < end else { return nil }
            let first = piece.media + Self.rescale(start - piece.start, scale, Int64(timescale))
            let last = piece.media + Self.rescale(end - piece.start, scale, Int64(timescale))
            return first < last ? (first, last, start - from) : nil
        }
    }

    /// When a media time of a track is shown first; nil where it is not.
    func line(_ media: Int64, _ pieces: [Piece], _ timescale: Int32) -> Int64? {
        for piece in pieces {
            let time = piece.start + Self.rescale(media - piece.media, Int64(timescale), scale)
            if (piece.start...piece.end).contains(time) { return time }
        }
        return nil
    }

    /// The beginning of a frame that is nearest to a time, unless none is near.
    package func snapped(_ time: Int64, _ order: FrameOrder, timescale: Int32) -> Int64 {
        guard let piece = pictures.first(where: { ($0.start...$0.end).contains(time) }) else {
            return time
        }
        let media = piece.media + Self.rescale(time - piece.start, scale, Int64(timescale))
        let next = order.first(from: media)
        var nearest: Int64?
        for rank in [next - 1, next] where rank >= 0 && rank <= order.count && order.count > 0 {
            let start = rank < order.count ? order.start(rank) : order.end(order.count - 1)
            if abs(start - media) < nearest.map({ abs($0 - media) }) ?? Int64.max {
                nearest = start
            }
        }
        guard let nearest else { return time }
        let line = piece.start + Self.rescale(nearest - piece.media, Int64(timescale), scale)
        let isNear = abs(line - time) <= scale * Limits.snap.wholeMilliseconds / 1000
        return isNear ? min(max(line, piece.start), piece.end) : time
    }
}
