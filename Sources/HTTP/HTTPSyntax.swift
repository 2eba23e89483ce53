import Primitives

extension UInt8 {
    /// A byte of a token (RFC 9110 5.6.2): methods, field names, parameter names.
    package var isTokenByte: Bool {
        switch self {
        case _ where isASCIILetter || isASCIIDigit: true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "_"),
            UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// A byte of a field's value: visible, blank, or beyond ASCII.
    package var isFieldByte: Bool { self == 0x09 || self >= 0x20 && self != 0x7F }
}

extension String {
    package var isToken: Bool { !utf8.isEmpty && utf8.allSatisfy(\.isTokenByte) }

    /// UTF-8 where it is, otherwise one character a byte, as fields were once read (ISO 8859-1).
    init(fieldBytes bytes: some Collection<UInt8>) {
        if let text = String(validating: bytes, as: UTF8.self) {
            self = text
        } else {
            var text = ""
            for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
            self = text
        }
    }

    var lowercasedASCII: String {
        String(decoding: utf8.map(\.lowercasedASCII), as: UTF8.self)
    }
}

extension HTTPFields {
    /// The members of a comma-separated list, over all fields of that name, without blanks.
    package func listMembers(_ name: String) -> [String] {
        values(name).flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).compactMap { member in
                let start = member.drop(while: \.isBlank)
                guard let last = start.lastIndex(where: { !$0.isBlank }) else { return nil }
                return String(Substring(start[...last]))
            }
        }
    }
}

extension HTTPFields.Field {
    /// The field of one line of a head, without its end.
    package init(parsing line: ArraySlice<UInt8>) throws(HTTPProblem) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { throw .badFieldName }
        let name = line[..<colon]
        guard !name.isEmpty, name.allSatisfy(\.isTokenByte) else { throw .badFieldName }
        var value = line[(colon + 1)...].drop(while: \.isBlank)
        while value.last?.isBlank == true { value.removeLast() }
        guard value.allSatisfy(\.isFieldByte) else { throw .badFieldValue }
        self.init(name: String(decoding: name, as: UTF8.self), value: String(fieldBytes: value))
    }
}
