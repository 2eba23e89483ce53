package import Primitives

/// The first line of a timeline: the show, its listings, and the media it is aligned with.
package struct TimelineHeader: Sendable, Equatable {
    package var show: String?
    package var title: String?
    package var catalogue: String?
    package var currency: String?
    package var startedAt: WallClock?
    package var endedAt: WallClock?
    /// The SKUs that occur, as they were listed when the first event happened.
    package var listings: [TimelineListing]
    /// What the show sells; nil where it is not said.
    package var rail: [TimelineRailEntry]?
    package var media: TimelineMedia?
    package var alignment: TimelineAlignment?
    /// Members that mean nothing here, kept.
    package var others: JSONObject

    package init(
        show: String? = nil, title: String? = nil, catalogue: String? = nil,
        currency: String? = nil, startedAt: WallClock? = nil, endedAt: WallClock? = nil,
        listings: [TimelineListing] = [], rail: [TimelineRailEntry]? = nil,
        media: TimelineMedia? = nil, alignment: TimelineAlignment? = nil,
        others: JSONObject = JSONObject()
    ) {
        self.show = show
        self.title = title
        self.catalogue = catalogue
        self.currency = currency
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.listings = listings
        self.rail = rail
        self.media = media
        self.alignment = alignment
        self.others = others
    }

    package func listing(of code: SKUCode) -> TimelineListing? {
        listings.first { $0.code == code }
    }
}

/// A SKU as the header lists it: an object as `lcctl sku get` prints it, or less.
package struct TimelineListing: Sendable, Equatable {
    package let code: SKUCode
    /// The whole object, with what is not understood here.
    package let json: JSONObject

    package init(_ json: JSON, path: String = "") throws {
        var fields = try JSONFields(json, path: path)
        code = try SKUCode(fields.requireString("sku"))
        _ = try fields.string("title")
        _ = try fields.integer("price_minor")
        self.json = json.objectValue ?? JSONObject()
    }

    package var title: String? { json["title"]?.stringValue }
    package var priceMinor: Int64? { json["price_minor"]?.integerValue }
    package var compareAtPriceMinor: Int64? { json["compare_at_price_minor"]?.integerValue }
    package var available: Int64? { json["available"]?.integerValue }
}

/// A SKU on the rail.
package struct TimelineRailEntry: Sendable, Equatable {
    package let code: SKUCode
    package let showPriceMinor: Int64?

    package init(code: SKUCode, showPriceMinor: Int64?) {
        self.code = code
        self.showPriceMinor = showPriceMinor
    }

    init(_ json: JSON, path: String) throws {
        if let text = json.stringValue {
            self.init(code: try SKUCode(text), showPriceMinor: nil)
            return
        }
        var fields = try JSONFields(json, path: path)
        try self.init(
            code: SKUCode(fields.requireString("sku")),
            showPriceMinor: fields.integer("show_price_minor"))
    }

    package var json: JSON {
        var object = JSONObject()
        object["sku"] = .string(code.text)
        object["show_price_minor"] = showPriceMinor.map(JSON.integer)
        return .object(object)
    }
}

/// The media file that a timeline belongs to.
package struct TimelineMedia: Sendable, Equatable {
    package var file: String?
    package var sha256: String?
    package var durationMilliseconds: Int64?
    /// The wall clock at the start of the media.
    package var startTime: WallClock?

    package init(
        file: String?, sha256: String? = nil, durationMilliseconds: Int64?, startTime: WallClock?
    ) {
        self.file = file
        self.sha256 = sha256
        self.durationMilliseconds = durationMilliseconds
        self.startTime = startTime
    }

    init(_ object: JSONObject) throws {
        var fields = try JSONFields(.object(object), path: "media.")
        file = try fields.string("file")
        sha256 = try fields.string("sha256")
        durationMilliseconds = try fields.integer("duration_ms")
        startTime = try fields.time("start_time")
        if let duration = durationMilliseconds,
            !(0...TimelineLimits.mediaTime.upperBound).contains(duration)
        {
            throw FieldProblem(
                field: "media.duration_ms", value: String(duration), flaw: .tooLarge)
        }
    }

    package var json: JSON {
        var object = JSONObject()
        object["duration_ms"] = durationMilliseconds.map(JSON.integer)
        object["file"] = file.map(JSON.string)
        object["sha256"] = sha256.map(JSON.string)
        object["start_time"] = startTime.map { .string($0.rfc3339) }
        return .object(object)
    }
}

