import Glibc

/// The programs of Redis that tests need: absent they are skipped, except where all must be there.
package enum RedisPrograms {
    package static let server = "/usr/bin/redis-server"
    package static let command = "/usr/bin/redis-cli"
    package static let benchmark = "/usr/bin/redis-benchmark"

    package static var areThere: Bool {
        Machine.isCI || Files.exists(server) && Files.exists(command)
    }
}

/// A real redis-server on a free port of loopback, in a folder of its own, gone with the test.
///
/// It can be stopped, killed, frozen and started again on the same folder and port.
package final class RedisServer {
    package let port: UInt16
    package let scratch: ScratchFolder
    private let command: [String]
    private let environment: [String: String]
    /// What stands before the programs' names, such as what puts them into a namespace.
    private let program: [String]
    private let arguments: [String]
    private var process: RunningProcess?

    /// Lines are redis.conf's; `command` is what redis-cli needs to be let in.
    package init(
        _ lines: [String] = [], port: UInt16? = nil, isSentinel: Bool = false,
        command: [String] = [], environment: [String: String] = [:], under program: [String] = []
    ) throws {
        let port = try port ?? LoopbackPorts.free()
        self.port = port
        self.command = command
        self.environment = environment
        self.program = program
        scratch = ScratchFolder()
        let isTLS = lines.contains { $0.hasPrefix("tls-port") }
        let configuration =
            [
                isTLS ? "port 0" : "port \(port)", "bind 127.0.0.1", "dir \(scratch.path)",
                "logfile \(scratch.path("log"))", "daemonize no", "protected-mode no",
            ] + (isSentinel ? [] : ["save \"\""])
            + lines.map { $0 == "tls-port" ? "tls-port \(port)" : $0 }
        // A sentinel writes what it learns into its own file, so that is written only once.
        scratch.write(configuration.joined(separator: "\n") + "\n", to: "redis.conf")
        arguments = [scratch.path("redis.conf")] + (isSentinel ? ["--sentinel"] : [])
        try start()
    }

    deinit { process?.signal(SIGKILL) }

    package var pid: Int32 { process?.pid ?? 0 }

    package var log: String { scratch.read("log") }

    /// Starts it, after a stop or a kill again, and waits until it answers.
    package func start() throws {
        let words = program + [RedisPrograms.server] + arguments
        let process = try RunningProcess(
            words[0], Array(words.dropFirst()),
            environment: ["PATH": "/usr/bin:/bin"].merging(environment) { $1 })
        self.process = process
        try eventually("redis-server answers on port \(port)") {
            if let ending = process.poll() {
                throw ProcessFailure(words: "redis-server has \(ending): \(log.suffix(2000))")
            }
            let isSeen = !program.isEmpty || LoopbackPorts.isListening(port)
            return try isSeen && run("ping").contains("PONG")
        }
    }

    /// Ends it in order: it writes what it is told to keep.
    package func stop() throws { try end(SIGTERM) }

    /// Ends it as a crash would.
    package func kill() throws { try end(SIGKILL) }

    private func end(_ signal: Int32) throws {
        process?.signal(signal)
        _ = try process?.finish()
        process = nil
        isFrozen = false
    }

    package var isRunning: Bool { process != nil }
    package private(set) var isFrozen = false

    /// It goes on to hold its connections, and answers no more until it is thawed.
    package func freeze() {
        isFrozen = true
        process?.signal(SIGSTOP)
    }

    package func thaw() {
        process?.signal(SIGCONT)
        isFrozen = false
    }

    /// Lets a sentinel look for what is new more often than every ten seconds.
    package func hurry() throws {
        try run("sentinel", "debug", "info-period", "500", "publish-period", "200")
    }

    /// What redis-cli says to a command.
    @discardableResult
    package func run(_ words: String...) throws -> String { try run(words) }

    @discardableResult
    package func run(_ words: [String]) throws -> String {
        let line = program + [RedisPrograms.command, "-p", "\(port)"] + command + words
        let run = try ProcessRun.run(
            line[0], Array(line.dropFirst()),
            environment: ["PATH": "/usr/bin:/bin"])
        return (run.output + run.talk).trimmed
    }
}

extension String {
    fileprivate var trimmed: String {
        String(self[...(lastIndex { $0 != "\n" } ?? startIndex)])
    }
}
