import Glibc
import Primitives
import TestSupport

/// A whip-relay as it is shipped, on free ports of this machine.
final class RelayProcess {
    let process: RunningProcess
    let url: String
    let udp: SocketAddress
    private let scratch = ScratchFolder()

    /// `arguments` come after those that take free ports; `through` is a command that runs others.
    init(
        _ arguments: [String] = [], listen: String = "127.0.0.1:0", through prefix: [String] = []
    ) throws {
        let words =
            prefix + [Programs.path("whip-relay"), "--listen", listen, "--format", "json"]
            + arguments
        let process = try RunningProcess(
            words[0], Array(words.dropFirst()),
            environment: ["PATH": "/usr/bin:/bin", "HOME": scratch.path])
        try eventually(
            "whip-relay says where it listens; it said: \(process.talk)", within: .seconds(60)
        ) {
            guard process.poll() == nil else {
                throw ShowFailure(words: "it has ended: \(process.talk)")
            }
            return process.output.contains("\n")
        }
        guard case .object(let place) = try JSON(parsing: process.output.trimmed),
            let url = place["url"]?.stringValue,
            let udp = place["udp_address"]?.stringValue.flatMap({ SocketAddress($0) })
        else { throw ShowFailure(words: "not understood: \(process.output)") }
        self.process = process
        self.url = url
        self.udp = udp
    }

    var talk: String { process.talk }

    /// Asks it to end, as a service manager does, and waits for it.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM, within limit: Duration = .seconds(20)) throws
        -> ProcessRun
    {
        process.signal(signal)
        return try process.finish(within: limit)
    }

    /// The status and the body of a request by curl.
    func ask(
        _ path: String, _ arguments: [String] = []
    ) throws -> (status: String, body: String) {
        let run = try ProcessRun.run(
            "/usr/bin/curl",
            ["-sS", "-m", "20", "-w", "\n%{http_code}", url + path] + arguments,
            environment: ["no_proxy": "*"])
        let lines = run.output.split(separator: "\n", omittingEmptySubsequences: false)
        return (String(lines.last ?? ""), lines.dropLast().joined(separator: "\n"))
    }

    /// What the log has said, as JSON Lines, of one kind.
    func events(_ name: String) -> [JSONObject] {
        talk.split(separator: "\n").compactMap { line in
            guard case .object(let object)? = try? JSON(parsing: String(line)),
                object["event"]?.stringValue == name
            else { return nil }
            return object
        }
    }
}

extension String {
    var trimmed: String { split(separator: "\n").first.map(String.init) ?? "" }
}

struct ShowFailure: Error {
    let words: String
}
