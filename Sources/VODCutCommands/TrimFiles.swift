import CommandLineKit
import Commerce
import Cutting
import FileAccess
import Media
import Primitives
import TimelineCommands

/// What a trim writes: the movie, which stretches of the show it holds, and its timeline.
struct TrimFiles {
    private let movie: String
    private let map: String
    private let timeline: String
    private let replaces: Bool

    enum Limits {
        /// What is shorter between two stretches that go is not worth a jump.
        static let shortestMicroseconds: Int64 = 100_000
    }

    /// Nothing that stands there is replaced unless that was asked for.
    init(output: String, of source: String, replaces: Bool) throws(FileProblem) {
        let stem = output.hasSuffix(".mp4") ? String(output.dropLast(4)) : output
        movie = output
        map = stem + ".cut.json"
        timeline = stem + ".timeline.jsonl"
        self.replaces = replaces
        if FileNames.isSame(movie, source) { throw .isSource(path: movie) }
        for path in [movie, map, timeline] where !replaces && FileNames.exists(path) {
            throw .exists(path: path)
        }
    }

    func write(
        _ source: MovieFile, _ deadAir: DeadAir, _ events: Timeline?, _ stop: StopFlag,
        _ console: Console
    ) throws -> ClipOutcome {
        let long = deadAir.kept.filter { $0.length >= Limits.shortestMicroseconds }
        let kept = long.isEmpty ? deadAir.kept : long
        let outcome = try cut(source, kept, stop, console)
        let cut: CutMap
        do throws(CutMap.Problem) {
            cut = try CutMap(outcome.ranges)
        } catch {
            throw Failure(.internalError, "trim.map", "the cut has no map: \(error)")
        }
        try write(Array((cut.json.text + "\n").utf8), to: map)
        if let events {
            let media = TimelineMedia(
                file: FileNames.last(of: movie),
                durationMilliseconds: outcome.duration.milliseconds, startTime: nil)
            try write(events.cut(by: cut, media: media).lines, to: timeline)
        }
        return outcome
    }

    private func cut(
        _ source: MovieFile, _ kept: [Stretch], _ stop: StopFlag, _ console: Console
    ) throws -> ClipOutcome {
        let settings = ClipSettings(
            mode: .smart, edgeQuality: ClipSettings.Standard.edgeQuality,
            wholeQuality: ClipSettings.Standard.wholeQuality, jobs: 1, replaces: replaces)
        var outcomes: [ClipOutcome] = []
        do throws(SpliceProblem) {
            let maker = try ClipMaker(source.file, source.movie, settings, stop: stop)
            // The sound of the last frame may end a little before the picture of it, or behind.
            let end = maker.end
            let ranges = kept.compactMap { stretch -> Range<MediaTime>? in
                let from = MediaTime(ticks: stretch.start, timescale: 1_000_000)
                let to = min(MediaTime(ticks: stretch.end, timescale: 1_000_000), end)
                return from < to ? from..<to : nil
            }
            let wish = ClipWish(name: FileNames.last(of: movie), ranges: ranges)
            try maker.make([wish], in: FileNames.folder(of: movie)) { _, outcome in
                outcomes.append(outcome)
            } meanwhile: {
                if Interruption.isAsked { stop.raise() }
                console.showStatus("cutting \(FileNames.last(of: movie))")
            }
        } catch {
            try Interruption.check()
            throw Failure(error, file: source.path)
        }
        guard var outcome = outcomes.first else {
            throw Failure(TrimProblem.nothingLeft, file: source.path)
        }
        outcome.path = movie
        return outcome
    }

    private func write(_ bytes: [UInt8], to path: String) throws(FileProblem) {
        let draft = try DraftFile(at: path)
        try draft.append(bytes.span)
        try draft.publish(replacing: replaces)
    }
}
