/// Counts on past the wrap of a number: each new one is taken as the nearest to the last.
package struct Unwrapper<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    package private(set) var last: Int64?

    package init() {}

    /// The number in full; it becomes the one that the next is nearest to.
    package mutating func unwrap(_ number: Number) -> Int64 {
        let whole = peek(number)
        last = whole
        return whole
    }

    /// The number in full, without remembering it.
    package func peek(_ number: Number) -> Int64 {
        guard let last else { return Int64(truncatingIfNeeded: number) }
        let difference = number &- Number(truncatingIfNeeded: last)
        let half: Number = 1 << (Number.bitWidth - 1)
        let forwards = Int64(truncatingIfNeeded: difference)
        // A full turn back for the upper half: exactly half a turn counts as backwards.
        return difference < half
            ? last &+ forwards : last &+ forwards &- 1 &<< Int64(Number.bitWidth)
    }
}

/// Sequence numbers of 16 bits in full.
package typealias SequenceUnwrapper = Unwrapper<UInt16>

extension UInt16 {
    /// Whether this sequence number comes after `other`, by the shorter way round.
    package func isNewer(than other: UInt16) -> Bool {
        let difference = self &- other
        return difference != 0 && difference < 0x8000
    }
}
