import Glibc
import Media
import Network
import Primitives
import Synchronization
import TestSupport
import Testing
import WebRTC

@testable import Publishing

/// Carries a feed to its loop, where alone it is used.
private struct SentFeed: @unchecked Sendable {  // only the loop's thread touches it
    let feed: InputFeed
}

/// A feed on a loop, and what it has reported.
final class FeedRun: @unchecked Sendable {
    // `feed` belongs to the loop's thread; the record is behind its lock.
    struct Record: Sendable {
        var input: OpenedInput?
        var plan: RenditionPlan?
        var frames: [FeedFrame] = []
        var notices: [FeedNotice] = []
        var failure: FeedFailure?
        var hasEnded = false

        func frames(_ kind: MediaKind, choice: Int = 0, layer: Int = 0) -> [FeedFrame] {
            let name = RenditionName(kind: kind, choice: choice, layer: layer)
            return frames.filter { $0.rendition == name }
        }
    }

    /// When the wall clock, which begins with the machine here, says 5 s.
    static let onAir = Instant(nanoseconds: 5_000_000_000)

    let loop: EventLoop
    private let record = Mutex(Record())
    private var feed: InputFeed?

    init(
        _ inputs: [String], wish: RenditionWish = RenditionWish(),
        needs: DestinationNeeds = DestinationNeeds(webRTC: true, rtmp: false),
        loops: Bool = false, start: Duration = .zero, duration: Duration? = nil,
        wanted: Set<RenditionName>? = nil
    ) throws {
        loop = try EventLoop(name: "feed test", processor: nil)
        var plan = PushPlan(
            inputs: try inputs.map { try InputAddress(parsing: $0) }, loops: loops, start: start,
            duration: duration, pacing: .automatic, inputTimeout: .seconds(5), wish: wish,
            targets: [],
            network: PushNetwork(
                bearer: nil, servers: [], relayOnly: false, isStrict: false, authorityPath: nil,
                verifiesPeer: true, userAgent: "test", reconnects: true))
        plan.wish = wish
        let made = plan
        let anchor = WallClockAnchor(instant: Instant(nanoseconds: 0), nanosecondsSince1970: 0)
        _ = loop.perform { [self] in
            feed = try? InputFeed(FeedPlan(made, wallClock: anchor), on: loop)
            feed?.onReport = { [weak self] in self?.take($0, wish, needs, wanted) }
            feed?.open()
        }
    }

    deinit {
        let feed = feed.map { SentFeed(feed: $0) }
        loop.submit { feed?.feed.close() }
        loop.stop()
    }

    var value: Record { record.withLock { $0 } }

    /// Reads all there is.
    func readAll(within limit: Duration = .seconds(30)) throws -> Record {
        try eventually("the input is read", within: limit) {
            let record = value
            return record.hasEnded || record.failure != nil
        }
        return value
    }

    func act(_ body: @escaping @Sendable (InputFeed) -> Void) {
        _ = loop.perform { [self] in if let feed { body(feed) } }
    }

    private func take(
        _ report: FeedReport, _ wish: RenditionWish, _ needs: DestinationNeeds,
        _ wanted: Set<RenditionName>?
    ) {
        switch report {
        case .opened(let input):
            record.withLock { $0.input = input }
            guard let plan = try? RenditionPlan(tracks: input.tracks, wish: wish, needs: needs)
            else { return }
            record.withLock { $0.plan = plan }
            feed?.begin(plan)
            feed?.want(wanted ?? Self.first(plan))
            if !input.isLive { feed?.fill(until: .max / 4, onAir: Self.onAir) }
        case .frames(let frames): record.withLock { $0.frames += frames }
        case .filled: break
        case .notice(let notice): record.withLock { $0.notices.append(notice) }
        case .ended: record.withLock { $0.hasEnded = true }
        case .failed(let failure): record.withLock { $0.failure = failure }
        }
    }

    private static func first(_ plan: RenditionPlan) -> Set<RenditionName> {
        var names: Set<RenditionName> = []
        for layer in plan.layers.indices {
            names.insert(RenditionName(kind: .video, choice: 0, layer: layer))
        }
        if !plan.audio.isEmpty {
            names.insert(RenditionName(kind: .audio, choice: 0, layer: 0))
        }
        return names
    }
}

/// Files that the system's ffmpeg makes.
enum ShowFiles {
    static let ffmpeg = "/usr/bin/ffmpeg"
    static var isThere: Bool { Files.exists(ffmpeg) }
    static let picture = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=2"]
    static let sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=2"]
    static let plain = [
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "0", "-g", "25",
        "-c:a", "libopus", "-shortest",
    ]

    static func make(_ name: String, in folder: ScratchFolder, _ words: [String]) throws -> String {
        let path = folder.path(name)
        let run = try ProcessRun.run(
            ffmpeg, ["-hide_banner", "-loglevel", "error", "-y"] + words + [path],
            environment: ["PATH": "/usr/bin:/bin"], within: .seconds(60))
        guard run.status == 0 else { throw FeedTestFailure(words: run.talk) }
        return path
    }
}

