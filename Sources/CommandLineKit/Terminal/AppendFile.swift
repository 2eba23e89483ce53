internal import Glibc

/// A file of lines that grows at its end, held by one process at a time.
///
/// A line is on disk when `append` returns, or not there at all: what a power cut has left of one
/// is cut off when the file is opened again. All lines begin alike, by which somebody else's file
/// is told from ours before anything is cut.
package final class AppendFile {
    private let path: String
    private let descriptor: Int32
    private let sink: DescriptorSink
    private let beginning: UInt8

    /// `beginning` is the first letter of each line.
    package init(_ path: String, linesBeginWith beginning: UInt8) throws {
        self.path = path
        self.beginning = beginning
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        sink = DescriptorSink(descriptor, name: "'\(path)'")
        guard descriptor >= 0 else {
            throw Failure(
                .cannotCreate, "output.create", "cannot open '\(path)': \(SystemWords.text(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let words = isHeld ? "another process is writing it" : SystemWords.text(errno)
            throw Failure(
                .tryAgain, "output.locked", "cannot append to '\(path)': \(words)",
                hint: isHeld ? "let it end first, or name another file" : nil)
        }
        // What is not a plain file, such as a pipe, has no lines to go on from.
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(.cannotCreate, "output.create", "'\(path)' is no plain file")
        }
        try cutTornLine()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// - Parameter line: without its line end.
    package func append(_ line: String) throws {
        let end = lseek(descriptor, 0, SEEK_END)
        do {
            try sink.write(Array((line + "\n").utf8))
        } catch {
            // A full disk must not leave half a line to whoever reads on.
            if end >= 0 { _ = ftruncate(descriptor, end) }
            throw error
        }
        guard fdatasync(descriptor) == 0 else {
            throw Failure(
                .ioError, "output.sync", "cannot write '\(path)': \(SystemWords.text(errno))")
        }
    }

    private func cutTornLine() throws {
        var end = lseek(descriptor, 0, SEEK_END)
        var byte: UInt8 = 0
        while end > 0 {
            guard unsafe pread(descriptor, &byte, 1, end - 1) == 1 else {
                throw Failure(
                    .ioError, "output.read", "cannot read '\(path)': \(SystemWords.text(errno))")
            }
            if byte == UInt8(ascii: "\n") { break }
            end -= 1
        }
        guard lseek(descriptor, 0, SEEK_END) > end else { return }
        // What a power cut leaves may also be a hole, which reads as zeros.
        guard unsafe pread(descriptor, &byte, 1, end) == 1, byte == beginning || byte == 0 else {
            throw Failure(
                .dataError, "output.foreign",
                "the last line of '\(path)' has no end, and is none of ours",
                hint: "name another file, or end that line if it is to stay")
        }
        guard ftruncate(descriptor, end) == 0 else {
            throw Failure(
                .ioError, "output.write", "cannot write '\(path)': \(SystemWords.text(errno))")
        }
    }
}
