import Primitives

/// What an encoder gives whose rendition goes to several destinations.
enum RateAgreement {
    /// One that can take less than this part of what another one can does not hold it back.
    static let least = 0.5
    /// An encoder is not told of smaller changes.
    static let step = 0.03

    /// The lowest of the targets, unless it is far below the highest.
    static func agree(_ targets: [Double]) -> Double? {
        guard let lowest = targets.min(), let highest = targets.max() else { return nil }
        return max(lowest, highest * least)
    }

    static func isNews(_ rate: Int, after last: Int?) -> Bool {
        guard let last, last > 0, rate > 0 else { return rate != last }
        return abs(Double(rate - last)) > Double(last) * step
    }
}

/// Lets keyframes be asked for, and sees to it that they are not made too often.
struct KeyframeWishes {
    enum Limits {
        /// Each keyframe costs as much as many pictures.
        static let interval: Duration = .milliseconds(250)
    }

    private struct Entry {
        let rendition: RenditionName
        var last: Instant
        var isAsked: Bool
    }

    private var entries: [Entry] = []

    /// Whether it is to be made now; if not, it will be `due`.
    mutating func ask(_ rendition: RenditionName, now: Instant) -> Bool {
        guard let place = entries.firstIndex(where: { $0.rendition == rendition }) else {
            entries.append(Entry(rendition: rendition, last: now, isAsked: false))
            return true
        }
        guard now - entries[place].last >= Limits.interval else {
            entries[place].isAsked = true
            return false
        }
        entries[place].last = now
        entries[place].isAsked = false
        return true
    }

    var deadline: Instant? {
        entries.filter(\.isAsked).map { $0.last + Limits.interval }.min()
    }

    /// The next one whose time has come.
    mutating func takeDue(now: Instant) -> RenditionName? {
        let place = entries.firstIndex { $0.isAsked && $0.last + Limits.interval <= now }
        guard let place else { return nil }
        entries[place].last = now
        entries[place].isAsked = false
        return entries[place].rendition
    }
}
