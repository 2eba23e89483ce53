package import CommandLineKit
package import Commerce

extension Failure {
    /// A field that does not fit: bad data, wherever it came from.
    package init(_ problem: FieldProblem) {
        self.init(.dataError, "field.\(problem.flaw.code)", problem.words)
    }
}

extension FieldProblem {
    /// `price '12,50' is not an amount such as 19.99`: one line for errors and row reports alike.
    package var words: String {
        let subject = value.isEmpty ? field : "\(field) '\(value.truncated)'"
        return switch flaw {
        case .missing: "\(field) is missing"
        case .empty: "\(field) is empty"
        case .tooLong(let limit): "\(field) is longer than \(limit) bytes: '\(value.truncated)'"
        case .controlCharacter: "\(subject) has a control character"
        case .outerSpace: "\(subject) begins or ends with a space"
        case .forbiddenCharacter(let character): "\(subject) has a '\(character)'"
        case .badForm(let expected): "\(subject) is not \(expected)"
        case .tooManyDecimals(let currency, 0): "\(subject): \(currency) has no decimals"
        case .tooManyDecimals(let currency, let digits):
            "\(subject): \(currency) has \(digits) decimals"
        case .tooLarge: "\(subject) is out of range"
        case .wrongCurrency(let found, let catalogue):
            "\(subject) is in \(found), the catalogue in \(catalogue)"
        case .notAboveSellingPrice: "\(field) is not above the price it is compared with"
        case .wrongKind(let expected): "\(field) is \(value), not \(expected)"
        case .tooMany(let limit): "\(subject): more than \(limit)"
        case .duplicate: "\(subject) stands twice"
        case .unknown(let known) where known.isEmpty: "\(subject) is not known"
        case .unknown(let known):
            "\(field) is not a field here; known: \(known.joined(separator: ", "))"
        }
    }
}

extension FieldProblem.Flaw {
    /// The stable name of the flaw.
    package var code: String {
        switch self {
        case .missing: "missing"
        case .empty: "empty"
        case .tooLong: "too-long"
        case .controlCharacter: "control-character"
        case .outerSpace: "outer-space"
        case .forbiddenCharacter: "forbidden-character"
        case .badForm: "bad-form"
        case .tooManyDecimals: "too-many-decimals"
        case .tooLarge: "out-of-range"
        case .wrongCurrency: "wrong-currency"
        case .notAboveSellingPrice: "not-above-price"
        case .wrongKind: "wrong-kind"
        case .tooMany: "too-many"
        case .duplicate: "duplicate"
        case .unknown: "unknown"
        }
    }
}

extension String {
    /// Enough to recognise it by.
    fileprivate var truncated: String {
        count > 60 ? prefix(57) + "…" : self
    }
}
