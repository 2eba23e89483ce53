import Primitives

/// One sellable variant of a catalogue: how it is listed, and how much of it is there.
package struct SKU: Sendable, Equatable {
    package let code: SKUCode
    package var listing: Listing
    package var stock: Stock

    package init(code: SKUCode, listing: Listing, stock: Stock) {
        self.code = code
        self.listing = listing
        self.stock = stock
    }
}

/// What a viewer sees of a SKU.
package struct Listing: Sendable, Equatable {
    package let title: String
    package let price: Price
    /// The price it is compared with, crossed out; always above `price`.
    package let compareAtPrice: Price?
    /// SKUs that are variants of one another share a family.
    package let family: String?
    package let imageURL: String?
    package let pageURL: String?
    package let barcode: String?
    package let attributes: Attributes

    package init(
        title: String, price: Price, compareAtPrice: Price? = nil, family: String? = nil,
        imageURL: String? = nil, pageURL: String? = nil, barcode: String? = nil,
        attributes: Attributes = Attributes()
    ) throws {
        self.title = try PlainText.checked(title, field: "title", limitBytes: 500)
        self.price = price
        if let compareAtPrice, compareAtPrice <= price {
            throw FieldProblem(
                field: "compare_at_price", value: String(compareAtPrice.minor),
                flaw: .notAboveSellingPrice)
        }
        self.compareAtPrice = compareAtPrice
        self.family = try family.map {
            try PlainText.checked($0, field: "family", limitBytes: 200)
        }
        self.imageURL = try imageURL.map { try Self.checkedURL($0, field: "image_url") }
        self.pageURL = try pageURL.map { try Self.checkedURL($0, field: "page_url") }
        self.barcode = try barcode.map {
            try PlainText.checked($0, field: "barcode", limitBytes: 64)
        }
        self.attributes = attributes
    }

    /// `https://…` or `http://…`: a page that shows a listing must never be handed `javascript:`.
    private static func checkedURL(_ text: String, field: String) throws -> String {
        let text = try PlainText.checked(text, field: field, limitBytes: 2048)
        var reader = ByteReader(text.utf8Span.span)
        let scheme = reader.skip { $0 != UInt8(ascii: ":") }
        let isWeb = scheme.count == 5 ? text.hasPrefix("https://") : text.hasPrefix("http://")
        let rest = reader.skip { $0 > 0x20 && $0 != 0x22 && $0 != 0x3C && $0 != 0x3E }
        // "://" and a host behind it.
        let hasHost = rest.count > 3 && reader.bytes[rest.lowerBound + 3] != UInt8(ascii: "/")
        guard isWeb, hasHost, reader.isAtEnd else {
            throw FieldProblem(
                field: field, value: text, flaw: .badForm(expected: "an http or https URL"))
        }
        return text
    }
}
