/// Counts of durations in buckets that are 3 % wide at most.
struct LoadHistogram {
    private static let fine = 32
    /// A thousandth of the largest duration of 64 bits, and more than an hour.
    private static let octaves = 40

    private var counts = [Int](repeating: 0, count: fine * octaves)
    private(set) var count = 0
    private(set) var largest: Int64 = 0

    mutating func add(nanoseconds: Int64) {
        let value = max(nanoseconds, 0) >> 10
        counts[Self.place(value)] += 1
        count += 1
        largest = max(largest, nanoseconds)
    }

    /// In microseconds; 0 where nothing has been counted.
    func percentile(_ share: Double) -> Double {
        guard count > 0 else { return 0 }
        let wanted = Int((Double(count) * share).rounded(.up))
        var passed = 0
        for (place, number) in counts.enumerated() where number > 0 {
            passed += number
            if passed >= wanted { return Self.middle(place) * 1.024 }
        }
        return Double(largest) / 1000
    }

    var largestMicroseconds: Double { Double(largest) / 1000 }

    private static func place(_ value: Int64) -> Int {
        guard value >= fine else { return Int(value) }
        let shift = Int64.bitWidth - value.leadingZeroBitCount - 6
        return min((shift + 1) * fine + Int(value >> Int64(shift)) - fine, fine * octaves - 1)
    }

    private static func middle(_ place: Int) -> Double {
        guard place >= fine else { return Double(place) + 0.5 }
        let shift = place / fine - 1
        return (Double(place % fine + fine) + 0.5) * Double(1 << shift)
    }
}
