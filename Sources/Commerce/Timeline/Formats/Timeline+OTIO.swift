import Primitives

// As OpenTimelineIO's JSON: one clip of the recording, with a marker for each event. Markers carry
// the whole event and the timeline its header, so that nothing is lost on its way through an
// editor; where a marker was moved there, the event has moved.

extension Timeline {
    private static let headerMember = "lc.timeline"
    private static let eventMember = "lc.event"

    func otio() throws(TimelineProblem) -> JSON {
        guard isAligned else { throw .notAligned }
        let markers = events.map(Self.marker)
        var clip = Self.object("Clip.2", name: header.title ?? "")
        clip["active_media_reference_key"] = "DEFAULT_MEDIA"
        clip["media_references"] = ["DEFAULT_MEDIA": mediaReference]
        clip["source_range"] = Self.range(0, knownEnd)
        clip["effects"] = .array([])
        clip["enabled"] = true
        clip["markers"] = .array(markers)
        var track = Self.object("Track.1", name: "")
        track["kind"] = "Video"
        track["children"] = .array([.object(clip)])
        track["source_range"] = .null
        track["effects"] = .array([])
        track["enabled"] = true
        track["markers"] = .array([])
        var stack = Self.object("Stack.1", name: "tracks")
        stack["children"] = .array([.object(track)])
        stack["source_range"] = .null
        stack["effects"] = .array([])
        stack["enabled"] = true
        stack["markers"] = .array([])
        var timeline = Self.object("Timeline.1", name: header.title ?? "")
        timeline["global_start_time"] = .null
        timeline["metadata"] = .object(
            [Self.headerMember: header.json].objectValue)
        timeline["tracks"] = .object(stack)
        return .object(timeline)
    }

    private var mediaReference: JSON {
        guard let media = header.media, let file = media.file else {
            var missing = Self.object("MissingReference.1", name: "")
            missing["available_range"] = .null
            missing["available_image_bounds"] = .null
            return .object(missing)
        }
        var reference = Self.object("ExternalReference.1", name: "")
        reference["target_url"] = .string(file)
        reference["available_range"] = media.durationMilliseconds.map { Self.range(0, $0) } ?? .null
        reference["available_image_bounds"] = .null
        return .object(reference)
    }

    private static func marker(_ event: TimelineEvent) -> JSON {
        var marker = object(
            "Marker.2",
            name: [event.type, event.code?.text].compactMap { $0 }
                .joined(separator: " "))
        marker["color"] = .string(colour(of: event))
        marker["comment"] = ""
        let start = event.mediaTime ?? 0
        let end = event.change.isChapter ? event.closesMediaTime : nil
        marker["marked_range"] = range(start, max(0, (end ?? start) - start))
        marker["metadata"] = .object([eventMember: event.json].objectValue)
        return .object(marker)
    }

    private static func colour(of event: TimelineEvent) -> String {
        switch event.change {
        case .pin, .unpin: "GREEN"
        case .flash, .flashClosed: "YELLOW"
        case .soldOut: "RED"
        case .stock, .backInStock: "CYAN"
        case .showStarted, .showEnded: "WHITE"
        case .chapter: "BLUE"
        case .listing, .rail, .other: "PURPLE"
        }
    }

    private static func object(_ schema: String, name: String) -> JSONObject {
        var object = JSONObject()
        object["OTIO_SCHEMA"] = .string(schema)
        object["name"] = .string(name)
        object["metadata"] = .object(JSONObject())
        return object
    }

    private static func range(_ start: Int64, _ duration: Int64) -> JSON {
        var range = JSONObject()
        range["OTIO_SCHEMA"] = "TimeRange.1"
        range["start_time"] = time(start)
        range["duration"] = time(duration)
        return .object(range)
    }

    private static func time(_ milliseconds: Int64) -> JSON {
        var time = JSONObject()
        time["OTIO_SCHEMA"] = "RationalTime.1"
        time["rate"] = .decimal("1000.0")
        time["value"] = .decimal("\(milliseconds).0")
        return .object(time)
    }
}

