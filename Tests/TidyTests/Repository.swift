import Glibc
import TestSupport

/// The files of this repository, as git knows them (new ones that it does not ignore included).
struct Repository {
    let root: String
    let paths: [String]

    static let current: Repository = {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
            .joined(separator: "/")
        let run = try? ProcessRun.run(
            "/usr/bin/git", ["ls-files", "--cached", "--others", "--exclude-standard"],
            environment: ["HOME": "/"], folder: root)
        let paths = (run?.output ?? "").split(separator: "\n").map(String.init)
        return Repository(root: root, paths: paths.filter { Files.exists("\(root)/\($0)") })
    }()

    /// Text files below some folders, by ending.
    func files(below folders: [String] = [""], ending: [String]) -> [TextFile] {
        paths.filter { path in
            folders.contains { path.hasPrefix($0) } && ending.contains { path.hasSuffix($0) }
        }.map { TextFile(path: $0, text: Files.read("\(root)/\($0)") ?? "") }
    }
}

struct TextFile {
    let path: String
    let text: String
    let lines: [Substring]

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The C library looks through all sources in no time; the standard library takes a minute.
    func has(_ words: String) -> Bool {
        unsafe text.withCString { text in unsafe strstr(text, words) != nil }
    }

    /// The folder of `Sources` that it belongs to.
    var module: String? {
        let parts = path.split(separator: "/")
        return parts.first == "Sources" && parts.count > 1 ? String(parts[1]) : nil
    }
}
