@testable import CommandLineKit
import Primitives

/// A small program with one of everything.
enum ExampleProgram {
    static let size = Argument.option("size", short: "s", .byteSize, "how large", default: "64k")
    static let rate = Argument.option(
        "rate", .bitRate, "how fast", environment: "EX_RATE", configuration: "rate")
    static let tags = Argument.repeated("tag", short: "t", ValueKind<String>.text, "a tag")
    static let loud = Argument.flag("loud", short: "l", "say more")
    static let extra = Argument.flag("extra", short: "e", "do more")
    static let colour = Argument.negatable("bright", "in bright colours", default: true)
    static let mode = Argument.required("mode", .choice(of: Mode.self, "MODE"), "which way")
    static let source = Argument.operand("SOURCE", .file, "what to read")
    static let targets = Argument.operands(
        "TARGET", ValueKind<String>.text, "where to", allowsNone: true)
    static let number = Argument.operand("N", .integer(in: -10...10), "a small number")
    static let wait = Argument.option("wait", .duration, "how long to wait")

    static let trace = Argument.option(
        "trace", .choice(of: Mode.self, "HOW"), implied: "slow", "say what happens")

    enum Mode: String, Sendable, CaseIterable {
        case fast
        case slow
    }

    static let program = Program(
        "ex", "Show what a program can do", discussion: ["It does nothing, in every way there is."],
        common: [rate.row],
        commands: [
            Command(
                "copy", "Copy things", discussion: ["Slowly or fast."], output: .document,
                arguments: [
                    source.row, targets.row, mode.row, size.row, tags.row, loud.row, extra.row,
                    colour.row, wait.row, trace.row,
                ],
                groups: [.atMostOne(["loud", "extra"])],
                examples: [Example("ex copy --mode fast a b", "from a to b")],
                exitStatuses: [.noInput]
            ) { invocation, console in
                try console.print(describe(invocation))
                return .ok
            },
            Command(
                "count", "Count",
                subcommands: [
                    Command("up", "Count upwards", arguments: [number.row]) { invocation, console in
                        try console.print("\(invocation[number])")
                        return .ok
                    }
                ]),
            Command("fail", "Fail") { _, _ in
                throw Failure(.notFound, "x.y", "no 'it'", hint: "try")
            },
        ],
        examples: [Example("ex count up 3", "count")], files: [("/etc/ex", "Nothing.")],
        configuration: { _, context in context == nil ? ["rate": "5k"] : [:] },
        describe: { _ in nil }, candidates: { name, _ in [name + "-1"] })

    private static func describe(_ invocation: Invocation) -> String {
        var words = ["\(invocation[mode])", invocation[source]] + invocation[targets]
        words.append("size=\(invocation[size])")
        words.append("rate=\(invocation[rate] ?? 0)")
        words += invocation[tags].map { "tag=\($0)" }
        if invocation[loud] { words.append("loud") }
        if invocation[extra] { words.append("extra") }
        if !invocation[colour] { words.append("dull") }
        if let trace = invocation[trace] { words.append("trace=\(trace)") }
        return words.joined(separator: " ")
    }

    static func run(
        _ arguments: [String], environment: [String: String] = [:],
        traits: Console.Traits = Console.Traits()
    ) -> (status: ExitStatus, output: String, talk: String) {
        let (console, output, talk) = Console.captured(traits: traits, clocks: stopped)
        let status = program.main(
            arguments, environment: Environment(environment), console: console)
        return (status, output(), talk())
    }

    static let stopped = Clocks(
        wall: { WallClock(millisecondsSince1970: 0) }, monotonic: { Instant(nanoseconds: 0) })
}
