import FileAccess
import Glibc
import Testing

struct ReadableFileTests {
    private func file(_ bytes: [UInt8]) throws -> String {
        var name = Array("/tmp/readable-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&name)
        try #require(descriptor >= 0)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        return String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Test func `a file is read at any place and knows its length`() throws {
        let path = try file((0..<100).map { UInt8($0) })
        defer { _ = unsafe unlink(path) }
        let open = try ReadableFile(path)
        #expect(open.length == 100)
        #expect(open.path == path)
        #expect(open.modifiedNanoseconds > 0)
        #expect(try open.read(at: 10, count: 3) == [10, 11, 12])
        #expect(try open.read(at: 100, count: 0) == [])
        var bytes: [UInt8] = [9]
        try open.append(2, at: 98, to: &bytes)
        #expect(bytes == [9, 98, 99])
        var span = bytes.mutableSpan
        try open.read(at: 1, into: &span)
        #expect(bytes == [1, 2, 3])
        open.advise(.soon, at: 0, count: 100)
    }

    @Test(
        arguments: [
            (Int64(99), 2), (101, 0), (-1, 1), (Int64.max, 1), (0, Int.max),
        ] as [(Int64, Int)])
    func `a part that is not there is a problem`(place: Int64, count: Int) throws {
        let path = try file([UInt8](repeating: 1, count: 100))
        defer { _ = unsafe unlink(path) }
        let open = try ReadableFile(path)
        #expect(throws: FileProblem.shorter(path: path)) {
            try open.read(at: place, count: count)
        }
    }

    @Test func `a file that became shorter is told`() throws {
        let path = try file([UInt8](repeating: 1, count: 100))
        defer { _ = unsafe unlink(path) }
        let open = try ReadableFile(path)
        _ = unsafe truncate(path, 50)
        var bytes: [UInt8] = [7]
        #expect(throws: FileProblem.shorter(path: path)) {
            try open.append(100, at: 0, to: &bytes)
        }
        #expect(bytes == [7])
    }

    @Test func `what is not a regular file is refused`() throws {
        #expect(throws: FileProblem.system(.open, path: "/nowhere", code: ENOENT)) {
            try ReadableFile("/nowhere")
        }
        #expect(throws: FileProblem.system(.open, path: "/tmp", code: EISDIR)) {
            try ReadableFile("/tmp")
        }
        #expect(throws: FileProblem.notRegular(path: "/dev/null")) {
            try ReadableFile("/dev/null")
        }
        let pipe = try file([])
        _ = unsafe unlink(pipe)
        _ = unsafe mkfifo(pipe, 0o600)
        defer { _ = unsafe unlink(pipe) }
        #expect(throws: FileProblem.notRegular(path: pipe)) { try ReadableFile(pipe) }
    }
}
