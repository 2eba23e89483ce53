package import Movies

/// Which frames of a sound track are copied so that a stretch sounds right from its first sample.
package struct SoundPlan: Sendable, Hashable {
    /// Indices of frames; those at the beginning only let the decoder settle.
    package let frames: Range<Int>
    /// From where on it is heard, in ticks after the first frame's beginning.
    package let skipped: Int64
    /// How long it is heard, in ticks.
    package let length: Int64

    /// Nil where nothing sounds in that time.
    ///
    /// - Parameters:
    ///   - frames: of a track, in order; sound is heard in the order of decoding.
    ///   - settling: ticks that must be decoded before what is heard.
    package init?(_ frames: [MovieFrame], from: Int64, to: Int64, settling: Int64) {
        var (low, high) = (0, frames.count)
        while low < high {
            let middle = (low + high) / 2
            let frame = frames[middle]
            if frame.presentation + Int64(frame.duration) <= from {
                low = middle + 1
            } else {
                high = middle
            }
        }
        let first = low
        high = frames.count
        while low < high {
            let middle = (low + high) / 2
            if frames[middle].presentation < to { low = middle + 1 } else { high = middle }
        }
        let start = max(from, first < frames.count ? frames[first].presentation : to)
        guard first < low, start < to else { return nil }
        var begin = first
        while begin > 0, frames[begin].presentation > start - settling { begin -= 1 }
        self.frames = begin..<low
        skipped = start - frames[begin].presentation
        let last = frames[low - 1]
        length = min(to, last.presentation + Int64(last.duration)) - start
        guard length > 0 else { return nil }
    }
}
