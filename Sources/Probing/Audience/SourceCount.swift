/// What has come of one source to one viewer, by the headers of its packets alone.
struct SourceCount {
    /// A step at least so wide is a new start, not a loss or a late packet.
    private static let newStart: Int64 = 3000
    /// How far behind the newest a packet is still told from one that came before.
    private static let window: Int64 = 256

    /// What a packet was.
    enum Taken: Equatable {
        /// The one after the newest, or the first.
        case next
        /// So many before it have not come.
        case afterGap(Int)
        /// One that had been missed.
        case late
        case repeated
    }

    private(set) var ssrc: UInt32 = 0
    private(set) var isStarted = false
    /// Numbers count on over their rounds.
    private(set) var highest: Int64 = 0
    private var first: Int64 = 0
    private var expectedBefore: Int64 = 0
    /// Those that came by themselves, once each.
    private(set) var received: Int64 = 0
    private(set) var repaired: Int64 = 0
    private(set) var repeated: Int64 = 0
    private var seen = InlineArray<4, UInt64>(repeating: 0)
    private var transit: UInt32 = 0
    private var hasTransit = false
    /// Sixteen times the jitter (RFC 3550 A.8).
    private var scaledJitter: UInt32 = 0
    private var expectedTold: Int64 = 0
    private var receivedTold: Int64 = 0
    /// Of the last sender report.
    var reportMiddle: UInt32 = 0
    var reportAt: Int64 = 0

    var expected: Int64 { expectedBefore + (isStarted ? highest - first + 1 : 0) }
    var missed: Int64 { max(0, expected - received) }
    var jitterTicks: UInt32 { scaledJitter >> 4 }

    @inline(__always)
    mutating func take(_ sequence: UInt16, ssrc: UInt32) -> Taken {
        guard isStarted, ssrc == self.ssrc else {
            begin(sequence, ssrc)
            return .next
        }
        let step = Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest)))
        if step == 1 {
            highest += 1
            mark(highest)
            received += 1
            return .next
        }
        return takeUneven(sequence, step)
    }

    private mutating func takeUneven(_ sequence: UInt16, _ step: Int64) -> Taken {
        guard abs(step) < Self.newStart else {
            begin(sequence, ssrc)
            return .next
        }
        let number = highest + step
        guard step <= 0 else {
            for missing in highest + 1..<number { clear(missing) }
            highest = number
            mark(number)
            received += 1
            return .afterGap(Int(step) - 1)
        }
        guard step > -Self.window, number >= first, !isMarked(number) else {
            repeated += 1
            return .repeated
        }
        mark(number)
        return .late
    }

    /// Says of a late packet whether it had been asked for.
    mutating func countLate(isRepaired: Bool) {
        if isRepaired { repaired += 1 } else { received += 1 }
    }

    /// A repair under a number of its own has brought this packet; whether it was missed.
    mutating func repair(_ sequence: UInt16) -> Bool {
        guard isStarted else { return false }
        let step = Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: highest)))
        let number = highest + step
        guard step <= 0, step > -Self.window, number >= first, !isMarked(number) else {
            repeated += 1
            return false
        }
        mark(number)
        repaired += 1
        return true
    }

    private mutating func begin(_ sequence: UInt16, _ ssrc: UInt32) {
        expectedBefore = expected
        self.ssrc = ssrc
        isStarted = true
        first = Int64(sequence)
        highest = first
        seen = InlineArray(repeating: 0)
        mark(highest)
        received += 1
        hasTransit = false
    }

    /// Arrival in ticks of the source's clock.
    @inline(__always)
    mutating func noteTransit(_ timestamp: UInt32, arrival: UInt32) {
        let next = arrival &- timestamp
        if hasTransit {
            let difference = Int32(bitPattern: next &- transit).magnitude
            // A jump of seconds is the sender's, and would drown the rest for a minute.
            if difference < 1 << 20 {
                scaledJitter = scaledJitter &+ difference &- ((scaledJitter &+ 8) >> 4)
            }
        }
        transit = next
        hasTransit = true
    }

    /// What has come since the last report: share lost in 256ths, all that is lost.
    mutating func takeReport() -> (fraction: UInt8, lost: Int64) {
        let (expected, received) = (self.expected, received + repaired)
        let interval = expected - expectedTold
        let lost = interval - (received - receivedTold)
        expectedTold = expected
        receivedTold = received
        let fraction = lost <= 0 || interval <= 0 ? 0 : (lost << 8) / interval
        return (UInt8(clamping: fraction), expected - received)
    }

    private mutating func mark(_ number: Int64) {
        seen[Self.word(number)] |= Self.bit(number)
        // The place of the next may hold the mark of one that is a window older.
        let next = number + 1
        if number == highest { seen[Self.word(next)] &= ~Self.bit(next) }
    }

    private mutating func clear(_ number: Int64) {
        seen[Self.word(number)] &= ~Self.bit(number)
    }

    private func isMarked(_ number: Int64) -> Bool {
        seen[Self.word(number)] & Self.bit(number) != 0
    }

    private static func word(_ number: Int64) -> Int { Int(number & (window - 1)) / 64 }
    private static func bit(_ number: Int64) -> UInt64 { 1 << UInt64(number & 63) }
}
