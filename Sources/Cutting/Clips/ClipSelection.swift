package import Commerce
package import Primitives

/// Chooses clips of a movie by what its timeline says or a list asks for.
package struct ClipSelection: Sendable {
    package let choice: ClipChoice
    package let rules: ClipRules
    package let template: NameTemplate
    /// Of the movie's presentation.
    package let movieEnd: MediaTime
    /// What `{show}` stands for.
    package let show: String

    package init(
        choice: ClipChoice, rules: ClipRules, template: NameTemplate, movieEnd: MediaTime,
        show: String
    ) {
        self.choice = choice
        self.rules = rules.limited
        self.template = template
        // A broken movie may say anything; the sums here must hold it.
        let limit = MediaTime(ticks: TimelineLimits.mediaTime.upperBound, timescale: 1000)
        self.movieEnd = min(movieEnd, limit)
        self.show = show
    }

    /// What a movie's end may be off by where a list names it: a frame of the slowest films.
    private static let endTolerance = MediaTime(ticks: 1, timescale: 20)

    /// A stretch that was chosen, before the rules.
    private struct Stretch {
        var origin: ClipOrigin
        var start: MediaTime
        var end: MediaTime
        var code: SKUCode?
        var title: String?
        var name: String?
        /// Of a moment without a length of its own.
        var isMoment = false
    }

    /// The clips, by their starts, or as the list has them; without one there is a problem.
    package func wishes(of timeline: Timeline?) throws(ClipProblem) -> [ClipWish] {
        if let minimum = rules.minimumMilliseconds, let maximum = rules.maximumMilliseconds,
            minimum > maximum
        {
            throw .minimumAboveMaximum
        }
        var stretches: [Stretch] = []
        for stretch in try chosen(from: timeline) {
            if let checked = try checked(stretch) { stretches.append(widened(checked)) }
        }
        guard !stretches.isEmpty else { throw .nothing }
        let groups = joined(merged(stretches))
        guard groups.count <= CuttingLimits.clips else {
            throw .tooManyClips(limit: CuttingLimits.clips)
        }
        return named(groups)
    }

    // MARK: - What is chosen

    private func chosen(from timeline: Timeline?) throws(ClipProblem) -> [Stretch] {
        if case .list(let lines) = choice { return try stretches(of: lines) }
        guard let timeline, timeline.isAligned else { throw .notAligned }
        // A timeline knows more than the movie has: what lies behind it is told apart later.
        let end = max(timeline.knownEnd, movieEnd.milliseconds)
        let titles = timeline.titles
        func stretch(_ each: TimelineStretch, _ origin: ClipOrigin) -> Stretch {
            Stretch(
                origin: origin, start: Self.time(each.start), end: Self.time(each.end),
                code: each.code, title: titles[each.code])
        }
        switch choice {
        case .sku, .pin: return timeline.pins(until: end).map { stretch($0, .pin($0.code)) }
        case .flash: return timeline.flashes(until: end).map { stretch($0, .flash($0.code)) }
        case .chapter:
            return timeline.chapters(until: end).map { chapter in
                Stretch(
                    origin: .chapter(chapter.title), start: Self.time(chapter.start),
                    end: Self.time(chapter.end), code: chapter.code, title: chapter.title)
            }
        case .events(let types):
            return timeline.placed.filter { types.contains($0.event.type) && $0.mediaTime >= 0 }
                .map { placed in
                    let code = placed.event.code
                    return Stretch(
                        origin: .event(placed.event.type), start: Self.time(placed.mediaTime),
                        end: Self.time(placed.mediaTime), code: code,
                        title: code.flatMap { titles[$0] }, isMoment: true)
                }
        case .list: return []
        }
    }

    private static func time(_ milliseconds: Int64) -> MediaTime {
        MediaTime(ticks: milliseconds, timescale: 1000)
    }

    private func stretches(of lines: [ClipLine]) throws(ClipProblem) -> [Stretch] {
        var stretches: [Stretch] = []
        for line in lines {
            var code: SKUCode?
            if let sku = line.sku {
                guard let valid = try? SKUCode(sku) else {
                    throw .list(line: line.line, .badSKU(sku))
                }
                code = valid
            }
            stretches.append(
                Stretch(
                    origin: .line(line.line), start: line.start, end: line.end, code: code,
                    title: line.title, name: line.name))
        }
        if !rules.allowsOverlap { try refuseOverlaps(stretches) }
        return stretches
    }

    private func refuseOverlaps(_ stretches: [Stretch]) throws(ClipProblem) {
        let order = stretches.indices.sorted {
            (stretches[$0].start, $0) < (stretches[$1].start, $1)
        }
        var last: Int?
        for index in order {
            if let last, stretches[index].start < stretches[last].end {
                throw .overlapping(
                    stretches[index].origin, other: stretches[last].origin,
                    stretches[index].start)
            }
            last = index
        }
    }

    // MARK: - The rules

    /// Nil where it lies behind the movie, and that is allowed.
    private func checked(_ stretch: Stretch) throws(ClipProblem) -> Stretch? {
        var stretch = stretch
        let zero = MediaTime(ticks: 0, timescale: 1)
        guard stretch.start >= zero else { throw .beforeStart(stretch.origin, stretch.start) }
        guard stretch.start < stretch.end || stretch.isMoment else {
            throw .reversed(stretch.origin, start: stretch.start, end: stretch.end)
        }
        let isLine = if case .line = stretch.origin { true } else { false }
        if stretch.start >= movieEnd {
            if rules.allowsPastEnd { return nil }
            throw .pastEnd(stretch.origin, stretch.start, movie: movieEnd)
        }
        if stretch.end > movieEnd {
            // A pin lasts as long as it lasts; who writes a list means its numbers.
            if isLine, !rules.allowsPastEnd,
                stretch.end > movieEnd.adding(Self.endTolerance)
            {
                throw .pastEnd(stretch.origin, stretch.end, movie: movieEnd)
            }
            stretch.end = movieEnd
        }
        return stretch
    }

    private func widened(_ stretch: Stretch) -> Stretch {
        var stretch = stretch
        let zero = MediaTime(ticks: 0, timescale: 1)
        if rules.leadInMilliseconds > 0 {
            stretch.start = max(zero, stretch.start.adding(milliseconds: -rules.leadInMilliseconds))
        }
        if rules.tailMilliseconds > 0 {
            stretch.end = min(movieEnd, stretch.end.adding(milliseconds: rules.tailMilliseconds))
        }
        // An event that nothing was added to is a moment; a picture of it is what can be had.
        var minimum = rules.minimumMilliseconds ?? 0
        if stretch.isMoment { minimum = max(minimum, Self.momentMilliseconds) }
        if stretch.start.adding(milliseconds: minimum) > stretch.end {
            stretch.end = min(movieEnd, stretch.start.adding(milliseconds: minimum))
            if stretch.start.adding(milliseconds: minimum) > stretch.end {
                stretch.start = max(zero, stretch.end.adding(milliseconds: -minimum))
            }
        }
        if choice != .sku { stretch.end = min(stretch.end, limit(of: stretch)) }
        return stretch
    }

    /// The least that a clip of an event is long.
    private static let momentMilliseconds: Int64 = 1000

    private func limit(of stretch: Stretch) -> MediaTime {
        rules.maximumMilliseconds.map { stretch.start.adding(milliseconds: $0) } ?? stretch.end
    }

    /// Neighbours of one SKU that are near become one. Moments of a SKU that are joined anyway must
    /// not show anything twice.
    private func merged(_ stretches: [Stretch]) -> [Stretch] {
        let gap = choice == .sku ? rules.mergeMilliseconds ?? 0 : rules.mergeMilliseconds
        guard let gap else { return stretches }
        var merged: [Stretch] = []
        var last: [String: Int] = [:]
        for stretch in stretches {
            let key = stretch.code?.text ?? ""
            if let index = last[key], merged[index].start <= stretch.start,
                stretch.start <= merged[index].end.adding(milliseconds: gap)
            {
                merged[index].end = max(merged[index].end, stretch.end)
                if choice != .sku {
                    merged[index].end = min(merged[index].end, limit(of: merged[index]))
                }
                continue
            }
            last[key] = merged.count
            merged.append(stretch)
        }
        return merged
    }

    /// Each by itself, or all of a SKU together, in the order of the first.
    private func joined(_ stretches: [Stretch]) -> [[Stretch]] {
        guard choice == .sku else { return stretches.map { [$0] } }
        var groups: [[Stretch]] = []
        var places: [SKUCode: Int] = [:]
        for stretch in stretches {
            guard let code = stretch.code else { continue }
            if let place = places[code] {
                groups[place].append(stretch)
            } else {
                places[code] = groups.count
                groups.append([stretch])
            }
        }
        return groups.map(limited)
    }

    /// As many of the moments as the greatest length holds.
    private func limited(_ group: [Stretch]) -> [Stretch] {
        guard let maximum = rules.maximumMilliseconds else { return group }
        var left = Self.time(maximum)
        let zero = MediaTime(ticks: 0, timescale: 1)
        var limited: [Stretch] = []
        for stretch in group where left > zero {
            var stretch = stretch
            stretch.end = min(stretch.end, stretch.start.adding(left))
            let length = stretch.end.adding(
                MediaTime(ticks: -stretch.start.ticks, timescale: stretch.start.timescale))
            left = left.adding(MediaTime(ticks: -length.ticks, timescale: length.timescale))
            limited.append(stretch)
        }
        return limited
    }

    // MARK: - Names

    private func named(_ groups: [[Stretch]]) -> [ClipWish] {
        var names = UniqueNames()
        return groups.enumerated().compactMap { index, group in
            guard let first = group.first, let last = group.last else { return nil }
            let values = NameTemplate.Values(
                show: show, index: index + 1, count: groups.count, sku: first.code?.text,
                title: first.title ?? first.name, start: first.start, end: last.end)
            let name = first.name.map { template.name(given: $0) } ?? template.name(values)
            return ClipWish(
                name: names.unique(name), ranges: group.map { $0.start..<$0.end },
                code: first.code, title: first.title ?? first.name)
        }
    }
}
