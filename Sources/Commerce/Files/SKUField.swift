/// A field of a SKU in a file: a column of CSV, a member of JSON. The names are a contract with
/// everybody's files.
package enum SKUField: Sendable, Hashable {
    case sku
    case title
    case price
    case priceMinor
    case compareAtPrice
    case compareAtPriceMinor
    case family
    case stock
    case barcode
    case imageURL
    case pageURL
    case attribute(String)

    private static let named: [(name: String, field: SKUField)] = [
        ("sku", .sku), ("title", .title), ("price", .price), ("price_minor", .priceMinor),
        ("compare_at_price", .compareAtPrice),
        ("compare_at_price_minor", .compareAtPriceMinor), ("family", .family),
        ("stock", .stock), ("on_hand", .stock), ("barcode", .barcode),
        ("image_url", .imageURL), ("page_url", .pageURL),
    ]

    package static let attributePrefix = "attribute."

    /// What a person may write, for messages and completion.
    package static var names: [String] { named.map(\.name) + [attributePrefix + "NAME"] }

    /// As messages call it.
    package var name: String {
        if case .attribute(let name) = self { return Self.attributePrefix + name }
        return Self.named.first { $0.field == self }?.name ?? ""
    }

    /// By name, whatever its case; nil where there is no such field.
    package init?(name: String) {
        let lowercased = name.lowercased()
        if lowercased.hasPrefix(Self.attributePrefix), lowercased != Self.attributePrefix {
            self = .attribute(String(lowercased.dropFirst(Self.attributePrefix.count)))
        } else if let found = Self.named.first(where: { $0.name == lowercased }) {
            self = found.field
        } else {
            return nil
        }
    }
}
