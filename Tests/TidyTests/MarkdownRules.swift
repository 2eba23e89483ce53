/// What documents and the vocabulary are held to.
enum MarkdownRules {
    static func problems(_ file: TextFile, exists: (String) -> Bool) -> [String] {
        let lines = prose(file)
        let titles = lines.filter { $0.hasPrefix("# ") }
        let title = titles.count == 1 ? [] : ["\(titles.count) titles"]
        let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
        return title
            + lines.flatMap(links).compactMap { link in
                guard !link.contains("://"), !link.hasPrefix("#") else { return nil }
                let path = String(link.prefix { $0 != "#" })
                return exists(resolved(path, from: folder)) ? nil : "dead link \(link)"
            }
    }

    /// The lines outside of code fences.
    private static func prose(_ file: TextFile) -> [Substring] {
        var isCode = false
        return file.lines.filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && !line.hasPrefix("```")
        }
    }

    private static func links(_ line: Substring) -> [Substring] {
        line.split(separator: "](").dropFirst().compactMap { rest in
            rest.firstIndex(of: ")").map { rest[..<$0] }
        }
    }

    private static func resolved(_ path: String, from folder: String) -> String {
        var parts = folder.split(separator: "/").map(String.init)
        for part in path.split(separator: "/") {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// The capitalised single words of the table's last column, and those of its closing line.
    static func forbiddenWords(_ vocabulary: TextFile) -> Set<String> {
        var words: Set = ["Manager", "Helper", "Util", "Utils", "Handler", "Info"]
        for line in vocabulary.lines where line.hasPrefix("| ") {
            let cells = line.split(separator: "|").map { $0.split(separator: ",") }
            guard cells.count == 4 else { continue }
            for word in cells[3].map({ $0.filter { $0 != " " } }) {
                let isWord = word.first?.isUppercase ?? false && word.allSatisfy(\.isLetter)
                if isWord, word != "Not" { words.insert(String(word)) }
            }
        }
        return words
    }

    static func typeNames(_ file: TextFile) -> [String] {
        let kinds: Set<Substring> = ["struct", "class", "enum", "protocol", "actor"]
        return file.lines.compactMap { line in
            let words = line.split(separator: " ")
            guard let kind = words.firstIndex(where: kinds.contains), kind + 1 < words.count,
                words[..<kind].allSatisfy({ $0.allSatisfy { $0.isLetter || $0 == "@" } })
            else { return nil }
            return String(words[kind + 1].prefix { $0.isLetter || $0.isNumber })
        }
    }

    /// `Manager` of `FlashSaleManager`.
    static func lastWord(_ name: String) -> String {
        guard let start = name.lastIndex(where: \.isUppercase) else { return name }
        return String(name[start...])
    }
}
