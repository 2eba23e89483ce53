package import CommandLineKit
package import Commerce
import Primitives

extension Failure {
    /// What is wrong with a timeline, or a file that is read with it.
    package init(_ problem: TimelineProblem, file: String) {
        switch problem {
        case .empty:
            self.init(
                .dataError, "timeline.empty", "'\(file)' is empty",
                hint: "lcctl show timeline writes the timeline of a show")
        case .tooLong(let limit):
            self.init(.dataError, "timeline.too-long", "'\(file)' is longer than \(limit) bytes")
        case .tooManyEvents(let limit):
            self.init(
                .dataError, "timeline.too-many-events", "'\(file)' has more than \(limit) events")
        case .wrongSchema(let schema):
            self.init(
                .dataError, "timeline.wrong-schema",
                "'\(file)' is something else: it says '\(schema)' of itself")
        case .line(let number, let flaw):
            var details = JSONObject()
            details["file"] = .string(file)
            details["line"] = .integer(Int64(number))
            self.init(
                .dataError, "timeline.\(flaw.code)", "'\(file)' line \(number): \(flaw.words)",
                details: details)
        case .document(let flaw):
            self.init(.dataError, "timeline.\(flaw.code)", "'\(file)': \(flaw.words)")
        case .tooFarFromMedia(let time):
            self.init(
                .dataError, "timeline.too-far",
                "'\(file)': an event at \(time.rfc3339) is decades away from the recording",
                hint: "is it the recording of this show?")
        case .outOfReach(let milliseconds):
            self.init(
                .dataError, "timeline.out-of-reach",
                "'\(file)': moved by \(milliseconds) ms, events are out of reach")
        case .notAligned:
            self.init(
                .dataError, "timeline.not-aligned",
                "'\(file)': its events have no media times yet",
                hint: "vod-cut align, --recording or --offset finds them")
        }
    }
}

extension TimelineProblem.Flaw {
    fileprivate var words: String {
        switch self {
        case .tooLong(let limit): "longer than \(limit) bytes"
        case .notUTF8: "not UTF-8"
        case .notJSON(let problem): "not JSON: \(problem.words)"
        case .notObject: "not a JSON object"
        case .field(let problem): problem.words
        case .noTime: "neither media_time_ms nor time: nobody knows when it was"
        case .csv(let flaw): flaw.words
        case .noColumn(let name): "no column '\(name)'"
        case .badMediaTime(let text): "'\(text)' is no number of milliseconds"
        case .malformed(let expected): "not \(expected)"
        }
    }

    /// The stable name of the flaw.
    fileprivate var code: String {
        switch self {
        case .tooLong: "line-too-long"
        case .notUTF8: "not-utf8"
        case .notJSON: "not-json"
        case .notObject: "no-object"
        case .field(let problem): "field.\(problem.flaw.code)"
        case .noTime: "no-time"
        case .csv: "csv"
        case .noColumn: "no-column"
        case .badMediaTime: "bad-media-time"
        case .malformed: "malformed"
        }
    }
}
