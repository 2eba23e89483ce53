import Glibc
import Media
import Network
import Primitives
import TestSupport
import Testing
import WebRTC

@testable import Publishing
@testable import SessionSupport

/// Frames of a clip that ffmpeg has made, all in memory.
private struct Clip: Sendable {
    struct Frame: Sendable {
        let frame: OutgoingFrame
        let bytes: [UInt8]
    }

    let offer: DestinationOffer
    let frames: [Frame]
    let length: Duration

    /// As MP4 the frames have lengths before their units, and need the container's `avcC`; as a
    /// transport stream all is in the frames.
    static func make(_ name: String, sound: Bool, reordered: Bool) throws -> Clip {
        let folder = ScratchFolder()
        let path = folder.path(name)
        let run = try ProcessRun.run(
            "/usr/bin/ffmpeg",
            [
                "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i",
                "testsrc2=size=320x240:rate=25:duration=2", "-f", "lavfi", "-i",
                "sine=frequency=440:sample_rate=48000:duration=2", "-map", "0:v",
            ] + (sound ? ["-map", "1:a", "-c:a", "aac"] : []) + [
                "-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-bf", reordered ? "2" : "0",
                "-pix_fmt", "yuv420p", path,
            ], environment: ["PATH": "/usr/bin:/bin"])
        guard run.status == 0 else { throw LiveFailure("no clip: \(run.talk)") }
        let reader = try InputReader(
            InputAddress(parsing: path),
            options: InputOptions(start: .zero, probing: .full, timeout: .seconds(5)),
            stop: StopFlag())
        var offer = DestinationOffer(video: [], audio: [], layers: [])
        for track in reader.tracks {
            switch track.content {
            case .picture(let picture):
                offer.video.append(
                    VideoChoice(
                        codec: .h264, format: .h264(.constrainedHigh),
                        framing: name.hasSuffix("mp4") ? .lengthPrefixed(.four) : .annexB,
                        configuration: name.hasSuffix("mp4") ? track.configuration : [],
                        size: picture.size, framesPerSecond: 25, hasReorderedFrames: reordered))
            case .sound(let sound):
                offer.audio.append(
                    AudioChoice(
                        codec: .aac, channels: sound.channels, sampleRate: sound.sampleRate,
                        configuration: track.configuration))
            }
        }
        return Clip(offer: offer, frames: try read(reader), length: .seconds(2))
    }

    private static func read(_ reader: InputReader) throws -> [Frame] {
        var frames: [Frame] = []
        let coded = CodedFrame()
        while try reader.read(into: coded) {
            let track = reader.tracks[coded.track]
            let base = track.timeBase
            let shown = base.duration(coded.presentation ?? 0) - reader.startTime
            // Before the first picture is shown, it has been decoded.
            let decoded = coded.decoding.map { base.duration($0) - reader.startTime } ?? shown
            frames.append(
                Frame(
                    frame: OutgoingFrame(
                        kind: track.kind, choice: 0, layer: 0, isKeyframe: coded.isKeyframe,
                        mediaTime: shown, decodeTime: decoded,
                        duration: base.duration(coded.duration), captured: nil),
                    bytes: Array(copying: coded.bytes)))
        }
        return frames.sorted { $0.frame.decodeTime < $1.frame.decodeTime }
    }
}

/// An RTMP destination on a loop of its own, which is given a clip again and again, in real time.
private final class RTMPHarness: @unchecked Sendable {
    // All but `loop` belongs to the loop's thread.
    struct State: Sendable {
        var states: [DestinationState] = []
        var notices: [DestinationNotice] = []
        var figures = DestinationFigures()
        var isClosed = false
        /// The longest time that one turn of giving frames took.
        var longestTurn = Duration.zero

        var isLive: Bool { if case .live = states.last { true } else { false } }
    }

    let loop: EventLoop
    private let clip: Clip
    private let destination: RTMPDestination
    private var record = State()
    private var place = 0
    private var begin: Instant?
    private var timer: LoopTimer?

