/// What is wrong with one field that somebody typed, imported or sent.
package struct FieldProblem: Error, Equatable {
    package let field: String
    package let value: String
    package let flaw: Flaw

    package init(field: String, value: String, flaw: Flaw) {
        self.field = field
        self.value = value
        self.flaw = flaw
    }

    package enum Flaw: Error, Equatable {
        case missing
        case empty
        case tooLong(limitBytes: Int)
        case controlCharacter
        case outerSpace
        case forbiddenCharacter(String)
        case badForm(expected: String)
        case tooManyDecimals(currency: String, digits: Int)
        case tooLarge
        case wrongCurrency(found: String, catalogue: String)
        case notAboveSellingPrice
        case wrongKind(expected: String)
        case tooMany(limit: Int)
        case duplicate
        case unknown(known: [String])
    }
}

/// Text that a person reads: whole lines of UTF-8, nothing that could drive a terminal.
enum PlainText {
    static func check(_ text: String, limitBytes: Int) throws(FieldProblem.Flaw) {
        let utf8 = text.utf8Span.span
        guard !utf8.isEmpty else { throw .empty }
        guard utf8.count <= limitBytes else { throw .tooLong(limitBytes: limitBytes) }
        var previous: UInt8 = 0
        for index in utf8.indices {
            let byte = utf8[index]
            // C2 80 to C2 9F are the C1 controls U+0080 to U+009F.
            let isC1 = previous == 0xC2 && byte < 0xA0
            guard byte >= 0x20, byte != 0x7F, !isC1 else { throw .controlCharacter }
            previous = byte
        }
        guard utf8[0] != UInt8(ascii: " "), previous != UInt8(ascii: " ") else {
            throw .outerSpace
        }
    }

    static func checked(_ text: String, field: String, limitBytes: Int) throws -> String {
        do throws(FieldProblem.Flaw) {
            try check(text, limitBytes: limitBytes)
            return text
        } catch {
            throw FieldProblem(field: field, value: text, flaw: error)
        }
    }
}
