import Primitives

/// The cues of a WebVTT file, for captions and for the pictures of a scrub bar.
package struct CueFile: Sendable, Equatable {
    package struct Cue: Sendable, Equatable {
        /// Milliseconds of media time.
        package let start: Int64
        package let end: Int64
        package let text: String
        /// Where it begins in the file.
        package let line: Int
    }

    package private(set) var cues: [Cue] = []

    package init(_ bytes: [UInt8]) throws(ReplayProblem) {
        guard bytes.count <= ReplayLimits.cueBytes else {
            throw .tooLong(limitBytes: ReplayLimits.cueBytes)
        }
        var text = Substring(String(decoding: bytes, as: UTF8.self))
        if text.first == "\u{FEFF}" { text = text.dropFirst() }
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        guard let first = lines.first, first == "WEBVTT" || first.hasPrefix("WEBVTT ") else {
            throw .cueLine(1)
        }
        var place = 1
        while place < lines.count {
            guard lines[place].contains("-->") else {
                place += 1
                continue
            }
            guard cues.count < ReplayLimits.cues else {
                throw .tooManyCues(limit: ReplayLimits.cues)
            }
            let begin = place
            guard let (start, end) = Self.times(lines[begin]) else { throw .cueLine(begin + 1) }
            place += 1
            let body = lines[place...].prefix { !$0.isEmpty && !$0.contains("-->") }
            place += body.count
            cues.append(
                Cue(start: start, end: end, text: body.joined(separator: "\n"), line: begin + 1))
        }
        cues = cues.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }.map(\.element)
    }

    /// `00:01.000 --> 00:02.000 align:start`; settings are not kept.
    private static func times(_ line: Substring) -> (Int64, Int64)? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count >= 3, words[1] == "-->", let start = time(words[0]),
            let end = time(words[2]), start < end
        else { return nil }
        return (start, end)
    }

    private static func time(_ text: Substring) -> Int64? {
        let halves = text.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, halves[1].count == 3, let rest = digits(halves[1]) else {
            return nil
        }
        let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count) else { return nil }
        var total: Int64 = 0
        for part in parts {
            guard let value = digits(part), value < 60 || parts.count == 3 && part == parts[0]
            else { return nil }
            total = total * 60 + value
        }
        return total * 1000 + rest
    }

    private static func digits(_ text: Substring) -> Int64? {
        guard (1...6).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else {
            return nil
        }
        return Int64(text)
    }
}

/// Where the pictures of a scrub bar lie: pieces of a few images, by media time.
package struct ScrubPictures: Sendable, Equatable {
    struct Piece: Sendable, Equatable {
        let start: Int64
        let end: Int64
        let image: Int
        let box: [Int64]
    }

    private(set) var images: [ReplayURL] = []
    private(set) var pieces: [Piece] = []

    package init() {}

    /// From a file whose cues are `sprite.jpg#xywh=160,0,160,90`; `file` is where it lies as seen
    /// from the page.
    package init(_ file: CueFile, at path: String) throws(ReplayProblem) {
        var places: [String: Int] = [:]
        for cue in file.cues {
            let parts = cue.text.split(separator: "#xywh=", omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw .noPicture(line: cue.line) }
            let box = parts[1].split(separator: ",").compactMap { Int64($0) }
            guard box.count == 4, box.allSatisfy({ (0...100_000).contains($0) }) else {
                throw .noPicture(line: cue.line)
            }
            let name = String(parts[0])
            let image: Int
            if let known = places[name] {
                image = known
            } else {
                image = images.count
                images.append(try ReplayURL.beside(path, name))
                places[name] = image
            }
            pieces.append(Piece(start: cue.start, end: cue.end, image: image, box: box))
        }
    }
}
