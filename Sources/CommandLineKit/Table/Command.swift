/// One command: the single source of its parsing, help, manual page and completion.
package struct Command: Sendable {
    package typealias Run = @Sendable (Invocation, Console) throws -> ExitStatus

    package let name: String
    /// One line, a capital first, no full stop: what it does.
    package let summary: String
    /// Paragraphs.
    package let discussion: [String]
    package let arguments: [ArgumentRow]
    package let groups: [ArgumentGroup]
    package let examples: [Example]
    /// Those it may end with besides 0 and 64, which every command may.
    package let exitStatuses: [ExitStatus]
    package let subcommands: [Command]
    package let run: Run?

    package init(
        _ name: String, _ summary: String, discussion: [String] = [],
        output: OutputKind = .none, arguments: [ArgumentRow] = [], groups: [ArgumentGroup] = [],
        examples: [Example] = [], exitStatuses: [ExitStatus] = [], run: @escaping Run
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.arguments = arguments + output.rows
        self.groups = groups
        self.examples = examples
        self.exitStatuses = exitStatuses
        subcommands = []
        self.run = run
    }

    /// A command that only holds others: a noun.
    package init(
        _ name: String, _ summary: String, discussion: [String] = [], examples: [Example] = [],
        subcommands: [Command]
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.examples = examples
        self.subcommands = subcommands
        arguments = []
        groups = []
        exitStatuses = []
        run = nil
    }

    /// The main job of a program, which needs no command word. The program says what it is and
    /// shows examples.
    package static func root(
        output: OutputKind = .none, arguments: [ArgumentRow], groups: [ArgumentGroup] = [],
        exitStatuses: [ExitStatus] = [], run: @escaping Run
    ) -> Command {
        Command(
            "", "", output: output, arguments: arguments, groups: groups,
            exitStatuses: exitStatuses, run: run)
    }

    package var operands: [ArgumentRow] { arguments.filter { $0.form == .operand } }
    package var options: [ArgumentRow] { arguments.filter { $0.form != .operand } }
}

/// A command line and what it does.
package struct Example: Sendable {
    package let line: String
    package let meaning: String

    package init(_ line: String, _ meaning: String) {
        self.line = line
        self.meaning = meaning
    }
}

/// Options that stand in a relation to one another, by name.
package enum ArgumentGroup: Sendable, Equatable {
    case atMostOne([String])
    case exactlyOne([String])
    case atLeastOne([String])

    package var names: [String] {
        switch self {
        case .atMostOne(let names), .exactlyOne(let names), .atLeastOne(let names): names
        }
    }
}
