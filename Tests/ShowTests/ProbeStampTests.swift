import Glibc
import Measures
import Primitives
import TestSupport
import Testing

/// The ways of telling latency beside each other, and how sound and picture lie apart.
@Suite(
    .serialized,
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .timeLimit(.minutes(5)))
struct ProbeStampTests {
    private static let agreement = 20.0
    private let folder = ScratchFolder()

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let push: [String]
        let isFilm: Bool
        let measures: [Measure]
    }

    @Test(arguments: [
        Case(
            testDescription: "a film passed on, by SEI", push: ["--copy", "--stamp=sei"],
            isFilm: true, measures: [.latencySEI, .latencyCapture]),
        Case(
            testDescription: "a film encoded anew, burned in", push: ["--stamp"], isFilm: true,
            measures: [.latencyBurned, .latencyCapture]),
        Case(
            testDescription: "the pattern, by SEI too", push: ["--stamp=sei"], isFilm: false,
            measures: [.latencyBurned, .latencySEI, .latencyCapture]),
    ])
    func `all stamps tell the same latency`(_ given: Case) throws {
        let relay = try RelayProcess(["--log", "jsonl"])
        let input =
            given.isFilm
            ? try PushFilms.make("a.mp4", in: folder, seconds: 9, PushFilms.passed)
            : "test:size=640x360,fps=30,gop=30"
        let push = try PushProcess(given.push + [input, "\(relay.url)/whip/a"])
        try push.await("live after")
        let report = try ProbeProcess.watch("\(relay.url)/whep/a", seconds: 4)
        let totals = report.totals
        #expect(report.clock.standing == .same)
        let told = given.measures.map { report.milliseconds($0) }
        let words = "\(given): \(told); \(report.words) \(push.process.talk)"
        for value in told {
            #expect(value > 0 && value < 1000 && abs(value - told[0]) < Self.agreement, "\(words)")
        }
        #expect(totals.latencyMeasure == given.measures[0], "\(words)")
        let frames = totals[given.measures[0]].count
        #expect(Double(frames) > 0.95 * Double(totals[.framesDecoded] - totals[.framesCached]))
    }

    /// Sound put off by so many milliseconds; below zero, it is the picture that is late.
    @Test(.enabled(if: ShowPeers.hasAiortc || ShowPeers.isCI, "PyAV is not installed"))
    func `sound and picture that are apart are found so`() throws {
        let recorded = try Self.recording(in: folder)
        let relay = try RelayProcess(["--log", "jsonl"])
        let cases = try [-50, 0, 50].map { milliseconds in
            let film = try Self.film(recorded, apart: milliseconds, in: folder)
            let truth = try Self.truth(film)
            #expect(abs(truth - Double(milliseconds)) < 25, "the film itself: \(truth)")
            return (film: film, show: "show\(milliseconds + 50)", truth: truth)
        }
        let pushes = try cases.map {
            try PushProcess(["--copy", $0.film, "\(relay.url)/whip/\($0.show)"])
        }
        for push in pushes { try push.await("live after") }
        let probes = try cases.map {
            try ProbeProcess(watching: "\(relay.url)/whep/\($0.show)", seconds: 5)
        }
        for (probe, (_, _, truth)) in zip(probes, cases) {
            let report = try probe.report()
            let lead = report.milliseconds(.avLead)
            #expect(report.totals[.avLead].count >= 3, "\(report.words)")
            #expect(abs(lead - truth) < 10, "\(lead) of \(truth) ms; \(report.words)")
            let offset = report.milliseconds(.avOffset)
            #expect(abs(offset - abs(truth)) < 10, "\(offset) of \(truth) ms; \(report.words)")
        }
        for push in pushes { push.process.signal(SIGKILL) }
    }

    /// The test pattern as a file.
    private static func recording(in folder: ScratchFolder) throws -> String {
        let relay = try RelayProcess(["--log", "jsonl", "--record", folder.path("r")])
        let push = try PushProcess.run([
            "--duration", "8s", "test:size=320x240,fps=30,gop=30", "\(relay.url)/whip/a",
        ])
        guard push.status == 0 else { throw ShowFailure(words: push.talk) }
        try relay.endRecordings(1)
        return folder.path("r/a.mp4")
    }

    /// A film with its sound shifted.
    private static func film(
        _ from: String, apart milliseconds: Int, in folder: ScratchFolder
    ) throws -> String {
        let to = folder.path("apart\(milliseconds).mp4")
        let run = try ProcessRun.run(
            PushFilms.ffmpeg,
            [
                "-hide_banner", "-loglevel", "error", "-y", "-i", from, "-itsoffset",
                "\(Double(milliseconds) / 1000)", "-i", from, "-map", "0:v", "-map", "1:a", "-c",
                "copy", to,
            ], environment: ["PATH": "/usr/bin:/bin"])
        guard run.status == 0 else { throw ShowFailure(words: run.talk) }
        return to
    }

    /// How much later the sound is, as a program of others' finds in the file.
    private static func truth(_ film: String) throws -> Double {
        let run = try ProcessRun.run(
            ShowPeers.python, [ShowPeers.own("av_offset.py"), film],
            environment: ShowPeers.environment(home: "/tmp"))
        let offsets = try JSON(parsing: run.output)["offsets_ms"]?.arrayValue ?? []
        let sorted = offsets.compactMap { Double($0.text) }.sorted()
        guard !sorted.isEmpty else { throw ShowFailure(words: "\(run.output) \(run.talk)") }
        return sorted[sorted.count / 2]
    }
}