/// How the media times of a timeline were found.
package struct TimelineAlignment: Sendable, Equatable {
    package enum Way: String, Sendable, CaseIterable {
        /// By the points of a recording's clock.
        case recording
        /// By a number that somebody gave.
        case offset
        /// By the clock that a test pattern has in its picture.
        case stamp
        /// Moved from another timeline by a cut map.
        case cut
        case none
    }

    package var way: Way
    /// Where in the media the show starts.
    package var offsetMilliseconds: Int64?
    /// How far the readings that it was found by lie apart.
    package var spreadMilliseconds: Int64?

    package init(way: Way, offsetMilliseconds: Int64? = nil, spreadMilliseconds: Int64? = nil) {
        self.way = way
        self.offsetMilliseconds = offsetMilliseconds
        self.spreadMilliseconds = spreadMilliseconds
    }

    init(_ object: JSONObject) throws {
        var fields = try JSONFields(.object(object), path: "alignment.")
        let name = try fields.requireString("by")
        guard let way = Way(rawValue: name) else {
            throw FieldProblem(
                field: "alignment.by", value: name,
                flaw: .badForm(
                    expected: Way.allCases.map(\.rawValue).joined(separator: ", ")))
        }
        self.way = way
        offsetMilliseconds = try fields.integer("offset_ms")
        spreadMilliseconds = try fields.integer("spread_ms")
    }

    package var json: JSON {
        var object = JSONObject()
        object["by"] = .string(way.rawValue)
        object["offset_ms"] = offsetMilliseconds.map(JSON.integer)
        object["spread_ms"] = spreadMilliseconds.map(JSON.integer)
        return .object(object)
    }
}

extension TimelineHeader {
    /// Reads the header; what it does not know it keeps.
    package init(_ object: JSONObject) throws {
        var fields = try JSONFields(.object(object))
        show = try fields.string("show")
        title = try fields.string("title")
        catalogue = try fields.string("catalogue")
        currency = try fields.string("currency")
        startedAt = try fields.time("started_at")
        endedAt = try fields.time("ended_at")
        let skus = try fields.array("skus") ?? []
        guard skus.count <= TimelineLimits.listings else {
            throw FieldProblem(
                field: "skus", value: String(skus.count),
                flaw: .tooMany(limit: TimelineLimits.listings))
        }
        listings = try skus.enumerated().map {
            try TimelineListing($0.element, path: "skus[\($0.offset)].")
        }
        rail = try fields.array("rail").map { entries in
            try entries.enumerated().map {
                try TimelineRailEntry($0.element, path: "rail[\($0.offset)].")
            }
        }
        media = try fields.object("media").map { try TimelineMedia($0) }
        alignment = try fields.object("alignment").map { try TimelineAlignment($0) }
        others = object
        for name in Self.members { others[name] = nil }
    }

    private static let members = [
        "alignment", "catalogue", "currency", "ended_at", "media", "rail", "schema", "show",
        "skus", "started_at", "title",
        // What has one is an event.
        "type",
    ]

    package var json: JSON {
        var object = others
        object["schema"] = .string(Timeline.schema)
        object["show"] = show.map(JSON.string)
        object["title"] = title.map(JSON.string)
        object["catalogue"] = catalogue.map(JSON.string)
        object["currency"] = currency.map(JSON.string)
        object["started_at"] = startedAt.map { .string($0.rfc3339) }
        object["ended_at"] = endedAt.map { .string($0.rfc3339) }
        object["skus"] = .array(listings.map { .object($0.json) })
        object["rail"] = rail.map { .array($0.map(\.json)) }
        object["media"] = media?.json
        object["alignment"] = alignment?.json
        return .object(object)
    }
}
