package import Primitives

/// What of a track is shown, and when, as its edit list says it.
///
/// Times are ticks of the track. Presentation time is what a player shows: zero is where the
/// movie begins. Media time is what the frames themselves say.
package struct MovieShowing: Sendable {
    /// A run of media that is shown without a break.
    package struct Stretch: Sendable, Hashable {
        /// When it is shown.
        package let presentation: Range<Int64>
        /// From where on in the track.
        package let media: Int64

        package init(presentation: Range<Int64>, media: Int64) {
            self.presentation = presentation
            self.media = media
        }

        package var mediaRange: Range<Int64> {
            media..<media + (presentation.upperBound - presentation.lowerBound)
        }
    }

    /// One frame and when it is shown.
    package struct Frame: Sendable, Hashable, BitwiseCopyable {
        package let presentation: Int64
        package let duration: Int64
        /// Its place among the track's frames.
        package let index: Int32

        package init(presentation: Int64, duration: Int64, index: Int32) {
            self.presentation = presentation
            self.duration = duration
            self.index = index
        }

        package var end: Int64 { presentation + duration }
    }

    package let timescale: Int32
    package let stretches: [Stretch]
    /// In the order in which they are shown; one that several edits show is there several times.
    package let frames: [Frame]
    /// Frames of the track that no edit shows.
    package let hiddenFrames: Int

    /// - Parameter origin: presentation time that is taken for zero, in ticks of the track.
    init(_ track: MovieTrack, of movie: Movie, origin: Int64) {
        timescale = track.timescale
        let order = PresentationOrder(track)
        var stretches: [Stretch] = []
        var frames: [Frame] = []
        frames.reserveCapacity(track.frames.count)
        for edit in EditedRange.all(of: track, in: movie, end: order.end) {
            var media = edit.media
            if track.kind == .picture {
                let tick = Int64(track.timescale) / Int64(movie.timescale) + 1
                media = order.snapped(media, startTolerance: 1, endTolerance: tick)
            }
            let limit = 2 * MovieLimits.frames - frames.count
            guard order.show(media, at: edit.presentation - origin, limit, into: &frames) else {
                continue
            }
            let start = edit.presentation - origin
            stretches.append(
                Stretch(presentation: start..<start + Int64(media.count), media: media.lowerBound))
        }
        self.stretches = stretches
        self.frames = frames
        hiddenFrames = max(0, track.frames.count - frames.count)
    }

    /// When its first frame is shown.
    package var start: Int64 { frames.first?.presentation ?? 0 }

    /// When the last one is over.
    package var end: Int64 { frames.last?.end ?? 0 }

    package func time(_ ticks: Int64) -> MediaTime {
        MediaTime(ticks: ticks, timescale: timescale)
    }

    /// The place of the first frame that does not begin before `ticks`; their number if there is
    /// none.
    package func firstFrame(atOrAfter ticks: Int64) -> Int {
        var (low, high) = (0, frames.count)
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].presentation < ticks { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The place of the frame that is on show at `ticks`; nil in gaps, before the first frame and
    /// after the last.
    package func frame(at ticks: Int64) -> Int? {
        let place = firstFrame(atOrAfter: ticks &+ 1) - 1
        guard place >= 0, ticks < frames[place].end else { return nil }
        return place
    }

    /// The nearest time to cut at: where a frame begins or ends.
    package func nearestCut(to time: MediaTime) -> Int64 {
        guard let first = frames.first else { return 0 }
        let wanted = MediaTime(
            ticks: max(-MovieTime.seconds, min(time.ticks, .max / 2)), timescale: time.timescale)
        guard wanted < self.time(end) else { return end }
        guard self.time(first.presentation) < wanted else { return first.presentation }
        let place = firstFrame(atOrAfter: wanted.rescaled(to: timescale).ticks)
        let before = frames[max(place - 1, 0)]
        let after = place < frames.count ? frames[place].presentation : end
        // Twice the time, to compare with the middle between two cuts.
        let twice = MediaTime(ticks: 2 * wanted.ticks, timescale: wanted.timescale)
        let edge = min(before.end, after)
        if twice < self.time(before.presentation + edge) { return before.presentation }
        return twice < self.time(edge + after) ? edge : after
    }

    /// What of the media is shown in a range of presentation time, in its order.
    package func media(in range: Range<Int64>) -> [Stretch] {
        stretches.compactMap { stretch in
            let shown = stretch.presentation.clamped(to: range)
            guard !shown.isEmpty else { return nil }
            return Stretch(
                presentation: shown,
                media: stretch.media + shown.lowerBound - stretch.presentation.lowerBound)
        }
    }
}

/// How all tracks of a movie are shown, on one time line.
package struct MovieShowings: Sendable {
    /// As the movie's tracks are ordered.
    package let tracks: [MovieShowing]
    /// What was taken off all times because the movie is a piece of a longer one.
    package let origin: MediaTime

    /// From this on nothing being shown at the start means that a movie is a piece of another:
    /// fragments that were recorded on their way keep the times that they had there.
    package static let longestStart = Duration.seconds(10)

    package init(_ movie: Movie) {
        let plain = movie.tracks.map { MovieShowing($0, of: movie, origin: 0) }
        let starts = zip(movie.tracks, plain).compactMap { track, showing -> MediaTime? in
            guard track.kind == .picture || track.kind == .sound, !showing.frames.isEmpty else {
                return nil
            }
            return showing.time(showing.start)
        }
        let limit = MediaTime(ticks: Self.longestStart.components.seconds, timescale: 1)
        guard movie.isFragmented, let origin = starts.min(), limit < origin else {
            tracks = plain
            origin = MediaTime(ticks: 0, timescale: movie.timescale)
            return
        }
        self.origin = origin
        tracks = movie.tracks.map {
            MovieShowing($0, of: movie, origin: origin.rescaled(to: $0.timescale).ticks)
        }
    }

    /// When the last track is over.
    package var end: MediaTime {
        tracks.map { $0.time($0.end) }.max() ?? MediaTime(ticks: 0, timescale: 1)
    }
}
