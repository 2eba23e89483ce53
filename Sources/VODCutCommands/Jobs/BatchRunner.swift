import CommandLineKit
import Cutting
import FileAccess
import Primitives

/// Does the jobs of a batch: each of its threads takes one after the other.
final class BatchRunner: Sendable {
    /// What is done where there is a result already.
    enum Policy: Sendable {
        /// What is finished is skipped; what the journal does not know is nobody's to replace.
        case new
        /// What is finished is skipped, and all else is made anew.
        case unfinished
        /// Everything is made anew.
        case all
    }

    let board: BatchBoard<JobOutcome>
    private let plan: BatchPlan
    private let book: BatchJournal
    private let clocks: Clocks
    private let environment: Environment
    private let policy: Policy

    init(
        _ plan: BatchPlan, _ book: BatchJournal, clocks: Clocks, environment: Environment,
        policy: Policy
    ) {
        self.plan = plan
        self.book = book
        self.clocks = clocks
        self.environment = environment
        self.policy = policy
        board = BatchBoard(count: plan.jobs.count)
    }

    var count: Int { plan.jobs.count }

    /// What each thread does until there is nothing left.
    func work() {
        while !Interruption.isAsked, let number = board.take() {
            board.put(outcome(of: plan.jobs[number]), of: number)
            Interruption.wake()
        }
        Interruption.wake()
    }

    private func outcome(of job: JobPlan) -> JobOutcome {
        let name = FileNames.last(of: job.output)
        let isKnown = book.knows(name)
        // Of what was there before the work: what changes meanwhile is made anew the next time.
        let fingerprint: String
        do throws(FileProblem) {
            fingerprint = try job.fingerprint(version: Version.text)
            if policy != .all, book.has(name, fingerprint: fingerprint),
                FileNames.exists("\(job.output)/\(JobRunner.mark)")
            {
                return JobOutcome(name: job.name, output: job.output, ending: .skipped)
            }
        } catch {
            return JobOutcome(name: job.name, output: job.output, ending: .failed(Failure(error)))
        }
        let runner = JobRunner(
            environment: environment, clocks: clocks, replaces: policy != .new || isKnown)
        var outcome = runner.run(job, told: { _ in })
        outcome.fingerprint = fingerprint
        return outcome
    }

    /// What the journal is to say of a job that has ended; nil where it says nothing new.
    func journalLine(_ outcome: JobOutcome) -> JSON? {
        guard case .done = outcome.ending, let fingerprint = outcome.fingerprint else { return nil }
        return BatchJournal.line(
            output: FileNames.last(of: outcome.output), fingerprint: fingerprint)
    }
}
