import CommandLineKit
import Cutting
import FileAccess
import Primitives

/// `vod-cut run`: the whole recipe for one recording.
enum RunCommand {
    static let job = Argument.operand(
        "JOB", .file, "the recipe: a JSON file, or - for standard input")
    static let output = Argument.option(
        "output", .folder, "the folder that appears, instead of the one that JOB names")
    static let force = Argument.flag("force", "replace an older result of a job")
    static let dryRun = Argument.flag("dry-run", "print the commands, and do nothing")

    static let command = Command(
        "run", "Do all of a job: align, trim, clips, package and page",
        discussion: [
            "JOB names a source, and says what is made of it: {\"source\": \"show.mp4\", "
                + "\"timeline\": \"show.timeline.jsonl\", \"trim\": {\"min\": \"3s\"}, \"clips\": "
                + "{\"by\": \"sku\"}, \"package\": {}, \"page\": {\"checkout\": \"https://…\"}}. "
                + "The members of a step are the options of its command, with underscores; clips "
                + "may be a list of sets. Paths are relative to JOB.",
            "Steps are done in that order, each on what the one before has made. The folder "
                + "appears when all of it is there.",
        ],
        output: .document, arguments: [job.row, output.row, force.row, dryRun.row],
        examples: [
            Example("vod-cut run job.json", "everything for one show"),
            Example("vod-cut run job.json --dry-run", "the commands that it comes to"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[job]
        let recipe = try JobFiles.recipe(path)
        let folder = JobFiles.folder(of: path)
        let plan: JobPlan
        do throws(JobProblem) {
            plan = try JobPlan(recipe, in: folder, sources: folder, output: invocation[output])
        } catch {
            throw Failure(error, file: path)
        }
        if invocation[dryRun] {
            try console.answer(invocation, JobFiles.json(plan)) { JobFiles.text(plan) }
            return .ok
        }
        let above = FileNames.folder(of: FileNames.trimmed(plan.output))
        if FileNames.isFolder(above) { try Leftovers.remove(in: above) }
        let runner = JobRunner(
            environment: invocation.environment, clocks: console.clocks,
            replaces: invocation[force])
        var begun = 0
        let outcome = runner.run(plan) { kind in
            begun += 1
            console.showStatus("\(plan.name): \(kind.rawValue), \(begun) of \(plan.steps.count)")
        }
        console.clearProgress()
        switch outcome.ending {
        case .done, .skipped: break
        case .failed(let failure): throw failure
        case .interrupted:
            try Interruption.check()
            throw Failure(.interrupted, "interrupted", "interrupted")
        }
        try console.answer(invocation, outcome.json) { "\(plan.output) made" }
        return .ok
    }
}
