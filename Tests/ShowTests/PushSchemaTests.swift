import TestSupport
import Testing

/// What whip-push writes for programs, against the schemas that it names.
@Suite struct PushSchemaTests {
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
