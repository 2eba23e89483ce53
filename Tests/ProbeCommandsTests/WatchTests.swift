import CommandLineKit
import Measures
import Network
import Primitives
import Probing
import SessionCommands
import Sessions
import Signaling
import TestSupport
import Testing

@testable import ProbeCommands

/// A run that was written down before.
private final class WrittenRun: ProbeRun {
    private var news: [ProbeNews]
    private(set) var isStopped = false

    init(_ news: [ProbeNews]) {
        self.news = news.reversed()
    }

    func look() -> ProbeNews? { news.popLast() }
    func stop() { isStopped = true }
}

/// What is told while a probe is under way, and when it repeats itself.
@Suite struct WatchTests {
    private static let clocks = Clocks(
        wall: { WallClock(millisecondsSince1970: 0) }, monotonic: { Instant(nanoseconds: 0) })

    private static func news(_ phase: ProbePhase, _ events: [ProbeEvent] = []) -> ProbeNews {
        var news = ProbeNews(phase: phase, report: SampleReport.show())
        news.events = events
        return news
    }

    @Test func `a pipe hears of failing viewers, a few of them, and nothing else`() throws {
        let (console, output, talk) = Console.captured(clocks: Self.clocks)
        var events: [ProbeEvent] = (1...9).map { .viewerFailed($0, .noMedia) }
        events.append(.notice(.restarted))
        let run = WrittenRun([
            Self.news(.watching, events), Self.news(.ended(.finished)),
        ])
        Interruption.wake()
        let files = try Self.files([])
        var watch = ProbeWatch(console, files: files, length: .seconds(30), hasMany: true)
        let (report, ending) = try watch.follow(run)
        #expect(ending == .finished)
        #expect(report.windows.count == 30)
        #expect(output() == "")
        let lines = talk().split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines[0] == "viewer 1: connected, and not one packet of media came")
        #expect(lines[5] == "more viewers failed; the report counts them")
        #expect(lines[6] == "ICE restarted")
    }

    private static func files(_ arguments: [String]) throws -> ReportFiles {
        let box = Box()
        let command = Command.root(
            output: .document, arguments: ProbeArguments.rows
        ) { invocation, _ in
            box.files = try ReportFiles(invocation)
            return .ok
        }
        let program = Program(
            "probe", "a probe", discussion: [], common: [], root: command, commands: [],
            examples: [], describe: { _ in nil })
        let (console, _, talk) = Console.captured(clocks: clocks)
        _ = program.main(
            arguments + ["http://a.example/whep"], environment: Environment([:]), console: console)
        return try #require(box.files, "\(talk())")
    }

    private final class Box: @unchecked Sendable {  // one thread only
        var files: ReportFiles?
    }

    @Test func `a run's files are whole when it is over, and those without anything are not there`()
        throws
    {
        let folder = ScratchFolder()
        let names = ["samples", "pcap", "snapshot", "prometheus"]
        let files = try Self.files(names.flatMap { ["--\($0)", folder.path($0)] })
        var news = Self.news(.watching)
        news.samples = [
            FrameRow(
                medium: .video, arrived: .zero, bytes: 1, isKeyframe: true, rtpTimestamp: 2)
        ]
        news.capture = [1, 2, 3]
        try files.take(news)
        #expect(Files.read(folder.path("samples")) == nil)
        let notices = try files.finish(SampleReport.show(), [])
        #expect(notices == ["no picture came: there is no --snapshot"])
        #expect(folder.read("samples").split(separator: "\n").count == 2)
        #expect(Files.bytes(folder.path("pcap")) == [1, 2, 3])
        #expect(Files.read(folder.path("snapshot")) == nil)
        #expect(folder.read("prometheus").hasPrefix("# HELP whep_probe_up"))
    }

    @Test func `the live view has numbers and sparklines, and fits`() {
        let view = LiveView(length: .seconds(30))
        let lines = view.lines(Self.news(.watching), elapsed: .seconds(30), width: 80)
        expectSnapshot(lines.joined(separator: "\n") + "\n", "live.txt")
        #expect(lines.dropFirst().allSatisfy { TextWidth.of($0) < 80 })
        #expect(
            view.lines(Self.news(.joining), elapsed: .seconds(2), width: 80)
                == ["connecting  00:00:02"])
        #expect(view.lines(Self.news(.ended(.stopped)), elapsed: .zero, width: 80) == [])
    }

    @Test(
        arguments: [
            ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"), ([7, 7], "██"), ([], ""), ([0, 0], "▁▁"),
            ([nil, 1, nil], " █ "), ([1, 2, 3, 4, 5, 6, 7, 8, 9], "▃▃▄▅▆▆▇█"),
            ([-1, .infinity, 5], "▁ █"),
        ] as [([Double?], String)])
    func `a sparkline`(values: [Double?], text: String) {
        #expect(Sparkline.text(values, width: 8) == text)
    }

    @Test func `a series keeps its times whatever happens in between`() {
        func at(_ seconds: Int64) -> WallClock { WallClock(millisecondsSince1970: seconds * 1000) }
        let day = FieldSchedule(
            origin: at(1000), every: .seconds(300), total: .seconds(86_400))
        #expect(day.count == 288)
        #expect(day.next(from: 0, now: at(1000)) == 0)
        #expect(day.next(from: 1, now: at(1010)) == 1)
        #expect(day.time(of: 1) == at(1300))
        // A run that took too long, or a night without power, costs places and moves none.
        #expect(day.next(from: 1, now: at(1301)) == 2)
        #expect(day.next(from: 1, now: at(1000 + 40_000)) == 134)
        #expect(day.next(from: 288, now: at(0)) == nil)
        #expect(day.next(from: 0, now: at(1000 + 86_400)) == nil)
        let endless = FieldSchedule(origin: at(0), every: .seconds(7), total: nil)
        #expect(endless.count == nil)
        #expect(endless.next(from: 5, now: at(1_000_000)) == 142_858)
    }

    @Test func `what goes wrong with a viewer is said of WHEP, with a hint`() throws {
        let refused = ProbeFailure.session(.http(.offer, .connect(code: 111))).words
        #expect(refused.message == "the offer (POST): nobody listens there (TCP)")
        #expect(refused.status == .unavailable)
        #expect(ProbeFailure.noMedia.words.hint?.contains("--wait") == true)
        #expect(ProbeFailure.noKeyframe.words.status == .protocolError)
        #expect(ProbeFailure.undecodable(codec: "h265").words.status == .dataError)
        #expect(ProbeFailure.hls(.status(401)).words.status == .noPermission)
        let lost = Failure(.noMedia, target: "http://a/b", wasWatching: true)
        #expect(lost.status == .ioError && lost.message.contains("'http://a/b': lost: "))
    }
}
