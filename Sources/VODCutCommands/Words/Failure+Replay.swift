import CommandLineKit
import Cutting

extension Failure {
    /// The words for what makes no replay page; `subject` is the file or the option.
    init(_ problem: ReplayProblem, of subject: String, _ status: ExitStatus = .dataError) {
        func failure(_ code: String, _ message: String, _ hint: String? = nil) -> Failure {
            Failure(status, "page.\(code)", "\(subject): \(message)", hint: hint)
        }
        switch problem {
        case .badURL(let text):
            self = failure(
                "bad-url", "'\(text)' is no address of a page",
                "an http or https address, or a path beside the page; values go behind the host")
        case .unknownPlaceholder(let name, let text):
            let known = CheckoutTemplate.placeholders.map { "{\($0)}" }.joined(separator: ", ")
            self = failure(
                "unknown-placeholder", "'{\(name)}' of '\(text)' means nothing",
                "there are \(known)")
        case .missingPlaceholder(let name, let text):
            self = failure("missing-placeholder", "'\(text)' lacks '{\(name)}'")
        case .badOrigin(let text):
            self = failure(
                "bad-origin", "'\(text)' is no origin", "an origin is https://shop.example")
        case .tooManyProducts(let limit):
            self = failure("too-many-products", "there are more than \(limit) products")
        case .tooManyChanges(let limit):
            self = failure("too-many-changes", "there are more than \(limit) changes")
        case .tooManyCues(let limit):
            self = failure("too-many-cues", "there are more than \(limit) cues")
        case .tooLong(let limit):
            self = failure("too-long", "it is longer than \(limit) bytes")
        case .chatLine(let number):
            self = failure("chat-line", "line \(number) is no JSON object")
        case .cueLine(let number):
            self = failure("cue-line", "line \(number) is not WebVTT")
        case .noPicture(let line):
            self = failure(
                "no-picture", "the cue at line \(line) names no picture",
                "it is to be such as sprite.jpg#xywh=160,0,160,90")
        case .notAligned:
            self = failure(
                "not-aligned", "the events have no media times",
                "align it with the recording: vod-cut align")
        }
    }
}
