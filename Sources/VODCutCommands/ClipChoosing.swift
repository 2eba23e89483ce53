import CommandLineKit
import Commerce
import Cutting
import Movies
import Primitives
import TimelineCommands

/// Finds out which clips are wanted.
enum ClipChoosing {
    static func wishes(
        of movie: MovieFile, until end: MediaTime, _ invocation: Invocation
    ) throws -> [ClipWish] {
        let (choice, source) = try choice(movie, invocation)
        let timeline = try timeline(invocation, isNeeded: source == nil)
        do throws(ClipProblem) {
            let selection = ClipSelection(
                choice: choice, rules: rules(invocation),
                template: try NameTemplate(invocation[ClipArguments.name]), movieEnd: end,
                show: timeline?.header.show ?? NameTemplate.stem(ofPath: movie.path))
            return try selection.wishes(of: timeline)
        } catch {
            throw Failure(error, file: movie.path, list: source)
        }
    }

    /// Also the name of the list, where there is one.
    private static func choice(
        _ movie: MovieFile, _ invocation: Invocation
    ) throws -> (choice: ClipChoice, list: String?) {
        let ranges = invocation[ClipArguments.range]
        switch invocation[ClipArguments.choice] {
        case nil:
            guard !ranges.isEmpty else {
                throw Failure(
                    .usage, "usage.one-needed", "one of --by, --range is needed",
                    hint: "see 'vod-cut clip --help'")
            }
            let lines = ranges.enumerated().map { number, range in
                var line = range
                line.line = number + 1
                return line
            }
            return (.list(lines), "--range")
        case .timeline(let choice):
            guard ranges.isEmpty else { throw both }
            return (choice, nil)
        case .list(let path):
            guard ranges.isEmpty else { throw both }
            let input = try InputFile(path)
            let bytes = try input.readAll(limit: CutList.maximumBytes)
            do throws(ClipProblem) {
                return (
                    .list(try CutList.read(bytes, frameRate: frameRate(movie.movie))), input.name
                )
            } catch {
                throw Failure(error, file: movie.path, list: input.name)
            }
        }
    }

    private static var both: Failure {
        Failure(
            .usage, "usage.exclusive", "--by and --range exclude each other",
            hint: "see 'vod-cut clip --help'")
    }

    private static func timeline(
        _ invocation: Invocation, isNeeded: Bool
    ) throws -> Timeline? {
        guard let path = invocation[ClipArguments.timeline] else {
            guard isNeeded else { return nil }
            throw Failure(
                .usage, "usage.missing", "--timeline is missing",
                hint: "'lcctl show timeline' writes it")
        }
        let timeline = try TimelineFiles.read(path)
        return try TimelineFiles.aligned(timeline, named: path, invocation) ?? timeline
    }

    private static func rules(_ invocation: Invocation) -> ClipRules {
        ClipRules(
            leadInMilliseconds: invocation[ClipArguments.leadIn].wholeMilliseconds,
            tailMilliseconds: invocation[ClipArguments.tail].wholeMilliseconds,
            minimumMilliseconds: invocation[ClipArguments.minimum]?.wholeMilliseconds,
            maximumMilliseconds: invocation[ClipArguments.maximum]?.wholeMilliseconds,
            mergeMilliseconds: invocation[ClipArguments.merge]?.wholeMilliseconds,
            allowsOverlap: invocation[ClipArguments.overlap]
                || !invocation[ClipArguments.range].isEmpty,
            allowsPastEnd: invocation[ClipArguments.pastEnd])
    }

    /// Of the picture, by how long most of its frames last: what the timecodes of an EDL count.
    private static func frameRate(_ movie: Movie) -> ClipFrameRate {
        guard let track = movie.tracks.first(where: { $0.kind == .picture }) else {
            return .standard
        }
        let durations = track.frames.prefix(1000).map(\.duration).sorted()
        guard !durations.isEmpty, let usual = Int32(exactly: durations[durations.count / 2]) else {
            return .standard
        }
        return ClipFrameRate(numerator: track.timescale, denominator: usual) ?? .standard
    }
}
