import HTTP
import Measures
import Network
import Primitives
import Probing
import TestSupport
import Testing
import WebRTC

/// A show of pieces of a second that goes on with the clock, and what is wrong with it.
struct FaultyShow: Sendable {
    enum Fault: String, Sendable, CaseIterable {
        case none
        case stale
        case missing
        case truncated
        case wrongLength
        case sequenceJump
        case undatedAndOld
        case garbage
        case wrongTypes
    }

    /// Pieces that are there at the beginning, and pieces in a playlist.
    static let first = 6
    /// The piece that something is wrong with.
    static let bad = 8

    let fault: Fault
    let begun: Instant
    let wall: Int64

    /// The piece of that number that has been made last.
    private func last(_ now: Instant) -> Int {
        var elapsed = Int((now - begun).wholeMilliseconds)
        if fault == .stale, (2500..<5800).contains(elapsed) { elapsed = 2500 }
        return Self.first - 1 + elapsed / 1000
    }

    func playlist(_ now: Instant) -> String {
        let last = last(now)
        let first = last - Self.first + 1
        let hasJumped = fault == .sequenceJump && first >= 3
        var lines = [
            "#EXTM3U", "#EXT-X-VERSION:\(fault == .undatedAndOld ? 1 : 6)",
            "#EXT-X-TARGETDURATION:1", "#EXT-X-MEDIA-SEQUENCE:\(first + (hasJumped ? 100 : 0))",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        for number in first...last {
            if fault != .undatedAndOld {
                let date = WallClock(
                    millisecondsSince1970: wall + Int64(number - Self.first) * 1000)
                lines.append("#EXT-X-PROGRAM-DATE-TIME:\(date.rfc3339)")
            }
            let isLong = fault == .wrongLength && number == Self.bad
            lines += [isLong ? "#EXTINF:1.2," : "#EXTINF:1.0,", "p\(Self.padded(number)).ts"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 3 - String(number).count)) + String(number)
    }

    func answer(_ name: String, _ folder: ScratchFolder, _ now: Instant) -> HTTPResponse {
        if name == "live.m3u8" {
            guard fault != .wrongTypes else {
                return HTTPResponse(
                    status: 200,
                    fields: HTTPFields([
                        ("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=60"),
                    ]), body: Array(playlist(now).utf8))
            }
            return .playlist(playlist(now))
        }
        guard var bytes = Files.bytes(folder.path(name)) else { return HTTPResponse(status: 404) }
        if name == "p\(Self.padded(Self.bad)).ts" {
            switch fault {
            case .missing: return HTTPResponse(status: 404)
            case .truncated: bytes.removeSubrange((bytes.count / 188 / 2 * 188 + 100)...)
            case .garbage: bytes = [UInt8](repeating: 0x3C, count: 1000)
            default: break
            }
        }
        return .media(bytes, fault == .wrongTypes ? "text/html" : "video/mp2t")
    }
}

@Suite(.serialized) struct HLSFaultTests {
    private static let expected: [FaultyShow.Fault: [String]] = [
        .none: [], .stale: ["playlist_stale 1"], .missing: ["piece_unloaded 1"],
        .truncated: ["piece_truncated 1"], .wrongLength: ["duration_differs 1"],
        .sequenceJump: ["sequence_jump 1"],
        .undatedAndOld: ["version_low 1", "date_missing 1"],
        .garbage: ["piece_unreadable 1"],
    ]

