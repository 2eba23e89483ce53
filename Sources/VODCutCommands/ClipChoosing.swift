import CommandLineKit
import Commerce
import Cutting
import Movies
import Primitives
import TimelineCommands

/// Which clips are wanted of a recording: options that lead to wishes.
enum ClipChoosing {
    static let timeline = Argument.option(
        "timeline", .file, "what happened in the show, aligned with the recording")
    static let by = Argument.option(
        "by", .text(named: "HOW"),
        "sku, pin, flash, chapter, event types such as sold-out,back-in-stock, or a file that lists "
            + "stretches: CSV, JSON, EDL, OpenTimelineIO, or lines such as 00:10-00:42 NAME")
    static let leadIn = Argument.option(
        "lead-in", .duration, "shown before each stretch", default: "0s")
    static let tail = Argument.option(
        "tail", .duration, "shown after each stretch", default: "0s")
    static let minimum = Argument.option(
        "min", .duration, "what is shorter is made longer: at its end, then at its start")
    static let maximum = Argument.option("max", .duration, "what is longer is cut off there")
    static let merge = Argument.option(
        "merge", .duration, "neighbours of one SKU that are no farther apart become one clip")
    static let name = Argument.option(
        "name", .text(named: "TEMPLATE"),
        "how clips are named, of {show}, {index}, {sku}, {title}, {start} and {end}",
        default: NameTemplate.standard)
    static let allowsOverlap = Argument.flag(
        "allow-overlap", "lines of a list may overlap")
    static let allowsPastEnd = Argument.flag(
        "allow-past-end", "leave out what begins after the recording's end")

    static let rows = [
        timeline.row, by.row, leadIn.row, tail.row, minimum.row, maximum.row, merge.row, name.row,
        allowsOverlap.row, allowsPastEnd.row,
    ].under("Which clips")

    /// The clips that the options ask for; nil where they ask for none.
    static func wishes(
        _ invocation: Invocation, _ file: MovieFile
    ) throws -> [ClipWish]? {
        guard let how = invocation[by] else { return nil }
        let showings = MovieShowings(file.movie)
        return try wishes(
            how, rules: rules(invocation), template: invocation[name],
            timelinePath: invocation[timeline], file, showings)
    }

    private static func rules(_ invocation: Invocation) -> ClipRules {
        func milliseconds(_ duration: Duration) -> Int64 {
            min(duration.wholeMilliseconds, ClipRules.maximumLength)
        }
        return ClipRules(
            leadInMilliseconds: milliseconds(invocation[leadIn]),
            tailMilliseconds: milliseconds(invocation[tail]),
            minimumMilliseconds: invocation[minimum].map(milliseconds),
            maximumMilliseconds: invocation[maximum].map(milliseconds),
            mergeMilliseconds: invocation[merge].map(milliseconds),
            allowsOverlap: invocation[allowsOverlap], allowsPastEnd: invocation[allowsPastEnd])
    }

    static func wishes(
        _ how: String, rules: ClipRules, template: String, timelinePath: String?,
        _ file: MovieFile, _ showings: MovieShowings
    ) throws -> [ClipWish] {
        let timeline = try timelinePath.map { try TimelineFiles.read($0) }
        let choice = try choice(how, file, showings)
        if case .list = choice {
        } else if timeline == nil {
            throw Failure(
                .usage, "clip.no-timeline", "--by \(how) needs a timeline",
                hint: "name it with --timeline, or a file that lists stretches with --by")
        }
        do throws(ClipProblem) {
            let selection = ClipSelection(
                choice: choice, rules: rules, template: try NameTemplate(template),
                movieEnd: showings.end,
                show: timeline?.header.show ?? NameTemplate.stem(ofPath: file.path))
            return try selection.wishes(of: timeline)
        } catch {
            throw Failure(error, movie: file.path, by: how)
        }
    }

    private static func choice(
        _ how: String, _ file: MovieFile, _ showings: MovieShowings
    ) throws -> ClipChoice {
        switch how {
        case "sku": return .sku
        case "pin": return .pin
        case "flash": return .flash
        case "chapter": return .chapter
        default:
            // What may be a type of events has neither a point nor a slash.
            if !how.contains("."), !how.contains("/"), how != "-" {
                return .events(how.split(separator: ",").map(String.init))
            }
            let input = try InputFile(how)
            let bytes = try input.readAll(limit: CutList.maximumBytes)
            do throws(ClipProblem) {
                return .list(try CutList.read(bytes, frameRate: rate(of: file, showings)))
            } catch {
                throw Failure(error, movie: file.path, by: input.name)
            }
        }
    }

    /// Of the picture, by how long most of its frames are shown: what an EDL counts in.
    private static func rate(of file: MovieFile, _ showings: MovieShowings) -> ClipFrameRate {
        let pictures = zip(file.movie.tracks, showings.tracks).first { $0.0.kind == .picture }
        let standard = ClipFrameRate.standard
        guard let (track, showing) = pictures else { return standard }
        let durations = showing.frames.prefix(1000).map(\.duration).sorted()
        guard !durations.isEmpty, let typical = Int32(exactly: durations[durations.count / 2]),
            typical > 0
        else { return standard }
        return ClipFrameRate(numerator: track.timescale, denominator: typical) ?? standard
    }
}
