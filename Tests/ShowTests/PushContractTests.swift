import CommandLineKit
import PushCommands
import TestSupport
import Testing

/// The pages of whip-push, and what it writes for programs, against what they are made of.
@Suite struct PushContractTests {
    @Test func `the tables are sound, and the generated files are what they say`() {
        #expect(WHIPPush.program.problems == [])
        for (path, text) in Documentation.files(for: WHIPPush.program) {
            #expect(
                Files.read("\(ShowPeers.repository)/\(path)") == text,
                "\(path) is stale: run 'make docs'")
        }
    }

    @Test func `the manual pages are clean mdoc`() throws {
        let folder = ScratchFolder()
        for (path, text) in Documentation.files(for: WHIPPush.program)
        where path.hasPrefix("man/") {
            let page = folder.write(text, to: String(path.dropFirst(4)))
            let lint = try ProcessRun.run(
                "/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page], environment: [:])
            #expect(lint.output + lint.talk == "")
        }
    }

    @Test func `every document of whip-push fits its schema`() throws {
        let relay = try RelayProcess()
        let run = try PushProcess.run([
            "--stats", "jsonl", "--duration", "3s", "--no-reconnect", "test:size=160x120,fps=10",
            "\(relay.url)/whip/a", "http://127.0.0.1:1/refused",
        ])
        let devices = try PushProcess.run(["devices", "--format", "json"])
        let check = try ProcessRun.run(
            "\(ShowPeers.repository)/scripts/check-schemas",
            ["\(ShowPeers.repository)/docs/schemas/whip-push", "-"],
            environment: ["LANG": "C.UTF-8"], input: run.output + devices.output)
        #expect(check.status == 0, "\(check.output)\(check.talk)\(run.talk)\(devices.talk)")
    }
}
