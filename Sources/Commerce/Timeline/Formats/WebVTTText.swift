import Primitives

/// A WebVTT file: notes, and cues in their order.
package struct WebVTTText: Sendable, Equatable {
    package struct Cue: Sendable, Equatable {
        package var name: String?
        /// In milliseconds.
        package var start: Int64
        package var end: Int64
        /// Lines without an empty one and without an arrow.
        package var payload: String

        package init(name: String?, start: Int64, end: Int64, payload: String) {
            self.name = name
            self.start = start
            self.end = end
            self.payload = payload
        }
    }

    package var notes: [String]
    package var cues: [Cue]

    package init(notes: [String] = [], cues: [Cue]) {
        self.notes = notes
        self.cues = cues
    }

    package var bytes: [UInt8] {
        var text: [UInt8] = Array("WEBVTT\n".utf8)
        for note in notes {
            text += "\nNOTE ".utf8
            text += Self.safe(note).utf8
            text.append(UInt8(ascii: "\n"))
        }
        for cue in cues {
            text.append(UInt8(ascii: "\n"))
            if let name = cue.name.map(Self.oneLine), !name.isEmpty {
                text += name.utf8
                text.append(UInt8(ascii: "\n"))
            }
            text += "\(Self.time(cue.start)) --> \(Self.time(cue.end))\n".utf8
            text += Self.safe(cue.payload).utf8
            text.append(UInt8(ascii: "\n"))
        }
        return text
    }

    /// `00:10:00.033`; before zero there is nothing.
    package static func time(_ milliseconds: Int64) -> String {
        let milliseconds = max(0, milliseconds)
        func digits(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let seconds = milliseconds / 1000
        return "\(digits(seconds / 3600, 2)):\(digits(seconds / 60 % 60, 2))"
            + ":\(digits(seconds % 60, 2)).\(digits(milliseconds % 1000, 3))"
    }

    /// Text of a cue that is shown: what WebVTT would take for its own is escaped.
    package static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in oneLine(text).unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func unescaped(_ text: String) -> String {
        var rest = text[...]
        var plain = ""
        let names: [(String, String)] = [
            ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&nbsp;", "\u{a0}"),
        ]
        while let first = rest.first {
            if first == "&", let (name, value) = names.first(where: { rest.hasPrefix($0.0) }) {
                plain += value
                rest = rest.dropFirst(name.count)
            } else {
                plain.append(first)
                rest = rest.dropFirst()
            }
        }
        return plain
    }

    private static func oneLine(_ text: String) -> String {
        safe(text.split(whereSeparator: \.isLineEnd).joined(separator: " "))
    }

    /// Neither an empty line, which would end the cue, nor an arrow, which would begin one.
    private static func safe(_ text: String) -> String {
        let lines = text.split(whereSeparator: \.isLineEnd).joined(separator: "\n")
        guard lines.utf8.contains(UInt8(ascii: ">")) else { return lines }
        var safe: [UInt8] = []
        for byte in lines.utf8 {
            // In JSON the escape is the same text.
            if byte == UInt8(ascii: ">"), safe.suffix(2).elementsEqual("--".utf8) {
                safe += "\\u003e".utf8
            } else {
                safe.append(byte)
            }
        }
        return String(decoding: safe, as: UTF8.self)
    }
}

extension WebVTTText {
    /// Reads a file: settings of cues, styles and regions are passed over.
    package init(_ bytes: [UInt8]) throws(TimelineProblem) {
        self.init(cues: [])
        var reader = try TimelineTextLines(bytes)
        let first = try reader.next()
        guard let first, first.text.dropMark.hasPrefix("WEBVTT") else {
            throw .line(1, .malformed(expected: "WEBVTT"))
        }
        var block: [(number: Int, text: String)] = []
        // What stands in the first block belongs to the header.
        var isHeader = true
        while true {
            let line = try reader.next()
            if let line, !line.text.isEmpty {
                block.append(line)
                continue
            }
            if !isHeader || block.contains(where: { $0.text.contains("-->") }) {
                try take(block)
            }
            isHeader = false
            block = []
            if line == nil { return }
        }
    }

    private mutating func take(
        _ block: [(number: Int, text: String)]
    ) throws(TimelineProblem) {
        guard let first = block.first else { return }
        guard let place = block.prefix(2).firstIndex(where: { $0.text.contains("-->") }) else {
            if first.text.hasPrefix("NOTE") {
                let lines =
                    [String(first.text.dropFirst(4).drop { $0 == " " })]
                    + block.dropFirst().map(\.text)
                notes.append(lines.joined(separator: "\n"))
            }
            return
        }
        let line = block[place]
        let flaw = TimelineProblem.line(
            line.number, .malformed(expected: "00:00:00.000 --> 00:00:01.000"))
        let words = line.text.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard words.count >= 3, words[1] == "-->", let start = Self.milliseconds(words[0]),
            let end = Self.milliseconds(words[2])
        else { throw flaw }
        guard cues.count < TimelineLimits.events else {
            throw .tooManyEvents(limit: TimelineLimits.events)
        }
        cues.append(
            Cue(
                name: place == 1 ? first.text : nil, start: start, end: end,
                payload: block[(place + 1)...].map(\.text).joined(separator: "\n")))
    }

    /// `01:02:03.456` or `02:03.456`.
    static func milliseconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].utf8.count == 3, let rest = digits(parts[1]) else {
            return nil
        }
        let fields = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(fields.count) else { return nil }
        var seconds: Int64 = 0
        for (index, field) in fields.enumerated() {
            guard (1...6).contains(field.utf8.count), let value = digits(field),
                value < 60 || index == 0
            else { return nil }
            seconds = seconds * 60 + value
        }
        let milliseconds = seconds * 1000 + rest
        return TimelineLimits.mediaTime.contains(milliseconds) ? milliseconds : nil
    }

    private static func digits(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy(\.isASCIIDigit) ? Int64(text) : nil
    }
}

/// The lines of a text file, as text.
struct TimelineTextLines {
    private let bytes: [UInt8]
    private var place = 0
    private(set) var number = 0

    init(_ bytes: [UInt8]) throws(TimelineProblem) {
        guard bytes.count <= TimelineLimits.bytes else {
            throw .tooLong(limitBytes: TimelineLimits.bytes)
        }
        self.bytes = bytes
    }

    /// Without the line's end; nil behind the last one.
    mutating func next() throws(TimelineProblem) -> (number: Int, text: String)? {
        guard place < bytes.count else { return nil }
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") { place += 1 }
        var end = place
        place += 1
        number += 1
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        guard end - start <= TimelineLimits.lineBytes else {
            throw .line(number, .tooLong(limitBytes: TimelineLimits.lineBytes))
        }
        guard let text = String(validating: bytes.span.extracting(start..<end)) else {
            throw .line(number, .notUTF8)
        }
        return (number, text)
    }
}

extension String {
    /// Without a byte order mark.
    fileprivate var dropMark: Substring {
        hasPrefix("\u{feff}") ? dropFirst() : self[...]
    }
}

extension Character {
    /// What ends a line of WebVTT; Unicode knows more.
    fileprivate var isLineEnd: Bool { self == "\n" || self == "\r" || self == "\r\n" }
}
