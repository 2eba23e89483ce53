/// What `--help` prints for a program or one of its commands.
struct HelpPage {
    let program: Program
    let path: [Command]
    let width: Int
    let isColoured: Bool

    var text: String {
        guard let command = path.last else { return programText }
        return command.subcommands.isEmpty ? commandText(command) : nounText(command)
    }

    private var name: String { ([program.name] + path.map(\.name)).joined(separator: " ") }

    private var programText: String {
        let root = program.root
        let usage = ["  \(program.name) COMMAND … [OPTIONS]"]
        return sections(
            [
                paragraphs([program.summary + "."] + program.discussion),
                section(
                    "Usage", (root.map { ["  " + Usage.line(program.name, $0)] } ?? []) + usage),
                section("Arguments", definitions(root?.operands ?? [])),
            ] + options(root) + [
                section("Commands", definitions(program.commands)),
                section("Options of every command", definitions(program.common)),
                examples(program.examples),
                section("Exit status", root.map(exitStatuses) ?? []),
                section(
                    "More",
                    [
                        "  \(program.name) help COMMAND explains one; man \(program.name) is the manual."
                    ]),
            ])
    }

    private func nounText(_ command: Command) -> String {
        sections([
            paragraphs([command.summary + "."] + command.discussion),
            section("Usage", ["  \(name) COMMAND … [OPTIONS]"]),
            section("Commands", definitions(command.subcommands)),
            examples(command.examples),
            section("More", ["  \(name) COMMAND --help explains one."]),
        ])
    }

    private func commandText(_ command: Command) -> String {
        sections(
            [
                paragraphs([command.summary + "."] + command.discussion),
                section("Usage", ["  " + Usage.line(name, command)]),
                section("Arguments", definitions(command.operands)),
            ] + options(command) + [
                section("Options of every command", definitions(program.common)),
                examples(command.examples),
                section("Exit status", exitStatuses(command)),
            ])
    }

    private func options(_ command: Command?) -> [[String]] {
        (command?.options ?? []).byTopic.map { topic, rows in
            section(topic ?? "Options", definitions(rows))
        }
    }

    private func sections(_ sections: [[String]]) -> String {
        sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
            .joined(separator: "\n\n")
    }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : [Style.heading.apply(to: "\(title):", isOn: isColoured)] + lines
    }

    private func paragraphs(_ paragraphs: [String]) -> [String] {
        Array(
            paragraphs.map { TextWrap.lines($0, width: width, indent: 0) }.joined(separator: [""]))
    }

    private func definitions(_ commands: [Command]) -> [String] {
        definitions(commands.map { ($0.name, $0.summary) })
    }

    private func definitions(_ rows: [ArgumentRow]) -> [String] {
        definitions(rows.filter { !$0.isHidden }.map { ($0.headline, $0.explanation) })
    }

    /// Terms in a column of their own; a term too long for it gets a line of its own.
    private func definitions(_ pairs: [(term: String, meaning: String)]) -> [String] {
        let widest = pairs.map { TextWidth.of($0.term) }.max() ?? 0
        let column = min(widest + 4, 30)
        return pairs.flatMap { term, meaning in
            let lines = TextWrap.lines(meaning, width: width, indent: column)
            let head = "  " + term
            guard TextWidth.of(head) + 2 <= column, let first = lines.first else {
                return [head] + lines
            }
            return [TextWidth.padded(head, to: column) + first.dropFirst(column)]
                + lines.dropFirst()
        }
    }

    private func examples(_ examples: [Example]) -> [String] {
        section("Examples", examples.flatMap { ["  # \($0.meaning)", "  $ \($0.line)"] })
    }

    private func exitStatuses(_ command: Command) -> [String] {
        definitions(command.allExitStatuses.map { (String($0.rawValue), $0.meaning) })
    }
}

extension Command {
    /// Every status it may end with.
    var allExitStatuses: [ExitStatus] {
        ExitStatus.allCases.filter {
            $0 == .ok || $0 == .usage || exitStatuses.contains($0)
        }
    }
}
