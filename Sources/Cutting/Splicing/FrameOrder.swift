package import Movies

/// The frames of a track in the order in which they are shown. A frame's rank is its place there,
/// its index that in the order of decoding.
package struct FrameOrder: Sendable {
    package let frames: [MovieFrame]
    /// Indices by rank; empty where both orders are the same.
    private let ranked: [Int32]

    /// Of at most as many frames as 31 bits count; further ones are left out.
    package init(_ frames: [MovieFrame]) {
        self.frames = frames.count <= Int(Int32.max) ? frames : Array(frames.prefix(Int(Int32.max)))
        var isOrdered = true
        for index in self.frames.indices.dropFirst()
        where self.frames[index].presentation < self.frames[index - 1].presentation {
            isOrdered = false
            break
        }
        guard !isOrdered else {
            ranked = []
            return
        }
        // By time, and by index where two have the same.
        let all = self.frames
        ranked = all.indices.map(Int32.init(truncatingIfNeeded:)).sorted { left, right in
            let (first, second) = (all[Int(left)].presentation, all[Int(right)].presentation)
            return first == second ? left < right : first < second
        }
    }

    package var count: Int { frames.count }

    package func index(_ rank: Int) -> Int { ranked.isEmpty ? rank : Int(ranked[rank]) }

    package func start(_ rank: Int) -> Int64 { frames[index(rank)].presentation }

    /// When the next one is shown; the last one is shown as long as the file says.
    package func end(_ rank: Int) -> Int64 {
        guard rank + 1 < count else {
            return start(rank) + Int64(frames[index(rank)].duration)
        }
        return start(rank + 1)
    }

    package func rank(of index: Int) -> Int {
        guard !ranked.isEmpty else { return index }
        var rank = first(from: frames[index].presentation)
        while rank < count - 1, self.index(rank) != index { rank += 1 }
        return rank
    }

    /// The first rank that is shown at that time or later; `count` where there is none.
    package func first(from time: Int64) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if start(middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The ranks of which something is shown within these times.
    package func ranks(from: Int64, to: Int64) -> Range<Int> {
        guard from < to else { return 0..<0 }
        var low = first(from: from)
        if low > 0, low == count || start(low) > from, end(low - 1) > from { low -= 1 }
        let high = first(from: to)
        return low < high ? low..<high : low..<low
    }
}
