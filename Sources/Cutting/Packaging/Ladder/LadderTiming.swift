/// When each picture of a ladder is shown, where its keyframes are, and which stretches are encoded
/// beside one another. All renditions have the same.
package struct LadderTiming: Sendable, Equatable {
    /// One picture: which one of those that the source shows, and when.
    package struct Entry: Sendable, Equatable, BitwiseCopyable {
        package let place: Int32
        package let isKey: Bool
        package let start: Int64
        package let duration: Int64
    }

    package enum Limits {
        /// Pictures in a second; of more, some are left out.
        package static let rate = 60
        /// From one keyframe to the next, in milliseconds: what Apple asks for.
        package static let keyMilliseconds: Int64 = 2000
        /// Of a stretch: long enough that its beginning costs little, short enough for memory.
        static let stretchMilliseconds: Int64 = 8000
        static let longestStretchMilliseconds: Int64 = 14_000
        /// The most pictures of a stretch, whatever their times say.
        static let stretchEntries = 1200
    }

    package let timescale: Int32
    package let entries: [Entry]
    /// Stretches of `entries`; each begins with a keyframe.
    package let stretches: [Range<Int>]
    /// How much later than decoded a picture is shown, so that no B-frame comes too late.
    package let delay: Int64

    /// - Parameters:
    ///   - shown: start and end of each picture, ascending, in ticks from the start.
    ///   - sourceKeys: where decoding of the source can begin, as places in `shown`, ascending.
    ///   - keys: where keyframes have to be, as places in `shown`; nil for every two seconds.
    ///   - breaks: where the media of the source jump, as places in `shown`, ascending; there
    ///     decoding begins anew.
    ///   - reordering: how many pictures may be held back for their order.
    package init(
        shown: [Range<Int64>], timescale: Int32, sourceKeys: [Int], keys: [Int]?,
        breaks: [Int], reordering: Int
    ) {
        self.timescale = timescale
        let kept = Self.kept(shown, timescale, (keys ?? []) + breaks)
        var isKey = Array(repeating: false, count: kept.count)
        if let keys {
            var next = 0
            for (number, place) in kept.enumerated() {
                while next < keys.count, keys[next] < place { next += 1 }
                isKey[number] = next < keys.count && keys[next] == place
            }
        } else {
            var last: Int64 = -1
            for (number, place) in kept.enumerated() {
                let period = Self.period(shown[place].lowerBound, timescale)
                isKey[number] = period != last
                last = period
            }
        }
        if !isKey.isEmpty { isKey[0] = true }
        let jumps = Self.places(breaks, in: kept)
        for number in jumps { isKey[number] = true }
        entries = kept.indices.map { number in
            let start = shown[kept[number]].lowerBound
            let end =
                number + 1 < kept.count
                ? shown[kept[number + 1]].lowerBound : shown[kept[number]].upperBound
            return Entry(
                place: Int32(truncatingIfNeeded: kept[number]), isKey: isKey[number], start: start,
                duration: max(1, end - start))
        }
        stretches = Self.stretches(entries, sourceKeys, Set(jumps), timescale)
        delay = Self.delay(entries, reordering)
    }

    /// Which period of two seconds a time is in; half a millisecond early still counts as in it.
    private static func period(_ ticks: Int64, _ timescale: Int32) -> Int64 {
        let ticks = max(0, ticks) + Int64(timescale) / 2000
        return ticks * 1000 / (Int64(timescale) * Limits.keyMilliseconds)
    }

    /// The numbers of what is kept at those places of the source, or next after them.
    private static func places(_ places: [Int], in kept: [Int]) -> [Int] {
        var numbers: [Int] = []
        var number = 0
        for place in places {
            while number < kept.count, kept[number] < place { number += 1 }
            if number < kept.count { numbers.append(number) }
        }
        return numbers
    }

    /// Leaves out what comes sooner after the last one than the highest rate allows.
    private static func kept(
        _ shown: [Range<Int64>], _ timescale: Int32, _ keys: [Int]
    ) -> [Int] {
        // Times on a coarse clock are off by up to a tick.
        let least = Int64(timescale) * 9 / Int64(Limits.rate * 10) - 1
        let forced = Set(keys)
        var kept: [Int] = []
        kept.reserveCapacity(shown.count)
        var last: Int64?
        for (place, range) in shown.enumerated() {
            // Two at one time cannot both be shown.
            if let last, range.lowerBound <= last { continue }
            let isSoon = last.map { range.lowerBound - $0 < least } ?? false
            if isSoon, !forced.contains(place) { continue }
            kept.append(place)
            last = range.lowerBound
        }
        return kept
    }

    /// Ends stretches at keyframes near a keyframe of the source, so that little is decoded twice.
    private static func stretches(
        _ entries: [Entry], _ sourceKeys: [Int], _ jumps: Set<Int>, _ timescale: Int32
    ) -> [Range<Int>] {
        let least = Limits.stretchMilliseconds * Int64(timescale) / 1000
        let most = Limits.longestStretchMilliseconds * Int64(timescale) / 1000
        var stretches: [Range<Int>] = []
        var start = 0
        var best: (number: Int, waste: Int)?
        for number in entries.indices.dropFirst() where entries[number].isKey {
            if jumps.contains(number) {
                if let found = best { stretches.append(start..<found.number) }
                stretches.append((best?.number ?? start)..<number)
                start = number
                best = nil
                continue
            }
            let length = entries[number].start - entries[start].start
            if let found = best,
                length > most || number - start > Limits.stretchEntries || found.waste == 0
            {
                stretches.append(start..<found.number)
                start = found.number
                best = nil
            }
            if entries[number].start - entries[start].start >= least
                || number - start >= Limits.stretchEntries
            {
                let waste = Self.waste(Int(entries[number].place), sourceKeys)
                if best.map({ waste < $0.waste }) ?? true { best = (number, waste) }
            }
        }
        if let found = best, found.number < entries.count {
            stretches.append(start..<found.number)
            start = found.number
        }
        if start < entries.count { stretches.append(start..<entries.count) }
        return stretches
    }

    /// How many pictures of the source have to be decoded before that one.
    private static func waste(_ place: Int, _ sourceKeys: [Int]) -> Int {
        var (low, high) = (0, sourceKeys.count)
        while low < high {
            let middle = (low + high) / 2
            if sourceKeys[middle] <= place { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? place : place - sourceKeys[low - 1]
    }

    private static func delay(_ entries: [Entry], _ reordering: Int) -> Int64 {
        guard reordering > 0, entries.count > 1 else { return 0 }
        var delay: Int64 = 0
        for number in entries.indices {
            let ahead = min(entries.count - 1, number + reordering)
            delay = max(delay, entries[ahead].start - entries[number].start)
        }
        return delay
    }

    /// In ticks: until the last picture has been shown.
    package var end: Int64 { entries.last.map { $0.start + $0.duration } ?? 0 }
}
