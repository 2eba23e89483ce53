import CommandLineKit
import Measures
import Primitives
import Probing
import TestSupport
import Testing

@testable import ProbeCommands

/// The command line: what is refused with which words, and what merge and compare answer.
@Suite struct CommandTests {
    private static let url = "https://live.example/whep/show"

    private static func run(_ arguments: [String]) -> (Int32, output: String, talk: String) {
        let clocks = Clocks(
            wall: { WallClock(millisecondsSince1970: 0) }, monotonic: { Instant(nanoseconds: 0) })
        let (console, output, talk) = Console.captured(clocks: clocks)
        let status = WHEPProbe.program.main(
            arguments, environment: Environment([:]), console: console)
        return (status.rawValue, output(), talk())
    }

    @Test(arguments: [
        ("--assert latncy.p95<1s", "did you mean 'latency'?"),
        ("--assert latency<1s", "say what of 'latency' is meant"),
        ("--assert latency.p95<800", "'800' needs a unit: us, µs, ms, s or min"),
        ("--assert latency.p95=800ms", "no <, <=, >, >=, == or != is in it"),
        ("--impair los=2%", "'los' is none of loss, delay, rate, burst and seed"),
        ("--impair loss=2%,loss=3%", "'loss' is given twice"),
        ("--clock-source ftp://x", "its URL begins with http, https or ntp"),
        ("--clock-source never", "auto, same, none"),
        ("--duration 0s", "or 'forever'"),
        ("--ramp 50/m", "viewers a second, such as 50/s"),
        ("--ramp 50/s", "--ramp says how fast --viewers set out, and there is one"),
        ("--decode 2", "2 viewers cannot decode where --viewers is 1"),
        ("--decode 0 --snapshot x.png", "--snapshot is of a viewer that decodes"),
        ("--viewers 0", "from 1 to 10000"),
        ("--every 5m", "--every needs a file"),
        ("--for 5m", "--for says how long"),
        ("--append x.jsonl", "--append keeps the runs of --every"),
        ("--every 5s --append x.jsonl", "cannot begin every 5.00 s"),
        ("--every 5s --append x.jsonl --duration forever", "cannot be repeated"),
        ("--cacert a --insecure", "exclude each other"),
    ])
    func `what contradicts itself is refused`(line: String, words: String) {
        let run = Self.run(line.split(separator: " ").map(String.init) + [Self.url])
        #expect(run.0 == 64, "\(run.talk)")
        #expect(run.talk.contains(words), "\(run.talk)")
        #expect(run.output == "")
    }

    @Test func `two files cannot be one, and files are opened before anybody is asked`() {
        let folder = ScratchFolder()
        let path = folder.path("a")
        let same = Self.run(["--report", path, "--junit", path, Self.url])
        #expect(same.0 == 64 && same.talk.contains("--junit names it, too"))
        let nowhere = Self.run(["--report", folder.path("no/x.html"), Self.url])
        #expect(nowhere.0 == 73, "\(nowhere.talk)")
    }

    private static func write(_ reports: [ProbeReport], _ name: String, in folder: ScratchFolder)
        -> String
    {
        folder.write(reports.map { $0.json.text + "\n" }.joined(), to: name)
    }

    @Test func `merge adds up files of one report and of many, and judges the sum`() throws {
        let folder = ScratchFolder()
        let one = Self.write([SampleReport.show(seed: 1)], "one.json", in: folder)
        let many = Self.write(
            [SampleReport.show(seed: 2), SampleReport.show(seed: 3)], "many.jsonl", in: folder)
        let indented = folder.write(SampleReport.show(seed: 4).json.indentedText, to: "in.json")
        let run = Self.run(["merge", "-o", "json", one, many, indented])
        #expect(run.0 == 0, "\(run.talk)")
        let merged = try ProbeReport(json: try JSON(parsing: run.output))
        #expect(merged.runs.count == 4)
        #expect(merged.totals[.latencyBurned].count == 4 * 882)

        let page = folder.path("all.html")
        let judged = Self.run([
            "merge", one, many, "--report", page, "--assert", "latency.p95<1ms", "--assert",
            "startup.max<1.5s",
        ])
        #expect(judged.0 == 1)
        #expect(judged.talk.contains("1 of 2 assertions does not hold: latency.p95<1ms"))
        #expect(judged.output.contains("FAIL  latency.p95<1ms"))
        #expect(Files.read(page)?.hasPrefix("<!DOCTYPE html>") == true)
    }

    @Test func `what is no report is named with its line`() {
        let folder = ScratchFolder()
        let path = folder.write(
            SampleReport.show().json.text + "\n{\"schema\":\"lc.other/1\"}\n", to: "log.jsonl")
        let run = Self.run(["merge", path])
        #expect(run.0 == 65)
        #expect(run.talk.contains("line 2 is no report: it is a 'lc.other/1'"))
        #expect(Self.run(["merge", folder.path("none")]).0 == 66)
        let empty = folder.write("", to: "empty")
        #expect(Self.run(["merge", empty]).0 == 65)
    }

    @Test func `compare ends with 1 where it got worse`() throws {
        let folder = ScratchFolder()
        let old = Self.write([SampleReport.show(seed: 1)], "old.json", in: folder)
        let same = Self.write([SampleReport.show(seed: 2)], "same.json", in: folder)
        let late = Self.write(
            [SampleReport.show(seed: 3, latency: 460_000)], "late.json", in: folder)
        let equal = Self.run(["compare", old, same])
        #expect(equal.0 == 0, "\(equal.output)\(equal.talk)")
        expectSnapshot(equal.output, "compare-same.txt")
        let worse = Self.run(["compare", old, late])
        #expect(worse.0 == 1, "\(worse.output)\(worse.talk)")
        expectSnapshot(worse.output + worse.talk, "compare-worse.txt")
        #expect(Self.run(["compare", late, old]).0 == 0)
        let json = try JSON(parsing: Self.run(["compare", "-o", "json", old, late]).output)
        #expect(json["is_worse"] == .bool(true))
        #expect(json["schema"] == "lc.probe-comparison/1")
    }

    @Test func `void assertions are no pass, and say whether trying again may help`() throws {
        let report = SampleReport.refused()
        let void = #expect(throws: Failure.self) {
            try Measuring.check(
                report.judge(try SampleReport.assertions(["latency.p95<1s"])))
        }
        #expect(void?.status == .negative && void?.code == "assertion.void")
        let crowd = SampleReport.crowd()
        let machine = #expect(throws: Failure.self) {
            try Measuring.check(crowd.judge(try SampleReport.assertions(["latency.p95<1s"])))
        }
        #expect(machine?.status == .tryAgain && machine?.code == "assertion.machine")
        try Measuring.check([])
    }

    @Test func `every code of a remark of ours has its words`() {
        let codes =
            ProbeRemark.allCases.map(\.rawValue) + HLSRemark.allCases.map(\.rawValue)
            + ProbeReport.MergingRemark.allCases.map(\.rawValue)
        #expect(Set(codes).count == codes.count)
        for code in codes { #expect(RemarkWords.text(code) != nil, "\(code)") }
    }
}
