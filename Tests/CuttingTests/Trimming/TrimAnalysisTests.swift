import Cutting
import Media
import Primitives
import TestSupport
import Testing

/// Dead air in a film that ffmpeg makes, held against what its own filters find.
@Suite(.enabled(if: ShowFilms.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct TrimAnalysisTests {
    private func found(
        _ path: String, _ settings: TrimSettings = .standard
    ) throws -> DeadAir.Findings {
        try TrimAnalysis(path: path, settings: settings, stop: StopFlag(), progress: { _ in })
            .run(events: [], productEvents: [])
    }

    @Test(arguments: [15, 60, 600])
    func `stretches are those of silencedetect, blackdetect and freezedetect`(gop: Int) throws {
        let folder = ScratchFolder()
        let path = try ShowFilms.withDeadAir(gop: gop, in: folder)
        let judged = try ShowFilms.judged(path)
        let findings = try found(path)
        expectSame(findings.silences, judged.silences, within: 1000)
        expectSame(findings.blacks, judged.blacks, within: 1000)
        // What is black stands still as well.
        expectSame(findings.freezes, judged.freezes, within: 1000)
        let deadAir = DeadAir(findings, .standard)
        #expect(deadAir.removals.map(\.reason) == [.black, .freeze])
    }

    @Test func `without sound the picture alone decides, without a picture the sound`() throws {
        let folder = ScratchFolder()
        let whole = try ShowFilms.withDeadAir(gop: 30, in: folder)
        let mute = try ShowFilms.make("mute.mp4", in: folder, ["-i", whole, "-an", "-c", "copy"])
        #expect(try found(mute).silences.count == 1)
        #expect(DeadAir(try found(mute), .standard).removals.count == 2)
        let blind = try ShowFilms.make("blind.mp4", in: folder, ["-i", whole, "-vn", "-c", "copy"])
        #expect(DeadAir(try found(blind), .standard).removals.count == 3)
    }

    @Test func `what is not media is told as such, and a raised flag ends the work`() throws {
        let folder = ScratchFolder()
        let path = folder.write("no film", to: "words.mp4")
        #expect(throws: TrimProblem.self) { try found(path) }
        let film = try ShowFilms.withDeadAir(gop: 30, in: folder)
        let stop = StopFlag()
        let analysis = TrimAnalysis(path: film, settings: .standard, stop: stop) { time in
            if time > 1_000_000 { stop.raise() }
        }
        #expect(throws: TrimProblem.stopped) {
            try analysis.run(events: [], productEvents: [])
        }
    }

    private func expectSame(
        _ found: [Stretch], _ judged: [Stretch], within tolerance: Int64,
        at location: SourceLocation = #_sourceLocation
    ) {
        let isSame =
            found.count == judged.count
            && zip(found, judged).allSatisfy {
                abs($0.start - $1.start) <= tolerance && abs($0.end - $1.end) <= tolerance
            }
        #expect(isSame, "found \(found), judged \(judged)", sourceLocation: location)
    }
}