struct FeedTestFailure: Error {
    let words: String
}

@Suite(.enabled(if: ShowFiles.isThere, "ffmpeg is not installed"), .timeLimit(.minutes(3)))
struct `Frames of inputs` {
    private let folder = ScratchFolder()

    @Test func `a copy is the file's frames, to the byte, at their times`() throws {
        let path = try ShowFiles.make(
            "a.mp4", in: folder, ShowFiles.picture + ShowFiles.sound + ShowFiles.plain)
        let record = try FeedRun([path]).readAll()
        #expect(record.failure == nil)
        #expect(record.plan?.video[0].making == .copy)
        let video = record.frames(.video)
        #expect(video.count == 50)
        #expect(video.filter(\.isKeyframe).count == 2)
        for (number, frame) in video.enumerated() {
            #expect(frame.presentation == Int64(number) * 40_000_000)
            #expect(frame.decoding == frame.presentation)
        }
        let reader = try InputReader(
            try InputAddress(parsing: path),
            options: InputOptions(start: .zero, probing: .quick, timeout: .seconds(5)),
            stop: StopFlag())
        let frame = CodedFrame()
        var number = 0
        while try reader.read(into: frame) {
            guard frame.track == 0, number < video.count else { continue }
            #expect(frame.copiedBytes == video[number].bytes)
            number += 1
        }
        let audio = record.frames(.audio)
        #expect(audio.count >= 99)
        let steps = zip(audio.dropFirst(2), audio.dropFirst()).map {
            $0.presentation - $1.presentation
        }
        #expect(Set(steps) == [20_000_000])
    }

