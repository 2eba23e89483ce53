internal import Glibc

/// Drafts that killed processes left behind.
package enum Leftovers {
    /// Removes those of a folder whose processes are gone, and gives their names, sorted.
    ///
    /// A folder that was stepping aside for a new one gets its name back, where there is none.
    @discardableResult
    package static func remove(in folder: String) throws(FileProblem) -> [String] {
        var removed: [String] = []
        for name in try FolderTree.names(folder) {
            guard let draft = DraftName.parse(name) else { continue }
            let path = folder + "/" + name
            let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
            let descriptor = unsafe open(path, flags)
            guard descriptor >= 0 else { continue }
            defer { close(descriptor) }
            // Its process lives, and will see to it.
            guard DraftName.lock(descriptor) else { continue }
            let meant = folder + "/" + draft.name
            if draft.kind == DraftName.old, !FileNames.exists(meant) {
                guard unsafe rename(path, meant) == 0 else {
                    throw .system(.rename, path: meant, code: errno)
                }
            } else {
                try FolderTree.remove(path)
            }
            removed.append(name)
        }
        return removed
    }
}
