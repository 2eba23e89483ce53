import CommandLineKit
import ProbeCommands
import TestSupport
import Testing

/// The pages of whep-probe, and what it writes for programs, against what they are made of.
@Suite struct ProbeContractTests {
    @Test func `the tables are sound, and the generated files are what they say`() {
        #expect(WHEPProbe.program.problems == [])
        for (path, text) in Documentation.files(for: WHEPProbe.program) {
            #expect(
                Files.read("\(ShowPeers.repository)/\(path)") == text,
                "\(path) is stale: run 'make docs'")
        }
    }

    @Test func `the manual pages are clean mdoc`() throws {
        let folder = ScratchFolder()
        for (path, text) in Documentation.files(for: WHEPProbe.program)
        where path.hasPrefix("man/") {
            let page = folder.write(text, to: String(path.dropFirst(4)))
            let lint = try ProcessRun.run(
                "/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page], environment: [:])
            #expect(lint.output + lint.talk == "")
        }
    }

    @Test func `every document of whep-probe fits its schema`() throws {
        let relay = try RelayProcess()
        let push = try PushProcess(["test:size=160x120,fps=10", "\(relay.url)/whip/a"])
        defer { _ = push }
        let folder = ScratchFolder()
        let log = folder.path("log.jsonl")
        let series = try Self.probe([
            "--wait", "1s", "--duration", "2s", "--every", "5s", "--for", "9s", "--append", log,
            "-o", "json", "\(relay.url)/whep/a",
        ])
        #expect(folder.read("log.jsonl").split(separator: "\n").count == 2, "\(series.talk)")
        let comparison = try Self.probe(["compare", "-o", "json", log, log])
        let check = try ProcessRun.run(
            "\(ShowPeers.repository)/scripts/check-schemas",
            ["\(ShowPeers.repository)/docs/schemas/whep-probe", "-"],
            environment: ["LANG": "C.UTF-8"],
            input: folder.read("log.jsonl") + series.output + comparison.output)
        #expect(check.status == 0, "\(check.output)\(check.talk)")
        try relay.stop()
    }

    @Test func `a show that is not on the air, a wrong path and a wrong token say so`() throws {
        let relay = try RelayProcess()
        let absent = try Self.probe(["\(relay.url)/whep/nobody"])
        #expect(absent.status == 69)
        #expect(absent.talk.contains("hint: nobody may be publishing: --wait waits for a show"))
        let wrong = try Self.probe(["\(relay.url)/nothing"])
        #expect(wrong.status == 76)
        #expect(wrong.talk.contains("hint: is this the URL of a WHEP endpoint?"))
        try relay.stop()
    }

    private static func probe(_ arguments: [String]) throws -> ProcessRun {
        try ProcessRun.run(
            Programs.path("whep-probe"), arguments, environment: ["LANG": "C.UTF-8"],
            within: .seconds(90))
    }
}
