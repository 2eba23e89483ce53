internal import Glibc

/// The file that a store lives in, before SQLite opens it.
enum StoreFile {
    /// Makes the file and the folders above it, for this user only: it holds a shop's business.
    /// What is there stays as it is.
    static func create(_ path: String) throws(StoreError) {
        if exists(path) { return }
        try createFolder(above: path)
        let descriptor = unsafe open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        close(descriptor)
    }

    static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }

    static func size(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// A name beside the file that no other process uses.
    static func temporaryName(for path: String) -> String {
        "\(path).\(getpid()).part"
    }

    static func remove(_ path: String) {
        unsafe unlink(path)
    }

    /// Gives a finished file its name, so that it survives a power cut.
    static func publish(_ temporary: String, as path: String) throws(StoreError) {
        let descriptor = unsafe open(temporary, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(temporary) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
            throw failure(path)
        }
    }

    private static func createFolder(above path: String) throws(StoreError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        if exists(folder) { return }
        try createFolder(above: folder)
        // EEXIST: another process was faster.
        guard unsafe mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    private static func failure(_ path: String) -> StoreError {
        .cannotOpen(path: path, reason: unsafe String(cString: strerror(errno)))
    }
}
