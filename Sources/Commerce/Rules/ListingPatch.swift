/// What to do with an optional part of a listing.
package enum Update<Value: Sendable & Equatable>: Sendable, Equatable {
    case keep
    case set(Value)
    case clear

    func applied(to old: Value?) -> Value? {
        switch self {
        case .keep: old
        case .set(let value): value
        case .clear: nil
        }
    }
}

/// The changes that somebody asks of a listing: what `sku set` was given, the columns of a file
/// that is imported, the fields of a show file. Amounts are as written, because only the catalogue
/// knows the currency.
package struct ListingPatch: Sendable, Equatable {
    package var title: String?
    package var price: Amount?
    package var compareAtPrice: Update<Amount> = .keep
    package var family: Update<String> = .keep
    package var imageURL: Update<String> = .keep
    package var pageURL: Update<String> = .keep
    package var barcode: Update<String> = .keep
    /// By name; a nil value takes the attribute away.
    package var attributes: [(name: String, value: String?)] = []

    package init() {}

    package static func == (left: ListingPatch, right: ListingPatch) -> Bool {
        left.title == right.title && left.price == right.price
            && left.compareAtPrice == right.compareAtPrice && left.family == right.family
            && left.imageURL == right.imageURL && left.pageURL == right.pageURL
            && left.barcode == right.barcode
            && left.attributes.elementsEqual(right.attributes) { $0 == $1 }
    }

    /// The listing that results; `old` is nil for a SKU that is new.
    package func applied(to old: Listing?, in currency: Currency) throws -> Listing {
        let price = try self.price?.price(in: currency) ?? old?.price
        let compareAtPrice: Price? =
            switch self.compareAtPrice {
            case .keep: old?.compareAtPrice
            case .set(let amount): try amount.price(in: currency)
            case .clear: nil
            }
        var attributes = old?.attributes ?? Attributes()
        for (name, value) in self.attributes { try attributes.set(name, to: value) }
        guard let title = title ?? old?.title else { throw missing("title") }
        guard let price else { throw missing("price") }
        return try Listing(
            title: title, price: price, compareAtPrice: compareAtPrice,
            family: family.applied(to: old?.family), imageURL: imageURL.applied(to: old?.imageURL),
            pageURL: pageURL.applied(to: old?.pageURL), barcode: barcode.applied(to: old?.barcode),
            attributes: attributes)
    }

    private func missing(_ field: String) -> FieldProblem {
        FieldProblem(field: field, value: "", flaw: .missing)
    }
}
