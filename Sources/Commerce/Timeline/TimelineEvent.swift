package import Primitives

/// One event of a timeline: a CloudEvents object, or less of one, and where it is in the media.
package struct TimelineEvent: Sendable, Equatable {
    /// All members but the media times, also those that mean nothing here.
    package let members: JSONObject
    package let type: String
    package let time: WallClock?
    package let change: Change
    /// Milliseconds from the start of the media; before it where negative. Nil where nobody has
    /// said yet.
    package var mediaTime: Int64?
    /// When a flash closes by itself, or a chapter ends, on the same scale.
    package var closesMediaTime: Int64?

    /// What the event says of the state of a show. Absolute, never a delta.
    package enum Change: Sendable, Equatable {
        case showStarted
        case showEnded
        case pin(SKUCode)
        case unpin
        case flash(TimelineFlash)
        case flashClosed(SKUCode)
        /// Nil where only the event's name says that the number has changed.
        case stock(SKUCode, available: Int64?)
        case soldOut(SKUCode)
        case backInStock(SKUCode, available: Int64?)
        case listing(TimelineListing)
        case rail([TimelineRailEntry])
        /// A stretch that somebody has named.
        case chapter(title: String, SKUCode?)
        /// Anything else: it has a place, and no effect here.
        case other
    }

    /// Unique among the events of one source.
    package var id: String? {
        members["id"].flatMap { $0.stringValue ?? $0.integerValue.map(String.init) }
    }
    package var source: String? { members["source"]?.stringValue }

    /// The SKU that it is about.
    package var code: SKUCode? {
        switch change {
        case .pin(let code), .flashClosed(let code), .stock(let code, _), .soldOut(let code),
            .backInStock(let code, _):
            code
        case .flash(let flash): flash.code
        case .listing(let listing): listing.code
        case .chapter(_, let code): code
        case .showStarted, .showEnded, .unpin, .rail: nil
        case .other: Self.sku(of: members).flatMap { try? SKUCode($0) }
        }
    }

    /// Whether it tells of what is for sale, and not of who buys.
    package static func namesBuyers(type: String) -> Bool {
        type.hasPrefix("reservation-") || type.hasPrefix("waitlist-")
    }
}

/// A window in which a SKU has its own price.
package struct TimelineFlash: Sendable, Equatable {
    package let code: SKUCode
    package let priceMinor: Int64?
    /// By the wall clock.
    package let closesAt: WallClock?
    package let unitLimit: Int64?
}

extension TimelineEvent {
    /// Reads an event; `type` and one of the two times are all that it must have.
    package init(_ object: JSONObject) throws {
        var fields = try JSONFields(.object(object))
        type = try fields.requireString("type")
        guard (1...Self.typeLength).contains(type.utf8.count) else {
            throw FieldProblem(
                field: "type", value: type, flaw: .tooLong(limitBytes: Self.typeLength))
        }
        time = try fields.time("time")
        _ = try fields.written("id")
        _ = try fields.string("source")
        mediaTime = try Self.milliseconds(object, "media_time_ms", &fields)
        // What others call it.
        if mediaTime == nil { mediaTime = try Self.milliseconds(object, "mediatimems", &fields) }
        closesMediaTime = try Self.milliseconds(object, "closes_media_time_ms", &fields)
        change = try Change(type: type, object)
        var members = object
        members["media_time_ms"] = nil
        members["mediatimems"] = nil
        members["closes_media_time_ms"] = nil
        self.members = members
    }

    private static let typeLength = 200

    private static func milliseconds(
        _ object: JSONObject, _ name: String, _ fields: inout JSONFields
    ) throws -> Int64? {
        let problem = FieldProblem(
            field: name, value: "", flaw: .badForm(expected: "milliseconds of media time"))
        let value: Int64
        if case .decimal(let text)? = object[name] {
            guard let number = Double(text), number.magnitude < 1e15 else { throw problem }
            value = Int64(number.rounded())
        } else {
            guard let integer = try fields.integer(name) else { return nil }
            value = integer
        }
        guard TimelineLimits.mediaTime.contains(value) else {
            throw FieldProblem(field: name, value: String(value), flaw: .tooLarge)
        }
        return value
    }

    /// As a line of the file.
    package var json: JSON {
        var object = members
        object["media_time_ms"] = mediaTime.map(JSON.integer)
        object["closes_media_time_ms"] = closesMediaTime.map(JSON.integer)
        return .object(object)
    }

    /// `data.sku`, or `sku`, or the subject with or without its `sku/`.
    static func sku(of object: JSONObject) -> String? {
        if let code = object["data"]?["sku"]?.stringValue { return code }
        if let code = object["sku"]?.stringValue { return code }
        guard let subject = object["subject"]?.stringValue else { return nil }
        if subject.hasPrefix("sku/") { return String(subject.dropFirst(4)) }
        return subject.utf8.contains(UInt8(ascii: "/")) ? nil : subject
    }
}

extension TimelineEvent.Change {
    fileprivate init(type: String, _ object: JSONObject) throws {
        let data = object["data"] ?? .object(JSONObject())
        func code() throws -> SKUCode {
            guard let text = TimelineEvent.sku(of: object) else {
                throw FieldProblem(field: "data.sku", value: "", flaw: .missing)
            }
            return try SKUCode(text)
        }
        func fields() throws -> JSONFields { try JSONFields(data, path: "data.") }
        func available() throws -> Int64? {
            var fields = try fields()
            return try fields.integer("available")
        }
        switch type {
        case "show-started": self = .showStarted
        case "show-ended": self = .showEnded
        case "pin": self = .pin(try code())
        case "unpin": self = .unpin
        case "price-flash":
            var fields = try fields()
            self = .flash(
                TimelineFlash(
                    code: try code(), priceMinor: try fields.integer("price_minor"),
                    closesAt: try fields.time("closes_at"),
                    unitLimit: try fields.integer("unit_limit")))
        case "price-flash-closed": self = .flashClosed(try code())
        case "stock-update": self = .stock(try code(), available: try available())
        case "sold-out": self = .soldOut(try code())
        case "back-in-stock": self = .backInStock(try code(), available: try available())
        case "sku-changed":
            var listing = data.objectValue ?? JSONObject()
            listing["sku"] = .string(try code().text)
            self = .listing(try TimelineListing(.object(listing), path: "data."))
        case "rail-changed":
            var fields = try fields()
            let entries = try fields.require(fields.array("rail"), "rail")
            guard entries.count <= Rail.maximumCount else {
                throw FieldProblem(
                    field: "data.rail", value: "", flaw: .tooMany(limit: Rail.maximumCount))
            }
            self = .rail(
                try entries.enumerated().map {
                    try TimelineRailEntry($0.element, path: "data.rail[\($0.offset)].")
                })
        case "chapter":
            var fields = try fields()
            self = .chapter(
                title: try fields.requireString("title"),
                try fields.string("sku").map { try SKUCode($0) })
        default: self = .other
        }
    }
}
