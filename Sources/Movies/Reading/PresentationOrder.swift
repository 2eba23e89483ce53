/// The frames of a track by when they are shown, and how long.
struct PresentationOrder {
    private let track: MovieTrack
    /// Nil where they are shown as they are decoded.
    private let order: [Int32]?
    /// Of the frame that is shown last.
    private let lastDuration: Int64

    private struct Key {
        let presentation: Int64
        let index: Int32
    }

    init(_ track: MovieTrack) {
        self.track = track
        let frames = track.frames
        var isOrdered = true
        for index in 1..<max(1, frames.count)
        where frames[index].presentation < frames[index - 1].presentation {
            isOrdered = false
            break
        }
        if isOrdered {
            order = nil
        } else {
            var keys: [Key] = []
            keys.reserveCapacity(frames.count)
            for index in frames.indices {
                keys.append(Key(presentation: frames[index].presentation, index: Int32(index)))
            }
            keys.sort {
                ($0.presentation, $0.index) < ($1.presentation, $1.index)
            }
            order = keys.map(\.index)
        }
        var last = Int64(frames.last?.duration ?? 0)
        if let order, let index = order.last { last = Int64(frames[Int(index)].duration) }
        lastDuration = last
    }

    private var count: Int { track.frames.count }

    private func index(_ place: Int) -> Int { order.map { Int($0[place]) } ?? place }

    private func start(_ place: Int) -> Int64 { track.frames[index(place)].presentation }

    /// A picture is shown until the next one; sound lasts as long as it does.
    private func end(_ place: Int) -> Int64 {
        let next = place + 1 < count ? start(place + 1) : nil
        if track.kind == .picture {
            if let next { return next }
            // Where the last duration is not known, it is that of the picture before.
            let usual = place > 0 ? start(place) - start(place - 1) : 1
            return start(place) + (lastDuration > 0 ? lastDuration : max(usual, 1))
        }
        let own = start(place) + Int64(track.frames[index(place)].duration)
        return next.map { min($0, own) } ?? own
    }

    /// When the last frame is over.
    var end: Int64 { count == 0 ? 0 : end(count - 1) }

    /// The place of the first frame that begins after `ticks`.
    private func firstAfter(_ ticks: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if start(middle) <= ticks { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A range whose ends are where frames begin, if they were meant to be: edits are written in
    /// ticks that are often too coarse to say it.
    func snapped(
        _ range: Range<Int64>, startTolerance: Int64, endTolerance: Int64
    ) -> Range<Int64> {
        let lower = snapped(range.lowerBound, startTolerance)
        let upper = snapped(range.upperBound, endTolerance)
        return lower < upper ? lower..<upper : range
    }

    private func snapped(_ ticks: Int64, _ tolerance: Int64) -> Int64 {
        let place = firstAfter(ticks) - 1
        guard place >= 0 else { return ticks }
        let (begin, over) = (start(place), end(place))
        // Never by more than a quarter of a frame.
        let most = min(tolerance, (over - begin) / 4)
        if ticks - begin <= most { return begin }
        return abs(over - ticks) <= most ? over : ticks
    }

    /// Appends the frames of a range of media, as they are shown from `presentation` on; false
    /// where there are none.
    func show(
        _ range: Range<Int64>, at presentation: Int64, _ limit: Int,
        into frames: inout [MovieShowing.Frame]
    ) -> Bool {
        let before = frames.count
        var place = max(firstAfter(range.lowerBound) - 1, 0)
        while place < count, frames.count - before < limit {
            let begin = max(start(place), range.lowerBound)
            guard begin < range.upperBound else { break }
            let over = min(end(place), range.upperBound)
            if begin < over {
                frames.append(
                    MovieShowing.Frame(
                        presentation: presentation + begin - range.lowerBound,
                        duration: over - begin, index: Int32(index(place))))
            }
            place += 1
        }
        return frames.count > before
    }
}
