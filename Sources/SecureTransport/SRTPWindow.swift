/// How often the sequence numbers of a source have begun anew, and which have just been used.
struct SRTPWindow {
    let ssrc: UInt32
    private(set) var highest: Int64?
    /// A bit for each of the last indices, at their remainder.
    private var used = InlineArray<16, UInt64>(repeating: 0)

    static let window: Int64 = 1024

    init(ssrc: UInt32) {
        self.ssrc = ssrc
    }

    /// A window of which all up to an index has been used.
    init(ssrc: UInt32, usedUpTo highest: Int64) {
        self.ssrc = ssrc
        self.highest = highest
        used = InlineArray(repeating: .max)
    }

    /// The index of a packet: the rollover count over the number (RFC 3711 3.3.1).
    ///
    /// As receivers take it that begin with a count of zero: in the first half of the first
    /// round a number far ahead is ahead, since nothing is before it.
    func index(of sequence: UInt16) -> Int64 {
        let highest = highest ?? 0
        let index = highest & ~0xFFFF | Int64(sequence)
        guard highest > 0x8000 else { return index }
        if index - highest > 0x8000 { return index - 0x1_0000 }
        return index - highest < -0x8000 ? index + 0x1_0000 : index
    }

    /// Whether an index has certainly not been used.
    func isFresh(_ index: Int64) -> Bool {
        guard let highest, index <= highest else { return true }
        return index > highest - Self.window && !isMarked(index)
    }

    /// Whether an index has certainly been used.
    func isUsed(_ index: Int64) -> Bool {
        guard let highest, index <= highest, index > highest - Self.window else { return false }
        return isMarked(index)
    }

    mutating func note(_ index: Int64) {
        if let highest, index > highest {
            var next = max(highest + 1, index - Self.window + 1)
            while next <= index {
                used[Self.word(next)] &= ~Self.bit(next)
                next += 1
            }
        }
        highest = max(highest ?? index, index)
        used[Self.word(index)] |= Self.bit(index)
    }

    private func isMarked(_ index: Int64) -> Bool {
        used[Self.word(index)] & Self.bit(index) != 0
    }

    private static func word(_ index: Int64) -> Int { Int(index & (window - 1)) / 64 }
    private static func bit(_ index: Int64) -> UInt64 { 1 << UInt64(index & 63) }
}
