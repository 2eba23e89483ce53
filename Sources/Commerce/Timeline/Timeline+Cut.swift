import Primitives

// A timeline on the media time of an output.

extension Timeline {
    /// The timeline of what a cut map makes of this one's media.
    ///
    /// What happens in a stretch that is kept happens where the stretch went. What happens between
    /// two stretches happens where they are joined. What was said before the first one, and still
    /// holds, is said again at zero, and so where the output goes back in the source; what ended is
    /// said to have ended. What comes after the last one is left out.
    package func cut(by map: CutMap, media: TimelineMedia?) -> Timeline {
        var mover = TimelineMover(map: map, events: placed, header: header)
        var header = header
        header.media = media
        header.alignment = TimelineAlignment(way: .cut)
        return Timeline(header: header, events: mover.moved())
    }
}

/// Moves events to where a cut map puts them.
private struct TimelineMover {
    let map: CutMap
    let events: [PlacedEvent]
    /// How the show stands in the output, and how in the source.
    private var shown: TimelineState
    private let header: TimelineHeader
    private var output: [TimelineEvent] = []
    private var stretch = 0
    /// From then on an event may stand in the output a second time.
    private var hasGoneBack = false

    init(map: CutMap, events: [PlacedEvent], header: TimelineHeader) {
        self.map = map
        self.events = events
        self.header = header
        shown = TimelineState(header)
    }

    mutating func moved() -> [TimelineEvent] {
        var next = 0
        for index in map.stretches.indices {
            stretch = index
            let start = source(map.stretches[index].sourceStart)
            let goesOn =
                index > 0
                && map.stretches[index - 1].sourceEnd
                    <= map.stretches[index].sourceStart
            if goesOn {
                // Between the two: at the join.
                while next < events.count, isBefore(events[next], start) {
                    put(events[next], at: position(of: start))
                    next += 1
                }
            } else {
                hasGoneBack = hasGoneBack || index > 0
                next = restate(before: start)
            }
            let end = source(map.stretches[index].sourceEnd)
            while next < events.count, isBefore(events[next], end) {
                put(events[next], at: position(of: time(events[next])))
                next += 1
            }
        }
        return output
    }

    private func source(_ ticks: Int64) -> MediaTime {
        MediaTime(ticks: ticks, timescale: map.timescale)
    }

    private func time(_ placed: PlacedEvent) -> MediaTime {
        MediaTime(ticks: placed.mediaTime, timescale: 1000)
    }

    private func isBefore(_ placed: PlacedEvent, _ time: MediaTime) -> Bool {
        self.time(placed) < time
    }

    /// Where a time of the source is in the output, from the present stretch on: between two
    /// stretches where they join, behind all of them at the end, and at the end also where the
    /// output goes back.
    private func position(of time: MediaTime) -> Int64 {
        var last = map.stretches[stretch]
        for index in map.stretches.indices[stretch...] {
            let current = map.stretches[index]
            if index > stretch, current.sourceStart < last.sourceEnd { break }
            last = current
            guard time < source(current.sourceEnd) else { continue }
            guard time > source(current.sourceStart) else {
                return source(current.outputStart).milliseconds
            }
            // Exact until the last step: a millisecond of the source is no whole tick.
            let shift = current.outputStart - current.sourceStart
            let scale = Int128(map.timescale)
            let ticks = Int128(time.ticks) * scale + Int128(shift) * Int128(time.timescale)
            let milliseconds =
                (ticks * 1000 * 2 + scale * Int128(time.timescale))
                / (scale * Int128(time.timescale) * 2)
            return Int64(clamping: milliseconds)
        }
        return source(last.outputEnd).milliseconds
    }

    private mutating func put(_ placed: PlacedEvent, at milliseconds: Int64) {
        if hasGoneBack { return put(restated: placed, at: milliseconds) }
        var event = placed.event
        event.mediaTime = milliseconds
        event.closesMediaTime = placed.closesMediaTime.map { position(ofMilliseconds: $0) }
        output.append(event)
        shown.apply(PlacedEvent(mediaTime: milliseconds, event: event))
    }

    private func position(ofMilliseconds milliseconds: Int64) -> Int64 {
        position(of: MediaTime(ticks: milliseconds, timescale: 1000))
    }

    /// Says what holds at the start of the present stretch; answers how many events lie before it.
    private mutating func restate(before start: MediaTime) -> Int {
        var state = TimelineState(header)
        var next = 0
        while next < events.count, isBefore(events[next], start) {
            state.apply(events[next])
            next += 1
        }
        let zero = position(of: start)
        let startMilliseconds = start.milliseconds
        end(whatIsOver: state, at: zero, startMilliseconds)
        if state.isLive == true,
            let began = events[..<next].last(where: {
                $0.event.change == .showStarted
            })
        {
            put(restated: began, at: zero)
        }
        for standing in state.standing + state.flashes(at: startMilliseconds) {
            put(restated: standing, at: zero)
        }
        if let chapter = state.chapter(at: startMilliseconds) { put(restated: chapter, at: zero) }
        if let pin = state.pinned { put(restated: pin, at: zero) }
        return next
    }

    /// What the output shows at the end of the last stretch, and does not hold here.
    private mutating func end(whatIsOver state: TimelineState, at zero: Int64, _ start: Int64) {
        if shown.pinned != nil, state.pinned == nil { put(made: "unpin", nil, at: zero) }
        for flash in shown.flashes(at: zero) {
            guard let code = flash.event.code, state.flash(of: code, at: start) == nil else {
                continue
            }
            put(made: "price-flash-closed", code, at: zero)
        }
    }

    /// The event again, by another id, so that no reader takes it for the same one.
    private mutating func put(restated placed: PlacedEvent, at milliseconds: Int64) {
        var members = placed.event.members
        if let id = placed.event.id {
            members["id"] = .string("\(id).\(stretch + 1)")
            members["restates"] = .string(id)
        }
        guard var event = try? TimelineEvent(members, mediaTime: milliseconds) else { return }
        event.closesMediaTime = placed.closesMediaTime.map { position(ofMilliseconds: $0) }
        output.append(event)
        shown.apply(PlacedEvent(mediaTime: milliseconds, event: event))
    }

    private mutating func put(made type: String, _ code: SKUCode?, at milliseconds: Int64) {
        var members = JSONObject()
        members["type"] = .string(type)
        if let code {
            members["data"] = ["sku": .string(code.text)]
            members["subject"] = .string("sku/\(code)")
        }
        guard let event = try? TimelineEvent(members, mediaTime: milliseconds) else { return }
        output.append(event)
        shown.apply(PlacedEvent(mediaTime: milliseconds, event: event))
    }
}

extension TimelineEvent {
    fileprivate init(_ members: JSONObject, mediaTime: Int64) throws {
        var members = members
        members["media_time_ms"] = .integer(mediaTime)
        try self.init(members)
    }
}
