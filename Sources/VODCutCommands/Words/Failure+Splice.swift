import CommandLineKit
import Cutting
import MediaCommands
import Primitives

extension Failure {
    /// - Parameter file: the recording.
    init(_ problem: SpliceProblem, file: String) {
        func at(_ time: MediaTime) -> String { Self.clock(time) }
        switch problem {
        case .file(let problem): self.init(problem)
        case .media(let error, let near):
            self.init(
                error, name: "\(file)' at '\(at(near))", hasBegun: true, hints: MediaHints())
        case .undecodable(let near):
            self.init(
                .dataError, "clip.undecodable",
                "nothing of '\(file)' can be decoded at \(at(near))",
                hint: "'vod-cut inspect' tells what is damaged")
        case .resizes(let near):
            self.init(
                .dataError, "clip.resizes",
                "the picture of '\(file)' has another size from \(at(near)) on",
                hint: "cut before or after it")
        case .emptyRange(let from, let to):
            self.init(
                .dataError, "clip.empty-range",
                "nothing lies from \(at(from)) to \(at(to)) of '\(file)'",
                hint: "a stretch ends later than it begins")
        case .pastEnd(let from, let to, let end):
            self.init(
                .dataError, "clip.past-end",
                "'\(file)' ends at \(at(end)), before the stretch from \(at(from)) to \(at(to)) does"
            )
        case .noKeyframe(let near):
            self.init(
                .dataError, "clip.no-keyframe",
                "'\(file)' has no keyframe to begin a copy with at \(at(near))",
                hint: "--mode smart cuts anywhere")
        case .nothingToCut:
            self.init(
                .dataError, "clip.nothing", "'\(file)' has neither picture nor sound to cut")
        case .tooLarge:
            self.init(.dataError, "clip.layout", "a clip of '\(file)' cannot be laid out as MP4")
        case .interrupted: self.init(.interrupted, "interrupted", "interrupted")
        }
    }

    private static func clock(_ time: MediaTime) -> String {
        TimeWords.clock(microseconds: time.rescaled(to: 1_000_000).ticks)
    }
}

extension EncodeReason {
    /// Stable, for scripts.
    var code: String {
        switch self {
        case .asked: "asked"
        case .codec: "codec"
        case .interlaced: "interlaced"
        case .profile: "profile"
        case .shortLengths: "short-lengths"
        case .unknownParameters: "unknown-parameters"
        case .changes: "changes"
        case .noEntry: "no-entry"
        }
    }

    var words: String {
        switch self {
        case .asked: "encoding was asked for"
        case .codec(let name): "\(name) is copied only from keyframe to end"
        case .interlaced: "the picture is interlaced"
        case .profile(let number): "nothing here encodes profile \(number)"
        case .shortLengths: "its frames have lengths of fewer than four bytes"
        case .unknownParameters: "what its decoder needs is not told"
        case .changes: "the stretch is coded in more than one way"
        case .noEntry: "no keyframe in the stretch begins anew"
        }
    }
}
