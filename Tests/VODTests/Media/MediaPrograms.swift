import TestSupport

/// The system's ffmpeg, which makes sources and judges results.
enum MediaPrograms {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static let ffprobe = "/usr/bin/ffprobe"

    static var areThere: Bool { Files.exists(ffmpeg) && Files.exists(ffprobe) || Machine.isCI }

    static let environment = [
        "PATH": Machine.variable("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
        "HOME": Machine.variable("HOME") ?? "/",
    ]

    /// Runs ffmpeg; what it says against its will is an error.
    static func make(_ words: [String], within limit: Duration = .seconds(120)) throws {
        let run = try ProcessRun.run(
            ffmpeg, ["-hide_banner", "-loglevel", "error", "-nostdin", "-y"] + words,
            environment: environment, within: limit)
        guard run.status == 0 else {
            throw MediaFailure(words: "ffmpeg \(words.joined(separator: " ")): \(run.talk)")
        }
    }

    /// One value of ffprobe's for a file.
    static func probe(_ path: String, _ entries: String, of choice: String? = nil) throws -> String
    {
        let run = try ProcessRun.run(
            ffprobe,
            ["-v", "error"] + (choice.map { ["-select_streams", $0] } ?? [])
                + ["-show_entries", entries, "-of", "default=nw=1:nk=1", path],
            environment: environment)
        guard run.status == 0 else { throw MediaFailure(words: "ffprobe \(path): \(run.talk)") }
        return run.output.split(separator: "\n").joined(separator: " ")
    }
}

/// What went wrong with media of a test.
struct MediaFailure: Error, CustomStringConvertible {
    let words: String
    var description: String { words }
}
