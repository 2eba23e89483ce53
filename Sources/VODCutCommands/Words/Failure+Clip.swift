import CommandLineKit
import Commerce
import Cutting
import Primitives
import TimelineCommands

extension Failure {
    /// - Parameters:
    ///   - movie: the recording's path.
    ///   - by: what clips were chosen by: a word, or the file of a list.
    init(_ problem: ClipProblem, movie: String, by: String) {
        switch problem {
        case .list(let line, let flaw):
            self.init(
                .dataError, "clip.list.\(flaw.code)", "'\(by)' line \(line): \(flaw.words)")
        case .listTooLong(let limit):
            self.init(.dataError, "clip.list.too-long", "'\(by)' is longer than \(limit) bytes")
        case .tooManyClips(let limit):
            self.init(.dataError, "clip.too-many", "more than \(limit) clips of '\(movie)'")
        case .pastEnd(let origin, let time, let end):
            self.init(
                .dataError, "clip.past-end",
                "\(origin.words(by)): \(time.clock) is past the end of '\(movie)' at \(end.clock)",
                hint: "is the timeline aligned with this recording? --allow-past-end leaves it out")
        case .beforeStart(let origin, let time):
            self.init(
                .dataError, "clip.before-start",
                "\(origin.words(by)): \(time.clock) is before the start of '\(movie)'")
        case .reversed(let origin, let start, let end):
            self.init(
                .dataError, "clip.reversed",
                "\(origin.words(by)): it ends at \(end.clock), which is not after its start at "
                    + start.clock)
        case .overlapping(let origin, let other, let time):
            self.init(
                .dataError, "clip.overlapping",
                "\(origin.words(by)): it begins at \(time.clock), before \(other.place) has ended",
                hint: "--allow-overlap cuts both")
        case .nothing:
            self.init(
                .dataError, "clip.nothing", "nothing of '\(movie)' is chosen by '\(by)'",
                hint:
                    "sku, pin, flash, chapter, types of events, or a list with a '.' or '/' in its "
                    + "path")
        case .notAligned:
            self.init(
                .dataError, "timeline.not-aligned",
                "the events of the timeline have no media times yet",
                hint: "vod-cut align finds where in '\(movie)' they are")
        case .template(let flaw):
            self.init(.usage, "clip.template", "names of clips: \(flaw.words)")
        case .minimumAboveMaximum:
            self.init(.usage, "clip.min-above-max", "--min is longer than --max")
        }
    }
}

extension ClipOrigin {
    fileprivate func words(_ list: String) -> String {
        switch self {
        case .line(let number): "'\(list)' line \(number)"
        case .pin, .flash, .chapter, .event: place
        }
    }

    fileprivate var place: String {
        switch self {
        case .line(let number): "line \(number)"
        case .pin(let code): "the pin of '\(code)'"
        case .flash(let code): "the flash of '\(code)'"
        case .chapter(let title): "the chapter '\(title)'"
        case .event(let type): "the event '\(type)'"
        }
    }
}

extension MediaTime {
    fileprivate var clock: String {
        TimeWords.clock(microseconds: rescaled(to: 1_000_000).ticks)
    }
}

extension ClipProblem.ListFlaw {
    fileprivate var words: String {
        switch self {
        case .notUTF8: "not UTF-8"
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .csv(let flaw): flaw.words
        case .json(let problem): "not JSON: \(problem.words)"
        case .badTime(let text):
            "'\(text)' is no time such as 00:10, 01:02:03.5, 63.25 or 90s"
        case .noEnd: "no end: a stretch is 00:10-00:42"
        case .noColumn(let name): "no '\(name)'"
        case .badSKU(let text): "'\(text)' is no SKU"
        case .notObject: "not a JSON object"
        }
    }

    fileprivate var code: String {
        switch self {
        case .notUTF8: "not-utf8"
        case .tooLong: "line-too-long"
        case .csv: "csv"
        case .json: "not-json"
        case .badTime: "bad-time"
        case .noEnd: "no-end"
        case .noColumn: "no-column"
        case .badSKU: "bad-sku"
        case .notObject: "no-object"
        }
    }
}

extension ClipProblem.TemplateFlaw {
    fileprivate var words: String {
        switch self {
        case .empty: "the template is empty"
        case .unknownPlaceholder(let name):
            "'{\(name)}' is not known; known: "
                + NameTemplate.placeholders.map { "{\($0)}" }.joined(separator: ", ")
        case .unclosedPlaceholder: "a '{' is never closed"
        case .forbidden(let text): "'\(text)' may not stand there"
        }
    }
}
