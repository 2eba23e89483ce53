@testable import CommandLineKit
import TestSupport
import Testing

@Suite struct DocumentationTests {
    @Test func `help looks as it should`() {
        for path in ["", "copy", "count", "count up", "completion"] {
            let arguments = path.split(separator: " ").map(String.init) + ["--help"]
            let name = (["help"] + path.split(separator: " ").map(String.init))
                .joined(separator: "-")
            expectSnapshot(ExampleProgram.run(arguments).output, "\(name).txt")
        }
    }

    @Test func `manual pages and completions look as they should`() {
        for (path, text) in Documentation.files(for: ExampleProgram.program) {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            expectSnapshot(text, name)
        }
    }

    @Test(arguments: [
        (
            ["c"],
            "copy\tCopy things\ncount\tCount\ncompletion\tPrint a completion script for a shell\n:none\n"
        ),
        (["count", ""], "up\tCount upwards\n:none\n"),
        (["copy", "--mo"], "--mode\twhich way\n:none\n"),
        (["copy", "--mode", ""], "fast\t\nslow\t\n:none\n"),
        (["copy", "--mode", "f"], "fast\t\n:none\n"),
        (["copy", ""], ":file\n"),
        (["copy", "a", ""], ":none\n"),
        (["completion", ""], "bash\t\nzsh\t\nfish\t\n:none\n"),
        (
            ["copy", "--tr"],
            "--trace\tsay what happens\n--trace=fast\tsay what happens\n"
                + "--trace=slow\tsay what happens\n:none\n"
        ),
        (["copy", "--trace", ""], ":file\n"),
        (["copy", "--no"], "--no-bright\tin bright colours\n:none\n"),
        (
            ["nonsense", ""],
            "copy\tCopy things\ncount\tCount\nfail\tFail\nhelp\tExplain a command\n"
                + "completion\tPrint a completion script for a shell\n:none\n"
        ),
        (
            [],
            "copy\tCopy things\ncount\tCount\nfail\tFail\nhelp\tExplain a command\n"
                + "completion\tPrint a completion script for a shell\n:none\n"
        ),
    ])
    func `a shell is offered`(words: [String], offer: String) {
        #expect(ExampleProgram.run(["__complete"] + words).output == offer)
    }

    @Test func `tables that contradict themselves are found`() {
        #expect(ExampleProgram.program.problems == [])
        let twice = Argument.flag("loud", short: "L", "Ends with a stop.")
        let broken = Program(
            "broken", "Broken", discussion: [], common: [ExampleProgram.loud.row],
            commands: [
                Command(
                    "run", "Ends with a full stop.",
                    arguments: [ExampleProgram.targets.row, ExampleProgram.source.row, twice.row],
                    groups: [.exactlyOne(["nothing"])]
                ) { _, _ in .ok }
            ],
            examples: [], describe: { _ in nil })
        #expect(broken.problems.count == 5, "\(broken.problems)")
    }
}
