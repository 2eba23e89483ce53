/// Why a file could not be read or written; the code is a positive errno.
package enum FileProblem: Error, Sendable, Hashable {
    case system(FileStep, path: String, code: Int32)
    /// There is a file of that name already, and it may not be replaced.
    case exists(path: String)
    /// It is what is read, which is never replaced.
    case isSource(path: String)
    /// A device, a pipe or a socket, where a file is needed.
    case notRegular(path: String)
    /// The file became shorter while it was read.
    case shorter(path: String)
}

/// What was being done to a file.
package enum FileStep: String, Sendable, Hashable, CaseIterable {
    case open
    case read
    case create
    case write
    case sync
    case rename
    case list
    case remove
}
