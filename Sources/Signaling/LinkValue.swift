package import HTTP
import Primitives

/// One value of a Link header field (RFC 8288): a target and what it is to the answer.
package struct LinkValue: Sendable, Equatable {
    package struct Parameter: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let target: String
    package let parameters: [Parameter]

    /// How many values of one answer are read; the rest is ignored.
    package static let maximumCount = 64
    /// Bytes of header text that are read.
    package static let maximumLength = 16_384

    package init(target: String, parameters: [Parameter]) {
        self.target = target
        self.parameters = parameters
    }

    /// The first parameter of that name: later ones are to be ignored (RFC 8288 3.3).
    package subscript(name: String) -> String? {
        parameters.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    package func has(relation: String) -> Bool {
        (self["rel"] ?? "").split(separator: " ").contains { $0.equalsIgnoringCase(relation) }
    }

    /// The values of every Link field, several in one line or not; what cannot be read is passed.
    package static func all(in fields: HTTPFields) -> [LinkValue] {
        var found: [LinkValue] = []
        var left = maximumLength
        for text in fields.values("Link") {
            let utf8 = Array(text.utf8.prefix(left))
            left -= utf8.count
            var parser = LinkParser(bytes: utf8)
            while found.count < maximumCount, let value = parser.next() { found.append(value) }
        }
        return found
    }

    package var text: String {
        var text = "<\(target)>"
        for parameter in parameters {
            text += "; \(parameter.name)=\""
            for scalar in parameter.value.unicodeScalars {
                if scalar == "\"" || scalar == "\\" { text += "\\" }
                text.unicodeScalars.append(scalar)
            }
            text += "\""
        }
        return text
    }
}

private struct LinkParser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// The next value that can be read; nil at the end.
    mutating func next() -> LinkValue? {
        while byte != nil {
            skip { $0 == UInt8(ascii: ",") || Self.isSpace($0) }
            if byte == UInt8(ascii: "<"), let value = value() { return value }
            skipToComma()
        }
        return nil
    }

    private mutating func value() -> LinkValue? {
        position += 1
        let start = position
        skip { $0 != UInt8(ascii: ">") }
        guard byte != nil else { return nil }
        let target = text(start..<position)
        position += 1
        var parameters: [LinkValue.Parameter] = []
        while true {
            skip(Self.isSpace)
            guard byte == UInt8(ascii: ";") else { break }
            position += 1
            skip(Self.isSpace)
            let name = take(Self.isTokenByte)
            skip(Self.isSpace)
            var content = ""
            if byte == UInt8(ascii: "=") {
                position += 1
                skip(Self.isSpace)
                content = byte == UInt8(ascii: "\"") ? quoted() : take(Self.isBareByte)
            }
            if !name.isEmpty { parameters.append(LinkValue.Parameter(name, content)) }
        }
        skipToComma()
        return LinkValue(target: target, parameters: parameters)
    }

    private mutating func quoted() -> String {
        position += 1
        var content: [UInt8] = []
        while let next = byte, next != UInt8(ascii: "\"") {
            position += 1
            if next == UInt8(ascii: "\\"), let escaped = byte {
                content.append(escaped)
                position += 1
            } else {
                content.append(next)
            }
        }
        if byte != nil { position += 1 }
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func take(_ condition: (UInt8) -> Bool) -> String {
        let start = position
        skip(condition)
        return text(start..<position)
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }

    private mutating func skip(_ condition: (UInt8) -> Bool) {
        while let next = byte, condition(next) { position += 1 }
    }

    /// To the comma that ends this value, not one in quotes or in a URL.
    private mutating func skipToComma() {
        while let next = byte, next != UInt8(ascii: ",") {
            if next == UInt8(ascii: "\"") {
                _ = quoted()
            } else {
                position += 1
            }
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=") && byte != UInt8(ascii: ";")
            && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"")
    }

    /// Servers leave out the quotes around URNs, which are no tokens.
    private static func isBareByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: ";") && byte != UInt8(ascii: ",")
    }
}
