internal import Glibc

/// The temporary names of drafts, `.NAME.part-PID-N`, and the locks that tell they are in use.
enum DraftName {
    /// Beside the process's number, since one process has many drafts.
    private static let attempts = 10_000
    /// Bytes of a name on Linux.
    private static let maximumLength = 255
    static let part = ".part-"
    static let old = ".old-"

    /// Makes a file or a folder under a free temporary name, and locks it.
    static func make(
        for path: String, _ create: (String) throws(FileProblem) -> Int32
    ) throws(FileProblem) -> (path: String, descriptor: Int32) {
        guard !FileNames.last(of: path).isEmpty else {
            throw .system(.create, path: path, code: EISDIR)
        }
        for number in 0..<attempts {
            let draft = Self.path(for: path, part, number)
            let descriptor = try create(draft)
            guard descriptor >= 0 else {
                if errno == EEXIST { continue }
                throw .system(.create, path: path, code: errno)
            }
            // Whoever clears up may have come between; then it is theirs.
            if isOurs(descriptor, draft) { return (draft, descriptor) }
            close(descriptor)
        }
        throw .system(.create, path: path, code: EEXIST)
    }

    static func path(for path: String, _ kind: String, _ number: Int) -> String {
        let ending = "\(kind)\(getpid())-\(number)"
        var name = FileNames.last(of: path)
        while name.utf8.count + ending.utf8.count + 1 > maximumLength { name.removeLast() }
        return FileNames.folder(of: path) + "/." + name + ending
    }

    /// The name that a draft is for, and its kind; nil where it is no name of a draft.
    static func parse(_ name: String) -> (name: String, kind: String)? {
        for kind in [part, old] {
            guard name.hasPrefix("."), let range = lastRange(of: kind, in: name) else { continue }
            let numbers = name[range.upperBound...].split(
                separator: "-", omittingEmptySubsequences: false)
            let isOurs = numbers.count == 2 && numbers.allSatisfy { Int($0) != nil && $0 != "" }
            let meant = name[..<range.lowerBound].dropFirst()
            if isOurs, !meant.isEmpty { return (String(meant), kind) }
        }
        return nil
    }

    /// Whether no process holds it; it is locked then until `descriptor` is closed.
    static func lock(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    static func unlock(_ descriptor: Int32) { flock(descriptor, LOCK_UN) }

    private static func isOurs(_ descriptor: Int32, _ path: String) -> Bool {
        guard lock(descriptor) else { return errno == ENOLCK || errno == EOPNOTSUPP }
        var (mine, there) = (stat(), stat())
        guard unsafe fstat(descriptor, &mine) == 0, unsafe lstat(path, &there) == 0 else {
            return false
        }
        return mine.st_ino == there.st_ino && mine.st_dev == there.st_dev
    }

    private static func lastRange(of part: String, in name: String) -> Range<String.Index>? {
        var found: Range<String.Index>?
        var start = name.startIndex
        while let range = name[start...].firstRange(of: part) {
            found = range
            start = range.upperBound
        }
        return found
    }
}

/// What names of files consist of.
package enum FileNames {
    /// `.` where the path names none.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "" : String(path[..<slash])
    }

    package static func last(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return path }
        return String(path[path.index(after: slash)...])
    }

    /// Without the slashes at its end.
    package static func trimmed(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Whether both names lead to the same file.
    package static func isSame(_ path: String, _ other: String) -> Bool {
        var (one, two) = (stat(), stat())
        guard unsafe stat(path, &one) == 0, unsafe stat(other, &two) == 0 else { return false }
        return one.st_dev == two.st_dev && one.st_ino == two.st_ino
    }

    /// Whether anything stands there, be it a link that leads nowhere.
    package static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Makes a folder, and those above it, where there is none.
    package static func makeFolder(_ path: String) throws(FileProblem) {
        guard !path.isEmpty, !isFolder(path) else { return }
        let above = folder(of: path)
        if above != ".", above != path { try makeFolder(above) }
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else {
            throw .system(.create, path: path, code: errno)
        }
    }

    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

/// Waits until the names of a folder are on the disk.
enum FolderSync {
    /// Not an error where it fails: the file itself is whole.
    static func sync(folderOf path: String) { sync(folder: FileNames.folder(of: path)) }

    static func sync(folder: String) {
        let name = folder.isEmpty ? "/" : folder
        let descriptor = unsafe open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