    init(_ url: String, _ clip: Clip, timeout: Duration = .seconds(5)) throws {
        self.clip = clip
        let loop = try EventLoop(name: "push", processor: nil)
        self.loop = loop
        destination = RTMPDestination(
            RTMPSettings(
                url: url, trust: .system, timeout: timeout,
                reconnect: ReconnectLimits(
                    firstTries: 2, tries: nil, firstDelay: .milliseconds(100),
                    maximumDelay: .milliseconds(400), calm: .seconds(1))), on: loop)
        try loop.answer { [self] in
            destination.onEvent = { [weak self] event in
                guard let self else { return }
                if case .changed = event { record.states.append(destination.state) }
                if case .notice(let notice) = event { record.notices.append(notice) }
            }
            timer = loop.timer { [weak self] in self?.publish() }
            timer?.set(at: loop.now)
            begin = loop.now
            destination.start(clip.offer)
        }
    }

    deinit { loop.end() }

    private func publish() {
        guard let begin else { return }
        let started = ContinuousClock.now
        while true {
            let (round, index) = place.quotientAndRemainder(dividingBy: clip.frames.count)
            var next = clip.frames[index].frame
            let offset = clip.length * round
            next.mediaTime += offset
            next.decodeTime += offset
            let due = begin + next.decodeTime
            guard due <= loop.now else {
                timer?.set(at: due)
                break
            }
            let bytes = clip.frames[index].bytes
            destination.send(bytes.span, next, now: loop.now)
            place += 1
        }
        record.longestTurn = max(record.longestTurn, ContinuousClock.now - started)
    }

    var state: State {
        loop.perform { [self] in
            var state = record
            state.figures = destination.figures(now: loop.now)
            return state
        } ?? State()
    }

    func reach(
        _ what: String, within limit: Duration = .seconds(20), _ condition: (State) -> Bool
    ) throws {
        do {
            try eventually(what, within: limit) { condition(state) }
        } catch {
            throw LiveFailure("\(error): \(state.states) \(state.notices) \(state.figures)")
        }
    }

    func close() throws {
        _ = loop.perform { [self] in
            timer?.cancel()
            destination.close { [weak self] in self?.record.isClosed = true }
        }
        try reach("the destination is closed") { $0.isClosed }
    }
}

/// Pushes to a real RTMP server.
@Suite(.enabled(if: RTMPServer.isInstalled || Machine.isCI, "nginx has no RTMP module"))
struct DestinationRTMPTests {
    /// How many frames of a kind can be decoded, and what the decoder complains about.
    private func decode(_ path: String, _ kind: String) throws -> (frames: Int, words: String) {
        let run = try ProcessRun.run(
            "/usr/bin/ffprobe",
            [
                "-v", "error", "-count_frames", "-select_streams", kind, "-show_entries",
                "stream=nb_read_frames,codec_name", "-of", "csv=p=0", path,
            ], environment: ["PATH": "/usr/bin:/bin"])
        let words = run.output.split { $0 == "," || $0 == "\n" }
        return (words.compactMap { Int($0) }.first ?? 0, run.talk)
    }

    @Test func `picture and sound of a file arrive at a real server and can be decoded`() throws {
        let server = try RTMPServer()
        let clip = try Clip.make("clip.mp4", sound: true, reordered: true)
        let push = try RTMPHarness(server.url("show"), clip)
        try push.reach("live") { $0.isLive }
        try push.reach("some seconds") { $0.figures.frames > 200 }
        #expect(push.state.longestTurn < .milliseconds(50))
        try push.close()
        let path = server.recording("show")
        try eventually("a recording") { Files.exists(path) }
        let (video, complaints) = try decode(path, "v")
        let (audio, more) = try decode(path, "a")
        #expect(video > 50 && audio > 100, "\(video) \(audio)")
        #expect(complaints.isEmpty && more.isEmpty, "\(complaints) \(more)")
        try server.kill()
    }

