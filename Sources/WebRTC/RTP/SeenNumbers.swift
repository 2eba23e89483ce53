/// Which of the last sequence numbers of a source have come, so that each counts once.
struct SeenNumbers: Sendable {
    static let window: Int64 = 1024

    private var numbers = SequenceUnwrapper()
    /// A bit for each of the last numbers, at their remainder.
    private var seen = InlineArray<16, UInt64>(repeating: 0)

    /// Whether a number is new; what is further behind than can be told is none if it is late, and
    /// begins anew otherwise.
    mutating func insert(_ number: UInt16, isLate: Bool) -> Bool {
        let last = numbers.last
        let whole = numbers.peek(number)
        if let last, whole <= last {
            guard last - whole < Self.window else {
                guard !isLate else { return false }
                self = SeenNumbers()
                return insert(number, isLate: false)
            }
            guard seen[Self.word(whole)] & Self.bit(whole) == 0 else { return false }
        } else {
            var next = max((last ?? whole) + 1, whole - Self.window + 1)
            while next <= whole {
                seen[Self.word(next)] &= ~Self.bit(next)
                next += 1
            }
            _ = numbers.unwrap(number)
        }
        seen[Self.word(whole)] |= Self.bit(whole)
        return true
    }

    private static func remainder(_ whole: Int64) -> Int {
        Int(truncatingIfNeeded: whole) & Int(window - 1)
    }
    private static func word(_ whole: Int64) -> Int { remainder(whole) / 64 }
    private static func bit(_ whole: Int64) -> UInt64 { 1 << UInt64(remainder(whole) % 64) }
}
