import CommandLineKit
import Cutting
import FileAccess
import Media
import Movies
import Primitives

/// `vod-cut clip`: stretches of a recording as files of their own.
enum ClipCommand {
    static let show = Argument.operand("SHOW", .file, "the recording")
    static let range = Argument.repeated(
        "range", .stretch, "a stretch, such as 00:10-00:42.5; may be given again")
    static let output = Argument.option(
        "output", .folder, "the folder that the clips go into", default: ".")
    static let mode = Argument.option(
        "mode", .choice(of: CutMode.self, "MODE"),
        "copy what is there, encode the edges, or encode everything", default: "smart")
    static let quality = Argument.option(
        "quality", .integer(in: 1...40), "of what is encoded: lower is better",
        default: "\(ClipSettings.Standard.edgeQuality)")
    static let jobs = Argument.option(
        "jobs", .integer(in: 1...64), "clips that are worked on at once", default: "2")
    static let force = Argument.flag("force", "replace files of the same names")

    static let command = Command(
        "clip", "Cut clips out of a recording",
        output: .document,
        arguments: [
            show.row, range.row, output.row, mode.row, quality.row, jobs.row, force.row,
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[show]
        let movie = try MovieFile(path)
        let wishes = invocation[range].enumerated().map { number, range in
            ClipWish(name: "clip-\(number + 1).mp4", ranges: [range])
        }
        let outcomes = try cut(movie, wishes, invocation, console)
        try console.answer(invocation, ClipDocument.json(outcomes, source: path)) {
            ClipDocument.text(outcomes)
        }
        return .ok
    }

    private static func cut(
        _ movie: MovieFile, _ wishes: [ClipWish], _ invocation: Invocation, _ console: Console
    ) throws -> [ClipOutcome] {
        let settings = ClipSettings(
            mode: invocation[mode], quality: Int(invocation[quality]), speed: .ultrafast,
            jobs: Int(invocation[jobs]), replaces: invocation[force])
        let stop = StopFlag()
        var outcomes: [ClipOutcome] = []
        var progress = ProgressLine(
            "cutting", "clips", total: Int64(wishes.count),
            startingAt: console.clocks.monotonic())
        do throws(SpliceProblem) {
            let maker = try ClipMaker(movie.file, movie.movie, settings, stop: stop)
            try maker.make(wishes, in: invocation[output]) { _, outcome in
                outcomes.append(outcome)
            } meanwhile: {
                if Interruption.isAsked { stop.raise() }
                console.show(&progress, done: Int64(outcomes.count))
            }
        } catch {
            try Interruption.check()
            throw Failure(error, file: movie.path)
        }
        return outcomes
    }
}

extension ValueKind<Range<MediaTime>> {
    /// `FROM-TO`; what is reversed is told later, with the file.
    static let stretch = ValueKind("FROM-TO") { text throws(ValueProblem) in
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = Double(parts[0]), let to = Double(parts[1]),
            from <= to
        else { throw ValueProblem("a stretch such as 00:10-00:42.5") }
        return MediaTime(
            ticks: Int64((from * 1e6).rounded()), timescale: 1_000_000)..<MediaTime(
                ticks: Int64((to * 1e6).rounded()), timescale: 1_000_000)
    }
}
