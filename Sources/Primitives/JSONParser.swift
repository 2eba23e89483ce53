/// Why some bytes are not a JSON document. `offset` counts bytes from the start.
package enum JSONProblem: Error, Equatable {
    case unexpectedEnd
    case unexpectedByte(offset: Int)
    case badNumber(offset: Int)
    case badEscape(offset: Int)
    case controlCharacter(offset: Int)
    case badUTF8(offset: Int)
    case duplicateName(String, offset: Int)
    case tooDeep(offset: Int)
}

extension JSON {
    /// How deep arrays and objects may nest: enough for any document of ours, and far from what the
    /// stack holds.
    package static let maximumDepth = 64

    /// Reads one document (RFC 8259), strictly: no comments, no trailing commas, no name twice in
    /// one object, nothing after the end.
    package init(parsing bytes: Span<UInt8>) throws(JSONProblem) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }

    package init(parsing text: String) throws(JSONProblem) {
        try self.init(parsing: text.utf8Span.span)
    }
}

private struct JSONParser: ~Escapable {
    private var reader: ByteReader

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>) {
        reader = ByteReader(bytes)
    }

    mutating func document() throws(JSONProblem) -> JSON {
        skipSpace()
        let json = try value(depth: 0)
        skipSpace()
        guard reader.isAtEnd else { throw .unexpectedByte(offset: reader.position) }
        return json
    }

    private mutating func value(depth: Int) throws(JSONProblem) -> JSON {
        guard let byte = reader.next else { throw .unexpectedEnd }
        switch byte {
        case UInt8(ascii: "{"): return .object(try object(depth: depth + 1))
        case UInt8(ascii: "["): return .array(try array(depth: depth + 1))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: return try number()
        }
    }

    private mutating func object(depth: Int) throws(JSONProblem) -> JSONObject {
        try enter(depth)
        var members: [JSONObject.Member] = []
        skipSpace()
        let start = reader.position
        if reader.skip(if: UInt8(ascii: "}")) { return JSONObject() }
        repeat {
            skipSpace()
            guard reader.isAtEnd || reader.next == UInt8(ascii: "\"") else {
                throw .unexpectedByte(offset: reader.position)
            }
            let name = try string()
            skipSpace()
            try require(UInt8(ascii: ":"))
            skipSpace()
            members.append(JSONObject.Member(name: name, value: try value(depth: depth)))
            skipSpace()
        } while reader.skip(if: UInt8(ascii: ","))
        try require(UInt8(ascii: "}"))
        do {
            return try JSONObject(members)
        } catch {
            throw .duplicateName(error.name, offset: start)
        }
    }

    private mutating func array(depth: Int) throws(JSONProblem) -> [JSON] {
        try enter(depth)
        var values: [JSON] = []
        skipSpace()
        if reader.skip(if: UInt8(ascii: "]")) { return values }
        repeat {
            skipSpace()
            values.append(try value(depth: depth))
            skipSpace()
        } while reader.skip(if: UInt8(ascii: ","))
        try require(UInt8(ascii: "]"))
        return values
    }

    private mutating func enter(_ depth: Int) throws(JSONProblem) {
        guard depth <= JSON.maximumDepth else { throw .tooDeep(offset: reader.position) }
        reader.pass()
    }

    private mutating func number() throws(JSONProblem) -> JSON {
        let start = reader.position
        let isNegative = reader.skip(if: UInt8(ascii: "-"))
        let whole = reader.skip(while: \.isASCIIDigit)
        let leadsWithZero = !whole.isEmpty && reader.bytes[whole.lowerBound] == UInt8(ascii: "0")
        guard !whole.isEmpty else {
            if reader.isAtEnd { throw .unexpectedEnd }
            throw isNegative ? .badNumber(offset: start) : .unexpectedByte(offset: start)
        }
        guard !leadsWithZero || whole.count == 1 else { throw .badNumber(offset: start) }
        var isWhole = true
        if reader.skip(if: UInt8(ascii: ".")) {
            isWhole = false
            try requireDigits(since: start)
        }
        if reader.skip(if: UInt8(ascii: "e")) || reader.skip(if: UInt8(ascii: "E")) {
            isWhole = false
            if !reader.skip(if: UInt8(ascii: "+")) { _ = reader.skip(if: UInt8(ascii: "-")) }
            try requireDigits(since: start)
        }
        let text = text(start..<reader.position)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        return .decimal(text)
    }

    private mutating func requireDigits(since start: Int) throws(JSONProblem) {
        guard !reader.skip(while: \.isASCIIDigit).isEmpty else { throw .badNumber(offset: start) }
    }

    private mutating func string() throws(JSONProblem) -> String {
        try require(UInt8(ascii: "\""))
        let plain = reader.skip(while: \.isPlainInString)
        if reader.next == UInt8(ascii: "\"") {
            reader.pass()
            return try validText(plain)
        }
        var text = try validText(plain)
        while true {
            guard let byte = reader.next else { throw .unexpectedEnd }
            switch byte {
            case UInt8(ascii: "\""):
                reader.pass()
                return text
            case UInt8(ascii: "\\"): text.unicodeScalars.append(try escape())
            case 0..<0x20: throw .controlCharacter(offset: reader.position)
            default: text += try validText(reader.skip(while: \.isPlainInString))
            }
        }
    }

    private mutating func escape() throws(JSONProblem) -> Unicode.Scalar {
        let offset = reader.position
        reader.pass()
        guard let byte = reader.next else { throw .unexpectedEnd }
        reader.pass()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(offset: offset)
        default: throw .badEscape(offset: offset)
        }
    }

    private mutating func unicodeEscape(offset: Int) throws(JSONProblem) -> Unicode.Scalar {
        let high = try fourHexDigits(offset: offset)
        if let scalar = Unicode.Scalar(high) { return scalar }
        // A surrogate: only a high one followed by an escaped low one is a character.
        guard (0xD800..<0xDC00).contains(high), reader.skip(if: UInt8(ascii: "\\")),
            reader.skip(if: UInt8(ascii: "u"))
        else { throw .badEscape(offset: offset) }
        let low = try fourHexDigits(offset: offset)
        guard (0xDC00..<0xE000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
        else { throw .badEscape(offset: offset) }
        return scalar
    }

    private mutating func fourHexDigits(offset: Int) throws(JSONProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = reader.next else { throw .unexpectedEnd }
            guard let digit = byte.hexDigitValue else { throw .badEscape(offset: offset) }
            value = value << 4 | UInt32(digit)
            reader.pass()
        }
        return value
    }

    private func text(_ range: Range<Int>) -> String {
        let bytes = reader.bytes.extracting(range)
        return unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    private func validText(_ range: Range<Int>) throws(JSONProblem) -> String {
        guard let text = String(validating: reader.bytes.extracting(range)) else {
            throw .badUTF8(offset: range.lowerBound)
        }
        return text
    }

    private mutating func word(_ word: StaticString) throws(JSONProblem) {
        for index in 0..<word.utf8CodeUnitCount {
            try require(unsafe word.utf8Start[index])
        }
    }

    private mutating func require(_ byte: UInt8) throws(JSONProblem) {
        guard !reader.isAtEnd else { throw .unexpectedEnd }
        guard reader.skip(if: byte) else { throw .unexpectedByte(offset: reader.position) }
    }

    private mutating func skipSpace() {
        _ = reader.skip {
            $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
                || $0 == UInt8(ascii: "\t")
        }
    }
}

extension UInt8 {
    fileprivate var isPlainInString: Bool {
        self >= 0x20 && self != UInt8(ascii: "\"") && self != UInt8(ascii: "\\")
    }
}
