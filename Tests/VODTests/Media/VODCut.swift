import Glibc
import Primitives
import TestSupport

/// `vod-cut` as it is shipped.
enum VODCutProgram {
    static let path = Programs.path("vod-cut")

    static func run(
        _ words: [String], folder: String? = nil, within limit: Duration = .seconds(120)
    ) throws -> ProcessRun {
        try ProcessRun.run(
            path, words, environment: MediaPrograms.environment, folder: folder, within: limit)
    }

    /// Cuts clips; gives their paths in the order of the ranges.
    static func clips(
        _ source: String, _ ranges: [String], to output: String, _ more: [String] = []
    )
        throws -> [Clip]
    {
        let run = try run(
            ["clip", source] + ranges.flatMap { ["--range", $0] } + ["--output", output]
                + ["-o", "json"] + more)
        guard run.status == 0, case .object(let answer) = try? JSON(parsing: run.output),
            case .array(let clips) = answer["clips"]
        else { throw MediaFailure(words: "\(run.ending): \(run.talk) \(run.output)") }
        return clips.map { Clip($0) }
    }

    /// What the program says of a clip.
    struct Clip {
        let file: String
        let mode: String

        init(_ json: JSON) {
            file = json["path"]?.stringValue ?? ""
            mode = json["picture"]?["mode"]?.stringValue ?? ""
        }
    }

    /// `12.345`
    static func time(_ seconds: Double) -> String {
        let thousandths = Int((seconds * 1000).rounded())
        let rest = "\(thousandths % 1000)"
        return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest)"
    }
}
