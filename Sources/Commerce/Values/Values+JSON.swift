package import Primitives

// How the values stand in events and answers. Keys are a contract: schemas in docs/schemas.

extension Listing {
    /// In the order of the names, which is the quickest.
    package func write(into object: inout JSONObject) {
        if !attributes.isEmpty { object["attributes"] = attributes.json }
        object["barcode"] = barcode.map(JSON.string)
        object["compare_at_price_minor"] = compareAtPrice.map { .integer($0.minor) }
        object["family"] = family.map(JSON.string)
        object["image_url"] = imageURL.map(JSON.string)
        object["page_url"] = pageURL.map(JSON.string)
        object["price_minor"] = .integer(price.minor)
        object["title"] = .string(title)
    }

    init(_ fields: inout JSONFields) throws {
        try self.init(
            title: fields.requireString("title"),
            price: Price(minor: fields.requireInteger("price_minor")),
            compareAtPrice: fields.integer("compare_at_price_minor").map { try Price(minor: $0) },
            family: fields.string("family"), imageURL: fields.string("image_url"),
            pageURL: fields.string("page_url"), barcode: fields.string("barcode"),
            attributes: Attributes(fields.object("attributes") ?? JSONObject()))
    }
}

extension Attributes {
    package var json: JSON {
        var object = JSONObject()
        for entry in entries { object[entry.name] = .string(entry.value) }
        return .object(object)
    }

    package init(_ object: JSONObject) throws {
        for member in object.members {
            guard let value = member.value.stringValue else {
                throw FieldProblem(
                    field: "attributes.\(member.name)", value: member.value.kindName,
                    flaw: .wrongKind(expected: "a string"))
            }
            try set(member.name, to: value)
        }
    }
}

extension SKU {
    package func write(into object: inout JSONObject) {
        listing.write(into: &object)
        stock.write(into: &object)
        object["sku"] = .string(code.text)
    }
}

extension Catalogue {
    package func write(into object: inout JSONObject) {
        object["catalogue"] = .string(name.text)
        object["brand"] = .string(brand)
        object["currency"] = .string(currency.code)
    }
}

extension ShowDetails {
    package func write(into object: inout JSONObject) {
        object["title"] = .string(title)
        object["host"] = host.map(JSON.string)
        object["scheduled_at"] = scheduledAt.map { .string($0.rfc3339) }
    }

    init(_ fields: inout JSONFields) throws {
        try self.init(
            title: fields.requireString("title"), host: fields.string("host"),
            scheduledAt: fields.time("scheduled_at"))
    }
}

extension Show {
    package func write(into object: inout JSONObject) {
        object["show"] = .string(id.text)
        object["state"] = .string(state.name)
        details.write(into: &object)
        switch state {
        case .scheduled: break
        case .live(let since): object["started_at"] = .string(since.rfc3339)
        case .ended(let from, let to):
            object["started_at"] = .string(from.rfc3339)
            object["ended_at"] = .string(to.rfc3339)
        }
    }
}

extension Rail {
    package var json: JSON {
        .array(
            entries.map { entry in
                var object = JSONObject()
                object["sku"] = .string(entry.code.text)
                object["show_price_minor"] = entry.showPrice.map { .integer($0.minor) }
                return .object(object)
            })
    }

    init(_ json: [JSON]) throws {
        try self.init(
            json.map { entry in
                var fields = try JSONFields(entry, path: "rail.")
                return try Entry(
                    code: SKUCode(fields.requireString("sku")),
                    showPrice: fields.integer("show_price_minor").map { try Price(minor: $0) })
            })
    }
}

extension Flash {
    package func write(into object: inout JSONObject) {
        object["sku"] = .string(code.text)
        object["price_minor"] = .integer(price.minor)
        object["closes_at"] = closesAt.map { .string($0.rfc3339) }
        object["unit_limit"] = unitLimit.map(JSON.integer)
    }

    init(_ fields: inout JSONFields) throws {
        try self.init(
            code: SKUCode(fields.requireString("sku")),
            price: Price(minor: fields.requireInteger("price_minor")),
            closesAt: fields.time("closes_at"), unitLimit: fields.integer("unit_limit"))
    }
}
