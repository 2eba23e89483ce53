import Primitives

/// The lines of a description or a fragment, read one by one; every line end is accepted.
struct SDPLines {
    /// How much of a text is read: a fragment is held tighter than a description.
    struct Bounds {
        let bytes: Int
        let lines: Int
        let lineBytes: Int
    }

    private var rest: Substring.UTF8View
    private let bounds: Bounds
    private var number = 0

    init(_ text: String, _ bounds: Bounds) throws(SDPProblem) {
        guard text.utf8.count <= bounds.bytes else { throw .exceeds(.bytes) }
        self.bounds = bounds
        rest = Substring(text).utf8
    }

    /// The next line that is not blank; nil at the end.
    mutating func next() throws(SDPProblem) -> SDPLine? {
        while let first = rest.first {
            number += 1
            guard number <= bounds.lines else { throw .exceeds(.lines) }
            let end = rest.firstIndex(of: UInt8(ascii: "\n"))
            var line = end.map { rest[..<$0] } ?? rest
            rest = end.map { rest[rest.index(after: $0)...] } ?? rest[rest.endIndex...]
            guard line.count <= bounds.lineBytes else { throw .exceeds(.lineBytes) }
            while let last = line.last, last == UInt8(ascii: "\r") || last.isBlank {
                line = line.dropLast()
            }
            if line.isEmpty { continue }
            guard line.count >= 2, line.dropFirst().first == UInt8(ascii: "="),
                !line.contains(where: \.isControl)
            else { throw .malformed(line: number) }
            return SDPLine(number: number, type: first, value: line.dropFirst(2).trimmed)
        }
        return nil
    }
}

/// One line: its letter, and what follows `=` without blanks at its ends.
struct SDPLine {
    let number: Int
    let type: UInt8
    let value: Substring.UTF8View

    /// The two halves of an `a=` line; a flag has an empty value.
    var attribute: (name: String, value: Substring.UTF8View) {
        let colon = value.firstIndex(of: UInt8(ascii: ":")) ?? value.endIndex
        return (value[..<colon].text, value[colon...].dropFirst().trimmed)
    }
}

extension UInt8 {
    /// A byte that has no place in a line; the tab does.
    var isControl: Bool { self < 0x20 && self != UInt8(ascii: "\t") || self == 0x7F }

    /// What a rid is made of (RFC 8851).
    var isRIDByte: Bool {
        isASCIILetter || isASCIIDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "_")
    }

    var isVisibleASCII: Bool { 0x21 <= self && self <= 0x7E }
}

/// Bytes, not characters: a combining mark after a blank must not hide the blank.
extension Substring.UTF8View {
    var text: String { String(Substring(self)) }

    var words: [Substring.UTF8View] { split(whereSeparator: \.isBlank) }

    var trimmed: Substring.UTF8View {
        var view = self.drop(while: \.isBlank)
        while let last = view.last, last.isBlank { view = view.dropLast() }
        return view
    }

    /// The first word, and what comes after it.
    var firstWord: (word: Substring.UTF8View, rest: Substring.UTF8View) {
        let end = firstIndex(where: \.isBlank) ?? endIndex
        return (self[..<end], self[end...].trimmed)
    }

    /// Digits and nothing else, which the standard library's own reading is not.
    func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
        guard !isEmpty, count <= 20, allSatisfy(\.isASCIIDigit) else { return nil }
        return Number(Substring(self))
    }

    /// What is before and after the first `byte`; nil after where there is none.
    func halves(at byte: UInt8) -> (before: Substring.UTF8View, after: Substring.UTF8View?) {
        guard let place = firstIndex(of: byte) else { return (self, nil) }
        return (self[..<place], self[index(after: place)...])
    }

    var isVisibleASCII: Bool { allSatisfy(\.isVisibleASCII) }
}
