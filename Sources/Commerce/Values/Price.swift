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
        case written(whole: Substring, fraction: Substring, Currency?)
    }

    private let field: String
    private let text: String
    private let form: Form

    package init(minor: Int64, field: String = "price") {
        self.field = field
        text = String(minor)
        form = .minor(minor)
    }

    package init(_ text: String, field: String = "price") throws {
        self.field = field
        self.text = text
        let problem = FieldProblem(
            field: field, value: text, flaw: .badForm(expected: Self.expected))
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count <= 2, text.utf8.count <= 40 else { throw problem }
        let isAmountFirst = words[0].utf8.first?.isASCIIDigit ?? false
        let amount = isAmountFirst ? words.first : words.last
        let code = words.count == 2 ? (isAmountFirst ? words.last : words.first) : nil
        let parts = (amount ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isASCIIDigit) })
        else { throw problem }
        form = .written(
            whole: parts[0], fraction: parts.count == 2 ? parts[1] : "",
            try code.map { try Currency(String($0)) })
    }

    /// The price in a catalogue's currency, exactly: never rounded.
    package func price(in catalogue: Currency) throws -> Price {
        switch form {
        case .minor(let minor): return try Price(minor: minor, field: field)
        case .written(let whole, let fraction, let currency):
            if let currency, currency != catalogue {
                throw problem(.wrongCurrency(found: currency.code, catalogue: catalogue.code))
            }
            // 1999.00 yen is 1999 yen; 1999.50 yen is nothing.
            guard fraction.dropFirst(catalogue.decimals).allSatisfy({ $0 == "0" }) else {
                throw problem(
                    .tooManyDecimals(currency: catalogue.code, digits: catalogue.decimals))
            }
            let minorDigits = fraction.prefix(catalogue.decimals)
            let zeros = String(repeating: "0", count: catalogue.decimals - minorDigits.count)
            guard let minor = Int64(whole + minorDigits + zeros) else { throw problem(.tooLarge) }
            return try Price(minor: minor, field: field)
        }
    }

    private func problem(_ flaw: FieldProblem.Flaw) -> FieldProblem {
        FieldProblem(field: field, value: text, flaw: flaw)
    }
}
