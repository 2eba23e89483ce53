internal import Glibc

/// A folder with all that is in it; links are never followed.
enum FolderTree {
    /// Folders in folders.
    private static let maximumDepth = 64

    static func remove(_ path: String) throws(FileProblem) { try remove(path, depth: 0) }

    /// Waits until everything in it is on the disk.
    static func sync(_ path: String) throws(FileProblem) { try sync(path, depth: 0) }

    private static func remove(_ path: String, depth: Int) throws(FileProblem) {
        guard depth < maximumDepth else { throw .system(.remove, path: path, code: ELOOP) }
        guard isFolder(path) else {
            guard unsafe unlink(path) == 0 || errno == ENOENT else {
                throw .system(.remove, path: path, code: errno)
            }
            return
        }
        for name in try names(path) { try remove(path + "/" + name, depth: depth + 1) }
        guard unsafe rmdir(path) == 0 || errno == ENOENT else {
            throw .system(.remove, path: path, code: errno)
        }
    }

    private static func sync(_ path: String, depth: Int) throws(FileProblem) {
        guard depth < maximumDepth else { throw .system(.sync, path: path, code: ELOOP) }
        let isFolder = isFolder(path)
        if isFolder {
            for name in try names(path) { try sync(path + "/" + name, depth: depth + 1) }
        }
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ELOOP { return }
            throw .system(.sync, path: path, code: errno)
        }
        defer { close(descriptor) }
        // Some file systems have no sync of folders.
        guard fsync(descriptor) == 0 || isFolder else {
            throw .system(.sync, path: path, code: errno)
        }
    }

    /// The files of a folder and of those in it, by their names from there on.
    static func collect(
        _ path: String, below prefix: String, into names: inout [String]
    ) throws(FileProblem) {
        for name in try self.names(path) {
            let whole = path + "/" + name
            if isFolder(whole) {
                try collect(whole, below: prefix + name + "/", into: &names)
            } else {
                names.append(prefix + name)
            }
        }
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Sorted, so that the same is done in the same order; without the folder and its parent.
    static func names(_ path: String) throws(FileProblem) -> [String] {
        guard let folder = unsafe opendir(path.isEmpty ? "/" : path) else {
            throw .system(.list, path: path, code: errno)
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
