import CommandLineKit
import Cutting
import FileAccess
import Media
import Primitives

/// `vod-cut batch`: many jobs, some at once; what is finished stays finished.
enum BatchCommand {
    static let jobs = Argument.operand(
        "JOBS", .file, "a folder of recordings, or a file with a job a line")
    static let recipe = Argument.option(
        "recipe", .file, "what is made of each recording of a folder: a job without a source")
    static let output = Argument.required(
        "output", .folder, "the folder that gets a folder for each job")
    static let lanes = Argument.option(
        "jobs", .integer(in: 1...64), "jobs that are worked on at once", default: "1")
    static let resume = Argument.flag(
        "resume", "go on after a batch was killed: what it left unfinished is made anew")
    static let force = Argument.flag("force", "make everything anew, also what is finished")
    static let dryRun = Argument.flag("dry-run", "say what would be done, and do nothing")

    static let command = Command(
        "batch", "Do many jobs, and go on where an earlier batch has stopped",
        discussion: [
            "Of a folder every .mp4 is a job, with the .timeline.jsonl of the same name; --recipe "
                + "says what is made of each. Of a file every line is a job of its own.",
            "\(journal) in the output folder tells what is finished. A job whose inputs and "
                + "recipe are still the same is skipped. Only one batch at a time works in a "
                + "folder. One JSON line tells what became of each job as it ends; the batch ends "
                + "with 1 if any failed, and names them.",
        ],
        arguments: [
            jobs.row, recipe.row, output.row, lanes.row, resume.row, force.row, dryRun.row,
        ],
        groups: [.atMostOne(["resume", "force"])],
        examples: [
            Example(
                "vod-cut batch recordings --recipe job.json --output replays --jobs 2",
                "every recording of a folder, two at once"),
            Example(
                "vod-cut batch jobs.jsonl --output replays --resume | jq .outcome",
                "go on after the machine went down"),
        ],
        exitStatuses: [
            .negative, .dataError, .noInput, .cannotCreate, .ioError, .tryAgain, .interrupted,
            .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    static let journal = "batch.journal.jsonl"

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let plan = try plan(invocation)
        if invocation[dryRun] {
            for job in plan.jobs { try console.print(JobFiles.json(job).text) }
            return .ok
        }
        let folder = FileNames.trimmed(invocation[output])
        try FolderFiles.make(folder)
        let path = folder + "/" + journal
        // Whoever holds it is the only batch in this folder.
        let file = try AppendFile(path, linesBeginWith: UInt8(ascii: "{"))
        try Leftovers.remove(in: folder)
        let known = try InputFile(path).readAll(limit: BatchJournal.Limits.bytes)
        let book = invocation[force] ? BatchJournal() : BatchJournal(reading: known)
        let runner = BatchRunner(
            plan, book, clocks: console.clocks, environment: invocation.environment,
            policy: invocation[force] ? .all : invocation[resume] ? .unfinished : .new)
        let failed = try watch(runner, lanes: Int(invocation[lanes]), file, console)
        guard failed.isEmpty else {
            let names = failed.prefix(20).map { "'\($0)'" }.joined(separator: ", ")
            let more = failed.count > 20 ? " and \(failed.count - 20) more" : ""
            throw Failure(
                .negative, "batch.failed",
                "\(failed.count) of \(plan.jobs.count) jobs failed: \(names)\(more)")
        }
        return .ok
    }

    /// Tells of each job as it ends; gives the names of those that failed.
    private static func watch(
        _ runner: BatchRunner, lanes: Int, _ journal: AppendFile, _ console: Console
    ) throws -> [String] {
        var failed: [String] = []
        var done = 0
        var progress = ProgressLine(
            "working on", "jobs", total: Int64(runner.count),
            startingAt: console.clocks.monotonic())
        let threads = Lanes(min(lanes, max(1, runner.count))) { runner.work() }
        guard threads.count > 0 else {
            throw Failure(.tryAgain, "batch.no-thread", "no thread could be started")
        }
        var trouble: (any Error)?
        while true {
            // Asked before collecting: what ends in between is collected in the next round.
            let areDone = threads.areDone
            for ended in runner.board.collect() {
                done += 1
                if case .failed = ended.outcome.ending {
                    failed.append(ended.outcome.name)
                }
                do {
                    if let line = runner.journalLine(ended.outcome) {
                        try journal.append(line.text)
                    }
                    if case .interrupted = ended.outcome.ending { continue }
                    try console.print(ended.outcome.json.text)
                    try console.flush()
                } catch {
                    trouble = trouble ?? error
                }
            }
            if areDone { break }
            if trouble != nil || Interruption.isAsked { runner.board.stop() }
            console.show(&progress, done: Int64(done))
            Interruption.wait(.milliseconds(200))
        }
        console.clearProgress()
        if let trouble { throw trouble }
        try Interruption.check()
        return failed.sorted()
    }

    private static func plan(_ invocation: Invocation) throws -> BatchPlan {
        let (path, target) = (invocation[jobs], FileNames.trimmed(invocation[output]))
        let isFolder = FileNames.isFolder(path)
        guard isFolder == (invocation[recipe] != nil) else {
            throw Failure(
                .usage, "usage.missing",
                isFolder ? "a folder needs --recipe" : "--recipe is for a folder of recordings",
                hint: isFolder
                    ? "name the job that is done for each recording"
                    : "each line of '\(path)' is a whole job")
        }
        let name = invocation[recipe] ?? path
        do {
            if let recipe = invocation[recipe] {
                return try BatchPlan(
                    recipe: JobFiles.recipe(recipe), recipeFolder: JobFiles.folder(of: recipe),
                    folder: path, names: FolderFiles.names(in: path), output: target)
            }
            let bytes = try InputFile(path).readAll(limit: BatchJournal.Limits.bytes)
            return try BatchPlan(
                lines: bytes, in: JobFiles.folder(of: path), output: target,
                options: JobSteps.options)
        } catch let problem as JobProblem {
            throw Failure(problem, file: name)
        }
    }
}
