/// What of one source's packets came, by their sequence numbers: by themselves, when asked for,
/// twice or not at all.
///
/// A number is settled once so many later ones have come: until then it may just have been
/// overtaken.
package struct LossMeter: Sendable {
    package enum Limits {
        /// How many packets one may be overtaken by.
        package static let reorder: Int64 = 64
        /// How many numbers are remembered, for repairs that come after they were settled.
        static let remembered: Int64 = 1024
        /// A jump forwards of at most this many is loss, a longer one a new start.
        static let dropout: Int64 = 3_000
    }

    private var came = Bits()
    private var repaired = Bits()
    /// Without wraps; nil before the first packet.
    private var highest: Int64?
    /// All below is settled.
    private var settled: Int64 = 0
    private var first: Int64 = 0
    /// Where a far jump is believed if the next packet follows it.
    private var restartsAt: UInt16?
    private var missedInRow: Int64 = 0

    package init() {}

    /// Takes a packet. A repair is one that came since it was asked for, under its first number.
    package mutating func receive(
        sequence: UInt16, isRepair: Bool, into set: inout MeasureSet
    ) {
        guard let top = highest else {
            if !isRepair { begin(at: sequence, into: &set) }
            return
        }
        let ahead = Int64(Int16(bitPattern: sequence &- UInt16(truncatingIfNeeded: top)))
        let number = top + ahead
        let isFar = ahead > Limits.dropout || ahead <= -Limits.remembered
        if isFar {
            guard !isRepair else { return }
            guard sequence == restartsAt else {
                restartsAt = sequence &+ 1
                return
            }
            finish(into: &set)
            begin(at: sequence, into: &set)
            return
        }
        restartsAt = nil
        if isRepair {
            repair(number, into: &set)
        } else {
            arrive(number, into: &set)
        }
    }

    /// Settles all that is open: nothing more will come.
    package mutating func finish(into set: inout MeasureSet) {
        guard let top = highest else { return }
        settle(below: top + 1, into: &set)
        endRun(into: &set)
        highest = nil
        restartsAt = nil
    }

    private mutating func begin(at sequence: UInt16, into set: inout MeasureSet) {
        // Far from zero, so that what comes before the first has a number, too.
        let number = Int64(sequence) + 0x10_0000
        came = Bits()
        repaired = Bits()
        highest = number
        first = number
        settled = number
        came.insert(number)
        restartsAt = nil
        set.count(.packetsReceived)
    }

    private mutating func arrive(_ number: Int64, into set: inout MeasureSet) {
        set.count(.packetsReceived)
        // Sent before the first that we have seen: of those nobody knows how many there were.
        guard number >= first else { return }
        advance(to: number, into: &set)
        if came.contains(number) || repaired.contains(number) {
            set.count(.packetsRepeated)
        } else if number < settled {
            // So late that it was given up: it is there after all.
            repaired.insert(number)
            set.count(.packetsRepaired)
        } else {
            came.insert(number)
        }
    }

    private mutating func repair(_ number: Int64, into set: inout MeasureSet) {
        guard number >= first else { return }
        set.count(.packetsReceived)
        advance(to: number, into: &set)
        if came.contains(number) || repaired.contains(number) {
            set.count(.packetsRepeated)
        } else {
            repaired.insert(number)
            if number < settled { set.count(.packetsRepaired) }
        }
    }

    private mutating func advance(to number: Int64, into set: inout MeasureSet) {
        guard let top = highest, number > top else { return }
        for next in top + 1...number {
            // Its place in the ring has been another number's, which is settled long since.
            settle(below: next - Limits.reorder, into: &set)
            came.remove(next)
            repaired.remove(next)
        }
        highest = number
    }

    private mutating func settle(below limit: Int64, into set: inout MeasureSet) {
        while settled < limit {
            set.count(.packetsExpected)
            if came.contains(settled) {
                endRun(into: &set)
            } else {
                missedInRow += 1
                set.count(.packetsMissed)
                if repaired.contains(settled) { set.count(.packetsRepaired) }
            }
            settled += 1
        }
    }

    private mutating func endRun(into set: inout MeasureSet) {
        guard missedInRow > 0 else { return }
        set.add(missedInRow, to: .lossRun)
        missedInRow = 0
    }
}

/// A ring of marks by number.
private struct Bits: Sendable {
    private var words = [UInt64](repeating: 0, count: Int(LossMeter.Limits.remembered) / 64)

    func contains(_ number: Int64) -> Bool { words[word(number)] & mask(number) != 0 }
    mutating func insert(_ number: Int64) { words[word(number)] |= mask(number) }
    mutating func remove(_ number: Int64) { words[word(number)] &= ~mask(number) }

    private func word(_ number: Int64) -> Int { Int(number / 64) % words.count }
    private func mask(_ number: Int64) -> UInt64 { 1 << UInt64(number % 64) }
}
