internal import Glibc

/// The files of a folder, by name.
package enum FolderFiles {
    private static let maximumDepth = 16

    /// The plain names of what stands in a folder, sorted; without what is hidden.
    package static func names(in folder: String) throws(FileProblem) -> [String] {
        try FolderTree.names(folder).filter { !$0.hasPrefix(".") }
    }

    /// All files of a folder and the folders in it, as names relative to it, sorted; without what
    /// is hidden, and without following links to folders.
    package static func all(of folder: String, limit: Int) throws(FileProblem) -> [String] {
        var found: [String] = []
        try gather(folder, "", depth: 0, limit, &found)
        return found.sorted()
    }

    /// Makes a folder, and those that it is in, where they are not there.
    package static func make(_ path: String) throws(FileProblem) {
        let path = FileNames.trimmed(path)
        guard !path.isEmpty, !FileNames.isFolder(path) else { return }
        try make(FileNames.folder(of: path))
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST && FileNames.isFolder(path) else {
            throw .system(.create, path: path, code: errno)
        }
    }

    private static func gather(
        _ folder: String, _ prefix: String, depth: Int, _ limit: Int, _ found: inout [String]
    ) throws(FileProblem) {
        guard depth < maximumDepth else { throw .system(.list, path: folder, code: ELOOP) }
        for name in try names(in: folder) {
            let path = folder + "/" + name
            if FolderTree.isFolder(path) {
                try gather(path, prefix + name + "/", depth: depth + 1, limit, &found)
            } else {
                guard found.count < limit else { throw .system(.list, path: folder, code: E2BIG) }
                found.append(prefix + name)
            }
        }
    }
}
