import CommandLineKit
package import Commerce
package import Primitives

/// One line of `lcctl reserve -f`: a request in JSON, and what it leaves to the command line.
struct ReservationLine {
    /// What counts where a line does not say it.
    struct Defaults {
        let buyer: BuyerID?
        let show: ShowID?
        let time: Duration?
        let isPartial: Bool
    }

    let request: ReservationRequest

    /// `newID` is taken where the line asks for a reservation that it does not name.
    init(_ bytes: Span<UInt8>, _ defaults: Defaults, newID: () -> ReservationID) throws {
        let json = try JSON(parsing: bytes)
        var fields = try JSONFields(json)
        let verb = try Self.verb(&fields, defaults, newID: newID)
        let key = try fields.string("key").map { try IdempotencyKey($0) }
        try fields.finish()
        guard let key else {
            request = ReservationRequest(verb)
            return
        }
        // Of what it asks for, with what the command line adds; the same text with other spaces is
        // the same request.
        var words = [json.text]
        words.append(defaults.buyer?.text ?? "")
        words.append(defaults.show?.text ?? "")
        words.append(defaults.time.map { String($0.wholeMilliseconds) } ?? "")
        words.append(defaults.isPartial ? "partial" : "")
        let fingerprint = Fingerprint(of: JSON.array(words.map(JSON.string)).text)
        request = ReservationRequest(verb, key: key, fingerprint: fingerprint)
    }

    private static func verb(
        _ fields: inout JSONFields, _ defaults: Defaults, newID: () -> ReservationID
    ) throws -> ReservationVerb {
        if let id = try fields.string("confirm") { return .confirm(try ReservationID(id)) }
        if let id = try fields.string("release") { return .release(try ReservationID(id)) }
        if let id = try fields.string("pay") { return .pay(try ReservationID(id)) }
        let time = try time(&fields)
        if let id = try fields.string("extend") {
            return .extend(try ReservationID(id), time: time ?? defaults.time)
        }
        let lines = try lines(&fields)
        let buyer = try fields.string("buyer").map { try BuyerID($0) } ?? defaults.buyer
        let show = try fields.string("show").map { try ShowID($0) } ?? defaults.show
        let id = try fields.string("id").map { try ReservationID($0) }
        let isPartial = try fields.bool("partial") ?? defaults.isPartial
        return .reserve(
            try ReservationPlan(
                id: id ?? newID(), buyer: fields.require(buyer, "buyer"), show: show, lines: lines,
                holdTime: time ?? defaults.time, isPartial: isPartial))
    }

    /// `"ttl": "90s"`, as it is typed.
    private static func time(_ fields: inout JSONFields) throws -> Duration? {
        guard let text = try fields.string("ttl") else { return nil }
        do throws(ValueProblem) {
            return try ValueKind<Duration>.holdTime.parse(text)
        } catch {
            throw FieldProblem(field: "ttl", value: text, flaw: .badForm(expected: error.expected))
        }
    }

    private static func lines(_ fields: inout JSONFields) throws -> [WantedLine] {
        if let lines = try fields.array("lines") {
            guard lines.count <= Reservation.maximumLines else {
                throw CommerceError.tooManyLines(limit: Reservation.maximumLines)
            }
            return try lines.enumerated().map { index, line in
                var fields = try JSONFields(line, path: "lines[\(index)].")
                let wanted = try fields.within { try Self.line(&fields) }
                try fields.finish()
                return wanted
            }
        }
        return [try line(&fields)]
    }

    private static func line(_ fields: inout JSONFields) throws -> WantedLine {
        try WantedLine(
            code: SKUCode(fields.requireString("sku")), quantity: fields.integer("quantity") ?? 1)
    }
}

/// What one line asks for; nil where it is none. For whoever tries all lines there are.
package func reservationVerb(of line: [UInt8], at now: WallClock) -> ReservationVerb? {
    let defaults = ReservationLine.Defaults(buyer: nil, show: nil, time: nil, isPartial: false)
    var random = SeededRandom(seed: 1)
    return try? ReservationLine(line.span, defaults) {
        ReservationID(at: now, random: &random)
    }.request.verb
}
