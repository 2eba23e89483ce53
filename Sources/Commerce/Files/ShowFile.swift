package import Primitives

/// A whole show as a file: what it is, the SKUs it needs, and its rail.
package struct ShowFile: Sendable, Equatable {
    package static let schema = "lc.show-file/1"

    package struct SKUEntry: Sendable, Equatable {
        package let code: SKUCode
        package let patch: ListingPatch
        /// The stock of a SKU that the file creates. One that exists keeps its stock: applying a
        /// file a second time must not bring back what has been sold.
        package let initialStock: Stock
    }

    package struct RailEntry: Sendable, Equatable {
        package let code: SKUCode
        package let showPrice: Amount?
    }

    package let id: ShowID
    package let details: ShowDetails
    package let skus: [SKUEntry]
    /// Nil where the file does not speak of the rail, which then stays as it is.
    package let rail: [RailEntry]?

    package init(_ json: JSON) throws {
        var fields = try JSONFields(json)
        let schema = try fields.requireString("schema")
        guard schema == Self.schema else {
            throw FieldProblem(
                field: "schema", value: schema, flaw: .badForm(expected: "'\(Self.schema)'"))
        }
        let show = try fields.require(fields.object("show"), "show")
        let skus = try fields.array("skus") ?? []
        let rail = try fields.array("rail")
        try fields.finish()

        var showFields = try JSONFields(.object(show), path: "show.")
        id = try Self.showID(showFields.requireString("id"))
        details = try showFields.within { try ShowDetails(&showFields) }
        try showFields.finish()
        self.skus = try skus.enumerated().map { try Self.skuEntry($1, path: "skus[\($0)].") }
        self.rail = try rail?.enumerated().map { try Self.railEntry($1, path: "rail[\($0)].") }
        try Self.requireUnique(self.skus.map(\.code), in: "skus")
        try Self.requireUnique((self.rail ?? []).map(\.code), in: "rail")
    }

    private static func showID(_ text: String) throws -> ShowID {
        guard let id = try? ShowID(text) else {
            throw FieldProblem(
                field: "show.id", value: text, flaw: .badForm(expected: ShowID.expected))
        }
        return id
    }

    private static func skuEntry(_ json: JSON, path: String) throws -> SKUEntry {
        var fields = try JSONFields(json, path: path)
        let initialStock = try fields.integer("initial_stock") ?? 0
        return try fields.within {
            var row = SKURow()
            for member in json.objectValue?.members ?? [] where member.name != "initial_stock" {
                guard try row.set(member: member), SKUField(name: member.name) != .stock else {
                    let known = SKUField.names + ["attributes", "initial_stock"]
                    throw FieldProblem(
                        field: member.name, value: "", flaw: .unknown(known: known))
                }
            }
            return try SKUEntry(
                code: row.requireCode(), patch: row.patch,
                initialStock: Stock(onHand: initialStock))
        }
    }

    private static func railEntry(_ json: JSON, path: String) throws -> RailEntry {
        if let code = json.stringValue {
            return RailEntry(code: try SKUCode(code), showPrice: nil)
        }
        var fields = try JSONFields(json, path: path)
        let code = try fields.requireString("sku")
        let price = try fields.written("show_price")
        try fields.finish()
        return try fields.within {
            try RailEntry(
                code: SKUCode(code), showPrice: price.map { try Amount($0, field: "show_price") })
        }
    }

    private static func requireUnique(_ codes: [SKUCode], in field: String) throws {
        var seen: Set<SKUCode> = []
        for code in codes where !seen.insert(code).inserted {
            throw FieldProblem(field: field, value: code.text, flaw: .duplicate)
        }
    }
}
