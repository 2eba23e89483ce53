import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Media
import Primitives
import TimelineCommands

/// `vod-cut trim`: a replay without its dead air.
enum TrimCommand {
    static let show = Argument.operand("SHOW", .file, "the recording")
    static let timeline = Argument.option(
        "timeline", .file, "what happened in the show; it moves along with the cut")
    static let output = Argument.option(
        "output", .file, "where the result goes: a file ending in .mp4")
    static let force = Argument.flag("force", "replace what stands there")
    static let what = Argument.option(
        "what", .trimSigns, "what must hold of what goes",
        default: "black,silence,freeze,events,ends"
    )
    static let silence = Argument.option(
        "silence", .decibels, "what is not louder is silence", default: "-50dB")
    static let shortest = Argument.option(
        "min", .duration, "shorter stretches stay", default: "2s")
    static let pause = Argument.option(
        "keep-pause", .duration, "how much of each stretch stays", default: "500ms")
    static let ends = Argument.option(
        "keep-ends", .duration, "how much stays before the first event and after the last",
        default: "3s")
    static let dryRun = Argument.flag("dry-run", "say what would go, and write nothing")

    static let command = Command(
        "trim", "Take the dead air out of a replay",
        discussion: [
            "Dead air is where nothing is heard, the picture is black or stands still, and nothing "
                + "happens to a product; with a timeline, also what comes before its first event "
                + "and after its last. --what names fewer signs: with 'silence' alone every "
                + "silence goes, whatever the picture shows.",
            "The timeline moves along: OUT.timeline.jsonl is its place in the result, and "
                + "OUT.cut.json says which stretches of the show the result holds.",
        ],
        output: .document,
        arguments: [
            show.row, timeline.row, output.row, what.row, silence.row, shortest.row, pause.row,
            ends.row, dryRun.row, force.row,
        ],
        examples: [
            Example(
                "vod-cut trim show.mp4 --timeline show.timeline.jsonl --output short.mp4",
                "a replay that begins when the show does, without its pauses"),
            Example("vod-cut trim show.mp4 --dry-run", "what would go"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let settings = TrimSettings(
            signs: invocation[what], silenceDecibels: invocation[silence],
            shortest: invocation[shortest], keptPause: invocation[pause],
            keptEnds: invocation[ends])
        let files = try invocation[output].map {
            try TrimFiles(output: $0, of: invocation[show], replaces: invocation[force])
        }
        guard files != nil || invocation[dryRun] else {
            throw Failure(
                .usage, "usage.missing", "neither --output nor --dry-run is given",
                hint: "name the file that the result goes to")
        }
        let movie = try MovieFile(invocation[show])
        let events = try invocation[timeline].map { try TimelineFiles.read($0) }
        if let events, !events.isAligned {
            throw Failure(
                TimelineProblem.notAligned, file: invocation[timeline] ?? "the timeline")
        }
        let stop = StopFlag()
        let findings = try findings(movie.path, settings, events, stop, console)
        let deadAir = DeadAir(findings, settings)
        guard !deadAir.kept.isEmpty else {
            throw Failure(TrimProblem.nothingLeft, file: movie.path)
        }
        guard deadAir.removals.count <= TrimSettings.Limits.stretches else {
            throw Failure(
                TrimProblem.tooManyStretches(limit: TrimSettings.Limits.stretches),
                file: movie.path)
        }
        var outcome: ClipOutcome?
        if let files, !invocation[dryRun] {
            outcome = try files.write(movie, deadAir, events, stop, console)
        }
        try console.answer(invocation, TrimDocument.json(deadAir, findings, outcome)) {
            TrimDocument.text(deadAir, findings)
        }
        return .ok
    }

    private static func findings(
        _ path: String, _ settings: TrimSettings, _ timeline: Timeline?, _ stop: StopFlag,
        _ console: Console
    ) throws -> DeadAir.Findings {
        var progress = ProgressLine(
            "listening to", "s", total: nil, startingAt: console.clocks.monotonic())
        let analysis = TrimAnalysis(path: path, settings: settings, stop: stop) { time in
            if Interruption.isAsked { stop.raise() }
            console.show(&progress, done: time / 1_000_000)
        }
        let events = TrimEvents(timeline)
        do throws(TrimProblem) {
            return try analysis.run(events: events.all, productEvents: events.ofProducts)
        } catch {
            try Interruption.check()
            throw Failure(error, file: path)
        }
    }
}

extension ValueKind<[TrimSettings.Sign]> {
    static let trimSigns = ValueKind("A,B") { text throws(ValueProblem) in
        let choices = TrimSettings.Sign.allCases.map(\.rawValue)
        let signs = text.split(separator: ",").compactMap {
            TrimSettings.Sign(rawValue: String($0))
        }
        guard !signs.isEmpty, signs.count == text.split(separator: ",").count else {
            throw ValueProblem("some of \(choices.joined(separator: ","))")
        }
        // In one order, so that the same signs are the same settings.
        return TrimSettings.Sign.allCases.filter { signs.contains($0) }
    }
}

extension ValueKind<Int> {
    /// `-50dB`, or without the unit.
    static let decibels = ValueKind("LEVEL") { text throws(ValueProblem) in
        let digits = text.hasSuffix("dB") ? text.dropLast(2) : text[...]
        let range = TrimSettings.Limits.decibels
        guard let value = Int(digits), range.contains(value) else {
            throw ValueProblem(
                "a level such as -50dB, from \(range.lowerBound)dB to \(range.upperBound)dB")
        }
        return value
    }
}
