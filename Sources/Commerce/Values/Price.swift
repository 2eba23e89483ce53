import Primitives

/// An amount of money in its currency's minor unit. Which currency, the catalogue says.
package struct Price: Sendable, Hashable, Comparable {
    /// A million millions of the minor unit: above any price, far below what sums overflow at.
    package static let maximumMinor: Int64 = 1_000_000_000_000

    package let minor: Int64

    package init(minor: Int64, field: String = "price") throws {
        guard (0...Self.maximumMinor).contains(minor) else {
            throw FieldProblem(field: field, value: String(minor), flaw: .tooLarge)
        }
        self.minor = minor
    }

    package static func < (left: Price, right: Price) -> Bool { left.minor < right.minor }

    /// `19.99` for 1999 in a currency of two decimals.
    package func text(in currency: Currency) -> String {
        guard currency.decimals > 0 else { return String(minor) }
        let digits = String(minor)
        let zeros = String(
            repeating: "0", count: max(0, currency.decimals + 1 - digits.utf8.count))
        var text = zeros + digits
        text.insert(".", at: text.index(text.endIndex, offsetBy: -currency.decimals))
        return text
    }
}

/// An amount before anything says which catalogue it is for: as a person writes it (`19.99`,
/// `19.99 USD`, `USD 19.99`), or as a program does, in minor units.
package struct Amount: Sendable, Equatable {
    package static let expected = "an amount such as 19.99 or '19.99 USD'"

    private enum Form: Equatable {
        case minor(Int64)
        /// All digits as one number, and how many of them stand behind the point.
        case written(digits: Int64, decimals: Int, Currency?)
    }

    private let field: String
    private let text: String
    private let form: Form

    /// More decimals than any currency has, and few enough for the arithmetic.
    private static let maximumDecimals = 6

    package init(minor: Int64, field: String = "price") {
        self.field = field
        text = String(minor)
        form = .minor(minor)
    }

    package init(_ text: String, field: String = "price") throws {
        self.field = field
        self.text = text
        guard let written = Self.read(text.utf8Span.span) else {
            throw FieldProblem(field: field, value: text, flaw: .badForm(expected: Self.expected))
        }
        guard let digits = written.digits else {
            throw FieldProblem(field: field, value: text, flaw: .tooLarge)
        }
        let code = written.codeRange.map { text.utf8.dropFirst($0.lowerBound).prefix($0.count) }
        form = .written(
            digits: digits, decimals: written.decimals,
            try code.map { try Currency(String(decoding: $0, as: UTF8.self)) })
    }

    /// `19.99`, with a word and one space in front of it or behind it. Nil where it is something
    /// else; no digits where there are more than a number holds.
    private static func read(
        _ utf8: Span<UInt8>
    ) -> (digits: Int64?, decimals: Int, codeRange: Range<Int>?)? {
        var reader = ByteReader(utf8)
        let word = reader.skip { $0.isASCIILetter }
        if !word.isEmpty, !reader.skip(if: UInt8(ascii: " ")) { return nil }
        let whole = reader.skip(while: \.isASCIIDigit)
        guard !whole.isEmpty else { return nil }
        var fraction = whole.upperBound..<whole.upperBound
        if reader.skip(if: UInt8(ascii: ".")) {
            fraction = reader.skip(while: \.isASCIIDigit)
            guard !fraction.isEmpty else { return nil }
        }
        var code = word.isEmpty ? nil : word
        if !reader.isAtEnd {
            guard code == nil, reader.skip(if: UInt8(ascii: " ")) else { return nil }
            code = reader.skip { $0.isASCIILetter }
            guard reader.isAtEnd else { return nil }
        }
        while fraction.count > maximumDecimals, utf8[fraction.upperBound - 1] == UInt8(ascii: "0") {
            fraction = fraction.lowerBound..<fraction.upperBound - 1
        }
        return (number(utf8, whole, fraction), fraction.count, code)
    }

    /// Nil where it overflows.
    private static func number(
        _ utf8: Span<UInt8>, _ whole: Range<Int>, _ fraction: Range<Int>
    ) -> Int64? {
        var value: Int64 = 0
        for range in [whole, fraction] {
            for index in range {
                let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
                let (sum, overflowedSum) = scaled.addingReportingOverflow(
                    Int64(utf8[index] - UInt8(ascii: "0")))
                guard !overflowed, !overflowedSum else { return nil }
                value = sum
            }
        }
        return value
    }

    /// The price in a catalogue's currency, exactly: never rounded.
    package func price(in catalogue: Currency) throws -> Price {
        switch form {
        case .minor(let minor): return try Price(minor: minor, field: field)
        case .written(let digits, let decimals, let currency):
            if let currency, currency != catalogue {
                throw problem(.wrongCurrency(found: currency.code, catalogue: catalogue.code))
            }
            var minor = digits
            for _ in catalogue.decimals..<max(catalogue.decimals, decimals) {
                // 1999.00 yen is 1999 yen; 1999.50 yen is nothing.
                guard minor % 10 == 0 else {
                    throw problem(
                        .tooManyDecimals(currency: catalogue.code, digits: catalogue.decimals))
                }
                minor /= 10
            }
            for _ in decimals..<max(catalogue.decimals, decimals) {
                let (scaled, overflowed) = minor.multipliedReportingOverflow(by: 10)
                guard !overflowed else { throw problem(.tooLarge) }
                minor = scaled
            }
            return try Price(minor: minor, field: field)
        }
    }

    private func problem(_ flaw: FieldProblem.Flaw) -> FieldProblem {
        FieldProblem(field: field, value: text, flaw: flaw)
    }
}
