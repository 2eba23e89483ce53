/// How often values came, by size: quantiles of it are right to one part in 128.
///
/// Histograms of many windows, viewers and machines add up to that of all of them, which averages
/// of percentiles never do. Nothing is allocated for a value once its like has been there.
package struct Histogram: Sendable, Equatable {
    /// Of each power of two.
    static let parts = 64
    static let partBits = 6
    /// About 12 days of microseconds; what is beyond counts as that.
    package static let largest: Int64 = 1 << 40
    /// Places for one sign.
    static let places = (40 - partBits + 1) * parts + 1

    package private(set) var count: Int64 = 0
    package private(set) var sum: Int64 = 0
    private var low = Int64.max
    private var high = Int64.min
    private var positive = Counts()
    private var negative = Counts()

    package init() {}

    package var isEmpty: Bool { count == 0 }

    /// How many counts it keeps: all between the least and the greatest.
    var storedPlaces: Int { positive.counts.count + negative.counts.count }

    package var least: Int64? { isEmpty ? nil : low }
    package var greatest: Int64? { isEmpty ? nil : high }

    package var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

    package mutating func add(_ value: Int64, times: Int64 = 1) {
        guard times > 0 else { return }
        let bounded = max(-Self.largest, min(Self.largest, value))
        count = count.addingClamped(times)
        sum = sum.addingClamped(bounded.multipliedClamped(times))
        low = min(low, bounded)
        high = max(high, bounded)
        let place = Self.place(of: Int64(bounded.magnitude))
        if bounded >= 0 {
            positive.add(times, at: place)
        } else {
            negative.add(times, at: place)
        }
    }

    package mutating func merge(_ other: Histogram) {
        guard !other.isEmpty else { return }
        if isEmpty {
            self = other
            return
        }
        count = count.addingClamped(other.count)
        sum = sum.addingClamped(other.sum)
        low = min(low, other.low)
        high = max(high, other.high)
        positive.merge(other.positive)
        negative.merge(other.negative)
    }

    /// The value that a share of all values does not exceed, 0 to 1; nil where there are none.
    package func quantile(_ share: Double) -> Int64? {
        guard let least, let greatest else { return nil }
        let rank = max(1, Int64(nearest: (share * Double(count)).rounded(.up)))
        guard rank < count else { return greatest }
        var seen: Int64 = 0
        for bucket in buckets {
            seen = seen.addingClamped(bucket.count)
            if seen >= rank { return max(least, min(greatest, bucket.value)) }
        }
        return greatest
    }

    /// The same values without their signs.
    package var magnitudes: Histogram {
        guard !isEmpty, low < 0 else { return self }
        var folded = self
        folded.negative = Counts()
        folded.positive.merge(negative)
        folded.high = max(-low, high)
        // Of the least magnitude, and of the sum, no more is known than the buckets tell.
        folded.low = high < 0 ? -high : min(folded.buckets.first?.value ?? 0, folded.high)
        if high < 0 {
            folded.sum = sum == .min ? .max : -sum
        } else {
            folded.sum = folded.buckets.reduce(Int64(0)) {
                $0.addingClamped($1.value.multipliedClamped($1.count))
            }
        }
        return folded
    }

    /// A run of values that are not told apart, by the one in their middle.
    package struct Bucket: Sendable, Equatable {
        package let value: Int64
        package let count: Int64

        package init(value: Int64, count: Int64) {
            self.value = value
            self.count = count
        }
    }

    /// Those that hold something, from the least value to the greatest.
    package var buckets: [Bucket] {
        var all: [Bucket] = []
        for index in negative.counts.indices.reversed() where negative.counts[index] > 0 {
            let value = -Self.middle(of: negative.first + index)
            all.append(Bucket(value: value, count: negative.counts[index]))
        }
        for index in positive.counts.indices where positive.counts[index] > 0 {
            let value = Self.middle(of: positive.first + index)
            all.append(Bucket(value: value, count: positive.counts[index]))
        }
        return all
    }

    /// The one that had these buckets; nil where they do not fit what is said of them.
    package init?(buckets: [Bucket], sum: Int64, least: Int64, greatest: Int64) {
        let middle = Self.middle(of: Self.places - 1)
        for bucket in buckets {
            guard bucket.count > 0, (-middle...middle).contains(bucket.value) else { return nil }
            let place = Self.place(of: Int64(bucket.value.magnitude))
            count = count.addingClamped(bucket.count)
            if bucket.value >= 0 {
                positive.add(bucket.count, at: place)
            } else {
                negative.add(bucket.count, at: place)
            }
        }
        let whole = self.buckets
        guard let first = whole.first, let last = whole.last, least <= greatest,
            Self.isIn(first, least), Self.isIn(last, greatest),
            sum >= least.multipliedClamped(count), sum <= greatest.multipliedClamped(count)
        else { return nil }
        self.sum = sum
        self.low = least
        self.high = greatest
    }

    private static func isIn(_ bucket: Bucket, _ value: Int64) -> Bool {
        (-largest...largest).contains(value)
            && (value < 0) == (bucket.value < 0)
            && place(of: Int64(value.magnitude)) == place(of: Int64(bucket.value.magnitude))
    }

    /// Small values have a place each; of each power of two above there are as many places.
    static func place(of value: Int64) -> Int {
        guard value >= parts else { return Int(value) }
        let power = 63 - value.leadingZeroBitCount
        let shift = power - partBits
        return (shift + 1) * parts + Int(value >> Int64(shift)) - parts
    }

    /// The value in the middle of a place.
    static func middle(of place: Int) -> Int64 {
        guard place >= parts else { return Int64(place) }
        let shift = place / parts - 1
        let low = Int64(place % parts + parts) << Int64(shift)
        return low + (Int64(1) << Int64(shift)) / 2
    }
}

/// Counts by place, from the lowest place that is needed to the highest: thousands of viewers each
/// keep many of these, and the values of one measure lie close together.
private struct Counts: Sendable, Equatable {
    private(set) var first = 0
    private(set) var counts: [Int64] = []

    mutating func add(_ times: Int64, at place: Int) {
        if place < first || place >= first + counts.count { cover(place, place) }
        counts[place - first] = counts[place - first].addingClamped(times)
    }

    mutating func merge(_ other: Counts) {
        guard !other.counts.isEmpty else { return }
        cover(other.first, other.first + other.counts.count - 1)
        let shift = other.first - first
        for index in other.counts.indices {
            counts[index + shift] = counts[index + shift].addingClamped(other.counts[index])
        }
    }

    private mutating func cover(_ low: Int, _ high: Int) {
        if counts.isEmpty { first = low }
        if low < first {
            counts.insert(contentsOf: repeatElement(0, count: first - low), at: 0)
            first = low
        }
        if high >= first + counts.count {
            counts.append(contentsOf: repeatElement(0, count: high + 1 - first - counts.count))
        }
    }
}
