internal import Glibc

/// Where output goes.
protocol ByteSink: AnyObject {
    /// Writes all of it.
    func write(_ bytes: [UInt8]) throws
}

/// The reader of standard output has gone: `lcctl … | head`. No failure; the program just ends.
struct ClosedOutput: Error {}

final class DescriptorSink: ByteSink {
    private let descriptor: Int32
    private let name: String

    init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    func write(_ bytes: [UInt8]) throws {
        var start = 0
        while start < bytes.count {
            let written = unsafe bytes[start...].withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written >= 0 {
                start += written
            } else if errno == EPIPE {
                throw ClosedOutput()
            } else if errno != EINTR {
                let reason = unsafe String(cString: strerror(errno))
                throw Failure(.ioError, "io.write", "cannot write \(name): \(reason)")
            }
        }
    }
}

/// Keeps what is written: for tests.
final class MemorySink: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: [UInt8]) {
        self.bytes += bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
}
