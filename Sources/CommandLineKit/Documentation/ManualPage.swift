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
        if let command {
            lines += sections(command)
        } else {
            lines += programSections
        }
        lines += [".Sh SEE ALSO"] + seeAlso
        return lines.joined(separator: "\n") + "\n"
    }

    private var synopsis: [String] {
        guard let command else {
            return (program.root.map { [".Nm"] + words(of: $0) } ?? [])
                + [".Nm", ".Ar command", ".Op Ar argument ...", ".Op Ar options"]
        }
        return command.leaves.flatMap { leaf in
            [".Nm \(program.name) \(leaf.names.joined(separator: " "))"] + words(of: leaf.command)
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

    private func sections(_ command: Command) -> [String] {
        var lines: [String] = []
        if command.subcommands.isEmpty {
            lines += arguments(command)
        } else {
            lines += [".Sh COMMANDS"]
            for leaf in command.leaves { lines += section(leaf) }
        }
        lines += [".Sh OPTIONS", "Those of every command are in", ".Xr \(program.name) 1 ."]
        lines += [".Sh EXIT STATUS"] + exitList(command.leaves.flatMap(\.command.allExitStatuses))
        return lines + Self.examples(command.examples, isSub: false)
    }

    private func section(_ leaf: Command.Leaf) -> [String] {
        let command = leaf.command
        let statuses = command.allExitStatuses.map { String($0.rawValue) }
        return [".Ss \(Self.escaped(leaf.names.dropFirst().joined(separator: " ")))"]
            + [Self.escaped(command.summary) + "."]
            + command.discussion.flatMap { [".Pp", Self.escaped($0)] }
            + arguments(command)
            + Self.examples(command.examples, isSub: true)
            + [".Pp", "Exit status: \(statuses.joined(separator: ", "))."]
    }

    private func exitList(_ statuses: [ExitStatus]) -> [String] {
        [".Bl -tag -width Ds -compact"]
            + ExitStatus.allCases.filter(statuses.contains).flatMap {
                [".It \($0.rawValue)", Self.escaped($0.meaning)]
            } + [".El"]
    }

    private var programSections: [String] {
        let root = program.root
        var lines = root.map(arguments) ?? []
        lines += [".Sh COMMANDS", ".Bl -tag -width Ds"]
        for command in program.commands {
            lines += [".It Cm \(command.name)", Self.escaped(command.summary) + "."]
        }
        lines += [".El", ".Sh OPTIONS", "Every command takes these."] + list(program.common)
        lines += [".Sh ENVIRONMENT", ".Bl -tag -width Ds"]
        for row in (root?.options ?? []) + program.common {
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
        lines += [".Sh EXIT STATUS"] + exitList(root?.allExitStatuses ?? ExitStatus.allCases)
        return lines + Self.examples(program.examples, isSub: false)
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

    /// Operands and options, those with a topic under it.
    private func arguments(_ command: Command) -> [String] {
        let plain = command.options.filter { $0.topic == nil }
        let topics = command.options.filter { $0.topic != nil }.byTopic
        return list(command.operands + plain)
            + topics.flatMap { topic, rows in
                [".Pp", Self.escaped(topic ?? "") + ":"] + list(rows)
            }
    }

    private func list(_ rows: [ArgumentRow]) -> [String] {
        let visible = rows.filter { !$0.isHidden }
        guard !visible.isEmpty else { return [] }
        return [".Bl -tag -width Ds"]
            + visible.flatMap { [".It \($0.manualTag)", Self.escaped($0.explanation)] } + [".El"]
    }

    private static func examples(_ examples: [Example], isSub: Bool) -> [String] {
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

    /// Text that roff takes as text: no macro at a line's start, no escape in its middle, and each
    /// sentence on a line of its own, as mdoc wants it.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        var previous: Character = " "
        for character in text {
            defer { previous = character }
            switch character {
            case " " where previous == "." || previous == "?": escaped += "\n"
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
    /// A command that runs, with the names that lead to it.
    fileprivate struct Leaf {
        let names: [String]
        let command: Command
    }

    fileprivate var leaves: [Leaf] {
        guard !subcommands.isEmpty else { return [Leaf(names: [name], command: self)] }
        return subcommands.flatMap(\.leaves).map { leaf in
            Leaf(names: [name] + leaf.names, command: leaf.command)
        }
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
        case .implying: "\(short)Fl -\(name) Ns Op Ns = Ns Ar \(placeholder)"
        }
    }
}

extension String {
    fileprivate var lowercasedFirst: String {
        // An acronym at the start stays one.
        dropFirst().first?.isUppercase ?? false ? self : prefix(1).lowercased() + dropFirst()
    }
}
