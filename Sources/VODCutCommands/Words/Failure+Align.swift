import CommandLineKit
import Cutting

extension Failure {
    /// - Parameter file: the recording.
    init(_ problem: AlignProblem, file: String) {
        let hint = "name its recording.json with --recording, or say with --offset where it starts"
        switch problem {
        case .media(let error, let time): self.init(error, file: file, microseconds: time)
        case .noPicture:
            self.init(
                .dataError, "align.no-picture", "'\(file)' has no picture to read a clock in",
                hint: hint)
        case .noClock(let looked):
            self.init(
                .dataError, "align.no-clock",
                "'\(file)' has no clock in the \(looked) pictures that were looked at", hint: hint)
        case .noTimes:
            self.init(
                .dataError, "align.no-times",
                "the timeline of '\(file)' has no times of day to go by",
                hint: "events need 'time'; --offset moves their media times")
        case .stopped: self.init(.interrupted, "interrupted", "interrupted")
        }
    }
}
