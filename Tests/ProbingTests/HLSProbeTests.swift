import HTTP
import Measures
import Primitives
import Probing
import TestSupport
import Testing

@Suite(.serialized) struct HLSProbeTests {
    @Test(
        .enabled(if: HLSBench.hasFFmpeg || Machine.isCI), arguments: ["mpegts", "fmp4"])
    func `a playlist of ffmpeg that has ended is played through and found without fault`(
        kind: String
    ) throws {
        let folder = ScratchFolder()
        try HLSBench.pieces(in: folder, seconds: 4, kind: kind)
        let server = try HLSServer { request, _ in
            guard let bytes = Files.bytes(folder.path(String(request.path.dropFirst()))) else {
                return HTTPResponse(status: 404)
            }
            return request.path.hasSuffix("m3u8")
                ? .playlist(String(decoding: bytes, as: UTF8.self))
                : .media(bytes, kind == "fmp4" ? "video/mp4" : "video/mp2t")
        }
        var plan = HLSBench.plan(try server.url("/p.m3u8"), duration: nil)
        plan.wishes.snapshot = true
        let news = try HLSBench.run(plan)
        #expect(news.phase == .ended(.finished))
        let totals = news.report.totals
        #expect(news.report.remarks == [], "\(news.report.remarks)")
        #expect(totals[.piecesLoaded] == 4)
        #expect(totals[.framesDecoded] == 100)
        #expect(totals[.framesDamaged] == 0)
        #expect(totals[.rebuffer].isEmpty && totals[.freeze].isEmpty)
        #expect(totals[.frameGap].count == 99)
        #expect(totals[.startup].count == 1)
        #expect(news.report.facts.videoCodec == "h264" && news.report.facts.width == 320)
        let watched = totals[.watchedMicroseconds]
        #expect((3_800_000...4_300_000).contains(watched), "\(watched)")
        #expect(news.snapshot?.prefix(4) == [0x89, 0x50, 0x4E, 0x47])
        #expect(news.report.machine.processors > 0)
    }
}
