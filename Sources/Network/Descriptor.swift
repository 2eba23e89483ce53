internal import CShims
internal import Glibc

/// Owns a file descriptor, and closes it with itself.
final class Descriptor {
    let number: Int32

    init(_ number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// Sends what stands behind `start`: how much has gone, or the number of errno below zero.
    func send(_ bytes: [UInt8], from start: Int) -> Int {
        Int(
            unsafe bytes.withUnsafeBufferPointer { bytes in
                guard let base = bytes.baseAddress else { return Int64(0) }
                return unsafe lc_send(number, base + start, bytes.count - start)
            })
    }
}
