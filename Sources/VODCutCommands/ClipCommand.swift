import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Media
import Movies
import Primitives
import TimelineCommands

/// `vod-cut clip`: stretches of a recording as files of their own.
enum ClipCommand {
    static let command = Command(
        "clip", "Cut clips out of a recording: by its timeline, by a list, or by hand",
        discussion: [
            "Clips begin and end at the frame that is nearest to what was asked for, and their "
                + "sound at the same sample. Whole groups of pictures are copied; only those "
                + "between a cut and the nearest keyframe are encoded, to match. Where that cannot "
                + "be, the whole clip is encoded to H.264, and -o json says why.",
            "--by sku joins all moments in which a SKU was pinned into one clip; the others give a "
                + "clip for each. Sound that is joined is encoded, with fades of 5 ms, so that no "
                + "joint is heard; the sound of a single stretch is copied.",
            "--mode copy encodes nothing: clips begin at the keyframe before the cut and may end "
                + "some frames early; the answer says where.",
            "The same recording and options give the same bytes. A clip stands under its name "
                + "when it is whole, and not before.",
        ],
        output: .document, arguments: ClipArguments.rows, groups: [TimelineArguments.group],
        examples: [
            Example(
                "vod-cut clip show.mp4 --timeline show.timeline.jsonl --by pin --lead-in 2s "
                    + "--output clips", "a clip for each pin"),
            Example(
                "vod-cut clip show.mp4 --range 00:10-00:42 --range 1:05:00-1:05:30.5",
                "two clips"),
            Example(
                "vod-cut clip show.mp4 --by cuts.csv --name '{index}-{title}.mp4' -o json",
                "as a list says, with what was done in each"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[ClipArguments.show]
        let movie = try MovieFile(path)
        let stop = StopFlag()
        let maker = try told(path) { () throws(SpliceProblem) in
            try ClipMaker(movie.file, movie.movie, settings(invocation), stop: stop)
        }
        let wishes = try ClipChoosing.wishes(of: movie, until: maker.end, invocation)
        try refuseExisting(wishes, of: path, invocation)
        try FileNames.makeFolder(invocation[ClipArguments.output])
        try Leftovers.remove(in: invocation[ClipArguments.output])
        var outcomes: [ClipOutcome] = []
        var progress = ProgressLine(
            "cutting", "clips", total: Int64(wishes.count),
            startingAt: console.clocks.monotonic())
        try told(path) { () throws(SpliceProblem) in
            try maker.make(wishes, in: invocation[ClipArguments.output]) { _, outcome in
                outcomes.append(outcome)
            } meanwhile: {
                if Interruption.isAsked { stop.raise() }
                console.show(&progress, done: Int64(outcomes.count))
            }
        }
        try console.answer(invocation, ClipDocument.json(outcomes, source: path)) {
            ClipDocument.text(outcomes)
        }
        return .ok
    }

    private static func settings(_ invocation: Invocation) -> ClipSettings {
        let quality = invocation[ClipArguments.quality].map { Int($0) }
        return ClipSettings(
            mode: invocation[ClipArguments.mode],
            edgeQuality: quality ?? ClipSettings.Standard.edgeQuality,
            wholeQuality: quality ?? ClipSettings.Standard.wholeQuality,
            jobs: Int(invocation[ClipArguments.jobs]),
            replaces: invocation[ClipArguments.force])
    }

    /// Before long work, not after it.
    private static func refuseExisting(
        _ wishes: [ClipWish], of source: String, _ invocation: Invocation
    ) throws {
        for wish in wishes {
            let path = invocation[ClipArguments.output] + "/" + wish.name
            if FileNames.isSame(path, source) { throw FileProblem.isSource(path: path) }
            guard invocation[ClipArguments.force] || !FileNames.exists(path) else {
                throw FileProblem.exists(path: path)
            }
        }
    }

    private static func told<Answer>(
        _ path: String, _ body: () throws(SpliceProblem) -> Answer
    ) throws -> Answer {
        do throws(SpliceProblem) {
            return try body()
        } catch {
            try Interruption.check()
            throw Failure(error, file: path)
        }
    }
}
