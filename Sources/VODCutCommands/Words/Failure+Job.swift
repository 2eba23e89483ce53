import CommandLineKit
import Cutting
import TimelineCommands

extension Failure {
    init(_ problem: JobProblem, file: String) {
        let line = problem.line.map { "line \($0) of " } ?? ""
        let place = problem.path.isEmpty ? "" : "'\(problem.path)' "
        let code: String
        var hint: String?
        let words: String
        switch problem.fault {
        case .notJSON(let fault): (code, words) = ("not-json", "is no JSON: \(fault.words)")
        case .wrongKind(let expected): (code, words) = ("wrong-kind", "must be \(expected)")
        case .unknown(let known):
            (code, words) = ("unknown", "is not known")
            hint = "known: \(known.joined(separator: ", "))"
        case .missing: (code, words) = ("missing", "is missing")
        case .wrongSchema(let expected): (code, words) = ("schema", "must be '\(expected)'")
        case .noSteps:
            (code, words) = ("no-steps", "makes nothing")
            hint = "name at least one of align, trim, clips, package and page"
        case .tooMany(let limit): (code, words) = ("too-many", "has more than \(limit)")
        case .leavesFolder:
            (code, words) = ("leaves-folder", "must be a plain name, which stays in its folder")
        case .twice: (code, words) = ("twice", "is the same as that of another job")
        case .outOfPlace:
            (code, words) = ("out-of-place", "has no place in the recipe of many recordings")
            hint = "each recording of the folder brings its own"
        }
        self.init(
            .dataError, "job.\(code)",
            "\(place.isEmpty ? "" : place + "of ")\(line)'\(file)' \(words)",
            hint: hint)
    }
}
