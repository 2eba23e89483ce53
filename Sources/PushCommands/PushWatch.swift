import CommandLineKit
import Primitives
import Publishing

/// Watches a push from the thread of the command: tells what happens, and when it is to end.
struct PushWatch {
    enum Limits {
        /// How long it waits for news.
        static let interval: Duration = .seconds(1)
        static let status: Duration = .milliseconds(500)
        static let statistics: Duration = .seconds(1)
    }

    private let plan: PushPlan
    private let console: Console
    private let hasStats: Bool
    private let start: Instant
    private let story: PushStory
    private var meter: PushMeter
    private var nextStatus: Instant
    private var nextStatistics: Instant
    private var isStopping = false

    init(_ plan: PushPlan, _ console: Console, hasStats: Bool) {
        self.plan = plan
        self.console = console
        self.hasStats = hasStats
        start = console.clocks.monotonic()
        story = PushStory(plan)
        meter = PushMeter()
        nextStatus = start
        nextStatistics = start + Limits.statistics
    }

    /// Returns when the push is over, with what the process ends with.
    mutating func follow(_ push: Push) throws -> ExitStatus {
        var failure: (any Error)?
        while let (events, report) = push.look() {
            let now = console.clocks.monotonic()
            do {
                for event in events { try tell(event, now) }
                try draw(report, now)
            } catch {
                // Whoever reads what is printed has gone, or it cannot be written: an orderly end.
                if failure == nil { failure = error }
                push.stop()
            }
            if case .ended(let ending) = report.phase {
                console.clearProgress()
                if let failure { throw failure }
                return try end(ending, report, now)
            }
            if Interruption.isAsked, !isStopping {
                isStopping = true
                push.stop()
            }
            Interruption.wait(patience(now))
        }
        preconditionFailure("a push ends with a report that says so")
    }

    /// How long nothing is to be done, unless there is news.
    private func patience(_ now: Instant) -> Duration {
        var next = now + Limits.interval
        if hasStats { next = min(next, nextStatistics) }
        if console.showsStatus { next = min(next, nextStatus) }
        return max(next - now, .zero)
    }

    private mutating func tell(_ event: PushEvent, _ now: Instant) throws {
        for line in story.lines(event, since: now - start, now: now) { console.note(line) }
        if hasStats, let document = PushDocuments.event(event, plan, at: console.clocks.wall()) {
            try console.print(document.text)
            try console.flush()
        }
    }

    private mutating func draw(_ report: PushReport, _ now: Instant) throws {
        if console.showsStatus, now >= nextStatus {
            nextStatus = now + Limits.status
            meter.take(report, now)
            console.showStatus(StatusLine.text(report, meter, plan, now: now))
        }
        if hasStats, now >= nextStatistics {
            nextStatistics = nextStatistics + Limits.statistics
            meter.takeSecond(report, now)
            let document = PushDocuments.statistics(
                report, meter, plan, elapsed: now - start, at: console.clocks.wall())
            try console.print(document.text)
            try console.flush()
        }
    }

    private func end(
        _ ending: PushEnding, _ report: PushReport, _ now: Instant
    ) throws -> ExitStatus {
        let summary = PushSummary(report, plan, elapsed: now - start)
        if hasStats {
            try console.print(
                PushDocuments.summary(summary, ending, at: console.clocks.wall()).text)
        }
        for line in summary.lines { console.note(line) }
        switch ending {
        case .stopped: try Interruption.check()
        case .inputFailed(let failure): throw Failure(failure, plan)
        case .refused(let problem): throw Failure(problem)
        case .finished, .noDestination: break
        }
        if let failure = Failure(destinationsOf: report, plan) { throw failure }
        return .ok
    }
}
