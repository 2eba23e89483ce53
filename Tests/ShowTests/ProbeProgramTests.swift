import Glibc
import Measures
import Primitives
import TestSupport
import Testing

/// whep-probe as a script meets it: how it ends, and what it leaves behind.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProbeProgramTests {
    private let folder = ScratchFolder()

    /// A show with its two programs, which end with it.
    private final class Stage {
        let relay: RelayProcess
        let push: PushProcess

        init(_ arguments: [String] = []) throws {
            relay = try RelayProcess(["--log", "jsonl"] + arguments)
            push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a"])
            try push.await("live after")
        }

        var url: String { "\(relay.url)/whep/a" }

        func end() { push.process.signal(SIGKILL) }
    }

    @Test func `assertions decide how it ends`() throws {
        let stage = try Stage()
        defer { stage.end() }
        let url = stage.url
        let cases: [([String], Int32, String)] = [
            (["latency.p95<5s", "freeze.ratio<=100%"], 0, ""),
            (["latency.p95<5s", "frame_rate.mean>500fps"], 1, "frame_rate.mean>500fps"),
            // Void: there is nothing in it that has this.
            (["latency_sei.p95<5s"], 1, "void"),
            // Nobody is asked for the time, so nobody knows.
            (["--clock-source=none", "latency.p95<5s"], 1, "void"),
        ]
        let runs = try cases.map { words, _, _ in
            try ProbeProcess(
                ["--duration", "2s", url]
                    + words.map { $0.hasPrefix("--") ? $0 : "--assert=\($0)" })
        }
        for (probe, (words, status, talk)) in zip(runs, cases) {
            let run = try probe.process.finish()
            #expect(run.status == status, "\(words): \(run.talk) \(run.output)")
            #expect(run.talk.contains(talk), "\(words): \(run.talk)")
        }
        try eventually("all have said goodbye") {
            stage.relay.events("session_ended").count == cases.count
        }
    }

    private static let mistakes: [([String], Int32)] = [
        (["--assert", "latency.p95"], 64),
        (["--assert", "lateness.p95<1s"], 64),
        (["--assert", "freeze.ratio<5ms"], 64),
        (["--impair", "loss=200%"], 64),
        (["--duration", "0s"], 64),
        (["--viewers", "0"], 64),
        (["--clock-source", "sun"], 64),
        (["--every", "5s"], 64),
        (["--token-file", "/nowhere"], 66),
        (["--report", "/nowhere/a.html"], 73),
        (["--report", "a", "--junit", "a"], 64),
    ]

    @Test(arguments: mistakes)
    func `what is wrong is said before anybody is called`(words: [String], status: Int32) throws {
        let run = try ProbeProcess.run(words + ["http://127.0.0.1:1/whep/a"])
        #expect(run.status == status, "\(words): \(run.talk)")
        #expect(run.talk.hasPrefix("whep-probe: error: ") && run.output == "", "\(run.talk)")
    }

    @Test func `where nothing can be seen, it says why and how to go on`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let silent = try SilentServer()
        let junk = ScratchFolder()
        junk.write("junk", to: "a")
        let files = try FileServer(junk.path(""))
        let cases: [(String, Int32, String)] = [
            ("http://127.0.0.1:1/whep/a", 69, "nobody listens there"),
            ("\(relay.url)/whep/nobody", 69, "--wait"),
            ("\(relay.url)/nothing/here", 69, ""),
            // It has no POST.
            (files.url("a"), 76, "501"),
        ]
        for (url, status, talk) in cases {
            let run = try ProbeProcess.run(["--duration", "2s", url])
            #expect(run.status == status, "\(url): \(run.talk)")
            #expect(run.talk.contains("whep-probe: error: "), "\(run.talk)")
            #expect(run.talk.contains(talk), "\(url): \(run.talk)")
        }
        // It takes the connection, and never answers: whoever waits can still be told to stop.
        let stuck = try ProbeProcess(["http://127.0.0.1:\(silent.port)/whep/a"])
        try eventually("it can be interrupted") {
            let status = Files.read("/proc/\(stuck.process.pid)/status") ?? ""
            let caught = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
            let signals = caught.flatMap { UInt64($0.dropFirst(8), radix: 16) } ?? 0
            return signals & 1 << (UInt64(SIGINT) - 1) != 0
        }
        stuck.process.signal(SIGINT)
        #expect(try stuck.process.finish(within: .seconds(20)).status == 130)
    }

    @Test(arguments: ["junk", "", "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"])
    func `an answer that is none is the other side's fault`(answer: String) throws {
        let server = try RunningProcess(
            ShowPeers.systemPython, ["-B", ShowPeers.own("junk_answer.py"), answer],
            environment: [:])
        try eventually("it serves; \(server.talk)") { server.output.contains("\n") }
        let run = try ProbeProcess.run([
            "--duration", "1s", "http://127.0.0.1:\(server.output.trimmed)/whep",
        ])
        #expect(run.status == 76, "\(run.ending) \(run.talk)")
        #expect(run.talk.contains("answer"), "\(run.talk)")
        server.signal(SIGTERM)
        _ = try server.finish(within: .seconds(20))
    }

    @Test func `a show that begins later is waited for`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let probe = try ProbeProcess(
            watching: "\(relay.url)/whep/a", seconds: 2, ["--wait", "60s"])
        try eventually("it was refused once") { relay.talk.contains("409") }
        let push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a"])
        let report = try probe.report()
        #expect(report.totals[.framesDecoded] > 30, "\(report.words) \(push.process.talk)")
    }

    @Test func `who has no token is told so`() throws {
        let token = folder.write("play-secret\n", to: "play")
        let stage = try Stage(["--play-token-file", token])
        defer { stage.end() }
        let words = ["--duration", "1s", stage.url]
        let refused = try ProbeProcess.run(words)
        #expect(refused.status == 77, "\(refused.talk)")
        let wrong = try ProbeProcess.run(words, environment: ["LC_TOKEN": "guessed"])
        #expect(wrong.status == 77 && !wrong.talk.contains("guessed"), "\(wrong.talk)")
        let right = try ProbeProcess.run(words + ["--token-file", token])
        #expect(right.status == 0, "\(right.talk)")
        #expect(!(right.talk + right.output).contains("play-secret"))
    }

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `whoever is interrupted tells what it has seen`(signal: Int32, status: Int32) throws {
        let stage = try Stage()
        defer { stage.end() }
        let probe = try ProbeProcess(
            ["--duration", "forever", "-o", "json", stage.url])
        try eventually("it watches") { stage.relay.events("session_began").count == 2 }
        let begun = ContinuousClock.now
        try eventually("a second passes") { ContinuousClock.now - begun > .seconds(2) }
        probe.process.signal(signal)
        let run = try probe.process.finish(within: .seconds(20))
        #expect(run.status == status, "\(run.talk)")
        let report = try run.report()
        #expect(report.totals[.framesDecoded] > 30 && report.runs[0].ending == "stopped")
        try eventually("it has said goodbye") { stage.relay.events("session_ended").count == 1 }
    }

    @Test func `a reader that has gone is no failure`() throws {
        let stage = try Stage()
        defer { stage.end() }
        var ends: [Int32] = [0, 0]
        #expect(unsafe pipe(&ends) == 0)
        let probe = try ProbeProcess(
            ["--duration", "2s", stage.url], output: ends[1])
        close(ends[0])
        close(ends[1])
        let run = try probe.process.finish(within: .seconds(30))
        #expect(run.status == 0, "\(run.ending) \(run.talk)")
    }

    @Test func `a publisher who leaves ends it, and what was seen is told`() throws {
        let stage = try Stage()
        defer { stage.end() }
        let probe = try ProbeProcess(
            ["--duration", "forever", "-o", "json", stage.url])
        try eventually("it watches") { stage.relay.events("session_began").count == 2 }
        let begun = ContinuousClock.now
        try eventually("a second passes") { ContinuousClock.now - begun > .seconds(1) }
        _ = try stage.push.stop(SIGINT)
        let run = try probe.process.finish(within: .seconds(50))
        #expect(run.status == 74, "\(run.ending) \(run.talk)")
        let report = try run.report()
        #expect(report.totals[.framesDecoded] > 10, "\(report.words)")
        #expect(report.runs[0].ending.hasPrefix("lost"), "\(report.runs[0].ending)")
    }
}
