import FileAccess
import Glibc
import TestSupport
import Testing

struct DraftTests {
    private let folder = ScratchFolder()
    private let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 5) }

    private func names(_ name: String = "") -> [String] {
        guard let handle = unsafe opendir(folder.path(name)) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    @Test func `a draft has its name only when it is whole`() throws {
        let path = folder.path("clip.mp4")
        let draft = try DraftFile(at: path)
        try draft.append(Array(bytes[..<10]).span)
        try draft.append(Array(bytes[10..<2_500_000]).span)
        try draft.append(Array(bytes[2_500_000...]).span)
        try draft.overwrite([1, 2, 3, 4].span, at: 8)
        #expect(draft.length == 3_000_000)
        #expect(!Files.exists(path))
        #expect(names().count == 1 && names()[0].hasPrefix(".clip.mp4.part-"))
        try draft.publish(replacing: false)
        var wanted = bytes
        wanted.replaceSubrange(8..<12, with: [1, 2, 3, 4])
        #expect(Files.bytes(path) == wanted)
        #expect(names() == ["clip.mp4"])
    }

    @Test func `a draft that is given up leaves nothing`() throws {
        do {
            let draft = try DraftFile(at: folder.path("clip.mp4"))
            try draft.append(bytes.span)
            let package = try DraftFolder(at: folder.path("show"))
            try package.write("x", to: "a/b/c.txt")
            #expect(names().count == 2)
        }
        #expect(names() == [])
    }

    @Test func `a file that is there stays unless it may be replaced`() throws {
        let path = folder.write("before", to: "clip.mp4")
        let draft = try DraftFile(at: path)
        try draft.append("after")
        #expect(throws: FileProblem.exists(path: path)) { try draft.publish(replacing: false) }
        #expect(folder.read("clip.mp4") == "before")
        try draft.publish(replacing: true)
        #expect(folder.read("clip.mp4") == "after")
        #expect(names() == ["clip.mp4"])
    }

    @Test func `two drafts of one name do not disturb each other`() throws {
        let path = folder.path("clip.mp4")
        let (first, second) = (try DraftFile(at: path), try DraftFile(at: path))
        try first.append("first")
        try second.append("second")
        try second.publish(replacing: false)
        #expect(throws: FileProblem.exists(path: path)) { try first.publish(replacing: false) }
        #expect(folder.read("clip.mp4") == "second")
    }

    @Test func `parts of another file are copied`() throws {
        let source = try ReadableFile(folder.write(bytes, to: "source"))
        let path = folder.path("copy")
        let draft = try DraftFile(at: path)
        try draft.append("x")
        try draft.append(source, at: 5, count: 2_200_000)
        try draft.append(source, at: 7, count: 0)
        try draft.append(source, at: 2_999_999, count: 1)
        for (place, count) in [(Int64(3_000_000), Int64(1)), (-1, 1), (0, -1), (0, Int64.max)] {
            #expect(throws: FileProblem.shorter(path: source.path)) {
                try draft.append(source, at: place, count: count)
            }
        }
        try draft.publish(replacing: false)
        #expect(Files.bytes(path) == [120] + bytes[5..<2_200_005] + [bytes[2_999_999]])
    }

    @Test(arguments: [("none/clip.mp4", ENOENT), ("file/clip.mp4", ENOTDIR), ("", EISDIR)])
    func `where nothing can be made, that is told`(name: String, code: Int32) throws {
        folder.write("", to: "file")
        let path = folder.path(name)
        #expect(throws: FileProblem.system(.create, path: path, code: code)) {
            _ = try DraftFile(at: path)
        }
    }

    @Test func `a long name keeps room for the name of its draft`() throws {
        let path = folder.path(String(repeating: "ü", count: 120) + ".mp4")
        let draft = try DraftFile(at: path)
        try draft.append("x")
        try draft.publish(replacing: false)
        #expect(Files.exists(path))
    }

    @Test func `a folder appears whole, and replaces only what is marked as its like`() throws {
        let path = folder.path("show")
        let package = try DraftFolder(at: path + "/")
        try package.write("one", to: "main.m3u8")
        let piece = try package.file("720p/1.m4s")
        try piece.append(bytes.span)
        try piece.publish(replacing: false)
        #expect(throws: FileProblem.exists(path: path + "/main.m3u8")) {
            try package.write("two", to: "main.m3u8")
        }
        #expect(!Files.exists(path))
        try package.publish(replacing: nil)
        #expect(names("show") == ["720p", "main.m3u8"])
        #expect(Files.bytes(path + "/720p/1.m4s") == bytes)

        #expect(!DraftFolder.isFree(path, replacing: nil))
        #expect(!DraftFolder.isFree(path + "/", replacing: "other"))
        #expect(DraftFolder.isFree(path, replacing: "main.m3u8"))
        #expect(DraftFolder.isFree(folder.path("another"), replacing: nil))
        let next = try DraftFolder(at: path)
        try next.write("two", to: "main.m3u8")
        #expect(throws: FileProblem.exists(path: path)) { try next.publish(replacing: nil) }
        #expect(throws: FileProblem.exists(path: path)) { try next.publish(replacing: "other") }
        #expect(folder.read("show/main.m3u8") == "one")
        try next.publish(replacing: "main.m3u8")
        #expect(folder.read("show/main.m3u8") == "two")
        #expect(names() == ["show"] && names("show") == ["main.m3u8"])
    }

    @Test func `what a living process drafts is no leftover`() throws {
        let draft = try DraftFile(at: folder.path("clip.mp4"))
        let package = try DraftFolder(at: folder.path("show"))
        try draft.append("x")
        try package.write("x", to: "x")
        folder.write("", to: ".other.part-x-1")
        folder.write("", to: ".part-1-1")
        #expect(try Leftovers.remove(in: folder.path) == [])
        try draft.publish(replacing: false)
        try package.publish(replacing: nil)
        #expect(names() == [".other.part-x-1", ".part-1-1", "clip.mp4", "show"])
    }

    @Test func `a folder that stepped aside comes back`() throws {
        _ = unsafe mkdir(folder.path(".show.old-1-0"), 0o755)
        folder.write("x", to: ".show.old-1-0/main.m3u8")
        #expect(try Leftovers.remove(in: folder.path) == [".show.old-1-0"])
        #expect(folder.read("show/main.m3u8") == "x")
        _ = unsafe mkdir(folder.path(".show.old-1-0"), 0o755)
        #expect(try Leftovers.remove(in: folder.path) == [".show.old-1-0"])
        #expect(names() == ["show"])
    }
}

