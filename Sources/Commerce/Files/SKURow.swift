package import Primitives

/// What one row of a file says of one SKU.
package struct SKURow: Sendable, Equatable {
    package private(set) var code: SKUCode?
    package private(set) var patch = ListingPatch()
    package private(set) var stock: Stock?

    package init() {}

    package func requireCode() throws -> SKUCode {
        guard let code else { throw FieldProblem(field: "sku", value: "", flaw: .missing) }
        return code
    }

    /// Takes one field in. Empty text clears what is optional, and is missing where it is not.
    package mutating func set(_ field: SKUField, to text: String) throws {
        switch field {
        case .sku: if !text.isEmpty { code = try SKUCode(text) }
        case .title: if !text.isEmpty { patch.title = text }
        case .price: if !text.isEmpty { patch.price = try Amount(text) }
        case .priceMinor:
            if !text.isEmpty { patch.price = Amount(minor: try whole(text, field: "price_minor")) }
        case .compareAtPrice:
            patch.compareAtPrice = try update(text) { try Amount($0, field: "compare_at_price") }
        case .compareAtPriceMinor:
            patch.compareAtPrice = try update(text) {
                let name = "compare_at_price_minor"
                return Amount(minor: try whole($0, field: name), field: name)
            }
        case .family: patch.family = update(text) { $0 }
        case .stock: if !text.isEmpty { stock = try Stock(onHand: whole(text, field: "stock")) }
        case .barcode: patch.barcode = update(text) { $0 }
        case .imageURL: patch.imageURL = update(text) { $0 }
        case .pageURL: patch.pageURL = update(text) { $0 }
        case .attribute(let name): patch.attributes.append((name, text.isEmpty ? nil : text))
        }
    }

    /// Takes a member of a JSON object in: a field, or `attributes` with all of them. False where
    /// there is no such field.
    package mutating func set(member: JSONObject.Member) throws -> Bool {
        if member.name == "attributes" {
            for attribute in member.value.objectValue?.members ?? [] {
                let name = SKUField.attributePrefix + attribute.name
                try set(.attribute(attribute.name), to: text(of: attribute.value, field: name))
            }
            return true
        }
        guard let field = SKUField(name: member.name) else { return false }
        try set(field, to: text(of: member.value, field: member.name))
        return true
    }

    /// Takes a foreign member in, as the field that it is mapped to.
    mutating func set(_ field: SKUField, to json: JSON) throws {
        try set(field, to: text(of: json, field: field.name))
    }

    private func text(of json: JSON, field: String) throws -> String {
        switch json {
        case .null: return ""
        case .string(let text), .decimal(let text): return text
        case .integer(let value): return String(value)
        case .bool, .array, .object:
            throw FieldProblem(
                field: field, value: json.kindName,
                flaw: .wrongKind(expected: "a string or a number"))
        }
    }

    private func update<Value>(
        _ text: String, _ convert: (String) throws -> Value
    ) rethrows -> Update<Value> {
        text.isEmpty ? .clear : .set(try convert(text))
    }

    private func whole(_ text: String, field: String) throws -> Int64 {
        guard let value = Int64(text) else {
            throw FieldProblem(
                field: field, value: text, flaw: .badForm(expected: "a whole number"))
        }
        return value
    }
}
