import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Media
import Movies
import Primitives
import TimelineCommands

/// `vod-cut align`: where a timeline's events are in its recording.
enum AlignCommand {
    private static let show = Argument.operand("SHOW", .file, "the recording")
    private static let timeline = Argument.required(
        "timeline", .file, "what happened in the show, in any format that lcctl writes")
    private static let output = Argument.option(
        "output", .file, "the aligned timeline to write; none is written unless given")
    private static let force = Argument.flag("force", "overwrite the file if it is there")
    private static let stamp = Argument.flag(
        "stamp", "by the clock that a test pattern or a stamp has in the picture")

    static let command = Command(
        "align", "Find where in a recording the events of a timeline happened",
        discussion: [
            "Events carry the time of day. The recording.json that whip-relay writes beside a "
                + "recording says which time of day is where in it: it is taken from --recording, "
                + "or where SHOW is show.mp4 from show.recording.json. Without it the picture is "
                + "looked at for the burned clock of whip-push. --offset says where the show starts.",
            "The result says how the events were placed, how far the readings of the clock lie "
                + "apart, and how many events are before, in and after the recording.",
        ],
        output: .document,
        arguments: [show.row, timeline.row, output.row, force.row, stamp.row]
            + TimelineArguments.rows,
        groups: [.atMostOne(["offset", "recording", "stamp"])],
        examples: [
            Example(
                "vod-cut align show.mp4 --timeline show.timeline.jsonl --output aligned.jsonl",
                "by show.recording.json, or by the burned clock"),
            Example(
                "vod-cut align show.mp4 --timeline t.jsonl --offset=-2s",
                "the recording began two seconds after the show"),
        ],
        exitStatuses: [
            .dataError, .noInput, .cannotCreate, .ioError, .interrupted, .terminated,
        ]
    ) { invocation, console in
        try run(invocation, console)
    }

    private static func run(_ invocation: Invocation, _ console: Console) throws -> ExitStatus {
        let path = invocation[show]
        let target = try invocation[output].map {
            try OutputFile($0, replacing: invocation[force])
        }
        let name = invocation[timeline]
        let read = try TimelineFiles.read(name)
        let file = try MovieFile(path)
        let showings = MovieShowings(file.movie)
        let sought = try align(read, named: name, path, showings, invocation)
        var aligned = sought.timeline
        var media =
            aligned.header.media
            ?? TimelineMedia(
                file: nil, durationMilliseconds: nil, startTime: nil)
        media.file = path.split(separator: "/").last.map(String.init) ?? path
        media.durationMilliseconds = showings.end.milliseconds
        if sought.notes.map({ $0.media.file != media.file }) ?? true { media.sha256 = nil }
        aligned.header.media = media
        try target?.write(aligned.lines)
        try target?.publish()
        let report = AlignReport(aligned, readings: sought.readings)
        if report.within == 0, !aligned.events.isEmpty {
            console.note("no event lies in the recording: is it the one of this show?")
        }
        let document = report.json(
            file: path, timeline: name, output: invocation[output])
        try console.answer(invocation, document) { report.text }
        return .ok
    }

    private struct Sought {
        var timeline: Timeline
        var notes: RecordingNotes?
        var readings: StampReadings?
    }

    private static func align(
        _ timeline: Timeline, named name: String, _ path: String, _ showings: MovieShowings,
        _ invocation: Invocation
    ) throws -> Sought {
        if let offset = invocation[TimelineArguments.offset] {
            return Sought(
                timeline: try TimelineFiles.aligned(timeline, named: name, offset: offset))
        }
        let notesPath =
            invocation[TimelineArguments.recording]
            ?? (invocation[stamp] ? nil : neighbour(of: path))
        if let notesPath {
            let notes = try TimelineFiles.notes(notesPath)
            return Sought(
                timeline: try TimelineFiles.aligned(timeline, named: name, by: notes),
                notes: notes)
        }
        let readings = try readings(timeline, path, showings)
        let clock = MediaClock([MediaClock.Point(mediaMilliseconds: 0, wall: readings.start)])
        guard let clock else { throw Failure(AlignProblem.noClock(looked: 0), file: path) }
        let alignment = TimelineAlignment(
            way: .stamp, spreadMilliseconds: readings.spreadMilliseconds)
        do throws(TimelineProblem) {
            let media = TimelineMedia(
                file: nil, durationMilliseconds: nil, startTime: readings.start)
            return Sought(
                timeline: try timeline.aligned(by: clock, media: media, as: alignment),
                readings: readings)
        } catch {
            throw Failure(error, file: name)
        }
    }

    private static func readings(
        _ timeline: Timeline, _ path: String, _ showings: MovieShowings
    ) throws -> StampReadings {
        let stop = StopFlag()
        do throws(AlignProblem) {
            guard let reference = timeline.showStart else { throw .noTimes }
            return try StampScan(path, stop: stop).readings(
                duration: showings.end, origin: showings.origin, near: reference)
        } catch {
            try Interruption.check()
            throw Failure(error, file: path)
        }
    }

    /// `show.recording.json` beside `show.mp4`, where it is there.
    private static func neighbour(of path: String) -> String? {
        guard let point = path.lastIndex(of: "."), !path[point...].contains("/") else { return nil }
        let name = "\(path[..<point]).recording.json"
        return (try? ReadableFile(name)).map { _ in name }
    }
}

/// What an alignment has come to.
struct AlignReport {
    private let timeline: Timeline
    private let readings: StampReadings?
    private var before = 0
    private(set) var within = 0
    private var after = 0
    private var unplaced = 0

    init(_ timeline: Timeline, readings: StampReadings?) {
        self.timeline = timeline
        self.readings = readings
        let end = timeline.header.media?.durationMilliseconds ?? .max
        for event in timeline.events {
            switch event.mediaTime {
            case nil: unplaced += 1
            case let time? where time < 0: before += 1
            case let time? where time >= end: after += 1
            default: within += 1
            }
        }
    }

    func json(file: String, timeline name: String, output: String?) -> JSON {
        let header = timeline.header
        var events = JSONObject()
        events["after"] = .integer(Int64(after))
        events["before"] = .integer(Int64(before))
        events["unplaced"] = unplaced > 0 ? .integer(Int64(unplaced)) : nil
        events["within"] = .integer(Int64(within))
        var object = JSONObject()
        object["schema"] = "lc.align-report/1"
        object["alignment"] = header.alignment?.json
        object["events"] = .object(events)
        object["file"] = .string(file)
        object["media"] = header.media?.json
        object["output"] = output.map(JSON.string)
        object["readings"] = readings.map { .integer(Int64($0.readings.count)) }
        object["timeline"] = .string(name)
        return .object(object)
    }

    var text: String {
        let alignment = timeline.header.alignment
        var lines = ["aligned by \(alignment?.way.words ?? "nothing")"]
        if let readings {
            lines[0] +=
                ": \(readings.readings.count) readings, "
                + "\(readings.spreadMilliseconds) ms apart"
        }
        if let offset = alignment?.offsetMilliseconds {
            lines.append("the show starts at \(TimeWords.clock(microseconds: offset * 1000))")
        }
        var events = "events: \(within) in the recording, \(before) before it, \(after) after it"
        if unplaced > 0 { events += ", \(unplaced) nobody knows where" }
        lines.append(events)
        return lines.joined(separator: "\n")
    }
}

extension TimelineAlignment.Way {
    fileprivate var words: String {
        switch self {
        case .recording: "the recording's clock"
        case .offset: "the given offset"
        case .stamp: "the burned clock"
        case .cut: "a cut"
        case .none: "nothing"
        }
    }
}
