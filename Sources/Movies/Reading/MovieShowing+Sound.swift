/// Frames of sound that give a range of presentation time, and what of them is too much.
package struct SoundRun: Sendable, Hashable {
    /// Places among the track's frames, in the order of decoding.
    package let frames: Range<Int>
    /// When what is wanted of the first one is heard, in ticks of the track.
    package let presentation: Int64
    /// Ticks of the first frame that come before what is wanted.
    package let skippedBefore: Int64
    /// Ticks of the last frame that come after it.
    package let skippedAfter: Int64
    /// Ticks that are wanted; less than the frames hold where they leave gaps.
    package let length: Int64

    package init(
        frames: Range<Int>, presentation: Int64, skippedBefore: Int64, skippedAfter: Int64,
        length: Int64
    ) {
        self.frames = frames
        self.presentation = presentation
        self.skippedBefore = skippedBefore
        self.skippedAfter = skippedAfter
        self.length = length
    }
}

extension MovieShowing {
    /// The sound of a range of presentation time: a run for each stretch of it.
    package func sound(in range: Range<Int64>, of track: MovieTrack) -> [SoundRun] {
        media(in: range).compactMap { stretch in
            let shown = stretch.presentation
            var first = firstFrame(atOrAfter: shown.lowerBound)
            if first > 0, frames[first - 1].end > shown.lowerBound { first -= 1 }
            let last = firstFrame(atOrAfter: shown.upperBound) - 1
            guard first <= last else { return nil }
            let (begin, over) = (Int(frames[first].index), Int(frames[last].index))
            // Files whose sound goes back in time are not played in one run.
            guard begin <= over, over - begin == last - first else { return nil }
            let offset = stretch.media - shown.lowerBound
            let head = max(frames[first].presentation, shown.lowerBound)
            let tail = min(frames[last].end, shown.upperBound)
            let end = track.frames[over].presentation + Int64(track.frames[over].duration)
            return SoundRun(
                frames: begin..<over + 1, presentation: head,
                skippedBefore: head + offset - track.frames[begin].presentation,
                skippedAfter: max(0, end - (tail + offset)), length: tail - head)
        }
    }
}
