import Glibc
import TestSupport

/// A disk of a size of its own in a namespace of mounts, gone with the test.
final class SmallDisk {
    private static let nsenter = "/usr/bin/nsenter"
    private static let environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]

    /// Where it is mounted, for programs inside of it.
    let path: String
    private let folder = ScratchFolder()
    private let holder: RunningProcess

    /// Whether this system lets us.
    static let isPermitted = (try? SmallDisk(size: "1m")) != nil

    init(size: String) throws {
        path = folder.path("disk")
        holder = try RunningProcess(
            "/usr/bin/unshare",
            [
                "-rm", "/bin/sh", "-c",
                "mkdir \(path) && mount -t tmpfs -o size=\(size) tmpfs \(path) && echo there && cat",
            ], environment: Self.environment)
        let holder = holder
        try eventually("a disk is mounted", within: .seconds(10)) {
            if holder.poll() != nil { throw ProcessFailure(words: "no disk: \(holder.talk)") }
            return holder.output.hasPrefix("there")
        }
    }

    /// What stands before the name of a program that is to see it.
    var inside: [String] {
        [Self.nsenter, "-t", "\(holder.pid)", "-U", "-m", "--preserve-credentials"]
    }

    @discardableResult
    func shell(_ line: String) throws -> ProcessRun {
        let words = inside + ["/bin/sh", "-c", line]
        return try ProcessRun.run(words[0], Array(words.dropFirst()), environment: Self.environment)
    }

    func resize(_ size: String) throws {
        let run = try shell("mount -o remount,size=\(size) \(path)")
        guard run.status == 0 else { throw ProcessFailure(words: run.talk) }
    }

    deinit {
        holder.closeInput()
        _ = try? holder.finish(within: .seconds(10))
    }
}
