import Movies

/// How decoding can begin at a frame, as its coded form says it.
package enum FrameEntry: Sendable, Hashable {
    case none
    /// All that comes after it can be decoded: an IDR, or a keyframe of VP8, VP9 and AV1.
    case whole
    /// What is shown after it can be decoded, and copied if the frame says so of itself: a CRA.
    case open
    /// What is shown after it can be decoded, but not copied: a recovery point of H.264.
    case recovery
}

/// What a clip does with the picture's frames.
package enum CutMode: String, Sendable, Hashable, CaseIterable {
    case copy
    case smart
    case encode
}

/// Which frames of a stretch of a track are encoded anew, and which are copied: first the head, as
/// it is shown, then the copied ones as they are decoded, then the tail.
package struct SplicePlan: Sendable, Hashable {
    /// What is shown: from the first time on, until the second.
    package private(set) var from: Int64
    package private(set) var to: Int64
    package private(set) var head: Edge?
    /// Indices of frames, in the order of decoding.
    package private(set) var copied: [Range<Int>] = []
    /// What is copied is shown in these ranks.
    package private(set) var copiedRanks: Range<Int>
    package private(set) var tail: Edge?
    /// Whether the first copied frame is one that must say of itself that it begins anew.
    package private(set) var beginsOpen = false

    /// Frames that are shown one after another and encoded.
    package struct Edge: Sendable, Hashable {
        package let ranks: Range<Int>
        /// The indices of what is decoded for them.
        package let decoded: Range<Int>
    }

    package var encodedCount: Int { (head?.ranks.count ?? 0) + (tail?.ranks.count ?? 0) }
    package var copiedCount: Int { copied.reduce(0) { $0 + $1.count } }
    package var shownRanks: Range<Int> {
        (head?.ranks.lowerBound ?? copiedRanks.lowerBound)..<(tail?.ranks.upperBound
            ?? (copiedRanks.isEmpty ? head?.ranks.upperBound : nil) ?? copiedRanks.upperBound)
    }

    /// Nil where nothing is shown in that time, or where a copy has nothing to begin with.
    ///
    /// - Parameter entry: what a frame that the container calls a keyframe really is.
    package init?<Problem: Error>(
        _ order: FrameOrder, from: Int64, to: Int64, mode: CutMode,
        entry: (Int) throws(Problem) -> FrameEntry
    ) throws(Problem) {
        let window = order.ranks(from: from, to: to)
        guard !window.isEmpty else { return nil }
        (self.from, self.to) = (max(from, order.start(window.lowerBound)), to)
        copiedRanks = window.upperBound..<window.upperBound
        switch mode {
        case .encode: head = try Self.edge(order, window, entry)
        case .smart: try splice(order, window, entry)
        case .copy: guard try copy(order, window, entry) else { return nil }
        }
        if let last = [tail?.ranks, copiedRanks, head?.ranks].compactMap({ $0 }).first(where: {
            !$0.isEmpty
        }) {
            self.to = min(self.to, order.end(last.upperBound - 1))
        }
    }

    private mutating func splice<Problem: Error>(
        _ order: FrameOrder, _ window: Range<Int>, _ entry: (Int) throws(Problem) -> FrameEntry
    ) throws(Problem) {
        guard let first = try Self.firstCopied(order, window, entry) else {
            head = try Self.edge(order, window, entry)
            return
        }
        beginsOpen = first.isOpen
        copy(order, from: first.rank, to: window.upperBound)
        if first.rank > window.lowerBound {
            head = try Self.edge(order, window.lowerBound..<first.rank, entry)
        }
        if copiedRanks.upperBound < window.upperBound {
            tail = try Self.edge(order, copiedRanks.upperBound..<window.upperBound, entry)
        }
    }

    /// Begins at the last entry that is shown no later than the window, and ends where the frames
    /// end that can be had without those after the window.
    private mutating func copy<Problem: Error>(
        _ order: FrameOrder, _ window: Range<Int>, _ entry: (Int) throws(Problem) -> FrameEntry
    ) throws(Problem) -> Bool {
        var start: (rank: Int, isOpen: Bool)?
        var rank = window.lowerBound
        while rank >= 0, start == nil {
            start = try Self.firstCopied(order, rank..<rank + 1, entry)
            rank -= 1
        }
        if start == nil { start = try Self.firstCopied(order, window, entry) }
        guard let start else { return false }
        if start.rank != window.lowerBound { from = order.start(start.rank) }
        beginsOpen = start.isOpen
        copy(order, from: start.rank, to: window.upperBound)
        return true
    }

    /// The first rank at which a copied run can begin: all that is shown after it is decoded after
    /// it.
    private static func firstCopied<Problem: Error>(
        _ order: FrameOrder, _ ranks: Range<Int>, _ entry: (Int) throws(Problem) -> FrameEntry
    ) throws(Problem) -> (rank: Int, isOpen: Bool)? {
        for rank in ranks {
            let index = order.index(rank)
            guard order.frames[index].isSync else { continue }
            let kind = try entry(index)
            guard kind == .whole || kind == .open, isFirst(order, rank) else { continue }
            return (rank, kind == .open)
        }
        return nil
    }

    /// How far an encoder may put a frame from its place; H.264 and H.265 allow 16.
    private static let furthest = 64

    private static func isFirst(_ order: FrameOrder, _ rank: Int) -> Bool {
        let index = order.index(rank)
        for later in rank..<min(rank + furthest, order.count) where order.index(later) < index {
            return false
        }
        return true
    }

    /// Copies from a rank on: the longest run of decoding of which nothing is shown after what is
    /// left.
    private mutating func copy(_ order: FrameOrder, from rank: Int, to end: Int) {
        let first = order.index(rank)
        let start = order.start(rank)
        let limit = end < order.count ? order.start(end) : Int64.max
        var (count, highest) = (0, rank)
        var (wholeIndex, wholeRank) = (first, rank)
        var index = first
        while index < order.count {
            let shown = order.frames[index].presentation
            if shown >= limit { break }
            if shown >= start {
                let own = order.rank(of: index)
                if own < rank {
                    index += 1
                    continue
                }
                count += 1
                highest = max(highest, own)
                if highest == rank + count - 1 {
                    (wholeIndex, wholeRank) = (index + 1, highest + 1)
                }
            }
            index += 1
        }
        copiedRanks = rank..<wholeRank
        copied = Self.runs(order, first..<wholeIndex, from: rank)
    }

    /// Without what is shown before the first of them.
    private static func runs(
        _ order: FrameOrder, _ indices: Range<Int>, from rank: Int
    ) -> [Range<Int>] {
        let start = order.start(rank)
        var runs: [Range<Int>] = []
        var run = indices.lowerBound
        for index in indices where order.frames[index].presentation < start {
            if run < index { runs.append(run..<index) }
            run = index + 1
        }
        if run < indices.upperBound { runs.append(run..<indices.upperBound) }
        return runs
    }

    /// What must be decoded to have the pictures of some ranks.
    private static func edge<Problem: Error>(
        _ order: FrameOrder, _ ranks: Range<Int>, _ entry: (Int) throws(Problem) -> FrameEntry
    ) throws(Problem) -> Edge {
        var (lowest, highest) = (Int.max, 0)
        for rank in ranks {
            let index = order.index(rank)
            (lowest, highest) = (min(lowest, index), max(highest, index))
        }
        let start = order.start(ranks.lowerBound)
        for index in stride(from: lowest, through: 0, by: -1) where order.frames[index].isSync {
            switch try entry(index) {
            case .none: continue
            case .whole: return Edge(ranks: ranks, decoded: index..<highest + 1)
            case .open, .recovery:
                if order.frames[index].presentation <= start {
                    return Edge(ranks: ranks, decoded: index..<highest + 1)
                }
            }
        }
        return Edge(ranks: ranks, decoded: 0..<highest + 1)
    }
}
