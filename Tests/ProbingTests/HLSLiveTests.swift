import HTTP
import Measures
import Media
import Network
@testable import Playlists
import Primitives
import Probing
import TestSupport
import Testing
import WebRTC

/// The test pattern as it goes on, in parts and pieces of MPEG transport, on a thread of its own.
final class LivePattern: @unchecked Sendable {  // all but `shared` belongs to the loop's thread
    struct Made: Sendable {
        var pieces: [(date: Int64, parts: [[UInt8]])] = []
        var parts: [[UInt8]] = []
        var date: Int64 = 0
    }

    static let framesInPart = 5
    static let partsInPiece = 5
    static let pieces = 4

    let shared = Monitor(Made())
    let loop: EventLoop
    private let anchor: WallClockAnchor
    private let folder = ScratchFolder()
    private let pattern: TestPattern
    private let encoder: VideoEncoder
    private let picture = Picture()
    private var frames: [(bytes: [UInt8], time: Int64, isKeyframe: Bool)] = []
    private var number: Int64 = 0
    private var start: Instant?
    private var timer: LoopTimer?
    private(set) var trouble: String?

    init(_ anchor: WallClockAnchor) throws {
        self.anchor = anchor
        loop = try EventLoop(name: "pattern", processor: nil)
        var settings = PatternSettings()
        settings.size = PictureSize(width: 320, height: 180)
        guard let rate = FrameRate(numerator: 25, denominator: 1) else {
            throw HLSTrouble(words: "no rate")
        }
        settings.rate = rate
        pattern = try TestPattern(settings)
        encoder = try VideoEncoder(
            VideoEncoding(
                codec: .h264, size: settings.size, rate: rate, bitRate: 500_000,
                keyframeInterval: Self.framesInPart * Self.partsInPiece, profile: .baseline,
                threads: 1, parameterSets: .inBand))
        loop.submit { [self] in
            start = loop.now
            timer = loop.timer { [weak self] in self?.tick() }
            timer?.set(at: loop.now)
        }
    }

    func stop() {
        loop.submit { self.timer = nil }
        loop.stop()
        loop.join()
    }

    private func tick() {
        guard let start else { return }
        do {
            try makeFrame()
        } catch {
            trouble = "\(error)"
            return
        }
        number += 1
        timer?.set(at: start + .milliseconds(40 * number))
    }

    private func wall() -> Int64 {
        (anchor.nanosecondsSince1970 + (loop.now - anchor.instant).wholeNanoseconds) / 1_000_000
    }

    private func makeFrame() throws {
        let wall = wall()
        let place = Int(number) % (Self.framesInPart * Self.partsInPiece)
        if place == 0 { shared.change { $0.date = wall } }
        try pattern.draw(
            number, at: WallClock(millisecondsSince1970: wall), into: picture)
        try encoder.send(picture)
        let frame = CodedFrame()
        while try encoder.receive(into: frame) {
            var bytes: [UInt8] = []
            let span = frame.bytes
            for index in span.indices { bytes.append(span[index]) }
            frames.append((bytes, frame.presentation ?? 0, frame.isKeyframe))
        }
        guard (place + 1) % Self.framesInPart == 0 else { return }
        let part = try write(frames)
        frames = []
        let isWhole = place + 1 == Self.framesInPart * Self.partsInPiece
        shared.change { made in
            made.parts.append(part)
            guard isWhole else { return }
            made.pieces.append((made.date, made.parts))
            made.parts = []
        }
    }

    private func write(
        _ frames: [(bytes: [UInt8], time: Int64, isKeyframe: Bool)]
    ) throws -> [UInt8] {
        let path = folder.path("part.ts")
        let track = TrackDescription(
            index: 0, codec: .webRTC(.h264), timeBase: .video,
            content: .picture(
                PictureTrack(
                    size: pattern.settings.size, rate: pattern.settings.rate,
                    hasReorderedFrames: false, rotation: 0)), profile: nil, configuration: [],
            duration: nil, bitRate: nil)
        let writer = try ContainerWriter(
            .file(path: path), tracks: [track], timeout: .seconds(5), stop: StopFlag())
        for frame in frames {
            try writer.write(
                frame.bytes.span, presentation: frame.time, decoding: frame.time, duration: 3600,
                isKeyframe: frame.isKeyframe, track: 0)
        }
        try writer.finish()
        return Files.bytes(path) ?? []
    }
}

