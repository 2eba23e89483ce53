import Primitives

/// The name of a catalogue: what `--catalogue` takes.
package struct CatalogueName: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    /// Exists from the start, so that small users never type the word.
    package static let standard = CatalogueName(unchecked: "default")

    package static let expected =
        "1 to 64 of a-z, 0-9, '-' and '_', starting with a letter or digit"

    package init(_ text: String) throws {
        guard text.utf8.count <= 64, let first = text.utf8.first, first.isLowercaseOrDigit,
            text.utf8.allSatisfy(\.isSlugCharacter)
        else {
            throw FieldProblem(
                field: "catalogue", value: text, flaw: .badForm(expected: Self.expected))
        }
        self.text = text
    }

    private init(unchecked text: String) {
        self.text = text
    }

    package var description: String { text }
}

/// Names one show: `shw_` and up to 60 letters, digits, `-` and `_`.
package struct ShowID: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package static let prefix = "shw_"
    package static let expected = Slug.expected(prefix)

    package init(_ text: String) throws {
        self.text = try Slug.checked(text, prefix: Self.prefix, field: "show")
    }

    /// A new one: 60 random bits in 12 letters without look-alikes. Of a million shows, two collide
    /// with a chance of one in two million, and a collision is refused, not overwritten.
    package init(random: inout some RandomNumberGenerator) {
        text = Slug.random(prefix: Self.prefix, letters: 12, &random)
    }

    package static func < (left: ShowID, right: ShowID) -> Bool { left.text < right.text }
    package var description: String { text }
}

/// The code that names one SKU within its catalogue. Any visible text, as brands have it, but for
/// the colon, which separates a SKU from a quantity.
package struct SKUCode: Sendable, Hashable, Comparable, CustomStringConvertible {
    package static let maximumBytes = 100

    package let text: String

    package init(_ text: String) throws {
        do throws(FieldProblem.Flaw) {
            try PlainText.check(text, limitBytes: Self.maximumBytes)
            guard !text.utf8.contains(UInt8(ascii: ":")) else { throw .forbiddenCharacter(":") }
        } catch {
            throw FieldProblem(field: "sku", value: text, flaw: error)
        }
        self.text = text
    }

    /// By bytes, as the stores have them: two SKUs never share their stock.
    package static func == (left: SKUCode, right: SKUCode) -> Bool {
        left.text.isSameInUTF8(as: right.text)
    }

    /// By bytes, as the stores sort.
    package static func < (left: SKUCode, right: SKUCode) -> Bool {
        left.text.precedesInUTF8(right.text)
    }
    package var description: String { text }
}

/// A caller's name for one change, so that saying it twice does it once.
package struct IdempotencyKey: Sendable, Hashable, CustomStringConvertible {
    package let text: String

    package static let expected = "1 to 255 visible ASCII characters"

    package init(_ text: String) throws {
        guard (1...255).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw FieldProblem(
                field: "idempotency-key", value: text, flaw: .badForm(expected: Self.expected))
        }
        self.text = text
    }

    package var description: String { text }
}

/// The form of names that we make ourselves: a prefix that says the kind, and letters and digits.
enum Slug {
    static func checked(
        _ text: String, prefix: String, field: String
    ) throws -> String {
        let rest = text.utf8.dropFirst(prefix.utf8.count)
        guard text.hasPrefix(prefix), (1...60).contains(rest.count),
            rest.allSatisfy(\.isSlugCharacter)
        else {
            throw FieldProblem(
                field: field, value: text, flaw: .badForm(expected: expected(prefix)))
        }
        return text
    }

    static func expected(_ prefix: String) -> String {
        "'\(prefix)' and 1 to 60 of a-z, 0-9, '-' and '_'"
    }

    /// Five bits a letter, without look-alikes, in the order of the numbers.
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    /// Nine letters of time, which last until the year 3084, and random ones.
    static func random(
        prefix: String, at now: WallClock, letters: Int,
        _ random: inout some RandomNumberGenerator
    ) -> String {
        let time = UInt64(max(0, now.millisecondsSince1970))
        let digits = (0..<9).reversed().map { alphabet[Int(time >> ($0 * 5) & 31)] }
        return Self.random(prefix: prefix + String(digits), letters: letters, &random)
    }

    static func random(
        prefix: String, letters: Int, _ random: inout some RandomNumberGenerator
    ) -> String {
        var text = prefix
        var bits: UInt64 = 0
        for index in 0..<letters {
            if index % 12 == 0 { bits = random.next() }
            text.append(alphabet[Int(bits & 31)])
            bits >>= 5
        }
        return text
    }
}

extension UInt8 {
    fileprivate var isLowercaseOrDigit: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    fileprivate var isSlugCharacter: Bool {
        isLowercaseOrDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }
}
