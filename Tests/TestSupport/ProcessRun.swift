internal import CTestSupport
import Glibc

/// How a process ended.
package enum Ending: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
}

/// A process that ran to its end.
package struct ProcessRun: Sendable {
    package let ending: Ending
    package let output: String
    package let talk: String

    package var status: Int32 {
        if case .exited(let status) = ending { status } else { -1 }
    }

    /// Runs a program to its end. It is killed, and the test fails, at the deadline.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String],
        input: String = "", folder: String? = nil, within limit: Duration = .seconds(60)
    ) throws -> ProcessRun {
        let process = try RunningProcess(
            program, arguments, environment: environment, folder: folder)
        process.write(input)
        process.closeInput()
        return try process.finish(within: limit)
    }
}

package struct ProcessFailure: Error {
    package let words: String

    package init(words: String) {
        self.words = words
    }
}

/// A process under way: it is written to, read from, signalled, and waited for with a deadline.
///
/// Output goes to files that have no name, so that no pipe ever fills up and nothing has to be
/// drained in the background.
package final class RunningProcess {
    package let pid: Int32
    private var inputEnd: Int32
    private let outputFile: Int32
    private let talkFile: Int32
    private var isReaped = false

    package init(
        _ program: String, _ arguments: [String], environment: [String: String],
        folder: String? = nil, output: Int32? = nil
    ) throws {
        var ends: [Int32] = [0, 0]
        guard unsafe lct_pipe(&ends) == 0 else { throw ProcessFailure(words: "no pipe") }
        defer { close(ends[0]) }
        inputEnd = ends[1]
        outputFile = lct_nameless_file()
        talkFile = lct_nameless_file()

        let words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        let variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
        var pid: pid_t = 0
        let code = unsafe lct_spawn(
            &pid, program, words, variables, folder, ends[0], output ?? outputFile, talkFile)
        for index in unsafe words.indices { unsafe free(words[index]) }
        for index in unsafe variables.indices { unsafe free(variables[index]) }
        self.pid = pid
        guard code == 0 else {
            isReaped = true
            throw ProcessFailure(words: "cannot run \(program): error \(code)")
        }
    }

    deinit {
        if !isReaped {
            kill(pid, SIGKILL)
            _ = waitpid(pid, nil, 0)
        }
        closeInput()
        close(outputFile)
        close(talkFile)
    }

    /// What has been written to standard output so far.
    package var output: String { Self.contents(outputFile) }
    package var talk: String { Self.contents(talkFile) }
    /// How many bytes of it there are.
    package var outputSize: Int {
        var status = stat()
        return unsafe fstat(outputFile, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The end of it.
    package func outputEnd(bytes count: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let found = unsafe pread(outputFile, &bytes, count, off_t(max(0, outputSize - count)))
        return String(decoding: bytes[..<max(0, found)], as: UTF8.self)
    }

    package func write(_ text: String) {
        guard !text.isEmpty else { return }
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes[start...].withUnsafeBytes {
                unsafe Glibc.write(inputEnd, $0.baseAddress, $0.count)
            }
            // The process may have ended without reading everything.
            if count <= 0 { return }
            start += count
        }
    }

    package func closeInput() {
        if inputEnd >= 0 { close(inputEnd) }
        inputEnd = -1
    }

    package func signal(_ number: Int32) {
        if !isReaped { kill(pid, number) }
    }

    /// Nil while the process runs.
    package func poll() -> Ending? {
        var status: Int32 = 0
        guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
        isReaped = true
        return Self.ending(status)
    }

    package func finish(within limit: Duration = .seconds(60)) throws -> ProcessRun {
        var ending: Ending?
        try eventually("process \(pid) ends", within: limit) {
            ending = poll()
            return ending != nil
        }
        guard let ending else { throw ProcessFailure(words: "no ending") }
        return ProcessRun(ending: ending, output: output, talk: talk)
    }

    private static func ending(_ status: Int32) -> Ending {
        // WIFSIGNALED and WEXITSTATUS are macros.
        status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: status & 0x7F)
    }

    private static func contents(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe pread(descriptor, &chunk, chunk.count, off_t(bytes.count))
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }
}

/// Waits for a condition, and fails with its name when the deadline passes.
package func eventually(
    _ what: String, within limit: Duration = .seconds(30), _ condition: () throws -> Bool
) throws {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while try !condition() {
        guard clock.now < deadline else {
            throw ProcessFailure(words: "not within \(limit): \(what)")
        }
        usleep(500)
    }
}
