/// Which ranges of a movie are cut: the places where cutting goes wrong, and some from a seed.
enum MatrixRanges {
    /// Numbers of pictures; `keyframe` is one that begins a group, away from the ends.
    static func ranges(
        _ numbers: ClosedRange<Int>, keyframe: Int, using random: inout SeededNumbers
    ) -> [ClosedRange<Int>] {
        let (first, last) = (numbers.lowerBound, numbers.upperBound)
        var ranges = [
            keyframe...keyframe + 9, keyframe + 1...keyframe + 17, keyframe - 1...keyframe - 1,
            first + 5...last - 7, first...first + 12, last - 10...last,
        ]
        let one = random.next(below: last - first)
        let other = random.next(below: last - first)
        ranges.append(first + min(one, other)...first + max(one, other))
        return ranges
    }
}

/// Numbers from a seed, the same on every machine.
struct SeededNumbers {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 11) % limit
    }
}
