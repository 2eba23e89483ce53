import CommandLineKit
import HTTP
import Measures
import Network
import Primitives
import Probing
import WebRTC

/// One measurement as a command line asks for it, from its beginning to all its outputs.
struct Measuring {
    typealias Begin = (WallClockAnchor, @escaping @Sendable () -> Void) throws -> any ProbeRun

    let invocation: Invocation
    let console: Console
    let endpoint: URL
    let length: Duration?
    let hasMany: Bool
    let begin: Begin

    /// What came out of one run.
    struct Outcome {
        let report: ProbeReport
        let ending: ProbeEnding
        let verdicts: [Verdict]
    }

    /// Measures, and writes the files of the run.
    func run() throws -> Outcome {
        let files = try ReportFiles(invocation)
        let now = HostClock.read()
        let anchor = WallClockAnchor(
            instant: now.instant, nanosecondsSince1970: now.nanosecondsSince1970)
        let run = try begin(anchor, Interruption.wake)
        var watch = ProbeWatch(console, files: files, length: length, hasMany: hasMany)
        let (report, ending) = try watch.follow(run)
        let verdicts = report.judge(invocation[ProbeArguments.assertions])
        for notice in try files.finish(report, verdicts) { console.note(notice) }
        return Outcome(report: report, ending: ending, verdicts: verdicts)
    }

    /// One run, and its answer.
    func once() throws -> ExitStatus {
        let outcome = try run()
        try Self.answer(outcome.report, outcome.verdicts, invocation, console)
        if let failure = failure(outcome) { throw failure }
        if outcome.ending == .stopped { try Interruption.check() }
        try Self.check(outcome.verdicts)
        return .ok
    }

    /// Nil where it came to something.
    func failure(_ outcome: Outcome) -> Failure? {
        let target = outcome.report.runs.first?.target ?? endpoint.host ?? "the endpoint"
        return switch outcome.ending {
        case .finished, .stopped: nil
        case .failed(let failure): Failure(failure, target: target, wasWatching: false)
        case .lost(let failure): Failure(failure, target: target, wasWatching: true)
        }
    }

    static func answer(
        _ report: ProbeReport, _ verdicts: [Verdict], _ invocation: Invocation, _ console: Console
    ) throws {
        try console.answer(invocation, ReportDocument.json(report, verdicts)) {
            TextSummary(report, verdicts, isColoured: console.traits.outputColour).lines
                .joined(separator: "\n")
        }
    }

    /// Throws where an assertion does not hold, or where nobody can say whether it does.
    static func check(_ verdicts: [Verdict]) throws {
        func list(_ verdicts: [Verdict]) -> String {
            verdicts.map(\.assertion.text).joined(separator: ", ")
        }
        let count = Int64(verdicts.count)
        let failed = verdicts.filter { $0.outcome == .fail }
        guard failed.isEmpty else {
            throw Failure(
                .negative, "assertion.failed",
                "\(failed.count) of \(Figures.count(count, "assertion", "assertions")) "
                    + "\(failed.count == 1 ? "does" : "do") not hold: \(list(failed))")
        }
        let void = verdicts.filter(\.outcome.isVoid)
        guard let first = void.first, case .void(let reason) = first.outcome else { return }
        let words =
            "\(void.count) of \(Figures.count(count, "assertion", "assertions")) "
            + "\(void.count == 1 ? "is" : "are") void, which is no pass: \(list(void)): "
            + reason.words
        if case .machine = reason {
            throw Failure(
                .tryAgain, "assertion.machine", words,
                hint: "use a larger machine, fewer --viewers, or several machines and "
                    + "'whep-probe merge'")
        }
        throw Failure(.negative, "assertion.void", words, hint: reason.hint)
    }
}

extension Verdict.Reason {
    fileprivate var hint: String? {
        switch self {
        case .nothingMeasured:
            "a longer --duration may help; latency needs a clock in the picture: "
                + "'whip-push test:' or '--stamp'"
        case .clockUnknown, .clockUncertain: "name whom to ask for the time with --clock-source"
        case .machine, .latencyMethodsDiffer: nil
        }
    }
}
