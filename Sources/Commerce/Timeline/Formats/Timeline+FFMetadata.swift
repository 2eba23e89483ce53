import Primitives

// As FFmpeg's metadata: chapters, each with its title and its SKU. More than that the format cannot
// carry: pins and flashes are not in it, and neither are events.

extension Timeline {
    func ffmetadata() throws(TimelineProblem) -> [UInt8] {
        guard isAligned else { throw .notAligned }
        var text = ";FFMETADATA1\n"
        if let title = header.title { text += "title=\(Self.escaped(title))\n" }
        if let show = header.show { text += "show=\(Self.escaped(show))\n" }
        for chapter in chapters(until: knownEnd) {
            text += "[CHAPTER]\nTIMEBASE=1/1000\nSTART=\(chapter.start)\nEND=\(chapter.end)\n"
            text += "title=\(Self.escaped(chapter.title))\n"
            if let code = chapter.code { text += "sku=\(Self.escaped(code.text))\n" }
        }
        return Array(text.utf8)
    }

    /// FFmpeg takes any backslash before a line's end for one that continues the line, also an
    /// escaped one: none can stand last.
    private static func escaped(_ text: String) -> String {
        var text = text[...]
        while text.hasSuffix("\\") { text = text.dropLast() }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if ["=", ";", "#", "\\", "\n"].contains(scalar) { escaped += "\\" }
            escaped.unicodeScalars.append(scalar)
        }
        return escaped
    }

    init(ffmetadata bytes: [UInt8]) throws(TimelineProblem) {
        var reader = try FFMetadataReader(bytes)
        var header = TimelineHeader()
        var end: Int64 = 0
        var gathering = TimelineGathering()
        var chapters: [(number: Int, object: JSONObject)] = []
        while let section = try reader.next() {
            switch section.name {
            case ";FFMETADATA1":
                header.title = section.values["title"]
                header.show = section.values["show"]
            case "[CHAPTER]":
                let chapter = try section.chapter()
                end = max(end, chapter.end)
                chapters.append((section.number, chapter.object))
            default: break
            }
        }
        if !chapters.isEmpty {
            header.media = TimelineMedia(file: nil, durationMilliseconds: end, startTime: nil)
        }
        gathering.set(header)
        for (number, object) in chapters {
            do throws(TimelineProblem.Flaw) {
                try gathering.add(object)
            } catch {
                throw .line(number, error)
            }
        }
        self = try gathering.timeline()
    }
}

/// A part of a file of metadata, with its values by name.
private struct FFMetadataSection {
    let name: String
    let number: Int
    var values: [String: String] = [:]

    func chapter() throws(TimelineProblem) -> (object: JSONObject, end: Int64) {
        let flaw = TimelineProblem.line(
            number, .malformed(expected: "TIMEBASE=1/1000, START=… and END=…"))
        // FFmpeg's own default: nanoseconds.
        let base = (values["TIMEBASE"] ?? "1/1000000000").split(separator: "/")
        guard base.count == 2, let numerator = Int64(base[0]), let denominator = Int64(base[1]),
            numerator > 0, denominator > 0, numerator <= Int64(Int32.max),
            let start = Int64(values["START"] ?? "0"), let end = Int64(values["END"] ?? "")
        else { throw flaw }
        func milliseconds(_ ticks: Int64) -> Int64? {
            let value = Int128(ticks) * Int128(numerator) * 2000 + Int128(denominator)
            let floored = value / (Int128(denominator) * 2)
            return Int64(exactly: floored).flatMap {
                (0...TimelineLimits.mediaTime.upperBound).contains($0) ? $0 : nil
            }
        }
        guard let first = milliseconds(start), let last = milliseconds(end) else { throw flaw }
        let code = values["sku"].flatMap { try? SKUCode($0) }
        let title = values["title"] ?? code?.text ?? ""
        return (TimelineEvent.chapter(title, code: code, start: first, end: last), last)
    }
}

private struct FFMetadataReader {
    private var lines: TimelineTextLines
    private var pending: FFMetadataSection?

    init(_ bytes: [UInt8]) throws(TimelineProblem) {
        lines = try TimelineTextLines(bytes)
        let first = try lines.next()
        guard let first, first.text.hasPrefix(";FFMETADATA") else {
            throw .line(1, .malformed(expected: ";FFMETADATA1"))
        }
        pending = FFMetadataSection(name: ";FFMETADATA1", number: 1)
    }

    mutating func next() throws(TimelineProblem) -> FFMetadataSection? {
        guard var section = pending else { return nil }
        pending = nil
        while let (number, line) = try lines.next() {
            if line.isEmpty || line.hasPrefix(";") || line.hasPrefix("#") { continue }
            if line.hasPrefix("[") {
                pending = FFMetadataSection(name: line, number: number)
                return section
            }
            try take(line, into: &section)
        }
        return section
    }

    /// `name=value`; a backslash takes the meaning from what follows, also from a line's end.
    private mutating func take(
        _ line: String, into section: inout FFMetadataSection
    ) throws(TimelineProblem) {
        var name: String?
        var text = ""
        var line = line[...]
        while let character = line.unicodeScalars.first {
            line = Substring(line.unicodeScalars.dropFirst())
            switch character {
            case "\\":
                if let next = line.unicodeScalars.first {
                    text.unicodeScalars.append(next)
                    line = Substring(line.unicodeScalars.dropFirst())
                } else if let following = try lines.next() {
                    text += "\n"
                    line = following.text[...]
                }
            case "=" where name == nil:
                name = text
                text = ""
            default: text.unicodeScalars.append(character)
            }
        }
        if let name { section.values[name] = text }
    }
}
