internal import Glibc

/// A file that is written under a temporary name and gets its own when it is whole, so that no one
/// ever finds half of it.
package final class OutputFile {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let sink: DescriptorSink
    private var isPublished = false

    package init(_ path: String, replacing: Bool) throws {
        self.path = path
        // Two processes that write the same file each write their own; the last one wins whole.
        temporary = "\(path).\(getpid()).part"
        if !replacing, unsafe access(path, F_OK) == 0 {
            throw Failure(
                .cannotCreate, "output.exists", "'\(path)' exists already",
                hint: "name another file, or overwrite it with --force")
        }
        descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        sink = DescriptorSink(descriptor, name: "'\(path)'")
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw Failure(.cannotCreate, "output.create", "cannot create '\(path)': \(reason)")
        }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if !isPublished { unsafe unlink(temporary) }
    }

    package func write(_ bytes: [UInt8]) throws {
        try sink.write(bytes)
    }

    /// On disk and under its name.
    package func publish() throws {
        guard fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            throw Failure(.ioError, "output.publish", "cannot write '\(path)': \(reason)")
        }
        isPublished = true
    }
}
