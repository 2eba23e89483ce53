internal import Glibc
import Primitives

/// A regular file that is open for reading at any place; many threads may read it at once.
package final class ReadableFile: Sendable {
    package let path: String
    /// As it was when the file was opened.
    package let length: Int64
    /// When it was last written, in nanoseconds since 1970: with the length, what tells whether
    /// the file is still the one that was read before.
    package let modifiedNanoseconds: Int64
    private let descriptor: Int32

    package init(_ path: String) throws(FileProblem) {
        // A pipe without a writer would be waited for.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(.open, path: path, code: errno) }
        var status = stat()
        let code = unsafe fstat(descriptor, &status) == 0 ? 0 : errno
        let kind = status.st_mode & S_IFMT
        guard code == 0, kind == S_IFREG else {
            Glibc.close(descriptor)
            if code != 0 { throw .system(.open, path: path, code: code) }
            throw kind == S_IFDIR
                ? .system(.open, path: path, code: EISDIR) : .notRegular(path: path)
        }
        self.path = path
        length = Int64(status.st_size)
        modifiedNanoseconds =
            Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// How a part of the file is going to be read.
    package enum Wish: Sendable {
        /// Now, from its beginning to its end.
        case soon
        /// Not again: others may have the memory.
        case done
    }

    /// Tells the kernel what is going to be read; it may do nothing about it.
    package func advise(_ wish: Wish, at place: Int64, count: Int64) {
        let advice = wish == .soon ? POSIX_FADV_WILLNEED : POSIX_FADV_DONTNEED
        _ = posix_fadvise(descriptor, off_t(place), off_t(count), advice)
    }

    /// The bytes of a part that must be there in whole.
    package func read(at place: Int64, count: Int) throws(FileProblem) -> [UInt8] {
        var bytes: [UInt8] = []
        try append(count, at: place, to: &bytes)
        return bytes
    }

    /// Appends a part, which must be there in whole; without allocating where `bytes` has room.
    package func append(
        _ count: Int, at place: Int64, to bytes: inout [UInt8]
    ) throws(FileProblem) {
        guard isWithin(place, count) else { throw .shorter(path: path) }
        try bytes.append(addingCapacity: count) {
            (output: inout OutputSpan<UInt8>) throws(FileProblem) in
            try unsafe output.withUnsafeMutableBufferPointer {
                (buffer, initialized) throws(FileProblem) in
                let free = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[
                        initialized..<initialized + count])
                try unsafe fill(free, at: place)
                initialized += count
            }
        }
    }

    /// Fills `bytes` with the part that begins at `place`, which must be there in whole.
    package func read(
        at place: Int64, into bytes: inout MutableSpan<UInt8>
    ) throws(FileProblem) {
        guard isWithin(place, bytes.count) else { throw .shorter(path: path) }
        try unsafe bytes.withUnsafeMutableBytes { (buffer) throws(FileProblem) in
            try unsafe fill(buffer, at: place)
        }
    }

    private func isWithin(_ place: Int64, _ count: Int) -> Bool {
        place >= 0 && count >= 0 && place <= length && Int64(count) <= length - place
    }

    private func fill(
        _ buffer: UnsafeMutableRawBufferPointer, at place: Int64
    ) throws(FileProblem) {
        var done = 0
        while done < buffer.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
            let count = unsafe pread(
                descriptor, rest.baseAddress, rest.count, off_t(place) + off_t(done))
            if count > 0 {
                done += count
            } else if count == 0 {
                throw .shorter(path: path)
            } else if errno != EINTR {
                throw .system(.read, path: path, code: errno)
            }
        }
    }
}
