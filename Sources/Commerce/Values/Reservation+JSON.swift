package import Primitives

// How reservations and waitlists stand in events and answers. Keys are a contract: schemas in
// docs/schemas.

extension Stock {
    package func write(into object: inout JSONObject) {
        object["available"] = .integer(available)
        object["confirmed"] = .integer(confirmed)
        object["held"] = .integer(held)
        object["on_hand"] = .integer(onHand)
    }

    /// Events from before there were reservations say what is on hand only.
    init(_ fields: inout JSONFields) throws {
        _ = try fields.integer("available")
        try self.init(
            onHand: fields.requireInteger("on_hand"), held: fields.integer("held") ?? 0,
            confirmed: fields.integer("confirmed") ?? 0)
    }
}

extension StockLevel {
    package var json: JSON {
        var object = JSONObject()
        stock.write(into: &object)
        object["sku"] = .string(code.text)
        return .object(object)
    }

    package init(_ json: JSON) throws {
        var fields = try JSONFields(json, path: "stock.")
        try self.init(code: SKUCode(fields.requireString("sku")), stock: Stock(&fields))
    }
}

extension Reservation.Line {
    package var json: JSON {
        var object = JSONObject()
        object["flash"] = flash.map(JSON.integer)
        object["quantity"] = .integer(quantity)
        object["sku"] = .string(code.text)
        object["unit_price_minor"] = .integer(unitPrice.minor)
        return .object(object)
    }

    package init(_ json: JSON) throws {
        var fields = try JSONFields(json, path: "lines.")
        let code = try SKUCode(fields.requireString("sku"))
        let wanted = try WantedLine(code: code, quantity: fields.requireInteger("quantity"))
        try self.init(
            code: code, quantity: wanted.quantity,
            unitPrice: Price(minor: fields.requireInteger("unit_price_minor")),
            flash: fields.integer("flash"))
    }
}

extension Reservation {
    /// Its times stand on the wall clock, and by how much the hold clock is `ahead` of it beside
    /// them, where it is.
    package func write(into object: inout JSONObject, ahead: Duration) {
        object["buyer"] = .string(buyer.text)
        object["expires_at"] = .string((deadline + (.zero - ahead)).rfc3339)
        let milliseconds = ahead.wholeMilliseconds
        object["hold_clock_ahead_ms"] = milliseconds == 0 ? nil : .integer(milliseconds)
        object["held_at"] = .string((heldAt + (.zero - ahead)).rfc3339)
        object["late"] = isLate ? true : nil
        object["lines"] = .array(lines.map(\.json))
        object["offered_to"] = offeredTo.map { .string($0.text) }
        object["reservation"] = .string(id.text)
        object["show"] = show.map { .string($0.text) }
        object["state"] = .string(state.rawValue)
    }

    package init(_ fields: inout JSONFields) throws {
        let state = try fields.requireString("state")
        guard let state = State(rawValue: state) else {
            throw FieldProblem(
                field: "state", value: state,
                flaw: .unknown(known: State.allCases.map(\.rawValue)))
        }
        let lines = try fields.require(fields.array("lines"), "lines").map { try Line($0) }
        guard (1...Self.maximumLines).contains(lines.count) else {
            throw FieldProblem(
                field: "lines", value: "\(lines.count)",
                flaw: .badForm(expected: "1 to \(Self.maximumLines) lines"))
        }
        let ahead = try Duration.milliseconds(fields.integer("hold_clock_ahead_ms") ?? 0)
        try self.init(
            id: ReservationID(fields.requireString("reservation")),
            buyer: BuyerID(fields.requireString("buyer")),
            show: fields.string("show").map { try ShowID($0) }, lines: lines,
            offeredTo: fields.string("offered_to").map { try WaitID($0) },
            heldAt: fields.require(fields.time("held_at"), "held_at") + ahead,
            deadline: fields.require(fields.time("expires_at"), "expires_at") + ahead,
            state: state, isLate: fields.bool("late") ?? false)
    }
}

extension Waiting {
    package func write(into object: inout JSONObject) {
        object["buyer"] = .string(buyer.text)
        object["joined_at"] = .string(joinedAt.rfc3339)
        object["place"] = .integer(place)
        object["quantity"] = .integer(quantity)
        object["show"] = show.map { .string($0.text) }
        object["sku"] = .string(code.text)
        object["waiting"] = .string(id.text)
    }

    package init(_ fields: inout JSONFields) throws {
        try self.init(
            id: WaitID(fields.requireString("waiting")),
            buyer: BuyerID(fields.requireString("buyer")),
            show: fields.string("show").map { try ShowID($0) },
            code: SKUCode(fields.requireString("sku")),
            quantity: fields.requireInteger("quantity"),
            joinedAt: fields.require(fields.time("joined_at"), "joined_at"),
            place: fields.requireInteger("place"))
    }
}

extension ReservationAnswer {
    /// As a store keeps it for whoever asks again with its key.
    package var json: JSON {
        var object = JSONObject()
        object["ahead_ms"] = .integer(ahead.wholeMilliseconds)
        object["outcome"] = .string(outcome.rawValue)
        if let reservation {
            var member = JSONObject()
            reservation.write(into: &member, ahead: ahead)
            object["reservation"] = .object(member)
        }
        object["stock"] = .array(stock.map(\.json))
        if let waiting {
            var member = JSONObject()
            waiting.write(into: &member)
            object["waiting"] = .object(member)
        }
        return .object(object)
    }

    package init(_ json: JSON) throws {
        var fields = try JSONFields(json)
        let outcome = try fields.requireString("outcome")
        guard let outcome = Outcome(rawValue: outcome) else {
            throw FieldProblem(field: "outcome", value: outcome, flaw: .unknown(known: []))
        }
        self.init(
            reservation: try fields.object("reservation").map { object in
                var fields = try JSONFields(.object(object), path: "reservation.")
                return try Reservation(&fields)
            },
            waiting: try fields.object("waiting").map { object in
                var fields = try JSONFields(.object(object), path: "waiting.")
                return try Waiting(&fields)
            },
            stock: try (fields.array("stock") ?? []).map { try StockLevel($0) },
            ahead: .milliseconds(try fields.integer("ahead_ms") ?? 0), outcome: outcome)
    }
}
