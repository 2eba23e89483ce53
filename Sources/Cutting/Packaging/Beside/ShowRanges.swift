package import Commerce
package import Primitives

/// What happened in a show as date ranges of HLS, for players that tell them to their page.
package enum ShowRanges {
    /// The first part of each `CLASS`; in capitals, of the names of attributes.
    package static let prefix = "com.livecommerce"

    package enum Limits {
        /// Of one playlist: each player reads all of them.
        package static let ranges = 10_000
        static let textBytes = 1000
    }

    /// When the package's zero was, as far as anybody says it: the alignment of a timeline, an
    /// event with both times, or the file itself. Without any, dates count from 1970, so that
    /// ranges still have a place.
    package static func start(_ timeline: Timeline?, created: WallClock?) -> WallClock? {
        guard let timeline else { return created }
        if let said = timeline.header.media?.startTime { return said }
        for placed in timeline.placed {
            guard let time = placed.event.time else { continue }
            return time + .milliseconds(-placed.mediaTime)
        }
        return timeline.header.startedAt ?? created ?? WallClock(millisecondsSince1970: 0)
    }

    /// Pins, flashes, what was sold out, and chapters, by their starts.
    package static func ranges(
        of timeline: Timeline, start: WallClock, end: Int64
    ) -> [PackageDateRange] {
        var all: [(kind: String, number: Int, stretch: TimelineStretch)] = []
        func add(_ kind: String, _ stretches: [TimelineStretch]) {
            all += stretches.enumerated().map { (kind, $0.offset, $0.element) }
        }
        add("pin", timeline.pins(until: end))
        add("price-flash", timeline.flashes(until: end))
        add("sold-out", timeline.soldOut(until: end))
        let inOrder = all.enumerated().sorted {
            ($0.element.stretch.start, $0.offset) < ($1.element.stretch.start, $1.offset)
        }
        var sweep = PriceSweep(timeline)
        var ranges: [(start: Int64, range: PackageDateRange)] = []
        for (kind, number, stretch) in inOrder.map(\.element).prefix(Limits.ranges) {
            let price = kind == "sold-out" ? nil : sweep.price(of: stretch)
            let about = attributes(of: stretch, price: price, in: timeline, sweep.titles)
            let time = stretch.start..<stretch.end
            ranges.append((stretch.start, range(kind, number, time, about, start)))
        }
        for (number, chapter) in timeline.chapters(until: end).enumerated() {
            var about: [(String, PackageDateRange.Value)] = [
                ("TITLE", .text(clipped(chapter.title)))
            ]
            if let code = chapter.code { about.append(("SKU", .text(clipped(code.text)))) }
            let time = chapter.start..<chapter.end
            ranges.append((chapter.start, range("chapter", number, time, about, start)))
        }
        let sorted = ranges.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }
        return sorted.prefix(Limits.ranges).map(\.element.range)
    }

    private static func attributes(
        of stretch: TimelineStretch, price: Int64?, in timeline: Timeline,
        _ titles: [SKUCode: String]
    ) -> [(String, PackageDateRange.Value)] {
        var about: [(String, PackageDateRange.Value)] = [
            ("SKU", .text(clipped(stretch.code.text)))
        ]
        if let title = titles[stretch.code] { about.append(("TITLE", .text(clipped(title)))) }
        if let price {
            about.append(("PRICE-MINOR", .number(price)))
            if let currency = timeline.header.currency {
                about.append(("CURRENCY", .text(clipped(currency))))
            }
        }
        if let id = stretch.event.id { about.append(("EVENT", .text(clipped(id)))) }
        return about
    }

    /// The state of a show at ascending times, each event looked at once.
    private struct PriceSweep {
        let titles: [SKUCode: String]
        private let placed: [PlacedEvent]
        private var next = 0
        private var state: TimelineState

        init(_ timeline: Timeline) {
            titles = timeline.titles
            placed = timeline.placed
            state = TimelineState(timeline.header)
        }

        mutating func price(of stretch: TimelineStretch) -> Int64? {
            while next < placed.count, placed[next].mediaTime <= stretch.start {
                state.apply(placed[next])
                next += 1
            }
            return state.price(of: stretch.code, at: stretch.start)?.minor
        }
    }

    private static func range(
        _ kind: String, _ number: Int, _ time: Range<Int64>,
        _ about: [(String, PackageDateRange.Value)], _ start: WallClock
    ) -> PackageDateRange {
        let names = prefix.split(separator: ".").map { $0.uppercased() }.joined(separator: "-")
        return PackageDateRange(
            id: "\(kind)-\(number + 1)", kind: "\(prefix).\(kind)",
            start: start + .milliseconds(time.lowerBound),
            duration: .milliseconds(time.upperBound - time.lowerBound),
            attributes: about.map { (name: "X-\(names)-\($0.0)", value: $0.1) })
    }

    private static func clipped(_ text: String) -> String {
        guard text.utf8.count > Limits.textBytes else { return text }
        var clipped = String(text.unicodeScalars.prefix(Limits.textBytes))
        while clipped.utf8.count > Limits.textBytes { clipped.removeLast() }
        return clipped
    }
}
