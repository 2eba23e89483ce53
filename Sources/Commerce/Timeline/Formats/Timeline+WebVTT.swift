import Primitives

// As a track of metadata: a cue for each event, with the event as JSON, and the header in a note.

extension Timeline {
    private static let noteMark = "lc.timeline "
    /// How long a cue lasts whose event has no length, so that a player that looks now and then
    /// meets it.
    private static let momentMilliseconds: Int64 = 1000

    /// Cues begin at zero where their events are before it; the JSON has the true time.
    func webVTT() throws(TimelineProblem) -> WebVTTText {
        guard isAligned else { throw .notAligned }
        let ends = ends(of: events)
        var cues: [WebVTTText.Cue] = []
        cues.reserveCapacity(events.count)
        // No cue may begin before the one in front of it, as events of a file may.
        let starts = events.map { max(0, $0.mediaTime ?? 0) }
        for index in events.indices.sorted(by: { (starts[$0], $0) < (starts[$1], $1) }) {
            let (event, start) = (events[index], starts[index])
            let end = ends[index] ?? start + Self.momentMilliseconds
            cues.append(
                WebVTTText.Cue(
                    name: event.id, start: start, end: max(end, start + 1),
                    payload: event.json.text))
        }
        return WebVTTText(notes: [Self.noteMark + header.json.text], cues: cues)
    }

    /// Until when the pins and flashes among the events hold.
    private func ends(of events: [TimelineEvent]) -> [Int64?] {
        var ends: [Int64?] = Array(repeating: nil, count: events.count)
        let order = events.indices.sorted {
            (events[$0].mediaTime ?? 0, $0) < (events[$1].mediaTime ?? 0, $1)
        }
        var pin: Int?
        var flashes: [SKUCode: Int] = [:]
        func close(_ index: Int?, _ time: Int64) {
            guard let index else { return }
            let placed = PlacedEvent(mediaTime: events[index].mediaTime ?? 0, event: events[index])
            ends[index] = min(time, placed.closesMediaTime ?? .max)
        }
        func closeAll(_ time: Int64) {
            close(pin, time)
            pin = nil
            for code in flashes.keys.sorted() { close(flashes[code], time) }
            flashes = [:]
        }
        for index in order {
            let time = events[index].mediaTime ?? 0
            switch events[index].change {
            case .pin:
                close(pin, time)
                pin = index
            case .unpin:
                close(pin, time)
                pin = nil
            case .flash(let flash): close(flashes.updateValue(index, forKey: flash.code), time)
            case .flashClosed(let code): close(flashes.removeValue(forKey: code), time)
            case .showEnded: closeAll(time)
            case .chapter: ends[index] = events[index].closesMediaTime
            default: break
            }
        }
        closeAll(knownEnd)
        return ends
    }

    /// Cues with JSON are events; others are chapters with their text.
    init(_ text: WebVTTText) throws(TimelineProblem) {
        var gathering = TimelineGathering()
        gathering.set(TimelineHeader())
        if let note = text.notes.first(where: { $0.hasPrefix(Self.noteMark) }) {
            do throws(TimelineProblem.Flaw) {
                try gathering.add(header: String(note.dropFirst(Self.noteMark.count)))
            } catch {
                throw .document(error)
            }
        }
        for cue in text.cues {
            do throws(TimelineProblem.Flaw) {
                try gathering.add(cue)
            } catch {
                throw .document(error)
            }
        }
        self = try gathering.timeline()
    }
}

extension TimelineGathering {
    mutating func add(header text: String) throws(TimelineProblem.Flaw) {
        let json: JSON
        do throws(JSONProblem) { json = try JSON(parsing: text) } catch { throw .notJSON(error) }
        guard let object = json.objectValue else { throw .notObject }
        do {
            set(try TimelineHeader(object))
        } catch let problem as FieldProblem {
            throw .field(problem)
        } catch {
            throw .notObject
        }
    }

    fileprivate mutating func add(_ cue: WebVTTText.Cue) throws(TimelineProblem.Flaw) {
        if let object = (try? JSON(parsing: cue.payload))?.objectValue, object["type"] != nil {
            var members = object
            if members["media_time_ms"] == nil { members["media_time_ms"] = .integer(cue.start) }
            return try add(members)
        }
        try add(
            TimelineEvent.chapter(
                WebVTTText.unescaped(cue.payload), code: nil, start: cue.start, end: cue.end))
    }
}

extension TimelineEvent {
    /// An event for a stretch that another file names.
    static func chapter(
        _ title: String, code: SKUCode?, start: Int64, end: Int64?
    ) -> JSONObject {
        var data = JSONObject()
        data["title"] = .string(title)
        data["sku"] = code.map { .string($0.text) }
        var object = JSONObject()
        object["type"] = "chapter"
        object["media_time_ms"] = .integer(start)
        object["closes_media_time_ms"] = end.map(JSON.integer)
        object["data"] = .object(data)
        return object
    }
}

extension WebVTTText {
    /// A track of chapters.
    package init(chapters: [TimelineChapter]) {
        self.init(
            cues: chapters.map {
                Cue(
                    name: nil, start: $0.start, end: $0.end, payload: Self.escaped($0.title))
            })
    }
}
