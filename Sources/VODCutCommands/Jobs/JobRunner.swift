import CommandLineKit
import Cutting
import FileAccess
import Primitives

/// What has become of a job.
struct JobOutcome: Sendable {
    enum Ending: Sendable {
        case done
        /// It was made before, of the same and in the same way.
        case skipped
        case failed(Failure)
        case interrupted
    }

    let name: String
    let output: String
    var ending: Ending
    /// What it was made of, where somebody keeps that.
    var fingerprint: String?
    /// What the steps have answered.
    var steps: [JSON] = []

    /// One line of a batch's answer.
    var json: JSON {
        var object = JSONObject()
        object["schema"] = "lc.job-result/1"
        object["name"] = .string(name)
        object["output"] = .string(output)
        switch ending {
        case .done: object["outcome"] = "done"
        case .skipped: object["outcome"] = "skipped"
        case .interrupted: object["outcome"] = "interrupted"
        case .failed(let failure):
            object["outcome"] = "failed"
            object["error"] = failure.json
        }
        if !steps.isEmpty { object["steps"] = .array(steps) }
        return .object(object)
    }
}

/// Does a job: its steps go into a folder under a temporary name, which gets its own when all of
/// them are done.
struct JobRunner: Sendable {
    /// By it a folder is known as the result of a job, which another one may replace.
    static let mark = "job.json"

    let environment: Environment
    let clocks: Clocks
    let replaces: Bool

    /// - Parameter told: which step begins.
    func run(_ plan: JobPlan, told: (JobStepKind) -> Void) -> JobOutcome {
        var outcome = JobOutcome(name: plan.name, output: plan.output, ending: .done)
        do {
            try make(plan, &outcome, told)
        } catch let failure as Failure
            where failure.status == .interrupted || failure.status == .terminated
        {
            outcome.ending = .interrupted
        } catch let failure as Failure {
            outcome.ending = .failed(failure)
        } catch let problem as FileProblem {
            outcome.ending = .failed(Failure(problem))
        } catch {
            outcome.ending = .failed(Failure(.internalError, "internal", "\(error)"))
        }
        return outcome
    }

    private func make(
        _ plan: JobPlan, _ outcome: inout JobOutcome, _ told: (JobStepKind) -> Void
    ) throws {
        if !replaces, FileNames.exists(plan.output) { throw FileProblem.exists(path: plan.output) }
        // Before anything is made, what it is made of must be there.
        for path in [plan.source] + (plan.timeline.map { [$0] } ?? []) {
            _ = try ReadableFile(path)
        }
        try checkLines(plan)
        let draft = try DraftFolder(at: plan.output)
        var course = JobCourse(plan, into: draft.draftPath)
        var sets = 0
        for step in plan.steps {
            try Interruption.check()
            told(step.kind)
            let line = course.line(step, number: sets)
            if step.kind == .clips {
                try FolderFiles.make(
                    "\(draft.draftPath)/\(sets == 0 ? "clips" : "clips-\(sets + 1)")")
                sets += 1
            }
            let answer = try perform(line, draft.draftPath + "/")
            outcome.steps.append(["step": .string(step.kind.rawValue), "result": answer])
        }
        let report: JSON = [
            "schema": "lc.job-report/1", "name": .string(plan.name),
            "steps": .array(outcome.steps),
        ]
        try draft.write(report.text + "\n", to: Self.mark)
        try draft.publish(replacing: replaces ? Self.mark : nil)
    }

    /// Whether all command lines are ones: an hour of trimming is not lost to a page's option.
    private func checkLines(_ plan: JobPlan) throws {
        var course = JobCourse(plan, into: plan.output)
        for step in plan.steps {
            let line = course.line(step, number: 0) + ["--format", "json"]
            if !VODCut.program.parses(line) { _ = try perform(line, plan.output + "/") }
        }
    }

    /// Runs a command as if it had been typed. Paths of its answer are relative to the result.
    private func perform(_ line: [String], _ draft: String) throws -> JSON {
        let (console, output, talk) = Console.captured(clocks: clocks)
        let status = VODCut.program.main(
            line.contains("--format") ? line : line + ["--format", "json"],
            environment: environment, console: console)
        guard status == .ok else {
            try Interruption.check()
            throw Self.failure(status, talk(), draft, step: line.first ?? "")
        }
        let answer = (try? JSON(parsing: output())) ?? .null
        return Self.relative(answer, to: draft)
    }

    private static func failure(
        _ status: ExitStatus, _ talk: String, _ draft: String, step: String
    ) -> Failure {
        let document = talk.split(separator: "\n").last.flatMap { try? JSON(parsing: String($0)) }
        let message = document?["message"]?.stringValue ?? "it ended with \(status.rawValue)"
        // Whoever wrote the job has not typed this command line.
        return Failure(
            status == .usage ? .dataError : status, document?["code"]?.stringValue ?? "job.step",
            "\(step): \(message.replacing(draft, with: ""))", hint: document?["hint"]?.stringValue)
    }

    private static func relative(_ json: JSON, to draft: String) -> JSON {
        switch json {
        case .string(let text): return .string(text.replacing(draft, with: ""))
        case .array(let values): return .array(values.map { relative($0, to: draft) })
        case .object(var object):
            for member in object.members {
                object[member.name] = relative(member.value, to: draft)
            }
            return .object(object)
        case .null, .bool, .integer, .decimal: return json
        }
    }
}
