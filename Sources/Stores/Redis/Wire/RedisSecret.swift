internal import Glibc

/// A password, as a file holds it.
package enum RedisSecret {
    /// All of the file but one end of a line at its end. Nothing of it is in what is thrown.
    package static func read(_ path: String) throws(RedisRefusal) -> [UInt8] {
        guard let file = unsafe fopen(path, "re") else {
            throw .unreadablePassword(path: path, reason: Waits.reason(errno))
        }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: RedisLimits.passwordBytes + 1)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        guard unsafe ferror(file) == 0 else {
            throw .unreadablePassword(path: path, reason: Waits.reason(errno))
        }
        bytes.removeLast(bytes.count - count)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard !bytes.isEmpty, bytes.count < RedisLimits.passwordBytes else {
            throw .badPassword(path: path)
        }
        return bytes
    }
}
