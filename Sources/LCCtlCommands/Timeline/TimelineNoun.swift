import CommandLineKit
import Commerce
import Primitives
import TimelineCommands

/// `lcctl timeline …`
enum TimelineNoun {
    static let noun = Command(
        "timeline", "Turn timelines into other formats, and back",
        discussion: [
            "lcctl show timeline writes the timeline of a show. These commands need no store."
        ],
        subcommands: [convert])

    private static let input = Argument.operand(
        "FILE", .file, "the timeline, or a file of another format; - is standard input")
    private static let inputFormat = Argument.option(
        "from", .choice(of: TimelineFormat.self, "FORMAT"),
        "what the file is; found out from how it begins unless given")

    private static let convert = Command(
        "convert", "Read a timeline in one format, and write it in another",
        discussion: [
            "jsonl, otio, vtt and csv carry everything: whatever they are turned into and back, the "
                + "bytes are the same. Markers that were moved in an editor have moved in the "
                + "timeline. ffmetadata has chapters only, with their titles and SKUs.",
            "Files of others are read too: markers of OpenTimelineIO become events by their type "
                + "or 'marker'; cues of WebVTT and chapters of FFmpeg become events 'chapter'; a CSV "
                + "needs the columns type and media_time_ms or time, and may have sku, title, "
                + "subject, id, source and data.",
            "With --offset or --recording the events are placed anew; those that have no time of day "
                + "are moved by the offset.",
        ],
        arguments: [input.row, inputFormat.row] + TimelineOutput.rows + TimelineArguments.rows,
        groups: [TimelineArguments.group],
        examples: [
            Example(
                "lcctl timeline convert edited.otio --output show.timeline.jsonl",
                "take back what was changed in an editor"),
            Example(
                "lcctl timeline convert show.timeline.jsonl -o ffmetadata --output chapters.txt",
                "chapters for ffmpeg -i show.mp4 -i chapters.txt -map_chapters 1 -c copy"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .badConfig, .interrupted, .terminated,
        ]
    ) { invocation, console in
        let output = try TimelineOutput(invocation)
        let name = invocation[input] == "-" ? "standard input" : invocation[input]
        let timeline = try TimelineFiles.read(invocation[input], as: invocation[inputFormat])
        let placed =
            try TimelineFiles.aligned(timeline, named: name, invocation)
            ?? output.placed(timeline, named: name, console)
        return try output.write(placed, named: name, console)
    }
}
