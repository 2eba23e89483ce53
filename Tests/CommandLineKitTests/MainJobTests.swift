@testable import CommandLineKit
import Primitives
import TestSupport
import Testing

/// A program whose main job needs no command word, beside one command.
enum MainJobProgram {
    static let input = Argument.operand("INPUT", .file, "what to read")
    static let targets = Argument.operands("TARGET", ValueKind<String>.text, "where to")
    static let speed = Argument.option(
        "speed", .integer(in: 1...9), "how fast", default: "3", environment: "MX_SPEED")
    static let loop = Argument.flag("loop", "begin anew at the end")

    static let program = make(
        root: .root(
            arguments: [input.row, targets.row, loop.row] + [speed.row].under("Pace"),
            exitStatuses: [.noInput]
        ) { invocation, console in
            let words = [invocation[input]] + invocation[targets]
            try console.print(
                "\(invocation.path) \(words) \(invocation[speed]) \(invocation[loop])")
            return .ok
        })

    static let alone = make(
        root: .root(arguments: [speed.row]) { invocation, console in
            try console.print("\(invocation[speed])")
            return .ok
        })

    private static func make(root: Command) -> Program {
        Program(
            "mx", "Do one thing", discussion: ["It does it well."], common: [], root: root,
            commands: [
                Command("devices", "List devices") { invocation, console in
                    try console.print("\(invocation.path)")
                    return .ok
                }
            ],
            examples: [Example("mx a b", "from a to b")], describe: { _ in nil })
    }

    static func run(
        _ program: Program, _ line: String, environment: [String: String] = [:]
    ) -> (status: CommandLineKit.ExitStatus, output: String, talk: String) {
        let (console, output, talk) = Console.captured(clocks: ExampleProgram.stopped)
        let status = program.main(
            line.split(separator: " ").map(String.init), environment: Environment(environment),
            console: console)
        return (status, output(), talk())
    }
}

@Suite struct MainJobTests {
    @Test(arguments: [
        ("a b", #"[] ["a", "b"] 3 false"#),
        ("a b c --speed 5 --loop", #"[] ["a", "b", "c"] 5 true"#),
        ("--loop a b", #"[] ["a", "b"] 3 true"#),
        ("a devices", #"[] ["a", "devices"] 3 false"#),
        ("--loop devices b", #"[] ["devices", "b"] 3 true"#),
        ("-q -- devices b", #"[] ["devices", "b"] 3 false"#),
        ("- b", #"[] ["-", "b"] 3 false"#),
        ("devices", #"["devices"]"#),
        ("-q devices", #"["devices"]"#),
    ])
    func `a command line means`(line: String, output: String) {
        let run = MainJobProgram.run(MainJobProgram.program, line)
        #expect(run.talk == "")
        #expect(run.output == output + "\n")
        #expect(run.status == .ok)
    }

    @Test(arguments: [
        ("a", "TARGET is missing"),
        ("--sped 3 a b", "unknown option '--sped'; did you mean '--speed'?"),
        ("--speed 0 a b", "--speed: '0' is not a whole number from 1 to 9"),
        ("devices --loop", "unknown option '--loop'"),
        ("devices more", "unexpected 'more'"),
        ("help nothing", "unknown command 'nothing'"),
    ])
    func `a wrong command line is explained`(line: String, message: String) {
        let run = MainJobProgram.run(MainJobProgram.program, line)
        #expect(run.talk.split(separator: "\n").first.map(String.init) == "mx: error: \(message)")
        #expect(run.status == .usage)
    }

    @Test func `nothing said is the main job where that needs nothing, else help`() {
        #expect(MainJobProgram.run(MainJobProgram.alone, "").output == "3\n")
        #expect(
            MainJobProgram.run(MainJobProgram.alone, "", environment: ["MX_SPEED": "4"]).output
                == "4\n")
        #expect(
            MainJobProgram.run(MainJobProgram.alone, "more").talk.hasPrefix(
                "mx: error: unexpected 'more'"))
        let needy = MainJobProgram.run(MainJobProgram.program, "")
        #expect(needy.output == "")
        #expect(needy.talk.hasPrefix("Do one thing."))
        #expect(needy.status == .usage)
        #expect(MainJobProgram.run(MainJobProgram.alone, "help").output.hasPrefix("Do one thing."))
    }

    @Test func `help, manual page and tables cover the main job`() {
        #expect(MainJobProgram.program.problems == [])
        expectSnapshot(MainJobProgram.run(MainJobProgram.program, "--help").output, "help-mx.txt")
        let page = Documentation.files(for: MainJobProgram.program).first
        expectSnapshot(page?.text ?? "", "mx.1")
    }

    @Test(arguments: [
        (
            [""],
            "devices\tList devices\nhelp\tExplain a command\n"
                + "completion\tPrint a completion script for a shell\n:file\n"
        ),
        (["de"], "devices\tList devices\n:file\n"),
        (["--sp"], "--speed\thow fast\n:none\n"),
        (["a", ""], ":none\n"),
        (["--loop", ""], ":file\n"),
        (["--loop", "devices", "--"], "--speed\thow fast\n" + common),
        (["devices", "--"], common),
    ])
    func `a shell is offered`(words: [String], offer: String) {
        let line = (["__complete"] + words).filter { !$0.isEmpty }
        let (console, output, _) = Console.captured(clocks: ExampleProgram.stopped)
        _ = MainJobProgram.program.main(
            line + (words.last == "" ? [""] : []), environment: Environment([:]), console: console)
        #expect(output() == offer)
    }

    private static let common =
        "--quiet\tsay nothing but the answer and errors\n--color\twhen to use colour\n"
        + "--help\texplain the command\n--version\tprint the version\n:none\n"
}
