/// What was asked of one SKU and answered, each call with when it began and ended, and whether some
/// order of single steps explains it all: linearizability (Herlihy and Wing 1990).
///
/// Calls are taken in the order of their ends. Whatever is under way may be put before the one that
/// ends; what cannot matter any more is forgotten (Lowe, "Testing for linearizability", 2016).
struct ShelfHistory {
    /// Calls that may be under way at once.
    static let maximumActive = 256
    /// Ways to explain what was seen so far that are kept, and that are looked at for each call.
    static let maximumWays = 256
    static let maximumLooks = 4000

    struct Entry {
        let call: ShelfCall
        let began: Int64
        /// For a lost answer: until when it may still be done.
        let ended: Int64
        /// It need not have been done.
        let isOptional: Bool
    }

    enum Verdict: Equatable {
        case linearizable
        /// Nothing explains the answer of this entry.
        case impossible(at: Int, String)
        /// None of the ways that were followed explains the answer of this entry; others were left
        /// out, because there are too many.
        case undecided(at: Int)
    }

    let onHand: Int64
    private(set) var entries: [Entry] = []

    init(onHand: Int64) {
        self.onHand = onHand
    }

    mutating func add(
        _ call: ShelfCall, from began: Int64, to ended: Int64, isOptional: Bool = false
    ) {
        entries.append(
            Entry(
                call: call, began: began, ended: ended,
                isOptional: isOptional || call.answer == nil && !call.verb.isByItself))
    }

    func verdict() -> Verdict {
        var search = Search(self)
        return search.run()
    }
}

extension ShelfCall.Verb {
    fileprivate var isByItself: Bool { if case .expire = self { true } else { false } }
}

/// One explanation of what was seen so far.
private struct Way: Hashable {
    var shelf: Shelf
    /// Which of the calls under way are done, by slot.
    var done: SIMD4<UInt64> = .zero

    var doneCount: Int {
        (0..<4).map { done[$0].nonzeroBitCount }.reduce(0, +)
    }

    func isDone(_ slot: Int) -> Bool { done[slot / 64] >> (slot % 64) & 1 == 1 }

    mutating func set(_ slot: Int, _ isDone: Bool) {
        let bit = UInt64(1) << (slot % 64)
        if isDone { done[slot / 64] |= bit } else { done[slot / 64] &= ~bit }
    }
}

private struct Search {
    private let entries: [ShelfHistory.Entry]
    private var ways: [Way]
    /// Entries under way, by slot.
    private var slots: [Int?] = []
    private var slotOf: [Int: Int] = [:]
    /// How many entries about each reservation have not ended yet.
    private var mentions: [Int: Int] = [:]
    /// Ways were left out.
    private var isNarrowed = false

    init(_ history: ShelfHistory) {
        entries = history.entries
        ways = [Way(shelf: Shelf(onHand: history.onHand))]
        for entry in entries {
            if let id = entry.call.verb.reservation { mentions[id, default: 0] += 1 }
        }
    }

    mutating func run() -> ShelfHistory.Verdict {
        // What begins when something else ends may have come before it.
        let begins = entries.indices.map { (time: entries[$0].began, order: 0, entry: $0) }
        let ends = entries.indices.map { (time: entries[$0].ended, order: 1, entry: $0) }
        let events = (begins + ends).sorted {
            ($0.time, $0.order, $0.entry) < ($1.time, $1.order, $1.entry)
        }
        for event in events {
            if event.order == 0 {
                guard begin(event.entry) else { return .undecided(at: event.entry) }
            } else if let verdict = end(event.entry) {
                return verdict
            }
        }
        return .linearizable
    }

    private mutating func begin(_ entry: Int) -> Bool {
        let slot = slots.firstIndex { $0 == nil } ?? slots.count
        guard slot < ShelfHistory.maximumActive else { return false }
        if slot == slots.count { slots.append(entry) } else { slots[slot] = entry }
        slotOf[entry] = slot
        return true
    }

    private mutating func end(_ entry: Int) -> ShelfHistory.Verdict? {
        guard let slot = slotOf.removeValue(forKey: entry) else { return nil }
        var next: [Way] = []
        var seen: Set<Way> = []
        for var way in ways {
            guard !way.isDone(slot) else {
                way.set(slot, false)
                if seen.insert(way).inserted { next.append(way) }
                continue
            }
            if entries[entry].isOptional, seen.insert(way).inserted { next.append(way) }
            for way in follow(way, until: slot) where seen.insert(way).inserted {
                next.append(way)
            }
        }
        slots[slot] = nil
        guard !next.isEmpty else {
            return isNarrowed ? .undecided(at: entry) : .impossible(at: entry, words(entry))
        }
        if next.count > ShelfHistory.maximumWays {
            isNarrowed = true
            // Who has done least before it had to be done can still do most.
            next.sort { $0.doneCount < $1.doneCount }
            next.removeSubrange(ShelfHistory.maximumWays...)
        }
        ways = next
        forget(entries[entry].call.verb.reservation)
        return nil
    }

    /// The ways to have the call in `slot` done, with any others before it: those with the fewest
    /// others first.
    private mutating func follow(_ start: Way, until slot: Int) -> [Way] {
        var found: [Way] = []
        var open = [settled(start)]
        var seen = Set(open)
        var looked = 0
        while looked < open.count {
            guard looked < ShelfHistory.maximumLooks else {
                isNarrowed = true
                break
            }
            var way = open[looked]
            looked += 1
            guard !way.isDone(slot) else {
                way.set(slot, false)
                found.append(way)
                continue
            }
            for (other, entry) in slots.enumerated() {
                guard let entry, !way.isDone(other),
                    let shelf = way.shelf.after(entries[entry].call)
                else { continue }
                // Who changes nothing by being done need not come first.
                if other != slot, shelf == way.shelf { continue }
                var longer = way
                longer.shelf = shelf
                longer.set(other, true)
                longer = settled(longer)
                if seen.insert(longer).inserted { open.append(longer) }
            }
            guard found.count < ShelfHistory.maximumWays else {
                isNarrowed = true
                break
            }
        }
        return found
    }

    /// An answer that fits and changes nothing may as well be given here as later.
    private func settled(_ way: Way) -> Way {
        var way = way
        for (slot, entry) in slots.enumerated() {
            guard let entry, !way.isDone(slot), entries[entry].call.answer != nil,
                way.shelf.after(entries[entry].call) == way.shelf
            else { continue }
            way.set(slot, true)
        }
        return way
    }

    /// Drops what nothing more is said about, so that ways which differ only there become one.
    private mutating func forget(_ id: Int?) {
        guard let id, let left = mentions[id] else { return }
        mentions[id] = left - 1
        guard left == 1 else { return }
        for index in ways.indices { ways[index].shelf.forget(id) }
        if ways.count > 1 {
            var seen: Set<Way> = []
            ways.removeAll { !seen.insert($0).inserted }
        }
    }

    private func words(_ entry: Int) -> String {
        let call = entries[entry]
        let levels = ways.prefix(3).map { "\($0.shelf.level)" }
        let others = slots.compactMap { $0 }.filter { $0 != entry }.prefix(8)
            .map { "\(entries[$0].call)" }
        return "\(call) after \(levels), beside \(others)"
    }
}
