internal import Glibc

/// A file that is read, or standard input where the path is `-`.
package final class InputFile {
    package let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    package init(_ path: String) throws {
        guard path != "-" else {
            name = "standard input"
            descriptor = STDIN_FILENO
            isOwned = false
            return
        }
        name = path
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        isOwned = true
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit {
        if isOwned, descriptor >= 0 { close(descriptor) }
    }

    /// The next piece; nil at the end.
    package func read() throws -> ArraySlice<UInt8>? {
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes {
                unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
            }
            if count > 0 { return chunk[..<count] }
            if count == 0 { return nil }
            guard errno == EINTR else { throw Self.failure(name) }
            try Interruption.check()
        }
    }

    /// All of it, if it is not longer than the limit.
    package func readAll(limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try read() {
            guard bytes.count + piece.count <= limit else {
                throw Failure(
                    .dataError, "input.too-long", "'\(name)' is longer than \(limit) bytes")
            }
            bytes += piece
        }
        return bytes
    }

    private static func failure(_ name: String) -> Failure {
        let reason = unsafe String(cString: strerror(errno))
        return Failure(.noInput, "input.unreadable", "cannot read '\(name)': \(reason)")
    }
}
