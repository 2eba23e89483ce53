import Primitives

/// A stretch of the media in which something of one SKU holds, in milliseconds.
package struct TimelineStretch: Sendable, Equatable {
    package let code: SKUCode
    package let start: Int64
    /// Not part of it.
    package let end: Int64
    /// What began it.
    package let event: TimelineEvent

    package init(code: SKUCode, start: Int64, end: Int64, event: TimelineEvent) {
        self.code = code
        self.start = start
        self.end = end
        self.event = event
    }
}

/// A stretch of the media that a viewer may jump to.
package struct TimelineChapter: Sendable, Equatable {
    package let title: String
    package let code: SKUCode?
    package let start: Int64
    package let end: Int64

    package init(title: String, code: SKUCode?, start: Int64, end: Int64) {
        self.title = title
        self.code = code
        self.start = start
        self.end = end
    }
}

// What holds when. All of it lies between zero and `end`: the length of the media, or what is known
// of it; what is empty there is left out.

extension Timeline {
    /// Where the media end as far as the timeline says it: their length, else the end of the show,
    /// else the last event.
    package var knownEnd: Int64 {
        if let duration = header.media?.durationMilliseconds { return duration }
        let placed = placed
        let ended = placed.last { $0.event.change == .showEnded }
        return max(0, (ended ?? placed.last)?.mediaTime ?? 0)
    }

    /// When which SKU is pinned, one after the other. A SKU that is pinned again while it is pinned
    /// stays so.
    package func pins(until end: Int64) -> [TimelineStretch] {
        var stretches: [TimelineStretch] = []
        var open: PlacedEvent?
        func close(at mediaTime: Int64) {
            guard let pin = open, let code = pin.event.code else { return }
            stretches.append(pin, code, until: mediaTime, within: end)
            open = nil
        }
        for placed in placed {
            switch placed.event.change {
            case .pin(let code) where open?.event.code == code: break
            case .pin:
                close(at: placed.mediaTime)
                open = placed
            case .unpin, .showEnded: close(at: placed.mediaTime)
            default: break
            }
        }
        close(at: end)
        return stretches
    }

    /// When which SKU has a price of its own, by their starts.
    package func flashes(until end: Int64) -> [TimelineStretch] {
        var stretches = OpenStretches(end: end)
        for placed in placed {
            switch placed.event.change {
            case .flash(let flash):
                stretches.close(flash.code, at: placed.mediaTime)
                stretches.open(flash.code, placed)
            case .flashClosed(let code): stretches.close(code, at: placed.mediaTime)
            case .showEnded: stretches.closeAll(at: placed.mediaTime)
            default: break
            }
        }
        return stretches.all
    }

    /// When which SKU cannot be bought since nothing is left of it, by their starts.
    package func soldOut(until end: Int64) -> [TimelineStretch] {
        var stretches = OpenStretches(end: end)
        for placed in placed {
            switch placed.event.change {
            case .soldOut(let code): stretches.openOnce(code, placed)
            case .stock(let code, let available?) where available <= 0:
                stretches.openOnce(code, placed)
            case .backInStock(let code, _), .stock(let code, _?):
                stretches.close(code, at: placed.mediaTime)
            default: break
            }
        }
        return stretches.all
    }

    /// The chapters that are named; where none is, one for each stretch in which a SKU is pinned,
    /// by its title, or by its code where the timeline has no title.
    package func chapters(until end: Int64) -> [TimelineChapter] {
        let named = namedChapters(until: end)
        guard named.isEmpty else { return named }
        let titles = titles
        return pins(until: end).map { pin in
            TimelineChapter(
                title: titles[pin.code] ?? pin.code.text, code: pin.code, start: pin.start,
                end: pin.end)
        }
    }

    /// Each lasts until it says, else until the next one.
    private func namedChapters(until end: Int64) -> [TimelineChapter] {
        var chapters: [TimelineChapter] = []
        var next = end
        for placed in placed.reversed() {
            guard case .chapter(let title, let code) = placed.event.change else { continue }
            let start = max(0, placed.mediaTime)
            let stop = min(placed.closesMediaTime ?? next, end)
            if start < stop {
                chapters.append(
                    TimelineChapter(title: title, code: code, start: start, end: stop))
            }
            next = placed.mediaTime
        }
        return chapters.reversed()
    }

    /// The titles that the header lists, by SKU.
    package var titles: [SKUCode: String] {
        var titles: [SKUCode: String] = [:]
        for listing in header.listings where titles[listing.code] == nil {
            titles[listing.code] = listing.title
        }
        return titles
    }
}

/// Stretches of many SKUs that go on beside one another, one a SKU at a time.
private struct OpenStretches {
    private let end: Int64
    private var begun: [SKUCode: PlacedEvent] = [:]
    private var closed: [TimelineStretch] = []

    init(end: Int64) {
        self.end = end
    }

    mutating func open(_ code: SKUCode, _ first: PlacedEvent) { begun[code] = first }

    mutating func openOnce(_ code: SKUCode, _ first: PlacedEvent) {
        if begun[code] == nil { begun[code] = first }
    }

    mutating func close(_ code: SKUCode, at mediaTime: Int64) {
        guard let first = begun.removeValue(forKey: code) else { return }
        let stop = min(mediaTime, first.closesMediaTime ?? .max)
        closed.append(first, code, until: stop, within: end)
    }

    mutating func closeAll(at mediaTime: Int64) {
        for code in begun.keys.sorted() { close(code, at: mediaTime) }
    }

    var all: [TimelineStretch] {
        var whole = self
        whole.closeAll(at: end)
        return whole.closed.sorted { ($0.start, $0.code) < ($1.start, $1.code) }
    }
}

extension [TimelineStretch] {
    fileprivate mutating func append(
        _ first: PlacedEvent, _ code: SKUCode, until mediaTime: Int64, within end: Int64
    ) {
        let start = Swift.max(0, first.mediaTime)
        let stop = Swift.min(mediaTime, end)
        guard start < stop else { return }
        append(TimelineStretch(code: code, start: start, end: stop, event: first.event))
    }
}