extension Timeline {
    /// Reads the markers of a document, wherever they are; those of others are events by their
    /// names.
    init(otio bytes: [UInt8]) throws(TimelineProblem) {
        guard bytes.count <= TimelineLimits.bytes else {
            throw .tooLong(limitBytes: TimelineLimits.bytes)
        }
        let json: JSON
        do throws(JSONProblem) {
            json = try JSON(parsing: bytes.span)
        } catch {
            throw .document(.notJSON(error))
        }
        guard let schema = json["OTIO_SCHEMA"]?.stringValue else {
            throw .document(.malformed(expected: "OTIO_SCHEMA"))
        }
        guard schema.hasPrefix("Timeline.") else { throw .wrongSchema(schema) }
        var gathering = TimelineGathering()
        gathering.set(TimelineHeader(title: json["name"]?.stringValue))
        do throws(TimelineProblem.Flaw) {
            if let header = json["metadata"]?[Self.headerMember] {
                try gathering.add(header: header.text)
            }
            var walk = OTIOWalk()
            try walk.visit(json, shift: 0, into: &gathering)
        } catch {
            throw .document(error)
        }
        self = try gathering.timeline()
    }

    /// Goes through a document in its own order.
    private struct OTIOWalk {
        private var count = 0

        /// `shift` is where the media of a clip begin on their own time.
        mutating func visit(
            _ json: JSON, shift: Int64, into gathering: inout TimelineGathering
        ) throws(TimelineProblem.Flaw) {
            var shift = shift
            if let key = json["active_media_reference_key"]?.stringValue,
                let range = json["media_references"]?[key]?["available_range"],
                let start = try? OTIOTime.milliseconds(range["start_time"])
            {
                shift = start
            }
            for marker in json["markers"]?.arrayValue ?? [] {
                count += 1
                guard count <= TimelineLimits.events else {
                    throw .malformed(expected: "at most \(TimelineLimits.events) markers")
                }
                try gathering.add(Self.event(marker, shift: shift))
            }
            if let tracks = json["tracks"] { try visit(tracks, shift: shift, into: &gathering) }
            for child in json["children"]?.arrayValue ?? [] {
                try visit(child, shift: shift, into: &gathering)
            }
        }

        private static func event(
            _ marker: JSON, shift: Int64
        ) throws(TimelineProblem.Flaw) -> JSONObject {
            let range = marker["marked_range"]
            let start = try OTIOTime.milliseconds(range?["start_time"]) - shift
            let duration = try OTIOTime.milliseconds(range?["duration"])
            if var event = marker["metadata"]?[eventMember]?.objectValue, event["type"] != nil {
                event["media_time_ms"] = .integer(start)
                if duration > 0, event["closes_media_time_ms"] != nil {
                    event["closes_media_time_ms"] = .integer(start + duration)
                }
                return event
            }
            let name = marker["name"]?.stringValue ?? ""
            let metadata = marker["metadata"]
            var data = metadata?.objectValue ?? JSONObject()
            data["name"] = .string(name)
            var event = JSONObject()
            event["type"] = .string(metadata?["type"]?.stringValue ?? "marker")
            event["media_time_ms"] = .integer(start)
            event["data"] = .object(data)
            return event
        }
    }
}

/// Times of OpenTimelineIO: a number over a rate, both of which may have fractions.
enum OTIOTime {
    static func milliseconds(_ json: JSON?) throws(TimelineProblem.Flaw) -> Int64 {
        guard let json, json != .null else { return 0 }
        guard let value = number(json["value"]), let rate = number(json["rate"]), rate > 0 else {
            throw .malformed(expected: "a RationalTime")
        }
        let milliseconds = (value * 1000 / rate).rounded()
        guard milliseconds.magnitude <= Double(TimelineLimits.mediaTime.upperBound) else {
            throw .malformed(expected: "a RationalTime within reach")
        }
        return Int64(milliseconds)
    }

    static func number(_ json: JSON?) -> Double? {
        switch json {
        case .integer(let value): Double(value)
        case .decimal(let text): Double(text).flatMap { $0.isFinite ? $0 : nil }
        default: nil
        }
    }
}

extension [String: JSON] {
    fileprivate var objectValue: JSONObject {
        var object = JSONObject()
        for (name, value) in sorted(by: { $0.key < $1.key }) { object[name] = value }
        return object
    }
}

extension TimelineEvent.Change {
    fileprivate var isChapter: Bool { if case .chapter = self { true } else { false } }
}