    @Test func `a list and a loop go on without a gap, and stay in sync`() throws {
        let path = try ShowFiles.make(
            "a.mp4", in: folder, ShowFiles.picture + ShowFiles.sound + ShowFiles.plain)
        let record = try FeedRun(
            [path, path], loops: true, duration: .seconds(9)
        ).readAll()
        #expect(record.failure == nil)
        let video = record.frames(.video).map(\.presentation)
        let steps = zip(video.dropFirst(), video).map { $0 - $1 }
        // The sound of the file is a little longer than its picture.
        let odd = steps.filter { $0 != 40_000_000 }
        #expect(odd.count <= 4)
        #expect(odd.allSatisfy { (40_000_000..<75_000_000).contains($0) }, "\(odd)")
        #expect(try #require(video.last) >= 8_900_000_000)
        #expect(try #require(video.last) < 9_000_000_000)
        let began = record.notices.filter { if case .began = $0 { true } else { false } }
        #expect(
            began.prefix(3) == [
                .began(input: 0, round: 1), .began(input: 1, round: 1), .began(input: 0, round: 2),
            ])
    }

    @Test func `B-frames and AAC are encoded anew, and nothing is lost`() throws {
        let path = try ShowFiles.make(
            "b.mp4", in: folder,
            ShowFiles.picture + ShowFiles.sound + [
                "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-bf", "3",
                "-g", "50", "-c:a", "aac",
            ])
        let record = try FeedRun([path]).readAll()
        #expect(record.failure == nil)
        #expect(record.plan?.video[0].making == .encode([.reorderedFrames]))
        let video = record.frames(.video)
        #expect(video.count == 50)
        for (number, frame) in video.enumerated() {
            #expect(abs(frame.presentation - Int64(number) * 40_000_000) < 12_000)
        }
        let audio = record.frames(.audio)
        #expect(audio.count >= 99)
        #expect(try #require(audio.first).presentation <= 1_000_000)
    }

    @Test func `layers, another size and another rate`() throws {
        let path = try ShowFiles.make("c.mp4", in: folder, ShowFiles.picture + ["-an"])
        var wish = RenditionWish()
        wish.layers = [
            LayerWish(size: PictureSize(width: 320, height: 240), bitRate: 300_000),
            LayerWish(size: PictureSize(width: 160, height: 120), bitRate: 100_000),
        ]
        wish.frameRate = FrameRate(numerator: 10, denominator: 1)
        let record = try FeedRun([path], wish: wish).readAll()
        #expect(record.failure == nil)
        for layer in 0..<2 {
            let frames = record.frames(.video, layer: layer)
            #expect((19...21).contains(frames.count))
            #expect(frames.first?.isKeyframe == true)
            let steps = zip(frames.dropFirst(), frames).map { $0.presentation - $1.presentation }
            #expect(Set(steps) == [100_000_000])
        }
    }

    @Test func `a burned stamp says when the picture is on the air, in each layer`() throws {
        let path = try ShowFiles.make("s.mp4", in: folder, ShowFiles.picture + ["-an"])
        var wish = RenditionWish()
        wish.stamp = .picture
        wish.layers = [
            LayerWish(size: PictureSize(width: 320, height: 240), bitRate: 600_000),
            LayerWish(size: PictureSize(width: 160, height: 120), bitRate: 200_000),
        ]
        let record = try FeedRun([path], wish: wish).readAll()
        #expect(record.failure == nil)
        for layer in 0..<2 {
            let frames = record.frames(.video, layer: layer)
            #expect(frames.count == 50)
            for (number, frame) in frames.enumerated() {
                let time = FeedRun.onAir + .milliseconds(number * 40)
                #expect(frame.captured == time)
            }
            let codes = try codes(frames, "layer\(layer).h264")
            let right = codes.enumerated().filter { number, code in
                let time = WallClock(millisecondsSince1970: 5000 + Int64(number) * 40)
                return code == PatternCode(time, number: Int64(number), isPattern: false)
            }
            #expect(right.count == codes.count(where: { $0 != nil }), "layer \(layer)")
            #expect(right.count >= 48, "layer \(layer): \(right.count)")
        }
    }

    /// What the decoded pictures say.
    private func codes(_ frames: [FeedFrame], _ name: String) throws -> [PatternCode?] {
        guard let file = unsafe fopen(folder.path(name), "w") else { return [] }
        let bytes = frames.flatMap(\.bytes)
        #expect(unsafe fwrite(bytes, 1, bytes.count, file) == bytes.count)
        unsafe fclose(file)
        let reader = try InputReader(
            try InputAddress(parsing: folder.path(name)),
            options: InputOptions(start: .zero, probing: .quick, timeout: .seconds(5)),
            stop: StopFlag())
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        let (coded, picture) = (CodedFrame(), Picture())
        var stamps = StampReader()
        var codes: [PatternCode?] = []
        func drain() throws {
            while try decoder.receive(into: picture) {
                codes.append(
                    stamps.read(
                        luma: picture.plane(0), stride: picture.stride(of: 0), size: picture.size,
                        now: Instant(nanoseconds: Int64(codes.count) * 40_000_000)
                    ).code)
            }
        }
        while try reader.read(into: coded) {
            try decoder.send(coded)
            try drain()
        }
        try decoder.send(nil)
        try drain()
        return codes
    }

    @Test func `a start and a duration are exact where it is encoded`() throws {
        let path = try ShowFiles.make("d.mp4", in: folder, ShowFiles.picture + ["-g", "100"])
        var wish = RenditionWish()
        wish.copyRule = .never
        let record = try FeedRun(
            [path], wish: wish, start: .milliseconds(1000), duration: .milliseconds(400)
        ).readAll()
        #expect(record.failure == nil)
        let times = record.frames(.video).map { $0.presentation / 1_000_000 }
        #expect(times == (0..<10).map { $0 * 40 })
    }

    @Test func `another input of the list may have to be encoded to go on`() throws {
        let first = try ShowFiles.make(
            "e.mp4", in: folder, ShowFiles.picture + ShowFiles.plain + ["-an"])
        let second = try ShowFiles.make(
            "f.mkv", in: folder, ShowFiles.picture + ["-c:v", "mpeg4", "-an"])
        let third = try ShowFiles.make(
            "g.ts", in: folder, ShowFiles.picture + ShowFiles.plain + ["-an"])
        let missing = folder.path("missing.mp4")
        let record = try FeedRun([first, second, missing, third]).readAll()
        #expect(record.failure == nil)
        let video = record.frames(.video)
        #expect(video.count == 150)
        for (number, frame) in video.enumerated() {
            let expected = Int64(number) * 40_000_000
            #expect(abs(frame.presentation - expected) < 1_200_000, "frame \(number)")
        }
        #expect(record.notices.contains(.encodes(.video, [.codecNotTaken("mpeg4")])))
        #expect(record.notices.contains { if case .skipped(2, _) = $0 { true } else { false } })
    }

    @Test func `a file that is not there, and one that is none`() throws {
        let missing = try FeedRun([folder.path("none.mp4")]).readAll()
        #expect(missing.failure?.input == 0)
        #expect(missing.failure?.hasBegun == false)
        let path = folder.write("this is no film", to: "text.mp4")
        #expect(try FeedRun([path]).readAll().failure != nil)
    }

    @Test func `a forced keyframe comes with the next picture`() throws {
        let path = try ShowFiles.make("h.mp4", in: folder, ShowFiles.picture + ["-g", "250"])
        var wish = RenditionWish()
        wish.copyRule = .never
        wish.keyframeInterval = .seconds(60)
        let run = try FeedRun([path], wish: wish, wanted: [])
        let name = RenditionName(kind: .video, choice: 0, layer: 0)
        // Nothing was wanted, so all of it has been read and dropped.
        #expect(try run.readAll().frames.isEmpty)
        let record = try FeedRun([path, path], wish: wish).readAll()
        #expect(record.frames(.video).filter(\.isKeyframe).count == 1)
        #expect(record.frames(.video)[0].rendition == name)
    }
}
