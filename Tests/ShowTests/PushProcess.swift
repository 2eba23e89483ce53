import Glibc
import Primitives
import TestSupport

/// A whip-push as it is shipped, and what it says.
final class PushProcess {
    let process: RunningProcess
    private let scratch = ScratchFolder()

    /// `through` is a command that runs others.
    init(
        _ arguments: [String], environment: [String: String] = [:], through prefix: [String] = []
    ) throws {
        var variables = ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "no_proxy": "*"]
        for name in environment.keys.sorted() { variables[name] = environment[name] }
        let words = prefix + [Programs.path("whip-push")] + arguments
        process = try RunningProcess(
            words[0], Array(words.dropFirst()), environment: variables)
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) throws -> ProcessRun {
        try PushProcess(arguments, environment: environment).process.finish(within: limit)
    }

    /// Waits for words on standard error.
    func await(_ words: String, within limit: Duration = .seconds(60)) throws {
        try eventually("whip-push says '\(words)'; it said: \(process.talk)", within: limit) {
            if process.talk.contains(words) { return true }
            guard process.poll() == nil else {
                throw ShowFailure(words: "it has ended: \(process.talk)")
            }
            return false
        }
    }

    func stop(_ signal: Int32, within limit: Duration = .seconds(60)) throws -> ProcessRun {
        process.signal(signal)
        return try process.finish(within: limit)
    }
}

extension ProcessRun {
    /// The JSON objects on standard output, one a line.
    var documents: [JSONObject] {
        output.split(separator: "\n").compactMap {
            (try? JSON(parsing: String($0)))?.objectValue
        }
    }

    /// The last document of a schema.
    func document(_ schema: String) -> JSON? {
        documents.last { $0["schema"]?.stringValue == schema }.map { .object($0) }
    }
}

/// Films that the system's ffmpeg makes for pushing.
enum PushFilms {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static var isThere: Bool { Files.exists(ffmpeg) }
    static var isCI: Bool { unsafe getenv("CI").map { unsafe String(cString: $0) } == "true" }

    static let passed = [
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "15",
        "-c:a", "libopus", "-shortest",
    ]
    static let encoded = [
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "3", "-g", "15",
        "-c:a", "aac", "-shortest",
    ]

    static func make(
        _ name: String, in folder: ScratchFolder, seconds: Int = 2, _ words: [String]
    ) throws -> String {
        let path = folder.path(name)
        let run = try ProcessRun.run(
            ffmpeg,
            [
                "-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x240:rate=30:duration=\(seconds)", "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000:duration=\(seconds)",
            ] + words + [path],
            environment: ["PATH": "/usr/bin:/bin"])
        guard run.status == 0 else { throw ShowFailure(words: run.talk) }
        return path
    }
}
