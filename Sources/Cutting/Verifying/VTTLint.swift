import Primitives

/// Whether some bytes are WebVTT (W3C): its head, and the times of its cues.
package enum VTTLint {
    package enum Limits {
        package static let bytes = 64 << 20
        static let lineBytes = 1 << 20
    }

    /// The first line that is wrong, from 1; nil where none is.
    package static func fault(in bytes: [UInt8]) -> Int? {
        guard bytes.count <= Limits.bytes else { return 1 }
        var reader = LineReader(maximumLength: Limits.lineBytes)
        reader.add(bytes)
        reader.finish()
        var isWithinCue = false
        var last: Int64 = 0
        while true {
            switch reader.advance() {
            case .starved: return reader.number == 0 ? 1 : nil
            case .tooLong: return reader.number
            case .line:
                guard let text = String(validating: reader.line) else { return reader.number }
                if reader.number == 1 {
                    let head = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
                    guard
                        head == "WEBVTT" || head.hasPrefix("WEBVTT ") || head.hasPrefix("WEBVTT\t")
                    else { return 1 }
                } else if text.isEmpty {
                    isWithinCue = false
                } else if !isWithinCue, let arrow = Self.arrow(in: text) {
                    guard let start = time(text[..<arrow.lowerBound]),
                        let end = time(
                            text[arrow.upperBound...].drop { $0 == " " }.prefix { $0 != " " }),
                        start < end, start >= last
                    else { return reader.number }
                    last = start
                    isWithinCue = true
                }
            }
        }
    }

    private static func arrow(in text: String) -> Range<String.Index>? {
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix("-->") {
                return start..<text.index(start, offsetBy: 3)
            }
            start = text.index(after: start)
        }
        return nil
    }

    /// `mm:ss.ttt` with hours before it or not, in milliseconds.
    private static func time(_ text: Substring) -> Int64? {
        let text = text.drop { $0 == " " }
        let trimmed = text.prefix { $0 != " " }
        let parts = trimmed.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), let last = parts.last else { return nil }
        let seconds = last.split(separator: ".", omittingEmptySubsequences: false)
        guard seconds.count == 2, seconds[0].count == 2, seconds[1].count == 3,
            let whole = Int64(seconds[0]), let thousandths = Int64(seconds[1]), whole < 60,
            let minutes = Int64(parts[parts.count - 2]), (0..<60).contains(minutes),
            parts[parts.count - 2].count == 2
        else { return nil }
        let hours = parts.count == 3 ? Int64(parts[0]) : 0
        guard let hours, (0..<100_000).contains(hours) else { return nil }
        return ((hours * 60 + minutes) * 60 + whole) * 1000 + thousandths
    }
}
