import Glibc

/// A folder of a test's own, gone with the test.
package final class ScratchFolder: Sendable {
    package let path: String

    package init() {
        var random = SystemRandomNumberGenerator()
        let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
        path = "\(parent)/lc-test-\(String(random.next(), radix: 36))"
        guard unsafe mkdir(path, 0o700) == 0 else {
            preconditionFailure("cannot make the scratch folder \(path)")
        }
    }

    deinit {
        _ = try? ProcessRun.run("/bin/rm", ["-rf", path], environment: [:])
    }

    package func path(_ name: String) -> String { "\(path)/\(name)" }

    @discardableResult
    package func write(_ text: String, to name: String) -> String {
        write(Array(text.utf8), to: name)
    }

    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) -> String {
        let path = path(name)
        guard let file = unsafe fopen(path, "w") else {
            preconditionFailure("cannot write \(path)")
        }
        unsafe fwrite(bytes, 1, bytes.count, file)
        unsafe fclose(file)
        return path
    }

    package func read(_ name: String) -> String {
        Files.read(path(name)) ?? ""
    }
}

package enum Files {
    /// Nil where there is no such file.
    package static func read(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    package static func bytes(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }

    package static func exists(_ path: String) -> Bool {
        unsafe access(path, F_OK) == 0
    }
}
