internal import Glibc
import Primitives

extension Program {
    /// Runs the program as a process: what every main.swift does.
    package func runAndExit() -> Never {
        Interruption.install()
        let environment = Environment.process
        let console = Console.standard(environment)
        let status = main(
            Array(CommandLine.arguments.dropFirst()), environment: environment, console: console)
        exit(status.rawValue)
    }

    /// Runs one command line. Whatever happens becomes words and a status.
    package func main(
        _ arguments: [String], environment: Environment, console: Console
    ) -> ExitStatus {
        let wantsJSON = StandardOptions.wantsJSON(arguments)
        do {
            let status = try run(arguments, environment, console)
            try console.flush()
            console.clearProgress()
            return status
        } catch is ClosedOutput {
            return .ok
        } catch {
            // What was answered before the failure is still the answer.
            try? console.flush()
            let failure = failure(error)
            let colour = console.traits.errorColour
            console.say(
                wantsJSON
                    ? failure.json.text
                    : Style.failure.apply(to: failure.text(program: name), isOn: colour))
            return failure.status
        }
    }

    private func run(
        _ arguments: [String], _ environment: Environment, _ console: Console
    ) throws -> ExitStatus {
        if arguments.first == CompletionScript.verb {
            let completer = Completer(program: self, environment: environment)
            try console.write(completer.candidates(for: Array(arguments.dropFirst())))
            return .ok
        }
        let words = arguments.prefix { $0 != "--" }
        if words.contains("--version") {
            try console.print("\(name) \(Version.text)")
            return .ok
        }
        let helpIsAsked = words.contains { $0 == "--help" || $0 == "-h" }
        if helpIsAsked || words.isEmpty && !runsAlone || words.first == "help" {
            return try explain(arguments, environment, console, isAsked: !words.isEmpty)
        }
        let line = try CommandLineParser.parse(self, arguments)
        let invocation = try Invocation(self, line, environment)
        let colour = invocation[StandardOptions.colour]
        console.traits.isQuiet = invocation[StandardOptions.quiet]
        console.traits.outputColour = colour.isOn(
            terminal: console.traits.isOutputTerminal, environment)
        console.traits.errorColour = colour.isOn(
            terminal: console.traits.isErrorTerminal, environment)
        guard let run = line.command?.run else {
            throw ParseProblem.noCommand(path: line.names)
        }
        return try run(invocation, console)
    }

    /// Whether a command line is one, with nothing in the environment. Nothing is run: for fuzzing.
    package func parses(_ arguments: [String]) -> Bool {
        do {
            let line = try CommandLineParser.parse(self, arguments)
            _ = try Invocation(self, line, Environment([:]))
            return true
        } catch {
            precondition(!failure(error).message.isEmpty, "a failure without words")
            return false
        }
    }

    /// Prints help. Asked for, it is the answer; shown because nothing was said, it is talk.
    private func explain(
        _ arguments: [String], _ environment: Environment, _ console: Console, isAsked: Bool
    ) throws -> ExitStatus {
        let isHelpCommand = arguments.first == "help"
        let words = isHelpCommand ? Array(arguments.dropFirst()) : arguments
        let names = words.filter { !$0.hasPrefix("-") }
        let path = isHelpCommand ? find(names) : CommandLineParser.commandPath(self, words)
        if isHelpCommand, path.count < names.count {
            let known = path.last?.subcommands ?? commands
            throw ParseProblem.unknownCommand(
                names[path.count], path: path.map(\.name), known: known.map(\.name))
        }
        let page = HelpPage(
            program: self, path: path,
            width: console.traits.isOutputTerminal ? min(console.traits.width, 100) : 80,
            isColoured: ColourChoice.auto.isOn(
                terminal: console.traits.isOutputTerminal, environment))
        guard isAsked else {
            console.say(page.text)
            return .usage
        }
        try console.print(page.text)
        return .ok
    }

    private func failure(_ error: any Error) -> Failure {
        if let failure = error as? Failure { return failure }
        if let problem = error as? ParseProblem { return Failure(problem, program: name) }
        return describe(error)
            ?? Failure(
                .internalError, "internal", "unexpected failure: \(error)",
                hint: "this is a bug; please report it with the command that you typed")
    }
}
