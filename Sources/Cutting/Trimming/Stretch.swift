/// A half-open stretch of a show, in microseconds from its presentation zero.
package struct Stretch: Sendable, Hashable {
    package let start: Int64
    package let end: Int64

    package init(_ start: Int64, _ end: Int64) {
        self.start = start
        self.end = max(start, end)
    }

    package var length: Int64 { end - start }
}

extension [Stretch] {
    /// In order, without empty ones; what overlaps or touches is one.
    package var joined: [Stretch] {
        var result: [Stretch] = []
        for stretch in sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) })
        where stretch.length > 0 {
            if let last = result.last, stretch.start <= last.end {
                result[result.count - 1] = Stretch(last.start, Swift.max(last.end, stretch.end))
            } else {
                result.append(stretch)
            }
        }
        return result
    }

    /// What both have; each is in order, without overlaps.
    package func common(with other: [Stretch]) -> [Stretch] {
        var result: [Stretch] = []
        var (left, right) = (0, 0)
        while left < count, right < other.count {
            let both = Stretch(
                Swift.max(self[left].start, other[right].start),
                Swift.min(self[left].end, other[right].end))
            if both.length > 0 { result.append(both) }
            if self[left].end < other[right].end { left += 1 } else { right += 1 }
        }
        return result
    }

    /// What of a whole is in none of these, which are in order and without overlaps.
    package func gaps(in whole: Stretch) -> [Stretch] {
        var result: [Stretch] = []
        var place = whole.start
        for stretch in self where stretch.end > whole.start && stretch.start < whole.end {
            if stretch.start > place { result.append(Stretch(place, stretch.start)) }
            place = Swift.max(place, stretch.end)
        }
        if place < whole.end { result.append(Stretch(place, whole.end)) }
        return result
    }

    package func without(_ other: [Stretch]) -> [Stretch] {
        flatMap { other.gaps(in: $0) }
    }

    package func lasting(atLeast length: Int64) -> [Stretch] {
        filter { $0.length >= length }
    }
}
