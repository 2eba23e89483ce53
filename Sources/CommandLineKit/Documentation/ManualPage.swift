/// Manual pages in mdoc: one for the program, one for each of its commands or nouns.
struct ManualPage {
    let program: Program
    /// The noun or command that the page is about; nil for the program's own page.
    let command: Command?

    var name: String { command.map { "\(program.name)-\($0.name)" } ?? program.name }
    var path: String { "man/\(name).1" }

    var text: String {
        var lines = [
            ".\\\" Generated from the flag tables; change those.",
            ".Dd \(Version.date)", ".Dt \(Self.escaped(name.uppercased())) 1", ".Os",
            ".Sh NAME", ".Nm \(name)",
            ".Nd \(Self.escaped((command?.summary ?? program.summary).lowercasedFirst))",
            ".Sh SYNOPSIS",
        ]
        lines += synopsis
        lines += [".Sh DESCRIPTION"] + paragraphs(command?.discussion ?? program.discussion)
        if let command, !command.subcommands.isEmpty {
            lines += [".Sh COMMANDS"]
            for subcommand in command.subcommands { lines += section(subcommand) }
        } else if let command {
            lines += details(command)
        } else {
            lines += programSections
        }
        lines += [".Sh SEE ALSO"] + seeAlso
        return lines.joined(separator: "\n") + "\n"
    }

    private var synopsis: [String] {
        guard let command else {
            return [".Nm", ".Ar command", ".Op Ar argument ...", ".Op Ar options"]
        }
        let leaves = command.subcommands.isEmpty ? [command] : command.subcommands
        return leaves.flatMap { leaf in
            [
                ".Nm \(program.name) \(command.name)"
                    + (leaf.name == command.name ? "" : " \(leaf.name)")
            ]
                + words(of: leaf) + (leaf.name == leaves.last?.name ? [] : [".br"])
        }
    }

    private func words(of command: Command) -> [String] {
        let operands = command.operands.map { row in
            let dots = row.takesMany ? " ..." : ""
            return row.isRequired ? ".Ar \(row.name)\(dots)" : ".Op Ar \(row.name)\(dots)"
        }
        let required = command.options.filter(\.isRequired).map {
            ".Fl -\($0.name) Ar \($0.placeholder)"
        }
        return operands + required + (command.options.isEmpty ? [] : [".Op Ar options"])
    }

    private func section(_ command: Command) -> [String] {
        [".Ss \(Self.escaped(command.name))", Self.escaped(command.summary) + "."]
            + command.discussion.flatMap { [".Pp", Self.escaped($0)] }
            + list(command.operands + command.options)
            + command.examplesSection(isSub: true)
            + [".Pp", "Exit status:"] + exitList(command)
    }

    private func details(_ command: Command) -> [String] {
        var lines = list(command.operands + command.options)
        lines += [".Sh EXIT STATUS"] + exitList(command)
        return lines + command.examplesSection(isSub: false)
    }

    private func exitList(_ command: Command) -> [String] {
        [".Bl -tag -width Ds -compact"]
            + command.allExitStatuses.flatMap {
                [".It \($0.rawValue)", Self.escaped($0.meaning)]
            } + [".El"]
    }

    private var programSections: [String] {
        var lines = [".Sh COMMANDS", ".Bl -tag -width Ds"]
        for command in program.commands {
            lines += [".It Cm \(command.name)", Self.escaped(command.summary) + "."]
        }
        lines += [".El", ".Sh OPTIONS", "Every command takes these."] + list(program.common)
        lines += [".Sh ENVIRONMENT", ".Bl -tag -width Ds"]
        for row in program.common {
            guard let variable = row.environment else { continue }
            lines += [".It Ev \(variable)", "The same as", ".Fl -\(row.name) ."]
        }
        for (name, meaning) in program.environment {
            lines += [".It Ev \(name)", Self.escaped(meaning)]
        }
        lines += [".El"]
        if !program.files.isEmpty {
            lines += [".Sh FILES", ".Bl -tag -width Ds"]
            for (path, meaning) in program.files {
                lines += [".It Pa \(Self.escaped(path))", Self.escaped(meaning)]
            }
            lines += [".El"]
        }
        lines += [".Sh EXIT STATUS", ".Bl -tag -width Ds -compact"]
        for status in ExitStatus.allCases {
            lines += [".It \(status.rawValue)", Self.escaped(status.meaning)]
        }
        return lines + [".El"] + Self.examples(program.examples, isSub: false)
    }

    private var seeAlso: [String] {
        let own =
            command == nil
            ? program.commands.filter { $0.name != "help" }.map { "\(program.name)-\($0.name)" }
            : [program.name]
        let names = (own + program.seeAlso).sorted()
        return names.map { ".Xr \($0) 1" + ($0 == names.last ? "" : " ,") }
    }

    private func paragraphs(_ paragraphs: [String]) -> [String] {
        let texts = paragraphs.isEmpty ? [(command?.summary ?? program.summary) + "."] : paragraphs
        return Array(texts.map { [Self.escaped($0)] }.joined(separator: [".Pp"]))
    }

    private func list(_ rows: [ArgumentRow]) -> [String] {
        let visible = rows.filter { !$0.isHidden }
        guard !visible.isEmpty else { return [] }
        return [".Bl -tag -width Ds"]
            + visible.flatMap { [".It \($0.manualTag)", Self.escaped($0.explanation)] } + [".El"]
    }

    static func examples(_ examples: [Example], isSub: Bool) -> [String] {
        guard !examples.isEmpty else { return [] }
        let title = isSub ? [".Pp", "Examples:"] : [".Sh EXAMPLES"]
        return title
            + examples.flatMap { example in
                [
                    isSub ? ".Pp" : nil, escaped(example.meaning) + ":",
                    ".Dl $ \(escaped(example.line))",
                ].compactMap(\.self)
            }
    }

    /// Text that roff takes as text: no macro at a line's start, no escape in its middle.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\\": escaped += "\\e"
            case "…": escaped += "..."
            case "'": escaped += "\\(aq"
            case "-": escaped += "\\-"
            case "\n": escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped.first == "." ? "\\&" + escaped : escaped
    }
}

extension Command {
    fileprivate func examplesSection(isSub: Bool) -> [String] {
        ManualPage.examples(examples, isSub: isSub)
    }
}

extension ArgumentRow {
    fileprivate var manualTag: String {
        let short = short.map { "Fl \($0) , " } ?? ""
        return switch form {
        case .operand: "Ar \(name)"
        case .flag: "\(short)Fl -\(name)"
        case .negatable: "\(short)Fl -[no-]\(name)"
        case .option: "\(short)Fl -\(name) Ar \(placeholder)"
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String {
        // An acronym at the start stays one.
        dropFirst().first?.isUppercase ?? false ? self : prefix(1).lowercased() + dropFirst()
    }
}
