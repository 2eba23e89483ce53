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
    package private(set) var least: Int64?
    package private(set) var greatest: Int64?
    /// By place; as long as the highest one that has been needed.
    private var positive: [Int64] = []
    private var negative: [Int64] = []

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package var mean: Double? { count == 0 ? nil : Double(sum) / Double(count) }

    package mutating func add(_ value: Int64, times: Int64 = 1) {
        guard times > 0 else { return }
        let bounded = max(-Self.largest, min(Self.largest, value))
        count &+= times
        sum = sum.addingClamped(bounded.multipliedClamped(times))
        least = least.map { min($0, bounded) } ?? bounded
        greatest = greatest.map { max($0, bounded) } ?? bounded
        let place = Self.place(of: Int64(bounded.magnitude))
        if bounded >= 0 {
            Self.count(times, at: place, in: &positive)
        } else {
            Self.count(times, at: place, in: &negative)
        }
    }

    package mutating func merge(_ other: Histogram) {
        guard !other.isEmpty else { return }
        count &+= other.count
        sum = sum.addingClamped(other.sum)
        if let low = other.least { least = least.map { min($0, low) } ?? low }
        if let high = other.greatest { greatest = greatest.map { max($0, high) } ?? high }
        for place in other.positive.indices where other.positive[place] > 0 {
            Self.count(other.positive[place], at: place, in: &positive)
        }
        for place in other.negative.indices where other.negative[place] > 0 {
            Self.count(other.negative[place], at: place, in: &negative)
        }
    }

    /// The value that a share of all values does not exceed, 0 to 1; nil where there are none.
    package func quantile(_ share: Double) -> Int64? {
        guard let least, let greatest else { return nil }
        let rank = max(1, Int64((share * Double(count)).rounded(.up)))
        guard rank < count else { return greatest }
        var seen: Int64 = 0
        for bucket in buckets {
            seen += bucket.count
            if seen >= rank { return max(least, min(greatest, bucket.value)) }
        }
        return greatest
    }

    /// A run of values that are not told apart, by the one in their middle.
    package struct Bucket: Sendable, Equatable {
        package let value: Int64
        package let count: Int64
    }

    /// Those that hold something, from the least value to the greatest.
    package var buckets: [Bucket] {
        var all: [Bucket] = []
        for place in negative.indices.reversed() where negative[place] > 0 {
            all.append(Bucket(value: -Self.middle(of: place), count: negative[place]))
        }
        for place in positive.indices where positive[place] > 0 {
            all.append(Bucket(value: Self.middle(of: place), count: positive[place]))
        }
        return all
    }

    private static func count(_ times: Int64, at place: Int, in places: inout [Int64]) {
        if place >= places.count {
            places.append(contentsOf: repeatElement(0, count: place + 1 - places.count))
        }
        places[place] &+= times
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

extension Int64 {
    fileprivate func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    fileprivate func multipliedClamped(_ other: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
