import HTTP
import CommandLineKit
import HTTP
import Measures
import Primitives
import Probing
import SessionCommands

/// Measures again and again, and keeps each run as a line of a file.
struct FieldSeries {
    enum Limits {
        /// The clock may be set while nothing is to be done but wait.
        static let interval: Duration = .seconds(1)
    }

    private let measuring: Measuring
    private let plan: FieldPlan
    private let console: Console

    init(_ measuring: Measuring, _ plan: FieldPlan) {
        self.measuring = measuring
        self.plan = plan
        console = measuring.console
    }

    func run() throws -> ExitStatus {
        let file = try AppendFile(plan.path, linesBeginWith: UInt8(ascii: "{"))
        let kept = try FieldLog.read(plan.path)
        let asked = measuring.endpoint.redacted
        if let target = kept.first?.target, target != asked {
            throw Failure(
                .usage, "usage.other-target",
                "'\(plan.path)' holds runs of '\(target)', not of '\(asked)'",
                hint: "give each URL a file of its own")
        }
        let now = console.clocks.wall()
        let schedule = FieldSchedule(
            origin: kept.first?.started ?? now, every: plan.every, total: plan.total)
        if kept.count > 0 {
            let runs = Figures.count(Int64(kept.count), "run", "runs")
            console.note("'\(plan.path)' holds \(runs) since \(schedule.origin.rfc3339); going on")
        }
        var failure: Failure?
        var count = Int64(kept.count)
        var place: Int64 = 0
        while let next = schedule.next(from: place, now: console.clocks.wall()),
            waits(for: schedule.time(of: next), count + 1, schedule)
        {
            place = next + 1
            count += 1
            let outcome = try measuring.run()
            try file.append(ReportDocument.json(outcome.report, outcome.verdicts).text)
            failure = tell(outcome, count, schedule) ?? failure
            if Interruption.isAsked { break }
        }
        console.clearProgress()
        return try end(failure)
    }

    /// False where an end was asked for before.
    private func waits(for time: WallClock, _ count: Int64, _ schedule: FieldSchedule) -> Bool {
        while !Interruption.isAsked {
            let left = Duration.milliseconds(
                time.millisecondsSince1970 - console.clocks.wall().millisecondsSince1970)
            guard left > .zero else { return true }
            let of = schedule.count.map { " of \($0.grouped)" } ?? ""
            console.showStatus("run \(count.grouped)\(of) begins in \(Words.time(left))")
            Interruption.wait(min(left, Limits.interval))
        }
        return false
    }

    /// One line a run; gives what makes the series fail.
    private func tell(
        _ outcome: Measuring.Outcome, _ count: Int64, _ schedule: FieldSchedule
    ) -> Failure? {
        let of = schedule.count.map { " of \($0.grouped)" } ?? ""
        let prefix = "run \(count.grouped)\(of): "
        if let failure = measuring.failure(outcome) {
            console.note(prefix + failure.message)
            return failure
        }
        let totals = outcome.report.totals
        var parts: [String] = []
        if let method = outcome.report.latencyMeasure(in: totals),
            let middle = totals[method].quantile(0.5), let late = totals[method].quantile(0.95)
        {
            parts.append(
                "latency p50 \(Figures.told(middle, .microseconds)), "
                    + "p95 \(Figures.told(late, .microseconds))")
        }
        if let share = totals[Ratio.freeze] { parts.append("frozen \(Figures.share(share))") }
        if let share = totals[.lossAfter] { parts.append("lost \(Figures.share(share))") }
        let notHeld = outcome.verdicts.filter { $0.outcome != .pass }
        parts += notHeld.map { "\($0.outcome.word) \($0.assertion.text)" }
        let words = parts.isEmpty ? "nothing was measured" : parts.joined(separator: ", ")
        console.note(prefix + words)
        do {
            try Measuring.check(outcome.verdicts)
            return nil
        } catch {
            return error as? Failure
        }
    }

    /// The answer is of all runs that the file holds.
    private func end(_ failure: Failure?) throws -> ExitStatus {
        let reports = try ReportReading.reports(plan.path, atMost: ProbeReport.maximumRuns)
        if !reports.isEmpty {
            let all = try ReportReading.merged(reports)
            let verdicts = all.judge(measuring.invocation[ProbeArguments.assertions])
            try Measuring.answer(all, verdicts, measuring.invocation, console)
        }
        try Interruption.check()
        if let failure { throw failure }
        return .ok
    }
}

/// What a file of runs holds already.
struct FieldLog: Equatable {
    let count: Int
    /// Of the first run.
    let first: ProbeReport.Run?

    static func read(_ path: String) throws -> FieldLog {
        var count = 0
        var first: ProbeReport.Run?
        try ReportReading.lines(of: path) { line, number in
            count += 1
            guard first == nil else { return }
            do throws(ReportProblem) {
                first = try ProbeReport(parsing: line).runs.first
            } catch {
                throw Failure(error, path: path, line: number)
            }
        }
        return FieldLog(count: count, first: first)
    }
}