    @Test func `what stands in the frames is told in the header`() throws {
        let server = try RTMPServer()
        let clip = try Clip.make("clip.ts", sound: false, reordered: false)
        #expect(clip.offer.video.first?.configuration.isEmpty == true)
        let push = try RTMPHarness(server.url("units"), clip)
        try push.reach("some seconds") { $0.isLive && $0.figures.frames > 60 }
        try push.close()
        let (video, complaints) = try decode(server.recording("units"), "v")
        #expect(video > 40 && complaints.isEmpty, "\(video) \(complaints)")
        try server.kill()
    }

    @Test func `a server that dies and comes again gets the show again`() throws {
        let server = try RTMPServer()
        let clip = try Clip.make("clip.mp4", sound: true, reordered: false)
        let push = try RTMPHarness(server.url("again"), clip)
        try push.reach("live") { $0.isLive && $0.figures.frames > 30 }
        try server.kill()
        try push.reach("lost") { state in
            state.states.contains { if case .waiting = $0 { true } else { false } }
        }
        try server.start()
        try push.reach("live again") { $0.isLive }
        let count = push.state.figures.frames
        try push.reach("frames again") { $0.figures.frames > count + 60 }
        #expect(push.state.figures.reconnects >= 1)
        try push.close()
        let (video, complaints) = try decode(server.recording("again"), "v")
        #expect(video > 20 && complaints.isEmpty, "\(video) \(complaints)")
        try server.kill()
    }

    @Test func `a server that says nothing holds nobody up`() throws {
        let server = try SilentServer()
        let port = server.port
        let clip = try Clip.make("clip.mp4", sound: true, reordered: false)
        let push = try RTMPHarness(
            "rtmp://127.0.0.1:\(port)/live/x", clip, timeout: .milliseconds(500))
        try push.reach("failed") { state in
            state.states.contains { $0 == .failed(.rtmp(.timedOut)) }
        }
        try push.close()
        let slow = try RTMPHarness("rtmp://127.0.0.1:\(port)/live/x", clip, timeout: .seconds(30))
        try slow.reach("connecting") { $0.states.last == .connecting }
        let started = ContinuousClock.now
        try slow.close()
        #expect(ContinuousClock.now - started < .seconds(4))
        #expect(slow.state.longestTurn < .milliseconds(50))
        withExtendedLifetime(server) {}
    }

    @Test func `nobody listens there`() throws {
        let clip = try Clip.make("clip.mp4", sound: true, reordered: false)
        let push = try RTMPHarness("rtmp://127.0.0.1:9/live/x", clip)
        try push.reach("failed") { state in
            if case .failed(.rtmp(.refused)) = state.states.last { true } else { false }
        }
        try push.close()
    }

    @Test func `a queue that is full drops to the next keyframe`() {
        var queue = RTMPQueue(RTMPQueue.Limits(bytes: 1000, frames: 100), hasVideo: true)
        func frame(_ kind: MediaKind, _ isKeyframe: Bool) -> OutgoingFrame {
            OutgoingFrame(
                kind: kind, choice: 0, layer: 0, isKeyframe: isKeyframe, mediaTime: .zero,
                decodeTime: .zero, duration: .zero, captured: nil)
        }
        let bytes = [UInt8](repeating: 0, count: 300)
        let steps: [(MediaKind, Bool, RTMPQueue.Addition)] = [
            (.audio, true, .early), (.video, false, .early), (.video, true, .taken),
            (.audio, true, .taken), (.video, false, .taken), (.video, false, .full(dropped: 4)),
            (.video, false, .full(dropped: 1)), (.audio, true, .taken), (.video, true, .taken),
            (.video, false, .taken),
        ]
        for (place, (kind, isKeyframe, expected)) in steps.enumerated() {
            let addition = queue.add(bytes.span, frame(kind, isKeyframe))
            #expect(addition == expected, "\(place)")
        }
        #expect(queue.take().count == 3 && queue.bytes == 0)
    }
}
