import Glibc
import Measures
import Primitives
import TestSupport
import Testing

/// Playlists of others, played by `whep-probe hls` while they are made.
@Suite(
    .serialized,
    .enabled(if: PushFilms.isThere || PushFilms.isCI, "ffmpeg is not installed"),
    .timeLimit(.minutes(5)))
struct ProbeHLSTests {
    private static let pattern = "test:size=320x240,fps=30,gop=30"
    private let folder = ScratchFolder()

    private func watch(_ url: String) throws -> ProbeReport {
        let run = try ProbeProcess.run(
            ["hls", "--duration", "6s", "--wait", "30s", "-o", "json", url])
        guard run.status == 0 else { throw ShowFailure(words: run.talk + run.output) }
        return try run.report()
    }

    private func check(_ report: ProbeReport, _ words: String) {
        let totals = report.totals
        #expect(report.runs[0].kind == .hls && report.runs[0].ending == "finished", "\(words)")
        let start = report.milliseconds(.startup)
        #expect(start > 0 && start < 10_000, "\(words)")
        #expect(totals[.framesDecoded] > 90 && totals[.piecesLoaded] >= 3, "\(words)")
        #expect(totals[.playlistLoads] >= 3, "\(words)")
        #expect(totals[.pieceFaults] == 0, "\(words)")
        // At least a piece is behind the live edge.
        let latency = report.milliseconds(.latencyBurned)
        #expect(latency > 1000 && latency < 12_000, "\(words)")
        #expect(totals[.stampsRead] > 90 && totals[.stampsUnread] == 0, "\(words)")
        #expect(totals[.rebuffer].count == 0 && totals[.freeze].count == 0, "\(words)")
    }

    @Test(
        .enabled(
            if: RTMPHost.isThere || PushFilms.isCI, "nginx's RTMP module is not installed"))
    func `nginx's is played, late by its pieces`() throws {
        let rtmp = try RTMPHost()
        let push = try PushProcess([Self.pattern, rtmp.url("a")])
        try push.await("live after")
        let report = try watch(rtmp.playlist("a"))
        check(report, "\(report.words) \(push.process.talk)")
        // It begins with a break, and doesn't count that when it leaves the playlist.
        let known = ["discontinuity", "discontinuity_uncounted", "date_missing"]
        #expect(report.remarks.allSatisfy { known.contains($0.code) }, "\(report.words)")
        _ = try push.stop(SIGINT)
    }

    @Test func `ffmpeg's is played, and its dates agree with the clock in the picture`() throws {
        let port = FreePort.take()
        let from = "rtmp://127.0.0.1:\(port)/live/a"
        let ffmpeg = try RunningProcess(
            PushFilms.ffmpeg,
            [
                "-hide_banner", "-loglevel", "error", "-nostats", "-fflags", "nobuffer",
                "-analyzeduration", "500000", "-listen", "1", "-f", "flv", "-i", from, "-c",
                "copy", "-f", "hls", "-hls_time", "1", "-hls_list_size", "6", "-hls_flags",
                "program_date_time+temp_file", folder.path("a.m3u8"),
            ], environment: ["PATH": "/usr/bin:/bin"])
        try eventually("ffmpeg listens; \(ffmpeg.talk)") {
            FreePort.isListening(port, beside: ffmpeg)
        }
        let push = try PushProcess([Self.pattern, from])
        try push.await("live after")
        try eventually("a playlist is there; \(ffmpeg.talk)", within: .seconds(60)) {
            // What there was at the beginning has gone from it.
            let lines = folder.read("a.m3u8").split(separator: "\n")
            return lines.contains { $0.hasPrefix("#EXT-X-MEDIA-SEQUENCE:") && $0.last != "0" }
        }
        let files = try FileServer(folder.path(""))
        let report = try watch(files.url("a.m3u8"))
        check(report, "\(report.words) \(push.process.talk)")
        #expect(report.totals[.playlistFaults] == 0, "\(report.words)")
        // The dates say when ffmpeg began, and how long its pieces are from there on.
        let ahead = report.milliseconds(.latencyBurned) - report.milliseconds(.latencyCapture)
        #expect(abs(ahead) < 1000, "\(ahead); \(report.words)")
        _ = try push.stop(SIGINT)
    }
}
