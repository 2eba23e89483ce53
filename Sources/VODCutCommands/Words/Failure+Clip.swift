import CommandLineKit
import Cutting
import Primitives
import TimelineCommands

extension Failure {
    /// - Parameters:
    ///   - file: the recording.
    ///   - list: what the stretches come from, where that is a list.
    init(_ problem: ClipProblem, file: String, list: String?) {
        func bad(_ code: String, _ message: String, _ hint: String? = nil) -> Failure {
            Failure(.dataError, "clip.\(code)", message, hint: hint)
        }
        let name = list ?? "the list"
        switch problem {
        case .list(let line, let flaw):
            self = bad("list", "\(name), line \(line): \(flaw.words)")
        case .listTooLong(let limit):
            self = bad("list-too-long", "'\(name)' is longer than \(limit) bytes")
        case .tooManyClips(let limit):
            self = bad(
                "too-many", "more than \(limit) clips of '\(file)'", "--merge-within joins them")
        case .pastEnd(let origin, let time, let end):
            self = bad(
                "past-end",
                "'\(file)' ends at \(end.clock), before \(origin.words(name)) at \(time.clock)",
                "--allow-past-end leaves out what the recording does not have")
        case .beforeStart(let origin, let time):
            self = bad(
                "before-start",
                "\(origin.words(name)) begins at \(time.clock), before '\(file)' does")
        case .reversed(let origin, let start, let end):
            self = bad(
                "reversed",
                "\(origin.words(name)) of '\(file)' begins at \(start.clock) and ends at "
                    + "\(end.clock)", "a stretch ends later than it begins")
        case .overlapping(let origin, let other, let time):
            self = bad(
                "overlapping",
                "\(origin.words(name)) begins at \(time.clock), before \(other.words(name)) "
                    + "has ended", "--allow-overlap makes both")
        case .nothing:
            self = bad("none-chosen", "nothing of '\(file)' is what was asked for")
        case .notAligned:
            self = bad(
                "not-aligned", "the timeline does not say where in '\(file)' its events are",
                "place it with --offset or --recording, or with 'vod-cut align'")
        case .template(let flaw):
            self.init(.usage, "usage.template", "--name: \(flaw.words)")
        case .minimumAboveMaximum:
            self.init(.usage, "usage.lengths", "--min is longer than --max")
        }
    }
}

extension MediaTime {
    fileprivate var clock: String {
        TimeWords.clock(microseconds: rescaled(to: 1_000_000).ticks)
    }
}

extension ClipOrigin {
    fileprivate func words(_ list: String) -> String {
        switch self {
        case .line(let number):
            list == "--range" ? "--range \(number)" : "line \(number) of '\(list)'"
        case .pin(let code): "the pin of '\(code)'"
        case .flash(let code): "the flash of '\(code)'"
        case .chapter(let title): "the chapter '\(title)'"
        case .event(let type): "an event '\(type)'"
        }
    }
}

extension ClipProblem.ListFlaw {
    fileprivate var words: String {
        switch self {
        case .notUTF8: "it is not UTF-8"
        case .tooLong(let limit): "it is longer than \(limit) bytes"
        case .csv(let flaw): flaw.words
        case .json(let problem): problem.words
        case .badTime(let text): "'\(text)' is no time such as 00:10.5 or 63.25"
        case .noEnd: "it says no end"
        case .noColumn(let name): "there is no column '\(name)'"
        case .badSKU(let text): "'\(text)' is no SKU"
        case .notObject: "it is not an object"
        }
    }
}

extension ClipProblem.TemplateFlaw {
    fileprivate var words: String {
        switch self {
        case .empty: "it is empty"
        case .unknownPlaceholder(let name):
            "{\(name)} is not known; there are "
                + NameTemplate.placeholders.map { "{\($0)}" }.joined(separator: ", ")
        case .unclosedPlaceholder: "a { is not closed"
        case .forbidden(let text): "'\(text)' cannot be in the name of a file"
        }
    }
}
