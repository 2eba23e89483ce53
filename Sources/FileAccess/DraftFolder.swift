internal import Glibc
import Primitives

/// A new folder under a temporary name until all that belongs into it is there.
///
/// Its files are ordinary: nobody sees them before the folder has its name, so they need no names
/// of their own, and reach the disk together when it is published. Any thread may make files in it.
package final class DraftFolder: Sendable {
    /// Where it will stand.
    package let path: String
    /// Where it stands until then.
    package let draftPath: String
    private let descriptor: Int32

    /// Makes the draft; what stands at `path` is left alone.
    package init(at path: String) throws(FileProblem) {
        let path = FileNames.trimmed(path)
        let made = try DraftName.make(for: path) { (draft) throws(FileProblem) in
            guard unsafe mkdir(draft, 0o777) == 0 else { return -1 }
            let descriptor = unsafe open(draft, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
            if descriptor < 0 {
                let code = errno
                unsafe rmdir(draft)
                throw .system(.create, path: path, code: code)
            }
            return descriptor
        }
        self.path = path
        draftPath = made.path
        descriptor = made.descriptor
    }

    /// Removes what is still under the temporary name: nothing, when it was published.
    deinit {
        var (mine, there) = (stat(), stat())
        if unsafe fstat(descriptor, &mine) == 0, unsafe lstat(draftPath, &there) == 0,
            mine.st_ino == there.st_ino, mine.st_dev == there.st_dev
        {
            try? FolderTree.remove(draftPath)
        }
        close(descriptor)
    }

    /// Where a file of that name, such as `720p/1.m4s`, stands now.
    package func path(of name: String) -> String { draftPath + "/" + name }

    /// The names of all files in it and in its folders, sorted.
    package func names() throws(FileProblem) -> [String] {
        var names: [String] = []
        try FolderTree.collect(draftPath, below: "", into: &names)
        return names
    }

    /// A new file in the folder, which is there when it is published; so are its folders.
    package func file(_ name: String) throws(FileProblem) -> DraftFile {
        try makeFolders(of: name)
        return try DraftFile(within: self, named: name)
    }

    /// A whole small file.
    package func write(_ bytes: Span<UInt8>, to name: String) throws(FileProblem) {
        let file = try file(name)
        try file.append(bytes)
        try file.publish(replacing: false)
    }

    package func write(_ text: String, to name: String) throws(FileProblem) {
        try write(Array(text.utf8).span, to: name)
    }

    /// Whether `publish` would find its place free, or something there that it may replace: for
    /// those who have long work to do before it.
    package static func isFree(_ path: String, replacing mark: String?) -> Bool {
        let path = FileNames.trimmed(path)
        guard FileNames.exists(path) else { return true }
        guard FolderTree.isFolder(path) else { return false }
        if let mark, FileNames.exists(path + "/" + mark) { return true }
        return (try? FolderTree.names(path).isEmpty) ?? false
    }

    /// Puts the folder in its place, with all its files on the disk.
    ///
    /// A folder that stands there is replaced only where it holds a file named `mark`, so that
    /// nobody's other folder is ever lost; nil replaces none.
    package func publish(replacing mark: String?) throws(FileProblem) {
        try FolderTree.sync(draftPath)
        // From here on it is a folder like any other, which the next draft may replace.
        defer { if !FileNames.exists(draftPath) { DraftName.unlock(descriptor) } }
        if unsafe rename(draftPath, path) == 0 {
            FolderSync.sync(folderOf: path)
            return
        }
        let code = errno
        guard code == ENOTEMPTY || code == EEXIST || code == ENOTDIR else {
            throw .system(.rename, path: path, code: code)
        }
        guard let mark, FileNames.exists(path + "/" + mark), !FileNames.isLink(path) else {
            throw .exists(path: path)
        }
        try replace()
    }

    /// The older folder steps aside, and is put back where the new one cannot take its place.
    private func replace() throws(FileProblem) {
        let older = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard older >= 0 else { throw .system(.open, path: path, code: errno) }
        defer { close(older) }
        // Whoever clears up leaves it alone.
        guard DraftName.lock(older) || errno != EWOULDBLOCK else {
            throw .system(.rename, path: path, code: EBUSY)
        }
        var number = 0
        var aside = DraftName.path(for: path, DraftName.old, number)
        while FileNames.exists(aside) {
            number += 1
            aside = DraftName.path(for: path, DraftName.old, number)
        }
        guard unsafe rename(path, aside) == 0 else {
            throw .system(.rename, path: path, code: errno)
        }
        guard unsafe rename(draftPath, path) == 0 else {
            let code = errno
            unsafe rename(aside, path)
            throw .system(.rename, path: path, code: code)
        }
        FolderSync.sync(folderOf: path)
        try FolderTree.remove(aside)
    }

    private func makeFolders(of name: String) throws(FileProblem) {
        var made = draftPath
        for part in name.split(separator: "/").dropLast() {
            made += "/" + part
            guard unsafe mkdir(made, 0o777) == 0 || errno == EEXIST else {
                throw .system(.create, path: made, code: errno)
            }
        }
    }
}
