package import Primitives

/// What was said in a show, in the order of media time.
package struct ChatLines: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        package let mediaTime: Int64
        package let name: String
        package let text: String
    }

    package private(set) var lines: [Line] = []
    /// Lines that say no time, or nothing, or that were taken back.
    package private(set) var passedOver = 0
    /// Lines above the limit.
    package private(set) var leftOut = 0

    package init() {}

    /// JSON Lines with `media_time_ms` or `time`, a name and a text, as chats call them.
    /// `mediaStart` is when the media begin by the wall clock.
    package init(_ bytes: [UInt8], mediaStart: WallClock?) throws(ReplayProblem) {
        guard bytes.count <= ReplayLimits.chatBytes else {
            throw .tooLong(limitBytes: ReplayLimits.chatBytes)
        }
        var reader = LineReader(maximumLength: ReplayLimits.chatLineBytes)
        reader.add(bytes)
        reader.finish()
        reading: while true {
            switch reader.advance() {
            case .starved: break reading
            case .tooLong: throw .chatLine(reader.number)
            case .line:
                guard reader.line.indices.contains(where: { reader.line[$0] > 0x20 }) else {
                    continue
                }
                guard let json = try? JSON(parsing: reader.line), let object = json.objectValue
                else { throw .chatLine(reader.number) }
                add(object, mediaStart)
            }
        }
        // Swift's sort is stable only by promise of the index.
        lines = lines.enumerated().sorted {
            ($0.element.mediaTime, $0.offset) < ($1.element.mediaTime, $1.offset)
        }.map(\.element)
    }

    private mutating func add(_ object: JSONObject, _ mediaStart: WallClock?) {
        let text = Self.first(["text", "message", "body"], of: object)
        let isGone = object["deleted"]?.boolValue == true || object["hidden"]?.boolValue == true
        guard let mediaTime = Self.mediaTime(object, mediaStart), let text, !text.isEmpty, !isGone
        else {
            passedOver += 1
            return
        }
        guard lines.count < ReplayLimits.chatLines else {
            leftOut += 1
            return
        }
        let name = Self.first(["name", "user", "author", "from"], of: object) ?? ""
        lines.append(
            Line(
                mediaTime: max(0, mediaTime),
                name: PlainText.cut(name, to: ReplayLimits.chatNameLength),
                text: PlainText.cut(text, to: ReplayLimits.chatTextLength)))
    }

    private static func first(_ names: [String], of object: JSONObject) -> String? {
        names.lazy.compactMap { object[$0]?.stringValue ?? object[$0]?["name"]?.stringValue }.first
    }

    private static func mediaTime(_ object: JSONObject, _ mediaStart: WallClock?) -> Int64? {
        if let value = object["media_time_ms"]?.integerValue {
            return (-1_000_000_000...1_000_000_000).contains(value) ? value : nil
        }
        guard let text = object["time"]?.stringValue, let time = WallClock(rfc3339: text),
            let mediaStart
        else { return nil }
        let value = time.millisecondsSince1970 - mediaStart.millisecondsSince1970
        return (-1_000_000_000...1_000_000_000).contains(value) ? value : nil
    }
}

/// Text for people, from anybody: without controls, and not longer than it may be.
enum PlainText {
    static func cut(_ text: String, to limit: Int) -> String {
        var plain = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return plain + "…" }
            switch scalar.value {
            // Line ends become spaces; what turns text around could hide what it says.
            case 0x09, 0x0A, 0x0D: plain += " "
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF: continue
            default: plain.unicodeScalars.append(scalar)
            }
            count += 1
        }
        return plain
    }
}