    @Test(.enabled(if: HLSBench.hasFFmpeg || Machine.isCI))
    func `each fault of a show that goes on is found and named once`() throws {
        let folder = ScratchFolder()
        try HLSBench.pieces(in: folder, seconds: 20, kind: "mpegts")
        let anchor = ProbeBench.wallClock()
        let shows = Dictionary(
            uniqueKeysWithValues: FaultyShow.Fault.allCases.map {
                (
                    $0.rawValue,
                    FaultyShow(
                        fault: $0, begun: anchor.instant,
                        wall: anchor.nanosecondsSince1970 / 1_000_000)
                )
            })
        let server = try HLSServer { request, now in
            let words = request.path.split(separator: "/").map(String.init)
            guard words.count == 2, let show = shows[words[0]] else {
                return HTTPResponse(status: 404)
            }
            return show.answer(words[1], folder, now)
        }
        let probes = try FaultyShow.Fault.allCases.map { fault in
            let url = try server.url("/\(fault.rawValue)/live.m3u8")
            return (
                fault,
                try HLSProbe(
                    HLSBench.plan(url, duration: .seconds(8)), wallClock: anchor, onNews: {})
            )
        }
        for (fault, probe) in probes {
            let news = try HLSBench.finish(probe)
            let remarks = news.report.remarks.map { "\($0.code) \($0.count)" }
            #expect(news.phase == .ended(.finished), "\(fault)")
            let totals = news.report.totals
            guard fault != .wrongTypes else {
                let codes = news.report.remarks.map(\.code)
                #expect(codes == ["playlist_type", "playlist_cached", "piece_type"])
                continue
            }
            #expect(remarks == Self.expected[fault], "\(fault): \(news.report.remarks)")
            #expect(totals[.framesDecoded] >= 150, "\(fault)")
            let hasPieceFault = [.missing, .truncated, .garbage].contains(fault)
            #expect(totals[.pieceFaults] == (hasPieceFault ? 1 : 0), "\(fault)")
            if fault == .none {
                // Three seconds behind the edge, which is up to a second behind the clock.
                let latency = totals[.latencyCapture].quantile(0.5) ?? 0
                #expect((2_900_000...4_300_000).contains(latency), "\(latency)")
                #expect(totals[.freeze].isEmpty)
            }
        }
    }

    @Test func `what cannot be watched is said at once, by its reason`() throws {
        let server = try HLSServer { request, _ in
            switch request.path {
            case "/page": HTTPResponse(status: 200, body: Array("<html>".utf8))
            case "/locked":
                .playlist(
                    "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n"
                        + "#EXTINF:2,\na.ts\n")
            case "/empty": .playlist("#EXTM3U\n#EXT-X-TARGETDURATION:2\n")
            case "/round":
                HTTPResponse(status: 302, fields: HTTPFields([("Location", "/round")]))
            default: HTTPResponse(status: 404)
            }
        }
        let cases: [(String, HLSFailure)] = [
            ("/page", .malformed(line: 1)), ("/locked", .encrypted(method: "AES-128")),
            ("/empty", .noPieces), ("/round", .tooManyRedirects(limit: 5)), ("/no", .status(404)),
        ]
        for (path, failure) in cases {
            let news = try HLSBench.run(HLSBench.plan(try server.url(path), duration: .seconds(1)))
            #expect(news.phase == .ended(.failed(.hls(failure))), "\(path)")
            #expect(news.report.totals[.viewersFailed] == 1)
        }
    }

    @Test(.enabled(if: HLSBench.hasFFmpeg && Files.exists("/usr/bin/python3") || Machine.isCI))
    func `a playlist of variants is watched at its best from a server of Python's`() throws {
        let folder = ScratchFolder()
        try HLSBench.pieces(in: folder, seconds: 2, kind: "mpegts")
        folder.write(
            "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=100\nno.m3u8\n"
                + "#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=320x180\np.m3u8\n",
            to: "all.m3u8")
        let port = try LoopbackPorts.free()
        let python = try RunningProcess(
            "/usr/bin/python3",
            ["-m", "http.server", "\(port)", "--bind", "127.0.0.1", "--directory", folder.path],
            environment: HLSBench.environment)
        defer { python.signal(9) }
        try eventually("python listens") { LoopbackPorts.isListening(port) }
        let url = try URL(parsing: "http://127.0.0.1:\(port)/all.m3u8")
        let news = try HLSBench.run(HLSBench.plan(url, duration: nil))
        #expect(news.phase == .ended(.finished))
        #expect(news.report.totals[.framesDecoded] == 50)
        #expect(
            news.report.remarks.first?.detail == "variant=2 of=2 bandwidth=900000 size=320x180")
        #expect(news.report.facts.server?.hasPrefix("SimpleHTTP") == true)
    }
}
