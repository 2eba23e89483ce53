import CommandLineKit
import Glibc
import Primitives
import RelayCommands
import TestSupport
import Testing

/// whip-relay as a newcomer meets it.
@Suite struct RelayProgramTests {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")

    private func run(_ arguments: [String]) throws -> ProcessRun {
        try ProcessRun.run(
            Programs.path("whip-relay"), arguments, environment: ["PATH": "/usr/bin:/bin"],
            within: .seconds(20))
    }

    @Test func `the tables are sound, and the generated files are what they say`() {
        #expect(WHIPRelay.program.problems == [])
        for (path, text) in Documentation.files(for: WHIPRelay.program) {
            #expect(
                Files.read("\(Self.root)/\(path)") == text, "\(path) is stale: run 'make docs'")
        }
    }

    @Test func `the manual pages are clean mdoc`() throws {
        let folder = ScratchFolder()
        for (path, text) in Documentation.files(for: WHIPRelay.program)
        where path.hasPrefix("man/") {
            let page = folder.write(text, to: String(path.dropFirst(4)))
            let lint = try ProcessRun.run(
                "/usr/bin/mandoc", ["-T", "lint", "-W", "warning", page], environment: [:])
            #expect(lint.output + lint.talk == "")
        }
    }

    @Test(arguments: [
        (["--listne", ":1"], 64, "unknown option '--listne'; did you mean '--listen'?"),
        (["serve"], 64, "unexpected 'serve'"),
        (["--listen", "everywhere"], 64, "--listen: 'everywhere' is not an address such as :8080"),
        (["--listen", "127.0.0.1:99999"], 64, "--listen: '127.0.0.1:99999' is not an address"),
        (["--public-address", "my.host"], 64, "--public-address: 'my.host' is not an IP address"),
        (["--max-bitrate", "fast"], 64, "--max-bitrate: 'fast' is not a bit rate"),
        (["--page-origin", "shop.example"], 64, "--page-origin: 'shop.example' is not an origin"),
        (
            ["--page-origin", "https://a.b/c"], 64,
            "--page-origin: 'https://a.b/c' is not an origin"
        ),
        (["--tls-key", "/k"], 64, "--tls-key is of no use without --tls-certificate"),
        (
            ["--tls-certificate", "/nowhere.pem", "--tls-key", "/k"], 66,
            "cannot read '/nowhere.pem': No such file or directory"
        ),
        (["--publish-token-file", "/nowhere"], 66, "cannot read '/nowhere': No such file"),
        (["--listen", "192.0.2.1:0"], 3, "this machine has no such address"),
    ])
    func `what is wrong is explained`(arguments: [String], status: Int32, words: String) throws {
        let run = try run(arguments)
        #expect(run.status == status)
        #expect(run.talk.contains(words), "\(run.talk)")
        #expect(run.talk.hasPrefix("whip-relay: error: "))
        #expect(run.output == "")
    }

    @Test func `files that hold the wrong thing are named`() throws {
        let folder = ScratchFolder()
        let junk = folder.write("junk\n", to: "junk.pem")
        let empty = folder.write("# nothing\n", to: "empty")
        let tls = try run(["--tls-certificate", junk, "--tls-key", junk])
        #expect(tls.status == 65)
        #expect(tls.talk.contains("'\(junk)' holds no certificate that can be used"))
        let tokens = try run(["--play-token-file", empty])
        #expect(tokens.status == 65)
        #expect(tokens.talk.contains("'\(empty)' has no token"))
    }

    @Test func `the second of two on one port is told so, and that for JSON too`() throws {
        let first = try RelayProcess()
        let address = String(first.url.dropFirst("http://".count))
        let second = try run(["--listen", address])
        #expect(second.status == 4)
        #expect(second.talk.contains("cannot listen at '\(address)': the port is taken"))
        #expect(second.talk.contains("hint: another program, perhaps another whip-relay, has it"))
        let json = try run(["--listen", address, "--udp", "127.0.0.1:0", "--format", "json"])
        #expect(json.talk.hasPrefix(#"{"code":"listen.taken","exit":4,"#), "\(json.talk)")
        #expect(try first.ask("/healthz").status == "200")
        #expect(try first.stop().status == 0)
    }

    @Test func `it says where it listens, and ends with 0 when it is terminated`() throws {
        let relay = try RelayProcess()
        #expect(relay.talk.hasPrefix("whip-relay: listening on \(relay.url), media on "))
        #expect(relay.talk.contains("publish a camera at \(relay.url)/SHOW/publish"))
        #expect(!relay.talk.contains("warning"))
        let run = try relay.stop()
        #expect(run.status == 0)
        #expect(run.talk.contains("nobody is taken in any more, 0 sessions are left"))
    }

    @Test func `it ends with 130 when it is interrupted`() throws {
        #expect(try RelayProcess().stop(SIGINT).status == 130)
    }

    @Test func `who opens it to everybody is warned`() throws {
        let relay = try RelayProcess(listen: ":0")
        #expect(relay.url.hasPrefix("http://localhost:"))
        #expect(relay.talk.contains("warning: whoever reaches this address may publish"))
        #expect(relay.talk.contains("warning: browsers give cameras only to pages of HTTPS"))
        #expect(try relay.ask("/healthz").status == "200")
        try relay.stop()
    }

    @Test func `a quiet one says nothing, a structured one only JSON`() throws {
        let quiet = try RelayProcess(["--quiet"])
        #expect(try quiet.stop().talk == "")
        let relay = try RelayProcess(["--log", "jsonl"])
        let offer = ["-H", "Content-Type: application/sdp", "-d", "nonsense"]
        #expect(try relay.ask("/whip/drop", offer).status == "400")
        try eventually("the refusal is logged") { !relay.events("refused").isEmpty }
        let run = try relay.stop()
        for line in run.talk.split(separator: "\n") {
            guard case .object(let object)? = try? JSON(parsing: String(line)) else {
                Issue.record("no JSON: \(line)")
                continue
            }
            #expect(object["schema"] == "lc.relay-log/1")
        }
        #expect(relay.events("listening").first?["url"]?.stringValue == relay.url)
        #expect(relay.events("draining").count == 1)
    }

    @Test func `a hangup reads certificate and tokens again, unless they are wrong`() throws {
        let folder = ScratchFolder()
        let tokens = folder.write("one\n", to: "tokens")
        let (certificate, key) = (folder.path("cert.pem"), folder.path("key.pem"))
        func makeCertificate() throws {
            let run = try ProcessRun.run(
                "/usr/bin/openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                    "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                ], environment: [:])
            #expect(run.status == 0)
        }
        try makeCertificate()
        let relay = try RelayProcess([
            "--tls-certificate", certificate, "--tls-key", key, "--publish-token-file", tokens,
            "--log", "jsonl",
        ])
        #expect(relay.url.hasPrefix("https://"))
        func publish(_ token: String) throws -> String {
            try relay.ask(
                "/whip/drop",
                [
                    "--cacert", certificate, "-H", "Authorization: Bearer \(token)", "-H",
                    "Content-Type: application/sdp", "-d", "nonsense",
                ]
            ).status
        }
        #expect(try publish("one") == "400")
        #expect(try publish("two") == "401")
        try makeCertificate()
        folder.write("two\n", to: "tokens")
        relay.process.signal(SIGHUP)
        try eventually("it has read them") { relay.events("reloaded").count == 1 }
        #expect(try publish("two") == "400")
        #expect(try publish("one") == "401")
        folder.write("", to: "tokens")
        relay.process.signal(SIGHUP)
        try eventually("it says what is wrong") { relay.events("not_reloaded").count == 1 }
        #expect(relay.events("not_reloaded").first?["code"]?.stringValue == "token.none")
        #expect(try publish("two") == "400")
        #expect(try relay.stop().status == 0)
    }
}
