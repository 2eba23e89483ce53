import Glibc
import Measures
import Primitives
import TestSupport
import Testing

/// Many viewers of one probe.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProbeLoadTests {
    private static let viewers = 200

    private func show() throws -> (relay: RelayProcess, push: PushProcess) {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess([
            "--bitrate", "200k", "test:size=160x120,fps=15,gop=15", "\(relay.url)/whip/a",
        ])
        try push.await("live after")
        return (relay, push)
    }

    private func sessions(_ relay: RelayProcess) throws -> Int64 {
        let shows = try JSON(parsing: relay.ask("/shows").body)
        return shows["shows"]?.arrayValue?.first?["viewer_count"]?.integerValue ?? -1
    }

    @Test func `two hundred join, and the total is what each of them got`() throws {
        let (relay, push) = try show()
        let run = try ProbeProcess.run(
            [
                "--viewers", "\(Self.viewers)", "--ramp", "100/s", "--duration", "5s", "-o",
                "json", "\(relay.url)/whep/a",
            ], within: .seconds(90))
        #expect(run.status == 0, "\(run.talk)")
        let report = try run.report()
        let totals = report.totals
        #expect(totals[.viewersAsked] == 200 && totals[.viewersJoined] == 200, "\(report.words)")
        #expect(totals[.viewersFailed] == 0 && totals[.viewersLost] == 0, "\(report.words)")
        #expect(report.viewers.count == 200, "\(report.viewers.count)")
        #expect(report.viewers.count { $0.isDecoding } == 1)
        #expect(Set(report.viewers.map(\.number)).count == 200)
        #expect(report.viewers.allSatisfy { $0.failure == nil })
        for tally in [Tally.packetsReceived, .bytesReceived, .framesReceived] {
            let sum = report.viewers.reduce(Int64(0)) { $0 + $1.measures[tally] }
            #expect(sum == totals[tally], "\(tally): \(sum) of \(report.words)")
        }
        let least = report.viewers.map { $0.measures[.framesReceived] }.min() ?? 0
        #expect(least > 20, "\(least); \(report.words)")
        try eventually("all have left; \(relay.talk.suffix(300))") {
            relay.events("session_ended").count == 200
        }
        _ = try push.stop(SIGINT)
    }

    @Test func `interrupted, it leaves no session behind`() throws {
        let (relay, push) = try show()
        let probe = try ProbeProcess([
            "--viewers", "\(Self.viewers)", "--ramp", "100/s", "--duration", "forever", "-o",
            "json", "\(relay.url)/whep/a",
        ])
        try eventually("half of them are there; \(probe.process.talk)") {
            relay.events("session_began").count > 100
        }
        probe.process.signal(SIGINT)
        let run = try probe.process.finish(within: .seconds(40))
        #expect(run.status == 130, "\(run.talk)")
        let report = try run.report()
        #expect(report.totals[.viewersJoined] > 10, "\(report.words); \(run.talk)")
        try eventually("nobody is left") { try sessions(relay) == 0 }
        #expect(relay.events("session_ended").allSatisfy { $0["ending"] == "deleted" })
        _ = try push.stop(SIGINT)
    }
}
