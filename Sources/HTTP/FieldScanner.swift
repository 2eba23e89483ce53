import Primitives

/// Takes the value of a field apart: tokens, quoted strings, blanks (RFC 9110 5.6).
struct FieldScanner {
    private var rest: ArraySlice<UInt8>

    init(_ text: some StringProtocol) {
        rest = Array(text.utf8)[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skipBlanks() {
        rest = rest.drop(while: \.isBlank)
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }

    /// Passes everything up to and including a character; false where it does not come.
    mutating func skip(past character: Unicode.Scalar) -> Bool {
        guard let place = rest.firstIndex(where: { UInt32($0) == character.value }) else {
            rest = []
            return false
        }
        rest = rest[(place + 1)...]
        return true
    }

    mutating func token() -> String? {
        let word = rest.prefix(while: \.isTokenByte)
        guard !word.isEmpty else { return nil }
        rest = rest[word.endIndex...]
        return String(decoding: word, as: UTF8.self)
    }

    /// What stands before `end`, which is passed too.
    mutating func text(until end: Unicode.Scalar) -> String? {
        guard let place = rest.firstIndex(where: { UInt32($0) == end.value }) else { return nil }
        defer { rest = rest[(place + 1)...] }
        return String(fieldBytes: rest[..<place])
    }

    mutating func quotedString() -> String? {
        guard skip("\"") else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(fieldBytes: bytes)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                bytes.append(escaped)
            default: bytes.append(byte)
            }
        }
        return nil
    }

    /// `; name=value` as often as it stands there; nil where something else does.
    mutating func parameters(limit: Int) -> [FieldParameter]? {
        var parameters: [FieldParameter] = []
        while true {
            skipBlanks()
            guard skip(";") else { return parameters }
            skipBlanks()
            // An empty parameter says nothing.
            guard let name = token() else { continue }
            guard parameters.count < limit else { return nil }
            skipBlanks()
            guard skip("=") else {
                parameters.append(FieldParameter(name: name.lowercasedASCII, value: ""))
                continue
            }
            skipBlanks()
            guard let value = quotedString() ?? looseToken() else { return nil }
            parameters.append(FieldParameter(name: name.lowercasedASCII, value: value))
        }
    }

    /// A value without its quotes, as some send it: up to the next separator.
    private mutating func looseToken() -> String? {
        let word = rest.prefix {
            $0.isFieldByte && !$0.isBlank && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: ",")
                && $0 != UInt8(ascii: "\"")
        }
        guard !word.isEmpty else { return nil }
        rest = rest[word.endIndex...]
        return String(fieldBytes: word)
    }
}

/// A name and a value behind a semicolon; the name is in lower case.
package struct FieldParameter: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// `name=value`, quoted where it must be.
    package var text: String {
        value.isToken ? "\(name)=\(value)" : "\(name)=\(Self.quoted(value))"
    }

    package static func quoted(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return text + "\""
    }
}
