@testable import Commerce
import Primitives
import Testing

@Suite struct ValuesTests {
    @Test(arguments: [
        ("19.99", "USD", 1999), ("19", "USD", 1900), ("19.9", "USD", 1990), ("0", "USD", 0),
        ("19.9900", "USD", 1999), ("1999", "JPY", 1999), ("1999.00", "JPY", 1999),
        ("1.234", "KWD", 1234), ("19.99 USD", "USD", 1999), ("USD 19.99", "USD", 1999),
        ("usd 5", "USD", 500), ("10000000000.00", "USD", 1_000_000_000_000),
    ])
    func `an amount is exact`(text: String, currency: String, minor: Int64) throws {
        #expect(try Amount(text).price(in: Currency(currency)).minor == minor)
    }

    @Test(arguments: [
        "", " ", ".", "1.", ".5", "-1", "+1", "1,50", "1.2.3", "1e3", "0x1", "NaN", "19.99  USD",
        "19.99 EUR USD", "£5", "५", "1_000", "19.999", "10000000000.01", "99999999999999999999",
        "19.99 XXX", "1 EUR", String(repeating: "1", count: 50),
    ])
    func `what is no amount of dollars is refused`(text: String) {
        #expect(throws: FieldProblem.self) { try Amount(text).price(in: Currency("USD")) }
    }

    @Test(arguments: [
        (1999, "USD", "19.99"), (5, "USD", "0.05"), (0, "USD", "0.00"), (1999, "JPY", "1999"),
        (1, "KWD", "0.001"),
    ])
    func `a price prints as it is written`(minor: Int64, currency: String, text: String) throws {
        let currency = try Currency(currency)
        #expect(try Price(minor: minor).text(in: currency) == text)
        #expect(try Amount(text).price(in: currency).minor == minor)
    }

    @Test func `every price survives its text`() throws {
        var random = SeededRandom(seed: 5)
        for code in ["USD", "JPY", "KWD"] {
            let currency = try Currency(code)
            for _ in 0..<500 {
                let price = try Price(
                    minor: Int64.random(in: 0...Price.maximumMinor, using: &random))
                #expect(try Amount(price.text(in: currency)).price(in: currency) == price)
            }
        }
    }

    @Test(arguments: ["default", "acme", "a", "0", "a-b_c", String(repeating: "a", count: 64)])
    func `a catalogue's name is a slug`(text: String) throws {
        #expect(try CatalogueName(text).text == text)
    }

    @Test(arguments: ["", "-a", "A", "a b", "é", "a/b", String(repeating: "a", count: 65)])
    func `what is no slug names no catalogue`(text: String) {
        #expect(throws: FieldProblem.self) { try CatalogueName(text) }
    }

    @Test(arguments: ["shw_", "friday", "shw_A", "shw_a b", "SHW_a"])
    func `a show id starts with its prefix`(text: String) {
        #expect(throws: FieldProblem.self) { try ShowID(text) }
    }

    @Test func `new show ids are different and well formed`() throws {
        var random = SeededRandom(seed: 1)
        var seen: Set<ShowID> = []
        for _ in 0..<10_000 {
            let id = ShowID(random: &random)
            #expect(try ShowID(id.text) == id)
            seen.insert(id)
        }
        #expect(seen.count == 10_000)
    }

    @Test(arguments: [
        ("", FieldProblem.Flaw.empty), (" A", .outerSpace), ("A ", .outerSpace),
        ("A:1", .forbiddenCharacter(":")), ("A\tB", .controlCharacter),
        ("A\u{9B}B", .controlCharacter), ("A\u{7F}", .controlCharacter),
        (String(repeating: "é", count: 51), .tooLong(limitBytes: 100)),
    ])
    func `a SKU is visible text`(text: String, flaw: FieldProblem.Flaw) {
        #expect(throws: FieldProblem(field: "sku", value: text, flaw: flaw)) { try SKUCode(text) }
    }

    @Test(arguments: ["https://shop.example/a.jpg", "http://x"])
    func `a listing takes web addresses`(url: String) throws {
        let listing = try Listing(title: "T", price: Price(minor: 1), imageURL: url)
        #expect(listing.imageURL == url)
    }

    @Test(arguments: ["javascript:alert(1)", "https://", "https:///x", "/a.jpg", "https://a b"])
    func `a listing refuses other addresses`(url: String) {
        #expect(throws: FieldProblem.self) {
            try Listing(title: "T", price: Price(minor: 1), imageURL: url)
        }
    }

    @Test func `a compare-at price is above the price`() throws {
        let price = try Price(minor: 100)
        #expect(throws: FieldProblem.self) {
            try Listing(title: "T", price: price, compareAtPrice: price)
        }
    }

    @Test func `attributes are sorted, bounded and unset by nil`() throws {
        var attributes = Attributes()
        try attributes.set("size", to: "M")
        try attributes.set("colour", to: "red")
        try attributes.set("size", to: "L")
        #expect(attributes.json.text == #"{"colour":"red","size":"L"}"#)
        let object = try #require(attributes.json.objectValue)
        #expect(try Attributes(object) == attributes)
        try attributes.set("size", to: nil)
        #expect(attributes.entries.map(\.name) == ["colour"])
        #expect(throws: FieldProblem.self) {
            for number in 0...32 { try attributes.set("a\(number)", to: "x") }
        }
    }

    @Test(arguments: ["USD", "jpy", "KWD", "XOF"])
    func `currencies of ISO 4217 are known`(code: String) throws {
        #expect(try Currency(code).code == code.uppercased())
    }

    @Test(arguments: ["", "US", "USDX", "XXX", "ABC", "U D"])
    func `others are not`(code: String) {
        #expect(throws: FieldProblem.self) { try Currency(code) }
    }
}
