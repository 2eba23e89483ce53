import Primitives

// The timeline as it is kept: JSON Lines, the header first.

extension Timeline {
    /// Reads JSON Lines. Without a header line the show is not known; what is not understood is
    /// kept; an event that stands twice, by source and id, is taken once.
    package init(lines bytes: [UInt8]) throws(TimelineProblem) {
        guard bytes.count <= TimelineLimits.bytes else {
            throw .tooLong(limitBytes: TimelineLimits.bytes)
        }
        var gathering = TimelineGathering()
        var reader = LineReader(maximumLength: TimelineLimits.lineBytes)
        reader.add(bytes)
        reader.finish()
        reading: while true {
            switch reader.advance() {
            case .starved: break reading
            case .tooLong:
                throw .line(reader.number, .tooLong(limitBytes: TimelineLimits.lineBytes))
            case .line:
                try gathering.add(reader.line, number: reader.number)
            }
        }
        self = try gathering.timeline()
    }

    /// The lines of the file, members sorted: the same timeline gives the same bytes.
    package var lines: [UInt8] {
        var writer = JSONWriter(reserving: 256 * (events.count + 1))
        writer.write(header.json)
        writer.byte(UInt8(ascii: "\n"))
        for event in events {
            writer.write(event.json)
            writer.byte(UInt8(ascii: "\n"))
        }
        return writer.bytes
    }
}

/// Takes a timeline in, object by object.
struct TimelineGathering {
    private var header: TimelineHeader?
    private var events: [TimelineEvent] = []
    private var seen: Set<Name> = []
    private var isEmpty = true

    private struct Name: Hashable {
        let source: String
        let id: String
    }

    mutating func add(_ line: Span<UInt8>, number: Int) throws(TimelineProblem) {
        let mark = number == 1 && line.count >= 3 && line[0] == 0xEF && line[1] == 0xBB
        let line = line.extracting((mark ? 3 : 0)...)
        guard line.indices.contains(where: { line[$0] != 0x20 && line[$0] != 0x09 }) else { return }
        let json: JSON
        do throws(JSONProblem) {
            json = try JSON(parsing: line)
        } catch {
            throw .line(number, .notJSON(error))
        }
        guard let object = json.objectValue else { throw .line(number, .notObject) }
        do throws(TimelineProblem.Flaw) {
            try add(object)
        } catch {
            if case .field(let problem) = error, problem.field == "schema" {
                throw .wrongSchema(problem.value)
            }
            throw .line(number, error)
        }
        guard events.count <= TimelineLimits.events else {
            throw .tooManyEvents(limit: TimelineLimits.events)
        }
    }

    /// The first object without a type is the header.
    mutating func add(_ object: JSONObject) throws(TimelineProblem.Flaw) {
        let isFirst = isEmpty
        isEmpty = false
        do {
            if isFirst, object["type"] == nil, object["schema"] != nil {
                let schema = object["schema"]?.stringValue ?? ""
                guard schema == Timeline.schema else {
                    throw FieldProblem(
                        field: "schema", value: schema, flaw: .badForm(expected: Timeline.schema))
                }
                header = try TimelineHeader(object)
            } else {
                try add(TimelineEvent(object))
            }
        } catch let problem as FieldProblem {
            throw .field(problem)
        } catch let flaw as TimelineProblem.Flaw {
            throw flaw
        } catch {
            throw .notObject
        }
    }

    mutating func add(_ event: TimelineEvent) throws(TimelineProblem.Flaw) {
        isEmpty = false
        guard event.mediaTime != nil || event.time != nil else { throw .noTime }
        if let id = event.id,
            !seen.insert(Name(source: event.source ?? "", id: id)).inserted
        {
            return
        }
        events.append(event)
    }

    mutating func set(_ header: TimelineHeader) {
        isEmpty = false
        self.header = header
    }

    func timeline() throws(TimelineProblem) -> Timeline {
        guard !isEmpty else { throw .empty }
        return Timeline(header: header ?? TimelineHeader(), events: events)
    }
}
