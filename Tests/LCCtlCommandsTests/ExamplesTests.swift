import CommandLineKit
import LCCtlCommands
import TestSupport
import Testing

/// Every example of help and manuals is a command line that lcctl takes.
@Suite struct ExamplesTests {
    private static var examples: [Example] {
        func examples(_ command: Command) -> [Example] {
            command.examples + command.subcommands.flatMap(examples)
        }
        return LCCtl.program.examples + LCCtl.program.commands.flatMap(examples)
    }

    /// What a shell makes of a line: the words of each call of lcctl in it. A call is told in one
    /// write, because two of them may run at once.
    private func calls(in line: String) throws -> [[String]] {
        let folder = ScratchFolder()
        let script = """
            lcctl() { printf -v words '%s\\037' "$@"; printf '%s\\036' "$words" >>calls; }
            jq() { cat >/dev/null; }
            HOME=$PWD; mkdir -p .config/fish/completions
            \(line)
            wait
            """
        _ = try ProcessRun.run(
            "/bin/bash", ["-c", script],
            environment: ["PATH": "/usr/bin:/bin", "KEY": "k", "show": "shw_1"],
            folder: folder.path)
        return folder.read("calls").split(separator: "\u{1E}").map { call in
            call.split(separator: "\u{1F}", omittingEmptySubsequences: false).dropLast()
                .map(String.init)
        }
    }

    @Test func `every example can be typed as it stands`() throws {
        #expect(Self.examples.count > 25)
        for example in Self.examples {
            let calls = try calls(in: example.line)
            #expect(!calls.isEmpty, "\(example.line)")
            for words in calls {
                #expect(LCCtl.program.parses(words), "\(example.line)")
            }
            #expect(!example.meaning.isEmpty, "\(example.line)")
        }
    }
}
