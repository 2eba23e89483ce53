/// A list of inputs as a text file: one a line, `#` begins a remark, as in an M3U.
package enum PlaylistFile {
    package enum Limits {
        package static let bytes = 1 << 20
        package static let entries = 10_000
    }

    package enum Problem: Error, Equatable {
        case empty
        case tooMany(limit: Int)
    }

    /// Whether a word names a list; an `.m3u8` is HLS, and is read as what it is.
    package static func isOne(_ word: String) -> Bool {
        word.lowercased().hasSuffix(".m3u")
    }

    /// The entries; paths that are not absolute start from the folder of the list at `path`.
    package static func entries(_ text: String, at path: String) throws(Problem) -> [String] {
        var entries: [String] = []
        for line in text.split(whereSeparator: \.isNewline) {
            let word = line.trimmed
            if word.isEmpty || word.hasPrefix("#") { continue }
            guard entries.count < Limits.entries else { throw .tooMany(limit: Limits.entries) }
            entries.append(resolved(String(word), below: path))
        }
        guard !entries.isEmpty else { throw .empty }
        return entries
    }

    private static func resolved(_ word: String, below path: String) -> String {
        let isPath = !word.hasPrefix("/") && !hasScheme(word)
        guard isPath, let slash = path.lastIndex(of: "/") else { return word }
        return path[...slash] + word
    }

    /// `http:`, `v4l2:`, `test:`; a path may have a colon only behind a slash or a dot.
    private static func hasScheme(_ word: String) -> Bool {
        guard let colon = word.firstIndex(of: ":") else { return false }
        return word[..<colon].utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0)
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
