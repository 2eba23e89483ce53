/// A whole program: its commands, the options that all of them share, and what its pages say.
package struct Program: Sendable {
    package let name: String
    package let summary: String
    package let discussion: [String]
    /// The main job of a program that does it without a command word: `whip-push INPUT URL`.
    package let root: Command?
    /// Accepted by every command, before or after its name.
    package let common: [ArgumentRow]
    package let commands: [Command]
    package let examples: [Example]
    package let files: [(path: String, meaning: String)]
    /// Environment variables that no option names.
    package let environment: [(name: String, meaning: String)]
    package let seeAlso: [String]
    /// The values of the configuration file by key; asked at most once, and only when needed.
    package let configuration:
        @Sendable (Environment, _ context: String?) throws -> [String: String]
    /// Words for the errors of the modules below.
    package let describe: @Sendable (any Error) -> Failure?
    /// What a shell may offer for a dynamic completion. It must be quick and may know nothing.
    package let candidates: @Sendable (_ name: String, Invocation) -> [String]

    package init(
        _ name: String, _ summary: String, discussion: [String], common: [ArgumentRow],
        root: Command? = nil, commands: [Command], examples: [Example],
        files: [(path: String, meaning: String)] = [],
        environment: [(name: String, meaning: String)] = [], seeAlso: [String] = [],
        configuration: @escaping @Sendable (Environment, String?) throws -> [String: String] = {
            _, _ in [:]
        },
        describe: @escaping @Sendable (any Error) -> Failure?,
        candidates: @escaping @Sendable (String, Invocation) -> [String] = { _, _ in [] }
    ) {
        self.name = name
        self.summary = summary
        self.discussion = discussion
        self.root = root
        self.common = common + StandardOptions.common
        self.commands = commands + [BuiltIn.help, BuiltIn.completion(for: name)]
        self.examples = examples
        self.files = files
        self.environment = environment + StandardOptions.environment
        self.seeAlso = seeAlso
        self.configuration = configuration
        self.describe = describe
        self.candidates = candidates
    }

    /// Whether it has something to do when nothing is said.
    var runsAlone: Bool { root.map { !$0.arguments.contains(where: \.isRequired) } ?? false }

    /// The command that a path of names leads to, as far as it leads, and the names gone.
    func find(_ names: [String]) -> [Command] {
        var found: [Command] = []
        var level = commands
        for name in names {
            guard let next = level.first(where: { $0.name == name }) else { break }
            found.append(next)
            level = next.subcommands
        }
        return found
    }
}

/// Commands that every program has.
enum BuiltIn {
    static let helpPath = Argument.operands(
        "COMMAND", ValueKind<String>.text, "the command to explain", allowsNone: true)

    /// `Program.main` sees to it before a command runs.
    static let help = Command(
        "help", "Explain a command", arguments: [helpPath.row],
        run: { _, _ in preconditionFailure("help is not run as a command") })

    static func completion(for program: String) -> Command {
        let shell = Argument.operand(
            "SHELL", .choice(of: Shell.self, "SHELL"), "the shell to complete in")
        return Command(
            "completion", "Print a completion script for a shell",
            discussion: [
                "The script asks the program itself, so it knows every option of the version that "
                    + "is installed, and the names that can be completed now."
            ],
            arguments: [shell.row],
            examples: [
                Example("source <(\(program) completion bash)", "complete in this bash"),
                Example(
                    "\(program) completion fish > ~/.config/fish/completions/\(program).fish",
                    "complete in every fish from now on"),
            ],
            run: { invocation, console in
                try console.write(CompletionScript.text(for: invocation[shell], program))
                return .ok
            })
    }
}
