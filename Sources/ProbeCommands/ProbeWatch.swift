import CommandLineKit
import Measures
import Primitives
import Probing
import SessionCommands
import Signaling

/// Watches a probe from the thread of the command: tells what happens, and when it is to end.
struct ProbeWatch {
    enum Limits {
        /// How long it waits for news.
        static let interval: Duration = .seconds(1)
        static let status: Duration = .milliseconds(500)
        /// Viewers whose failures are told one by one.
        static let failuresTold = 5
    }

    private let console: Console
    private let files: ReportFiles
    private let view: LiveView
    /// Whether failures of single viewers are of interest.
    private let hasMany: Bool
    private let start: Instant
    private var nextStatus: Instant
    private var failuresTold = 0
    private var isStopping = false

    init(_ console: Console, files: ReportFiles, length: Duration?, hasMany: Bool) {
        self.console = console
        self.files = files
        self.hasMany = hasMany
        view = LiveView(length: length)
        start = console.clocks.monotonic()
        nextStatus = start
    }

    /// Returns when the probe is over.
    mutating func follow(_ run: any ProbeRun) throws -> (ProbeReport, ProbeEnding) {
        var failure: (any Error)?
        while let news = run.look() {
            let now = console.clocks.monotonic()
            for event in news.events { tell(event) }
            do {
                try files.take(news)
            } catch {
                // The disk is full, say: an orderly end.
                if failure == nil { failure = error }
                run.stop()
            }
            if case .ended(let ending) = news.phase {
                console.clearProgress()
                if let failure { throw failure }
                return (news.report, ending)
            }
            draw(news, now)
            if Interruption.isAsked, !isStopping {
                isStopping = true
                run.stop()
            }
            Interruption.wait(patience(now))
        }
        preconditionFailure("a probe ends with news that say so")
    }

    private func patience(_ now: Instant) -> Duration {
        let next = console.showsStatus ? nextStatus : now + Limits.interval
        return max(min(next - now, Limits.interval), .zero)
    }

    private mutating func tell(_ event: ProbeEvent) {
        switch event {
        // Phases are drawn, and remarks stand in the summary.
        case .phase, .remark: break
        case .notice(let notice):
            if let line = notice.line(.whep) { console.note(line) }
        case .viewerFailed(let number, let failure):
            guard hasMany, failuresTold <= Limits.failuresTold else { return }
            failuresTold += 1
            console.note(
                failuresTold > Limits.failuresTold
                    ? "more viewers failed; the report counts them"
                    : "viewer \(number): \(failure.words.message)")
        }
    }

    private mutating func draw(_ news: ProbeNews, _ now: Instant) {
        guard console.showsStatus, now >= nextStatus else { return }
        nextStatus = now + Limits.status
        console.showStatus(
            view.lines(news, elapsed: now - start, width: console.traits.width))
    }
}
