/// Every generated file of a program, by its path in the project.
package enum Documentation {
    package static func files(for program: Program) -> [(path: String, text: String)] {
        let pages =
            [ManualPage(program: program, command: nil)]
            + program.commands.filter { $0.name != "help" }
            .map { ManualPage(program: program, command: $0) }
        let scripts: [(path: String, text: String)] = [
            ("completions/\(program.name).bash", CompletionScript.text(for: .bash, program.name)),
            ("completions/_\(program.name)", CompletionScript.text(for: .zsh, program.name)),
            ("completions/\(program.name).fish", CompletionScript.text(for: .fish, program.name)),
        ]
        return pages.map { ($0.path, $0.text) } + scripts
    }

    /// Writes the files of some programs, and what they share, below a folder.
    package static func write(_ programs: [Program], below root: String) throws {
        for (path, text) in programs.flatMap(files) + [exitCodes] {
            let file = try OutputFile("\(root)/\(path)", replacing: true)
            try file.write(Array(text.utf8))
            try file.publish()
        }
    }

    /// The table of exit statuses that all programs share.
    package static var exitCodes: (path: String, text: String) {
        let rows = ExitStatus.allCases.map { "| \($0.rawValue) | \($0) | \($0.meaning) |" }
        let lines = [
            "# Exit statuses", "",
            "Generated from `ExitStatus`; change that. Every program of the toolkit ends with one of",
            "these, and its manual names those that it may end with.", "",
            "| Status | Name | Meaning |", "|---|---|---|",
        ]
        return ("docs/ExitCodes.md", (lines + rows).joined(separator: "\n") + "\n")
    }
}
