/// Writes JSON text into bytes: compact, or indented for people.
package struct JSONWriter: ~Copyable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    package mutating func write(_ json: JSON) {
        switch json {
        case .null: raw("null")
        case .bool(let value): raw(value ? "true" : "false")
        case .integer(let value): write(value)
        case .decimal(let text): raw(text)
        case .string(let text): write(text)
        case .array(let values):
            byte(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                if index > 0 { byte(UInt8(ascii: ",")) }
                write(value)
            }
            byte(UInt8(ascii: "]"))
        case .object(let object):
            byte(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                if index > 0 { byte(UInt8(ascii: ",")) }
                write(member.name)
                byte(UInt8(ascii: ":"))
                write(member.value)
            }
            byte(UInt8(ascii: "}"))
        }
    }

    /// Two spaces a level, one member a line: for a terminal, never for a contract.
    package mutating func writeIndented(_ json: JSON, level: Int = 0) {
        switch json {
        case .array(let values) where !values.isEmpty:
            byte(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                newline(level + 1, comma: index > 0)
                writeIndented(value, level: level + 1)
            }
            newline(level, comma: false)
            byte(UInt8(ascii: "]"))
        case .object(let object) where !object.members.isEmpty:
            byte(UInt8(ascii: "{"))
            for (index, member) in object.members.enumerated() {
                newline(level + 1, comma: index > 0)
                write(member.name)
                raw(": ")
                writeIndented(member.value, level: level + 1)
            }
            newline(level, comma: false)
            byte(UInt8(ascii: "}"))
        default:
            write(json)
        }
    }

    private mutating func newline(_ level: Int, comma: Bool) {
        if comma { byte(UInt8(ascii: ",")) }
        byte(UInt8(ascii: "\n"))
        for _ in 0..<level { raw("  ") }
    }

    package mutating func byte(_ value: UInt8) {
        bytes.append(value)
    }

    /// Text that is JSON already.
    package mutating func raw(_ text: StaticString) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func raw(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func write(_ value: Int64) {
        bytes.appendDecimal(value)
    }

    /// A string in quotes. Escaped is what RFC 8259 section 7 demands, and DEL and the C1 controls,
    /// so that no document can drive a terminal.
    package mutating func write(_ text: String) {
        byte(UInt8(ascii: "\""))
        bytes.appendEscaped(text.utf8Span.span)
        byte(UInt8(ascii: "\""))
    }
}

extension [UInt8] {
    package mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }

    /// Whole runs of plain bytes are copied at once: most text has nothing to escape.
    fileprivate mutating func appendEscaped(_ utf8: Span<UInt8>) {
        var start = 0
        var index = 0
        while index < utf8.count {
            let byte = utf8[index]
            // U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
            let isC1 = byte == 0xC2 && index + 1 < utf8.count && utf8[index + 1] < 0xA0
            guard byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F || isC1 else {
                index += 1
                continue
            }
            append(utf8.extracting(start..<index))
            switch byte {
            case UInt8(ascii: "\""): append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): append(contentsOf: "\\\\".utf8)
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            default: appendUnicodeEscape(isC1 ? utf8[index + 1] : byte)
            }
            index += isC1 ? 2 : 1
            start = index
        }
        append(utf8.extracting(start..<utf8.count))
    }

    package mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    private mutating func appendUnicodeEscape(_ value: UInt8) {
        let digits: StaticString = "0123456789abcdef"
        append(contentsOf: "\\u00".utf8)
        unsafe append(digits.utf8Start[Int(value >> 4)])
        unsafe append(digits.utf8Start[Int(value & 15)])
    }
}

extension JSON {
    /// One line, members sorted: the form that scripts read and that fingerprints are taken of.
    package var text: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package var indentedText: String {
        var writer = JSONWriter()
        writer.writeIndented(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
