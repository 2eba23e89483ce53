import Cutting
import Movies
import Primitives

/// A track of pictures whose references are known: random groups, pyramids, open and closed.
struct RandomTrack {
    var frames: [MovieFrame] = []
    var entries: [FrameEntry] = []
    /// Of each frame, the indices of those that it is predicted from.
    var references: [[Int]] = []

    private var displays: [Int] = []

    init(seed: UInt64, allows kinds: [FrameEntry]) {
        var random = SeededRandom(seed: seed)
        var shown = 0
        var last: Int?
        for group in 0..<Int.random(in: 1...8, using: &random) {
            let kind = group == 0 ? .whole : kinds[Int.random(in: 0..<kinds.count, using: &random)]
            let leading = kind == .whole ? 0 : Int.random(in: 0...3, using: &random)
            let key = add(kind, display: shown + leading, [])
            if let last, leading > 0 {
                pyramid(shown..<shown + leading, between: last, key, &random)
            }
            shown += leading + 1
            last = key
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                let between = Int.random(in: 0...4, using: &random)
                let anchor = add(.none, display: shown + between, [last ?? key])
                pyramid(shown..<shown + between, between: last ?? key, anchor, &random)
                shown += between + 1
                last = anchor
            }
        }
        time(shown, &random)
    }

    /// Pictures between two others, the middle one first.
    private mutating func pyramid(
        _ places: Range<Int>, between left: Int, _ right: Int, _ random: inout SeededRandom
    ) {
        guard !places.isEmpty else { return }
        let middle = Int.random(in: places, using: &random)
        let index = add(.none, display: middle, [left, right])
        pyramid(places.lowerBound..<middle, between: left, index, &random)
        pyramid(middle + 1..<places.upperBound, between: index, right, &random)
    }

    private mutating func add(_ entry: FrameEntry, display: Int, _ from: [Int]) -> Int {
        entries.append(entry)
        references.append(from)
        displays.append(display)
        return entries.count - 1
    }

    private mutating func time(_ count: Int, _ random: inout SeededRandom) {
        let isSteady = Bool.random(using: &random)
        var times: [Int64] = [Int64.random(in: 0...5000, using: &random)]
        for _ in 0..<count {
            let step: Int64 = isSteady ? 512 : Int64.random(in: 1...2000, using: &random)
            times.append((times.last ?? 0) + step)
        }
        for (index, display) in displays.enumerated() {
            frames.append(
                MovieFrame(
                    place: Int64(index) * 100, decoding: times[index],
                    count: 100, shift: Int32(times[display] - times[index]),
                    duration: UInt32(times[index + 1] - times[index]), format: 0,
                    isSync: entries[index] != .none))
        }
    }
}
