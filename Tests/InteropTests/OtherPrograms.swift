import Glibc
import Primitives
import TestSupport

/// Programs of others that these tests talk to, and where they are.
enum OtherPrograms {
    static let ffprobe = "/usr/bin/ffprobe"
    static let chromium = "/usr/bin/chromium"

    /// The Python that has aiortc: `scripts/peers` makes it.
    static let python: String =
        Machine.variable("LC_PEERS_PYTHON") ?? "\(repository)/.build/peers/bin/python"

    /// The ffmpeg that a Python package brings.
    static func ffmpeg9(home: String) throws -> String {
        let run = try ProcessRun.run(
            python, ["-c", "import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())"],
            environment: environment(home: home))
        guard run.status == 0 else { throw LiveFailure("no ffmpeg: \(run.talk)") }
        return String(run.output.split(separator: "\n").first ?? "")
    }

    static var hasPython: Bool { Files.exists(python) }
    static var hasChromium: Bool { Files.exists(chromium) }

    static func script(_ name: String) -> String {
        "\(repository)/Tests/InteropTests/Peers/\(name)"
    }

    private static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    /// What programs need to find their files and folders; no proxy stands between us and them.
    static func environment(home: String) -> [String: String] {
        ["PATH": Machine.variable("PATH") ?? "/usr/bin:/bin", "HOME": home, "LANG": "C.UTF-8"]
    }
}

extension RunningProcess {
    /// The end of what it has said.
    var words: String { "\(output.suffix(3000)) \(talk.suffix(2000))" }
}

extension LiveServer {
    /// The session that a program begins with us.
    func session(of program: RunningProcess) throws -> Session {
        try reach("a session begins", within: .seconds(20), { "\(phase) \(program.words)" }) {
            !sessions.isEmpty
        }
        return sessions[0]
    }

    /// Waits for the DELETE of a program that has been told to end, and for its end; stops then.
    func stop(after program: RunningProcess) throws {
        try reach(
            "the program ends its session", within: .seconds(10), { "\(phase) \(program.words)" }
        ) { endedSessions == 1 && program.poll() != nil }
        stop()
    }
}

/// The last of the JSON objects of a text that has a field of some value.
func lastObject(_ text: String, where name: String, is value: String) -> JSONObject? {
    for line in text.split(separator: "\n").reversed() {
        guard let json = try? JSON(parsing: String(line)), case .object(let object) = json,
            object[name] == .string(value)
        else { continue }
        return object
    }
    return nil
}

extension JSONObject {
    /// A number; zero where there is none.
    func number(_ name: String) -> Int {
        if case .integer(let value) = self[name] { Int(value) } else { 0 }
    }

    func text(_ name: String) -> String {
        if case .string(let value) = self[name] { value } else { "" }
    }
}
