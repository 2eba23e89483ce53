internal import Glibc
import Primitives

/// A new file that only grows, by whole pieces: what could not be written whole is taken back.
package final class RecordingFile {
    private let descriptor: Int32
    private let folder: Int32
    package private(set) var length: Int64 = 0

    /// Makes the file; one that is there already is left alone.
    package init(creating path: String) throws(RecordingProblem) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = unsafe open(path, flags, 0o644)
        guard descriptor >= 0 else {
            throw errno == EEXIST ? .exists : .system(.create, code: errno)
        }
        self.descriptor = descriptor
        folder = Self.openFolder(of: path)
        if folder >= 0 { fsync(folder) }
    }

    deinit {
        close(descriptor)
        if folder >= 0 { close(folder) }
    }

    /// Appends a piece, and waits until it is on the disk.
    package func append(_ bytes: Span<UInt8>) throws(RecordingProblem) {
        let code = Self.write(bytes, to: descriptor)
        guard code == 0 else {
            // A reader of the file sees whole pieces only.
            _ = ftruncate(descriptor, off_t(length))
            throw .system(.write, code: code)
        }
        length += Int64(bytes.count)
        guard fdatasync(descriptor) == 0 else { throw .system(.sync, code: errno) }
    }

    /// Puts `bytes` in the place of a file so that a reader sees the old one or the new one.
    package static func replace(
        _ path: String, with bytes: Span<UInt8>
    ) throws(RecordingProblem) {
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(.create, code: errno) }
        var code = write(bytes, to: descriptor)
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        guard code == 0 else {
            unsafe unlink(draft)
            throw .system(.write, code: code)
        }
        guard unsafe rename(draft, path) == 0 else {
            let code = errno
            unsafe unlink(draft)
            throw .system(.replace, code: code)
        }
        let folder = openFolder(of: path)
        guard folder >= 0 else { return }
        fsync(folder)
        close(folder)
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes the folder where it is not there; whether it is there then.
    package static func makeFolder(_ path: String) throws(RecordingProblem) {
        guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
        throw .system(.create, code: errno)
    }

    private static func openFolder(of path: String) -> Int32 {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        let folder = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
        return unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    /// The errno of what went wrong; 0 where all is written.
    private static func write(_ bytes: Span<UInt8>, to descriptor: Int32) -> Int32 {
        // A limit on the size of files would otherwise kill the process.
        var mask = sigset_t()
        var before = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGXFSZ)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        var place = 0
        while place < bytes.count {
            let rest = bytes.extracting(place..<bytes.count)
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 {
                place += count
            } else if count == 0 || errno != EINTR {
                let code = count == 0 ? ENOSPC : errno
                if code == EFBIG { discardLimitSignal(mask) }
                return code
            }
        }
        return 0
    }

    /// The signal waits while it is blocked; it must not be there when it no longer is.
    private static func discardLimitSignal(_ mask: sigset_t) {
        var (mask, none) = (mask, timespec())
        _ = unsafe sigtimedwait(&mask, nil, &none)
    }
}
