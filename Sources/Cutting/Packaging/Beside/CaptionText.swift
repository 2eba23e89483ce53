import Commerce
import Primitives

/// Captions that somebody has made, as WebVTT for HLS.
package enum CaptionText {
    package enum Limits {
        package static let bytes: Int64 = 16 << 20
        package static let languages = 32
    }

    /// Why a text is no captions.
    package enum Problem: Error, Equatable {
        case notUTF8
        /// Neither WebVTT nor SubRip.
        case unknownForm
        /// A line from 1, that has no time where one belongs.
        case badTime(line: Int)
        case empty
    }

    /// WebVTT as it is, SubRip turned into it; with the line that HLS wants, which says that both
    /// clocks begin together.
    package static func webVTT(_ bytes: [UInt8]) throws(Problem) -> String {
        guard var text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        // Line ends of every kind, as one.
        var lines: [Substring] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            lines.append(line)
        }
        guard let first = lines.first else { throw .empty }
        let isVTT = first == "WEBVTT" || first.hasPrefix("WEBVTT ") || first.hasPrefix("WEBVTT\t")
        var output = "WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n"
        if isVTT {
            var cues = 0
            var isHead = true
            for line in lines.dropFirst() {
                // The head may say more of itself, and a map of its own.
                if isHead, line.hasPrefix("X-TIMESTAMP-MAP") { continue }
                if line.isEmpty { isHead = false }
                if line.contains("-->") { cues += 1 }
                output += line + "\n"
            }
            guard cues > 0 else { throw .empty }
            return output
        }
        return try subRip(lines, after: output)
    }

    private static func subRip(
        _ lines: [Substring], after head: String
    ) throws(Problem) -> String {
        var output = head
        var cues = 0
        var pending: Substring?
        for (number, line) in lines.enumerated() {
            guard line.contains("-->") else {
                if let pending { output += pending + "\n" }
                pending = line
                continue
            }
            let halves = line.split(separator: " ", omittingEmptySubsequences: true)
            guard halves.count >= 3, halves[1] == "-->", let start = time(halves[0]),
                let end = time(halves[2])
            else { throw cues == 0 ? .unknownForm : .badTime(line: number + 1) }
            // The number of the cue stands in the line before it, and is not told.
            if let last = pending, Int(last) == nil, !last.isEmpty { output += last + "\n" }
            pending = nil
            output += "\n\(WebVTTText.time(start)) --> \(WebVTTText.time(end))\n"
            cues += 1
        }
        if let pending { output += pending + "\n" }
        guard cues > 0 else { throw .unknownForm }
        return output
    }

    /// `01:02:03,456`.
    private static func time(_ text: Substring) -> Int64? {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "," || $0 == "." })
        guard parts.count == 4, let hours = Int64(parts[0]), let minutes = Int64(parts[1]),
            let seconds = Int64(parts[2]), let rest = Int64(parts[3]), parts[3].utf8.count == 3,
            (0...999) ~= hours, (0...59) ~= minutes, (0...59) ~= seconds, rest >= 0
        else { return nil }
        return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest
    }
}
