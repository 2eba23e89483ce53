import Primitives

/// Reads lists of what to cut: a table, JSON, an editor's decision list, or lines of text.
package enum CutList {
    package static let maximumBytes = 32 << 20

    /// `frameRate` is what the timecodes of an EDL count.
    package static func read(
        _ bytes: [UInt8], frameRate: ClipFrameRate
    ) throws(ClipProblem) -> [ClipLine] {
        guard bytes.count <= maximumBytes else { throw .listTooLong(limitBytes: maximumBytes) }
        var bytes = bytes
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let first = bytes.first { $0 > 0x20 }
        let lines: [ClipLine]
        if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
            lines = try CutListJSON.read(bytes)
        } else {
            let texts = try texts(bytes)
            if isEDL(texts) {
                lines = try CutListEDL(texts, frameRate: frameRate).lines
            } else if isTable(texts) {
                lines = try CutListTable.read(bytes)
            } else {
                lines = try texts.map(Self.line)
            }
        }
        guard !lines.isEmpty else { throw .nothing }
        guard lines.count <= CuttingLimits.clips else {
            throw .tooManyClips(limit: CuttingLimits.clips)
        }
        return lines
    }

    typealias Text = (number: Int, text: String)

    /// Lines that say something: comments begin with `#`.
    private static func texts(_ bytes: [UInt8]) throws(ClipProblem) -> [Text] {
        var texts: [Text] = []
        var reader = LineReader(maximumLength: maximumLineBytes)
        reader.add(bytes)
        reader.finish()
        while true {
            switch reader.advance() {
            case .starved: return texts
            case .tooLong:
                throw .list(line: reader.number, .tooLong(limitBytes: maximumLineBytes))
            case .line:
                guard let text = String(validating: reader.line) else {
                    throw .list(line: reader.number, .notUTF8)
                }
                let trimmed = text.trimmed
                if trimmed.isEmpty || trimmed.hasPrefix("#") { continue }
                texts.append((reader.number, trimmed))
            }
        }
    }

    private static let maximumLineBytes = 1 << 20

    private static func isEDL(_ texts: [Text]) -> Bool {
        guard let first = texts.first?.text.uppercased() else { return false }
        if first.hasPrefix("TITLE:") || first.hasPrefix("FCM:") { return true }
        let words = first.split(separator: " ")
        return words.count >= 8 && words[0].utf8.allSatisfy(\.isASCIIDigit)
            && words[words.count - 1].split(whereSeparator: { $0 == ":" || $0 == ";" }).count == 4
    }

    /// Names of columns, or times that a comma parts.
    private static func isTable(_ texts: [Text]) -> Bool {
        guard let first = texts.first?.text else { return false }
        let cells = first.split(
            omittingEmptySubsequences: false, whereSeparator: { [",", ";", "\t"].contains($0) })
        guard cells.count >= 2 else { return false }
        let names = cells.map { $0.trimmed.unquoted.lowercased() }
        if names.contains(where: { $0 == "start" || $0 == "start_ms" }) { return true }
        return ClipTime.read(names[0]) != nil && ClipTime.read(names[1]) != nil
    }

    // MARK: - Lines of text

    /// `00:10-00:42 name`, with a dash or an arrow between the times.
    private static func line(_ text: Text) throws(ClipProblem) -> ClipLine {
        var rest = text.text[...]
        func time() throws(ClipProblem) -> MediaTime {
            let word = rest.prefix {
                $0.isASCII && ($0.isNumber || $0.isLetter) || [":", ".", ","].contains($0)
            }
            guard let time = ClipTime.read(String(word)) else {
                let shown = word.isEmpty ? rest.prefix(20) : word
                throw .list(line: text.number, .badTime(String(shown)))
            }
            rest = rest.dropFirst(word.count)
            return time
        }
        let start = try time()
        let between = rest.prefix { " \t-–—>→".contains($0) }
        guard between.contains(where: { !$0.isWhitespace }) else {
            throw .list(line: text.number, .noEnd)
        }
        rest = rest.dropFirst(between.count)
        guard !rest.isEmpty else { throw .list(line: text.number, .noEnd) }
        let end = try time()
        let name = rest.trimmed
        return ClipLine(
            line: text.number, start: start, end: end, name: name.isEmpty ? nil : name, sku: nil,
            title: nil)
    }
}

extension String {
    fileprivate var unquoted: String {
        utf8.count >= 2 && hasPrefix("\"") && hasSuffix("\"")
            ? String(dropFirst().dropLast()) : self
    }
}
