import CommandLineKit
import Cutting

/// Which command does a step of a job, and what a job may say of it: the options that it has, less
/// those that the job knows itself.
enum JobSteps {
    static func command(_ kind: JobStepKind) -> String {
        switch kind {
        case .align: "align"
        case .trim: "trim"
        case .clips: "clip"
        case .package: "package"
        case .page: "page"
        }
    }

    static func options(_ kind: JobStepKind) -> [JobOption] {
        let name = command(kind)
        guard let command = VODCut.program.commands.first(where: { $0.name == name }) else {
            return []
        }
        let ours = ["output", "timeline", "force", "format", "dry-run"]
        return command.options.filter { !ours.contains($0.name) && !$0.isHidden }.map { row in
            JobOption(
                name: row.name.replacing("-", with: "_"), form: form(row),
                takesMany: row.count == .any || row.count == .oneOrMore)
        }
    }

    private static func form(_ row: ArgumentRow) -> JobOption.Form {
        switch row.form {
        case .flag, .negatable: return .flag
        case .option, .implying, .operand: break
        }
        if row.name == "captions" { return .markedPath }
        return row.completion == .file ? .path : .text
    }

    /// The words that say a step's settings on a command line.
    static func words(_ step: JobStep) -> [String] {
        step.settings.flatMap { setting -> [String] in
            let name = "--" + setting.option.name.replacing("_", with: "-")
            if setting.option.form == .flag { return [name] }
            // In one word, so that a value with a dash is no option.
            return setting.values.map { "\(name)=\($0)" }
        }
    }
}
