import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Movies
import Primitives
import TimelineCommands

/// `vod-cut inspect`: what a recording is made of.
enum InspectCommand {
    static let show = Argument.operand("FILE", .file, "the recording")
    static let timeline = Argument.option(
        "timeline", .file,
        "a timeline to hold against it; unless given, FILE's own, show.timeline.jsonl for show.mp4")
    static let keyframes = Argument.flag("keyframes", "list each keyframe")
    static let deep = Argument.flag(
        "deep", "look at each picture, not only at those that are said to be keyframes")
    static let strict = Argument.flag("strict", "end with 1 where something is wrong")

    static let command = Command(
        "inspect", "Say what a recording is made of, and what would be in the way of cutting it",
        discussion: [
            "Tracks with their coding, size, rotation, rate and bit rate; groups of pictures, and "
                + "whether they are closed, by the pictures' own bytes; gaps; edits; how far apart "
                + "sound and picture begin and end; what is damaged, and what could be made of it.",
            "With a timeline it says how many of its events lie in the recording. Where the "
                + "timeline is not aligned, the clock in show.recording.json, which whip-relay "
                + "writes, places them.",
            "Only tables and the first bytes of keyframes are read, so long files take no longer "
                + "than short ones; --deep reads a little of each picture.",
        ],
        output: .document,
        arguments: [show.row, timeline.row, keyframes.row, deep.row, strict.row]
            + TimelineArguments.rows,
        groups: [TimelineArguments.group],
        examples: [
            Example("vod-cut inspect show.mp4", "tracks, groups, gaps, damage"),
            Example("vod-cut inspect show.mp4 --keyframes", "where copies can begin"),
            Example("vod-cut inspect show.mp4 --strict -o json", "for scripts"),
        ],
        exitStatuses: [.negative, .dataError, .noInput, .ioError, .interrupted, .terminated]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[show]
        var inspection = try MovieInspection(MovieFile(path), isDeep: invocation[deep])
        if let timeline = try timeline(of: path, end: inspection.end, invocation) {
            inspection.add(timeline)
        }
        let listsKeyframes = invocation[keyframes]
        try console.answer(
            invocation, InspectionDocument.json(inspection, keyframes: listsKeyframes)
        ) {
            InspectionText.text(inspection, keyframes: listsKeyframes)
        }
        let faults = inspection.findings.count(where: \.isFault)
        guard invocation[strict], faults > 0 else { return .ok }
        throw Failure(
            .negative, "inspect.faults",
            "\(faults) \(faults == 1 ? "thing is" : "things are") wrong with '\(path)'")
    }

    private static func timeline(
        of path: String, end: MediaTime, _ invocation: Invocation
    ) throws -> TimelineInspection? {
        let stem =
            path.hasSuffix(".mp4") || path.hasSuffix(".mov") ? String(path.dropLast(4)) : path
        let beside = "\(stem).timeline.jsonl"
        guard let name = invocation[timeline] ?? (FileNames.exists(beside) ? beside : nil) else {
            return nil
        }
        var read = try TimelineFiles.read(name)
        if let aligned = try TimelineFiles.aligned(read, named: name, invocation) {
            read = aligned
        } else if !read.isAligned, FileNames.exists("\(stem).recording.json") {
            let notes = try TimelineFiles.notes("\(stem).recording.json")
            read = try TimelineFiles.aligned(read, named: name, by: notes)
        }
        return TimelineInspection(read, path: name, end: end)
    }
}
