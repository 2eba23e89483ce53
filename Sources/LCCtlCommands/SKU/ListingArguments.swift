import CommandLineKit
import Commerce

/// The options that say how a SKU is listed, for `sku add` and `sku set` alike.
enum ListingArguments {
    static let title = Argument.option("title", .text, "what viewers read")
    static let price = Argument.option("price", .money, "the price, such as 19.99")
    static let compareAtPrice = Argument.option(
        "compare-at-price", .money, "the higher price to show crossed out")
    static let family = Argument.option(
        "family", .clearableText, "what SKUs share that are variants of one another")
    static let image = Argument.option("image-url", .clearableText, "the picture's address")
    static let page = Argument.option("page-url", .clearableText, "the page in the web shop")
    static let barcode = Argument.option("barcode", .clearableText, "the GTIN, EAN or UPC")
    static let attributes = Argument.repeated(
        "attribute", short: "a", .assignment,
        "what tells this variant from others, such as size=M; an empty value takes it away")
    static let clearsCompareAtPrice = Argument.flag(
        "no-compare-at-price", "take the compare-at price away")

    static let rows = [
        title.row, price.row, compareAtPrice.row, family.row, image.row, page.row, barcode.row,
        attributes.row,
    ]

    static func patch(_ invocation: Invocation) -> ListingPatch {
        var patch = ListingPatch()
        patch.title = invocation[title]
        patch.price = invocation[price]
        if let amount = invocation[compareAtPrice] { patch.compareAtPrice = .set(amount) }
        patch.family = update(invocation[family])
        patch.imageURL = update(invocation[image])
        patch.pageURL = update(invocation[page])
        patch.barcode = update(invocation[barcode])
        patch.attributes = invocation[attributes].map {
            ($0.name, $0.value.isEmpty ? nil : $0.value)
        }
        return patch
    }

    private static func update(_ text: String?) -> Update<String> {
        guard let text else { return .keep }
        return text.isEmpty ? .clear : .set(text)
    }
}

/// `name=value`
struct Assignment: Sendable {
    let name: String
    let value: String
}

extension ValueKind<Assignment> {
    static let assignment = ValueKind("NAME=VALUE") { text throws(ValueProblem) in
        guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
            throw ValueProblem("NAME=VALUE")
        }
        return Assignment(
            name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
}
