/// The way from one file to another, by their names alone.
package enum ReplayPath {
    /// Nil where it cannot be told: one path is absolute and the other is not, or the page lies
    /// above where paths begin.
    package static func relative(from page: String, to file: String) -> String? {
        guard page.hasPrefix("/") == file.hasPrefix("/") else { return nil }
        let folder = parts(page).dropLast()
        let wanted = parts(file)
        let common = zip(folder, wanted.dropLast()).prefix { $0 == $1 }.count
        let up = folder.dropFirst(common)
        guard !up.contains("..") else { return nil }
        return (up.map { _ in ".." } + wanted.dropFirst(common)).joined(separator: "/")
    }

    private static func parts(_ path: String) -> [String] {
        var parts: [String] = []
        for part in path.split(separator: "/") where part != "." {
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(String(part))
            }
        }
        return parts
    }
}
