import Primitives

extension SessionDescription {
    package init(parsing bytes: Span<UInt8>) throws(SDPProblem) {
        guard bytes.count <= SDPLimit.bytes.maximum else { throw .exceeds(.bytes) }
        guard let text = String(validating: bytes) else { throw .notUTF8 }
        try self.init(parsing: text)
    }

    package init(parsing text: String) throws(SDPProblem) {
        var ignored = 0
        try self.init(parsing: text, ignoredLineCount: &ignored)
    }

    /// Counts the lines that mean nothing to us, and those that are not what their name says.
    package init(parsing text: String, ignoredLineCount: inout Int) throws(SDPProblem) {
        var parser = SDPParser()
        self = try parser.parse(text)
        ignoredLineCount = parser.ignoredLineCount
    }
}

/// Reads a description line by line, and fills in at the end what holds for all.
struct SDPParser {
    private var description = SessionDescription(origin: SessionOrigin(sessionID: 0, version: 0))
    /// What stands before the first m-line.
    private var defaults = MediaDraft(
        MediaDescription(kind: .other("session"), port: 0, transport: .secure))
    private var drafts: [MediaDraft] = []
    private(set) var ignoredLineCount = 0

    mutating func parse(_ text: String) throws(SDPProblem) -> SessionDescription {
        var lines = try SDPLines(
            text,
            SDPLines.Bounds(
                bytes: SDPLimit.bytes.maximum, lines: SDPLimit.lines.maximum,
                lineBytes: SDPLimit.lineBytes.maximum))
        guard let first = try lines.next(), first.type == UInt8(ascii: "v"),
            first.value.elementsEqual("0".utf8)
        else { throw .noVersion }
        while let line = try lines.next() { try read(line) }
        description.media = drafts.map { $0.finished(defaults) }
        return description
    }

    private mutating func read(_ line: SDPLine) throws(SDPProblem) {
        switch line.type {
        case UInt8(ascii: "o") where drafts.isEmpty: try readOrigin(line)
        case UInt8(ascii: "s") where drafts.isEmpty:
            description.name = line.value.isEmpty ? "-" : line.value.text
        case UInt8(ascii: "m"): try readMediaLine(line)
        case UInt8(ascii: "a"): try readAttribute(line)
        // The connection and the time say nothing where ICE is used.
        case UInt8(ascii: "c"), UInt8(ascii: "t"): break
        default: ignoredLineCount += 1
        }
    }

    private mutating func readOrigin(_ line: SDPLine) throws(SDPProblem) {
        let words = line.value.words
        guard words.count >= 6, let sessionID = words[1].number(UInt64.self),
            let version = words[2].number(UInt64.self)
        else { throw .malformed(line: line.number) }
        description.origin = SessionOrigin(
            username: words[0].text, sessionID: sessionID, version: version,
            address: words[3...].map(\.text).spaced)
    }

    private mutating func readMediaLine(_ line: SDPLine) throws(SDPProblem) {
        let words = line.value.words
        guard words.count >= 3,
            let port = words[1].halves(at: UInt8(ascii: "/")).before.number(UInt16.self)
        else { throw .malformed(line: line.number) }
        guard drafts.count < SDPLimit.mediaLines.maximum else { throw .exceeds(.mediaLines) }
        guard words.count - 3 <= SDPLimit.codecs.maximum else { throw .exceeds(.codecs) }
        var media = MediaDescription(
            kind: MediaDescription.Kind(words[0].text), port: port,
            transport: MediaTransport(words[2].text))
        for word in words[3...] {
            if let number = word.number(UInt8.self), number < 128 {
                guard !media.payloads.contains(where: { $0.payloadType == number }) else {
                    continue
                }
                media.payloads.append(PayloadFormat(payloadType: number, format: nil))
            } else {
                media.otherFormats.append(word.text)
            }
        }
        drafts.append(MediaDraft(media))
    }

    private mutating func readAttribute(_ line: SDPLine) throws(SDPProblem) {
        let (name, value) = line.attribute
        guard drafts.isEmpty else {
            let place = drafts.count - 1
            if try !drafts[place].read(name, value, line: line.number) { ignoredLineCount += 1 }
            return
        }
        switch name {
        case "ice-lite": description.isICELite = true
        case "group":
            let words = value.words.map(\.text)
            guard let word = words.first, let semantics = MediaGroup.Semantics(rawValue: word)
            else {
                ignoredLineCount += 1
                return
            }
            guard description.groups.count < SDPLimit.groups.maximum else {
                throw .exceeds(.groups)
            }
            description.groups.append(
                MediaGroup(semantics: semantics, mids: Array(words.dropFirst())))
        // Says that msid is understood, in a form that never became a standard.
        case "msid-semantic": break
        default:
            if try !defaults.read(name, value, line: line.number) { ignoredLineCount += 1 }
        }
    }
}