/// What becomes of drafts when processes are killed and disks are full: in a process of its own.
struct DraftCrashTests {
    private static let variable = "LC_DRAFT_CHILD"
    private static let child = unsafe getenv(variable).map { unsafe String(cString: $0) }
    private let folder = ScratchFolder()

    /// Writes until it is told to stop, by a signal or by the disk.
    @Test(.enabled(if: child != nil)) func `a child that drafts`() throws {
        let path = Self.child ?? ""
        let draft = try DraftFile(at: path + "/clip.mp4")
        let package = try DraftFolder(at: path + "/show")
        let piece = try package.file("1.m4s")
        let bytes = [UInt8](repeating: 7, count: 1 << 16)
        do throws(FileProblem) {
            for _ in 0..<10_000 {
                try draft.append(bytes.span)
                try piece.append(bytes.span)
                if unsafe getenv("LC_DRAFT_SLOWLY") != nil { usleep(2_000) }
            }
            try draft.publish(replacing: false)
        } catch {
            guard case .system(.write, _, let code) = error else { throw error }
            // Where it is read by the parent.
            let text = "failed code \(code)\n"
            _ = unsafe write(2, text, text.utf8.count)
        }
    }

    private static var words: [String] {
        let bundle =
            CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return [
            bundle, "--skip-build", "--filter", "FileAccessTests.DraftCrashTests",
            "--testing-library", "swift-testing",
        ]
    }

    private static func environment(_ path: String) -> [String: String] {
        var environment = [variable: path]
        for name in ["PATH", "LD_LIBRARY_PATH", "HOME"] {
            environment[name] = Machine.variable(name)
        }
        return environment
    }

    @Test(.enabled(if: child == nil))
    func `killed before it is whole, nothing has its name, and what is left can be told`() throws {
        var environment = Self.environment(folder.path)
        environment["LC_DRAFT_SLOWLY"] = "1"
        let child = try RunningProcess(
            Self.words[0], Array(Self.words.dropFirst()), environment: environment)
        let file = ".clip.mp4.part-\(child.pid)-0"
        let package = ".show.part-\(child.pid)-0"
        try eventually("drafts grow") {
            (Files.bytes(folder.path(file))?.count ?? 0) > 1 << 20
        }
        #expect(try Leftovers.remove(in: folder.path) == [])
        child.signal(SIGKILL)
        _ = try child.finish()
        #expect(Files.exists(folder.path(package)))
        #expect(!Files.exists(folder.path("clip.mp4")) && !Files.exists(folder.path("show")))
        #expect(try Leftovers.remove(in: folder.path) == [file, package])
        #expect(!Files.exists(folder.path(file)) && !Files.exists(folder.path(package)))
    }

    @Test(.enabled(if: child == nil), arguments: ["limit", "disk"])
    func `without room a draft ends with its errno and leaves nothing`(kind: String) throws {
        let script =
            kind == "limit"
            ? #"prlimit --fsize=1500000 "$@""#
            : """
            mount -t tmpfs -o size=3m none "$LC_DRAFT_CHILD" && "$@" && ls -A "$LC_DRAFT_CHILD"
            """
        let shell = ["/bin/sh", "-c", script, "sh"] + Self.words
        let words = kind == "disk" ? ["/usr/bin/unshare", "-rm"] + shell : shell
        let run = try ProcessRun.run(
            words[0], Array(words.dropFirst()), environment: Self.environment(folder.path))
        let code = kind == "limit" ? EFBIG : ENOSPC
        #expect(run.status == 0, "\(run.output) \(run.talk)")
        #expect(run.talk.contains("failed code \(code)"), "\(run.talk)")
        #expect(!run.output.contains("clip.mp4") && !run.output.contains("show.part"))
        let list = try ProcessRun.run("/bin/ls", ["-A", folder.path], environment: [:])
        #expect(list.output == "")
    }
}
