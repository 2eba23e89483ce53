import HTTP
import Network
import Primitives
import Probing
import TestSupport
import WebRTC

/// An HTTP server on loopback that a test gives its answers: what a target is answered with, or
/// nil for "ask again in a moment".
final class HLSServer {
    typealias Answer = @Sendable (_ request: HTTPRequest, _ now: Instant) -> HTTPResponse?

    let loop: EventLoop
    let address: SocketAddress
    private let server: LoopBound<HTTPServer>

    init(_ answer: @escaping Answer) throws {
        let loop = try EventLoop(name: "hls server", processor: nil)
        let made = loop.perform { () -> Result<LoopBound<HTTPServer>, any Error> in
            Result {
                LoopBound(
                    try HTTPServer(
                        on: loop, at: SocketAddress(ipv4: 0x7F00_0001, port: 0), tls: nil,
                        options: Self.options, wallClock: { WallClock(millisecondsSince1970: 0) },
                        onRequest: { request, responder in
                            Self.answer(request, responder, loop, answer)
                        }), loop: loop)
            }
        }
        guard let made else { throw HLSTrouble(words: "the loop has ended") }
        server = try made.get()
        self.loop = loop
        let bound = server
        address = loop.perform { bound.value.localAddress } ?? SocketAddress(ipv4: 0, port: 0)
    }

    deinit {
        loop.stop()
        loop.join()
    }

    func url(_ path: String) throws -> URL {
        try URL(parsing: "http://127.0.0.1:\(address.port)\(path)")
    }

    private static let options = HTTPServerOptions(
        limits: HTTPLimits(
            requestLineBytes: 4096, headerBytes: 8192, headerCount: 32, bodyBytes: 65_536),
        connections: 128, connectionsPerAddress: 100, headTimeout: .seconds(60),
        bodyTimeout: .seconds(20), idleTimeout: .seconds(60), answerTimeout: .seconds(60),
        minimumBytesPerSecond: 0, rateWindow: .seconds(20), answerBytes: 1 << 26,
        openAnswerBytes: 1 << 16)

    private static func answer(
        _ request: HTTPRequest, _ responder: HTTPResponder, _ loop: EventLoop,
        _ answer: @escaping Answer
    ) {
        if let response = answer(request, loop.now) { return responder.respond(response) }
        guard responder.isAwaited else { return }
        loop.timer { Self.answer(request, responder, loop, answer) }
            .set(at: loop.now + .milliseconds(5))
    }
}

extension HTTPResponse {
    static func playlist(_ text: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            fields: HTTPFields([("Content-Type", "application/vnd.apple.mpegurl")]),
            body: Array(text.utf8))
    }

    static func media(_ bytes: [UInt8], _ type: String = "video/mp2t") -> HTTPResponse {
        HTTPResponse(status: 200, fields: HTTPFields([("Content-Type", type)]), body: bytes)
    }
}

extension HTTPRequest {
    /// Its target's path, without the query.
    var path: String { String(target.prefix { $0 != "?" }) }

    /// A number of its query.
    func number(_ name: String) -> Int64? {
        let query = target.split(separator: "?").dropFirst().first ?? ""
        for pair in query.split(separator: "&") where pair.hasPrefix("\(name)=") {
            return Int64(pair.dropFirst(name.utf8.count + 1))
        }
        return nil
    }
}

enum HLSBench {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static var hasFFmpeg: Bool { Files.exists(ffmpeg) }
    static let environment = [
        "PATH": Machine.variable("PATH") ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]

    static func plan(
        _ url: URL, duration: Duration?, patience: Duration = .zero
    ) -> HLSPlan {
        HLSPlan(
            endpoint: url,
            network: ProbeNetwork(
                bearer: nil, servers: [], relayOnly: false, isStrict: false, authorityPath: nil,
                verifiesPeer: true, userAgent: "hls-tests"),
            duration: duration, patience: patience, clock: .automatic, wishes: ProbeWishes())
    }

    /// What a probe says once it has ended.
    static func run(_ plan: HLSPlan, within limit: Duration = .seconds(60)) throws -> ProbeNews {
        try finish(try HLSProbe(plan, wallClock: ProbeBench.wallClock(), onNews: {}), within: limit)
    }

    static func finish(_ probe: HLSProbe, within limit: Duration = .seconds(60)) throws -> ProbeNews
    {
        var events: [ProbeEvent] = []
        var snapshot: [UInt8]?
        var last: ProbeNews?
        try eventually("the probe ends", within: limit) {
            guard let news = probe.look() else { return false }
            events += news.events
            snapshot = news.snapshot ?? snapshot
            last = news
            if case .ended = news.phase { return true }
            return false
        }
        guard var last else { throw HLSTrouble(words: "no news") }
        last.events = events
        last.snapshot = snapshot
        return last
    }

    /// Runs ffmpeg to its end in a folder.
    static func make(in folder: ScratchFolder, _ words: [String]) throws {
        let run = try ProcessRun.run(
            ffmpeg, ["-hide_banner", "-loglevel", "error", "-y"] + words,
            environment: environment, folder: folder.path, within: .seconds(60))
        guard run.status == 0 else { throw HLSTrouble(words: "ffmpeg: \(run.talk)") }
    }

    /// Pieces of a second each, `p000` and so on, with a playlist of all of them.
    static func pieces(
        in folder: ScratchFolder, seconds: Int, kind: String, name: String = "p"
    ) throws {
        let end = kind == "fmp4" ? "m4s" : "ts"
        try make(
            in: folder,
            [
                "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=\(seconds)",
                "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=\(seconds)",
                "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25",
                "-keyint_min", "25", "-sc_threshold", "0", "-pix_fmt", "yuv420p", "-c:a", "aac",
                "-f", "hls", "-hls_time", "1", "-hls_playlist_type", "vod", "-hls_flags",
                "program_date_time+independent_segments", "-hls_segment_type", kind,
                "-hls_fmp4_init_filename", "init.mp4", "-hls_segment_filename",
                "\(name)%03d.\(end)", "\(name).m3u8",
            ])
    }
}

struct HLSTrouble: Error {
    let words: String
}
