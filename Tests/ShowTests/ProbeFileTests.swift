import Glibc
import Measures
import Primitives
import TestSupport
import Testing

/// The files that whep-probe writes beside its report, read by programs of others.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ProbeFileTests {
    private let folder = ScratchFolder()

    private static func python(_ script: String, _ words: [String]) throws -> JSON {
        let run = try ProcessRun.run(
            ShowPeers.systemPython, ["-B", ShowPeers.own(script)] + words, environment: [:])
        guard run.status == 0 else { throw ShowFailure(words: run.talk) }
        return try JSON(parsing: run.output)
    }

    /// One run writes them all.
    @Test(.enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"))
    func `packets, pictures and rows are those of the run`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a"])
        try push.await("live after")
        let report = try ProbeProcess.watch(
            "\(relay.url)/whep/a", seconds: 3,
            [
                "--pcap", folder.path("a.pcap"), "--snapshot", folder.path("a.png"), "--samples",
                folder.path("a.csv"),
            ])
        let totals = report.totals

        let capture = try Self.python("capture_file.py", [folder.path("a.pcap")])
        let sources = try #require(capture["sources"]?.arrayValue)
        #expect(capture["malformed"] == 0 && sources.count == 2, "\(capture.text)")
        var packets: Int64 = 0
        for source in sources {
            packets += source["packets"]?.integerValue ?? 0
            #expect(source["gaps"] == 0 && source["repeated"] == 0, "\(capture.text)")
            #expect(source["types"]?.arrayValue?.count == 1, "\(capture.text)")
        }
        // Packets on the way when the run ended may count on one side only.
        #expect(abs(packets - totals[.packetsReceived]) <= 8, "\(capture.text) \(report.words)")

        let picture = try ProcessRun.run(
            "/usr/bin/ffprobe",
            [
                "-v", "error", "-show_entries", "stream=codec_name,width,height", "-of",
                "csv=p=0", folder.path("a.png"),
            ], environment: [:])
        #expect(picture.output == "png,320,240\n", "\(picture.output) \(picture.talk)")

        let lines = folder.read("a.csv").split(whereSeparator: \.isNewline)
        let header = lines[0].split(separator: ",").map(String.init)
        let rows = lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        #expect(rows.allSatisfy { $0.count == header.count })
        let pictures = rows.filter { $0[0] == "video" }
        #expect(abs(Int64(pictures.count) - totals[.framesDecoded]) <= 2, "\(pictures.count)")
        #expect(abs(Int64(rows.count - pictures.count) - totals[.soundsReceived]) <= 4)
        let column = try #require(header.firstIndex(of: "stamp_number"))
        let numbers = pictures.compactMap { Int($0[column]) }
        #expect(numbers.count == pictures.count && numbers == numbers.sorted())
        #expect(Set(numbers).count == numbers.count)
    }

    @Test func `merging adds up, and comparing tells what got worse`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a"])
        try push.await("live after")
        let late = ["--impair", "delay=300ms"]
        let probes = try [[], [], late, late].map {
            try ProbeProcess(watching: "\(relay.url)/whep/a", seconds: 7, $0)
        }
        let reports = try probes.enumerated().map { index, probe in
            let run = try probe.process.finish()
            folder.write(run.output, to: "\(index).json")
            return try run.report()
        }
        let run = try ProbeProcess.run(
            ["merge", "-o", "json", folder.path("0.json"), folder.path("1.json")])
        #expect(run.status == 0, "\(run.talk)")
        let merged = try run.report()
        #expect(merged.runs.count == 2)
        var sum = reports[0].totals
        sum.merge(reports[1].totals)
        for measure in Measure.allCases {
            #expect(merged.totals[measure] == sum[measure], "\(measure)")
        }
        for tally in Tally.allCases {
            #expect(merged.totals[tally] == sum[tally], "\(tally)")
        }
        // Of seconds there must be enough for statistics: one report, and two in one file.
        folder.write(run.output, to: "old.json")
        folder.write(folder.read("2.json") + folder.read("3.json"), to: "new.json")
        func compare(_ old: String, _ new: String) throws -> ProcessRun {
            try ProbeProcess.run(["compare", folder.path(old), folder.path(new)])
        }
        let same = try compare("old.json", "old.json")
        #expect(same.status == 0, "\(same.talk) \(same.output)")
        let worse = try compare("old.json", "new.json")
        #expect(
            worse.status == 1 && worse.talk.contains("latency"), "\(worse.talk) \(worse.output)")
        let better = try compare("new.json", "old.json")
        #expect(!better.talk.contains("latency"), "\(better.talk) \(better.output)")
        #expect(try compare("old.json", "nowhere.json").status == 66)
        folder.write("{}", to: "junk.json")
        #expect(try compare("old.json", "junk.json").status == 65)
    }

    /// Killed in between, twice: what was whole stays, and the schedule goes on.
    @Test func `a series that is killed is gone on with`() throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let push = try PushProcess(["test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a"])
        try push.await("live after")
        let log = folder.path("log.jsonl")
        let words = [
            "--duration", "1s", "--every", "2500ms", "--for", "10s", "--append", log, "-o", "json",
            "\(relay.url)/whep/a",
        ]
        func lines() -> [Substring] {
            (Files.read(log) ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        }
        for kept in 1...2 {
            let probe = try ProbeProcess(words)
            try eventually("run \(kept) is kept; \(probe.process.talk)") { lines().count > kept }
            // In the middle of the next one, or of waiting for it.
            probe.process.signal(SIGKILL)
            _ = try probe.process.finish()
        }
        // As if it had been killed while it wrote.
        folder.write((Files.read(log) ?? "") + #"{"schema":"lc.probe-re"#, to: "log.jsonl")
        let run = try ProbeProcess.run(words)
        #expect(run.status == 0, "\(run.talk)")
        let whole = lines().dropLast()
        let reports = try whole.map { try ProbeReport(json: JSON(parsing: String($0))) }
        #expect(lines().last == "" && reports.count <= 4 && reports.count >= 3, "\(run.talk)")
        let origin = try #require(reports.first?.runs[0].started.millisecondsSince1970)
        for report in reports {
            // On a multiple of the interval from the first one on, or hardly later.
            let late = (report.runs[0].started.millisecondsSince1970 - origin) % 2500
            #expect(late < 400 || late > 2400, "\(late) ms; \(run.talk)")
            #expect(report.totals[.framesDecoded] > 10)
        }
        #expect(try run.report().runs.count == reports.count)
    }
}
