import CommandLineKit
import Commerce
import Primitives
import TimelineCommands

/// `lcctl show timeline`: what happened in a show, as a file to cut its recording by.
enum ShowTimelineCommand {
    private static let show = Argument.operand("SHOW", .show, "the show's id")
    private static let includesBuyers = Argument.flag(
        "all", "also reservations and waitlists, which name buyers")

    static let command = Command(
        "timeline", "Print what happened in a show, to cut its recording by",
        discussion: [
            "A timeline is JSON Lines: a header with the show and the listings of its SKUs as they "
                + "were, then the show's events, each a CloudEvents 1.0 object. vod-cut takes it "
                + "together with the recording, and makes clips, chapters and the replay page.",
            "Events are placed in the recording by --recording or by --offset, or later by 'vod-cut "
                + "align'. Each one then has its media_time_ms: milliseconds from the start of the "
                + "recording, less than zero before it.",
            "otio is a timeline of OpenTimelineIO with a marker for each event; vtt is a track of "
                + "metadata with a cue for each event; csv is a table. These carry everything, and "
                + "lcctl timeline convert reads them back. ffmetadata has chapters only, one for each "
                + "time a SKU was pinned. Other formats than jsonl and csv need media times: unless "
                + "told otherwise, the show starts where the recording does.",
            "The same show gives the same bytes. What is trimmed from the store's log is missing "
                + "from the timeline, and a note says so.",
        ],
        arguments: [show.row, includesBuyers.row] + TimelineOutput.rows + TimelineArguments.rows,
        groups: [TimelineArguments.group],
        examples: [
            Example(
                "lcctl show timeline shw_friday --recording show.recording.json --output show.timeline.jsonl",
                "the timeline of a show, on the media time of its recording"),
            Example(
                "lcctl show timeline shw_friday --offset 3s --format otio --output friday.otio",
                "for an editor; the show starts three seconds into the recording"),
        ],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let output = try TimelineOutput(invocation)
        let shop = try Shop(invocation, console)
        let id = invocation[show]
        let result: TimelineExport.Made
        do {
            result = try shop.read { reader in
                try TimelineExport.timeline(
                    of: id, in: reader, includesBuyers: invocation[includesBuyers])
            }
        } catch let problem as TimelineProblem {
            throw Failure(problem, file: id.text)
        }
        if result.trimmed > 0 {
            console.note(
                "the first \(result.trimmed) events of show '\(id)' are trimmed from the log and "
                    + "missing from the timeline")
        }
        let timeline =
            try TimelineFiles.aligned(result.timeline, named: id.text, invocation)
            ?? output.placed(result.timeline, named: id.text, console)
        return try output.write(timeline, named: id.text, console)
    }
}

/// How commands write a timeline.
struct TimelineOutput {
    private static let format = Argument.option(
        "format", short: "o", .choice(of: TimelineFormat.self, "FORMAT"),
        "how to write the timeline", default: "jsonl")
    private static let output = Argument.option(
        "output", .file, "the file to write; standard output unless given")
    private static let replaces = Argument.flag("force", "overwrite the file if it is there")

    static let rows = [format.row, output.row, replaces.row]

    private let format: TimelineFormat
    private let file: OutputFile?

    init(_ invocation: Invocation) throws {
        format = invocation[Self.format]
        file = try invocation[Self.output].map {
            try OutputFile($0, replacing: invocation[Self.replaces])
        }
    }

    /// Formats that cannot say when something was without the media get the show's start as the
    /// start of the media.
    func placed(_ timeline: Timeline, named name: String, _ console: Console) throws -> Timeline {
        switch format {
        case .jsonl, .csv: return timeline
        case .otio, .vtt, .ffmetadata:
            if timeline.isAligned { return timeline }
            console.note("the recording is taken to start with the show; --offset says otherwise")
            return try TimelineFiles.aligned(timeline, named: name, offset: 0)
        }
    }

    func write(_ timeline: Timeline, named name: String, _ console: Console) throws -> ExitStatus {
        let bytes = try TimelineFiles.bytes(of: timeline, as: format, name: name)
        try file?.write(bytes) ?? console.write(bytes)
        try file?.publish()
        return .ok
    }
}