extension LivePattern.Made {
    /// The playlist as it is now: of parts, or of whole pieces that are dated `late` too late.
    func playlist(hasParts: Bool, late: Int64 = 0) -> String {
        let first = max(0, pieces.count - LivePattern.pieces)
        var lines = [
            "#EXTM3U", "#EXT-X-VERSION:9", "#EXT-X-TARGETDURATION:1",
            "#EXT-X-MEDIA-SEQUENCE:\(first)", "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        if hasParts {
            lines += [
                "#EXT-X-PART-INF:PART-TARGET=0.2",
                "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.6",
            ]
        }
        func date(_ milliseconds: Int64) -> String {
            let date = WallClock(millisecondsSince1970: milliseconds + late)
            return "#EXT-X-PROGRAM-DATE-TIME:\(date.rfc3339)"
        }
        func part(_ sequence: Int, _ number: Int) -> String {
            "#EXT-X-PART:DURATION=0.2,URI=\"\(sequence).\(number).ts\""
                + (number == 0 ? ",INDEPENDENT=YES" : "")
        }
        for sequence in first..<pieces.count {
            lines.append(date(pieces[sequence].date))
            if hasParts {
                lines += pieces[sequence].parts.indices.map { part(sequence, $0) }
            }
            lines += ["#EXTINF:1.0,", "\(sequence).ts"]
        }
        if hasParts, !parts.isEmpty {
            lines.append(date(self.date))
            lines += parts.indices.map { part(pieces.count, $0) }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func has(_ sequence: Int64, _ part: Int64?) -> Bool {
        if sequence < pieces.count { return true }
        guard let part, sequence == pieces.count else { return false }
        return part < parts.count
    }

    /// `7.ts` or `7.3.ts`.
    func bytes(_ name: String) -> [UInt8]? {
        let words = name.split(separator: ".").dropLast().compactMap { Int($0) }
        guard let sequence = words.first, sequence <= pieces.count else { return nil }
        let all = sequence == pieces.count ? parts : pieces[sequence].parts
        guard words.count == 2 else { return sequence < pieces.count ? all.flatMap { $0 } : nil }
        return words[1] < all.count ? all[words[1]] : nil
    }
}

@Suite(.serialized) struct HLSLiveTests {
    private func watch(hasParts: Bool, late: Int64 = 0) throws -> ProbeNews {
        let anchor = ProbeBench.wallClock()
        let pattern = try LivePattern(anchor)
        defer { pattern.stop() }
        let shared = pattern.shared
        let server = try HLSServer { request, _ in
            shared.change { made in
                if request.path == "/live.m3u8" {
                    if let sequence = request.number("_HLS_msn"),
                        !made.has(sequence, request.number("_HLS_part"))
                    {
                        return nil
                    }
                    return .playlist(made.playlist(hasParts: hasParts, late: late))
                }
                return made.bytes(String(request.path.dropFirst())).map { .media($0) }
                    ?? HTTPResponse(status: 404)
            }
        }
        try eventually("some pieces are made") { shared.change { $0.pieces.count >= 4 } }
        let plan = HLSBench.plan(try server.url("/live.m3u8"), duration: .seconds(6))
        return try HLSBench.finish(HLSProbe(plan, wallClock: anchor, onNews: {}))
    }

    private func median(_ measure: Measure, _ news: ProbeNews) -> Int64 {
        (news.report.totals[measure].quantile(0.5) ?? -1) / 1000
    }

    @Test func `parts are watched as they come, a second behind by their dates and by their clock`()
        throws
    {
        let news = try watch(hasParts: true)
        let totals = news.report.totals
        #expect(news.phase == .ended(.finished))
        #expect(news.report.remarks == [], "\(news.report.remarks)")
        let (dated, burned) = (median(.latencyCapture, news), median(.latencyBurned, news))
        #expect(abs(dated - burned) <= 60, "\(dated) by dates, \(burned) by the clock")
        let spread = totals[.latencyBurned].buckets.map { "\($0.value / 1000) x \($0.count)" }
        #expect((540...1500).contains(burned), "\(spread)")
        #expect(totals[.stampsUnread] == 0 && totals[.stampsRead] > 100)
        #expect(totals[.piecesLoaded] >= 25 && totals[.pieceFaults] == 0)
        #expect(totals[.rebuffer].isEmpty)
        #expect(news.report.clock.standing == .same)
    }

    @Test func `a playlist whose dates are late is told from its pictures`() throws {
        let news = try watch(hasParts: false, late: 2000)
        let (dated, burned) = (median(.latencyCapture, news), median(.latencyBurned, news))
        // Three target durations behind an edge that is up to a second old.
        #expect((2900...4600).contains(burned), "\(burned)")
        #expect(abs(dated + 2000 - burned) <= 60, "\(dated) by dates, \(burned) by the clock")
    }
}
