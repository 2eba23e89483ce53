import Glibc
import Measures
import Primitives
import TestSupport

/// A whep-probe as it is shipped, and what it says.
final class ProbeProcess {
    let process: RunningProcess
    private let scratch = ScratchFolder()

    /// `through` is a command that runs others.
    init(
        _ arguments: [String], environment: [String: String] = [:], through prefix: [String] = [],
        output: Int32? = nil
    ) throws {
        var variables = ["PATH": "/usr/bin:/bin", "HOME": scratch.path, "no_proxy": "*"]
        for name in environment.keys.sorted() { variables[name] = environment[name] }
        let words = prefix + [Programs.path("whep-probe")] + arguments
        process = try RunningProcess(
            words[0], Array(words.dropFirst()), environment: variables, output: output)
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], environment: [String: String] = [:], through prefix: [String] = [],
        within limit: Duration = .seconds(60)
    ) throws -> ProcessRun {
        try ProbeProcess(arguments, environment: environment, through: prefix)
            .process.finish(within: limit)
    }

    /// Watches for some seconds, and gives the report.
    static func watch(
        _ url: String, seconds: Int, _ arguments: [String] = [], through prefix: [String] = []
    ) throws -> ProbeReport {
        try ProbeProcess(watching: url, seconds: seconds, arguments, through: prefix).report()
    }

    /// One that prints its report when it has watched for some seconds.
    convenience init(
        watching url: String, seconds: Int, _ arguments: [String] = [],
        through prefix: [String] = []
    ) throws {
        try self.init(
            ["--duration", "\(seconds)s", "-o", "json"] + arguments + [url], through: prefix)
    }

    func report(within limit: Duration = .seconds(60)) throws -> ProbeReport {
        let run = try process.finish(within: limit)
        guard run.status == 0 else {
            throw ShowFailure(words: "\(run.ending): \(run.talk) \(run.output.suffix(2000))")
        }
        return try run.report()
    }
}

extension ProcessRun {
    /// The report on standard output.
    func report() throws -> ProbeReport {
        do {
            return try ProbeReport(json: JSON(parsing: output))
        } catch {
            throw ShowFailure(words: "no report: \(error); \(talk) \(output.suffix(2000))")
        }
    }
}

extension ProbeReport {
    /// Milliseconds that a share of all values does not exceed; where there are none, no number.
    func milliseconds(_ measure: Measure, _ share: Double = 0.5) -> Double {
        totals[measure].quantile(share).map { Double($0) / 1000 } ?? .nan
    }

    /// All that may tell why a number is not as it should be.
    var words: String {
        let totals = totals
        let measures = Measure.allCases.filter { !totals[$0].isEmpty }.map {
            let (all, name) = (totals[$0], $0.rawValue)
            return "\(name) \(all.count): \(all.least ?? 0) \(all.quantile(0.5) ?? 0) "
                + "\(all.greatest ?? 0)"
        }
        let tallies = Tally.allCases.filter { totals[$0] != 0 }.map {
            "\($0.rawValue) \(totals[$0])"
        }
        let remarks = remarks.map { "\($0.code) \($0.detail ?? "") \($0.count)" }
        return (measures + tallies + remarks).joined(separator: "; ")
    }
}

/// A viewer by aiortc who reads the burned clock with a reader that is not ours.
final class ClockWitness {
    private let process: RunningProcess
    private let home = ScratchFolder()

    /// It waits until the show is on the air.
    init(_ url: String, address: String = "127.0.0.1", through prefix: [String] = []) throws {
        let words =
            prefix + [ShowPeers.python, ShowPeers.own("burned_clock.py"), url, address]
        process = try RunningProcess(
            words[0], Array(words.dropFirst()),
            environment: ShowPeers.environment(home: home.path))
    }

    /// Milliseconds of each picture whose clock could be read.
    var latencies: [Int] {
        process.output.split(separator: "\n").compactMap { line in
            guard line.contains("latency_ms"), let json = try? JSON(parsing: String(line)) else {
                return nil
            }
            return json["latency_ms"]?.integerValue.map { Int($0) }
        }
    }

    func awaitClock(_ count: Int = 30) throws {
        try eventually(
            "the witness reads the clock; \(process.talk.suffix(1000))", within: .seconds(90)
        ) { latencies.count >= count }
    }

    /// The median of those after the first so many.
    func median(after count: Int) throws -> Double {
        let sorted = latencies.dropFirst(count).sorted()
        guard !sorted.isEmpty else { throw ShowFailure(words: "the witness sees nothing") }
        return Double(sorted[sorted.count / 2])
    }
}
