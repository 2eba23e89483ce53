import CommandLineKit
import Cutting
import Media
import MediaCommands

extension Failure {
    /// - Parameter file: the show.
    init(_ problem: TrimProblem, file: String) {
        switch problem {
        case .media(let error, let time): self.init(error, file: file, microseconds: time)
        case .noLength:
            self.init(.dataError, "trim.no-length", "'\(file)' does not say how long it is")
        case .nothingLeft:
            self.init(
                .dataError, "trim.nothing-left", "nothing would be left of '\(file)'",
                hint: "see with --dry-run what goes, and name fewer signs with --what")
        case .tooManyStretches(let limit):
            self.init(
                .dataError, "trim.too-many", "more than \(limit) stretches of '\(file)' would go",
                hint: "a longer --min takes fewer")
        case .stopped: self.init(.interrupted, "interrupted", "interrupted")
        }
    }

    /// Media that could not be read, with the file and the time it happened at.
    init(_ error: MediaError, file: String, microseconds: Int64?) {
        let place = microseconds.map { "\(file)' at '\(TimeWords.clock(microseconds: $0))" }
        self.init(
            error, name: place ?? file, hasBegun: microseconds != nil, hints: MediaHints())
    }
}
