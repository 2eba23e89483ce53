internal import Glibc

/// What this machine calls itself.
package enum HostName {
    /// Empty where the system does not say.
    package static var text: String {
        // POSIX: a name has at most 255 bytes.
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "" }
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
