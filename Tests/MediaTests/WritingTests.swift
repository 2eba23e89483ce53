import Glibc
import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// Frames of the test pattern, encoded as an RTMP server wants them.
struct CodedShow {
    let seconds: Int
    let tracks: [TrackDescription]
    let frames: [(track: Int, frame: CodedFrame)]

    /// Writes the frame of that number, of a show that begins anew without an end.
    func write(_ number: Int, to writer: ContainerWriter) throws {
        let (track, frame) = frames[number % frames.count]
        let round = Int64(number / frames.count * seconds)
        let shift = round * Int64(tracks[track].timeBase.denominator)
        let presentation = (frame.presentation ?? 0) + shift
        try writer.write(
            frame.bytes, presentation: presentation, decoding: presentation,
            duration: frame.duration, isKeyframe: frame.isKeyframe, track: track)
    }

    static func make(seconds: Int, profile: VideoEncoding.H264Profile = .main) throws -> CodedShow {
        var settings = PatternSettings()
        settings.size = PictureSize(width: 320, height: 180)
        let pattern = try TestPattern(settings)
        let video = try VideoEncoder(
            VideoEncoding(
                codec: .h264, size: settings.size, rate: .thirty, bitRate: 400_000,
                keyframeInterval: 15, profile: profile, threads: 1, parameterSets: .header))
        let audio = try AudioEncoder(AudioEncoding(codec: .aac, bitRate: 96_000, channels: 2))
        let converter = try SoundConverter(to: audio.encoding.format)
        let (picture, sound, ready) = (Picture(), Sound(), Sound())
        var frames: [(track: Int, frame: CodedFrame)] = []
        func drainAudio() throws {
            while try converter.receive(into: ready) {
                try audio.send(ready)
                var coded = CodedFrame()
                while try audio.receive(into: coded) {
                    frames.append((1, coded))
                    coded = CodedFrame()
                }
            }
        }
        for number in 0..<Int64(seconds * 30) {
            let start = WallClock(millisecondsSince1970: 1_795_254_000_000)
            try pattern.draw(number, at: start + pattern.time(of: number), into: picture)
            try video.send(picture)
            let coded = CodedFrame()
            if try video.receive(into: coded) { frames.append((0, coded)) }
            try pattern.play(from: number * 1600, count: 1600, into: sound)
            try converter.send(sound, at: TimeBase.audio.duration(number * 1600))
            try drainAudio()
        }
        let tracks = [
            TrackDescription(
                index: 0, codec: .webRTC(.h264), timeBase: .video,
                content: .picture(
                    PictureTrack(
                        size: settings.size, rate: .thirty, hasReorderedFrames: false,
                        rotation: 0)),
                profile: nil, configuration: video.configuration, duration: nil, bitRate: nil),
            .opusOrAAC(.aac, configuration: audio.configuration),
        ]
        return CodedShow(seconds: seconds, tracks: tracks, frames: frames)
    }
}

@Suite(.timeLimit(.minutes(5)))
struct WritingTests {
    let folder = ScratchFolder()

    @Test(arguments: ["show.mp4", "show.mkv", "show.flv", "show.ts"])
    func `a file that is written is read again, frame for frame`(name: String) throws {
        let show = try CodedShow.make(seconds: 1)
        let writer = try ContainerWriter(
            .file(path: folder.path(name)), tracks: show.tracks, timeout: .seconds(5),
            stop: StopFlag())
        for (track, frame) in show.frames { try writer.write(frame, track: track) }
        try writer.finish()
        try writer.finish()
        let reader = try InputReader(
            .file(path: folder.path(name)), options: .plain, stop: StopFlag())
        #expect(reader.tracks.map(\.codec) == [.webRTC(.h264), .aac])
        let frames = try reader.rest()
        #expect(frames.filter { $0.track == 0 }.count == 30)
        // TS begins each at a time of its own.
        let times = frames.filter { $0.track == 0 }.compactMap(\.presentation).map {
            (reader.tracks[0].timeBase.duration($0) - reader.startTime).wholeMilliseconds
        }
        let first = times.first ?? 0
        for (number, time) in times.enumerated() {
            #expect(abs(time - first - Int64(number) * 1000 / 30) <= 1)
        }
    }

    @Test func `what was read is written as it is`() throws {
        let show = try CodedShow.make(seconds: 1)
        let paths = ["a.mp4", "b.flv", "c.mp4"].map(folder.path)
        let first = try ContainerWriter(
            .file(path: paths[0]), tracks: show.tracks, timeout: .seconds(5), stop: StopFlag())
        for (track, frame) in show.frames { try first.write(frame, track: track) }
        try first.finish()
        // From lengths before the units to lengths before the units.
        for (from, to) in zip(paths, paths.dropFirst()) {
            let reader = try InputReader(.file(path: from), options: .plain, stop: StopFlag())
            let writer = try ContainerWriter(
                .file(path: to), tracks: reader.tracks, timeout: .seconds(5), stop: StopFlag())
            let frame = CodedFrame()
            while try reader.read(into: frame) {
                let place = reader.tracks.firstIndex { $0.index == frame.track }
                try writer.write(frame, track: try #require(place))
            }
            try writer.finish()
        }
        let ends = try [paths[0], paths[2]].map { path in
            try InputReader(.file(path: path), options: .plain, stop: StopFlag()).rest()
                .filter { $0.track == 0 }.map(\.bytes)
        }
        #expect(ends[0] == ends[1] && ends[0].count == 30)
    }

    @Test func `behind rtmps only authorities that are trusted are believed`() throws {
        let make = try ProcessRun.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout",
                folder.path("key"), "-out", folder.path("certificate"),
            ], environment: TestFiles.environment)
        try #require(make.status == 0, "\(make.talk)")
        let port = try LoopbackPorts.free()
        let server = try RunningProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-key", folder.path("key"), "-cert",
                folder.path("certificate"), "-quiet",
            ], environment: TestFiles.environment)
        defer {
            server.signal(SIGKILL)
            _ = try? server.finish(within: .seconds(5))
        }
        try eventually("the server listens") { LoopbackPorts.isListening(port) }
        func attempt(_ trust: CertificateTrust) -> MediaError? {
            do throws(MediaError) {
                _ = try ContainerWriter(
                    .rtmp(url: "rtmps://localhost:\(port)/live/x", trust: trust),
                    tracks: [.opusOrAAC(.aac)], timeout: .seconds(1), stop: StopFlag())
                return nil
            } catch {
                return error
            }
        }
        // Who is believed is waited for: that server speaks no RTMP.
        let waiting = MediaError.timedOut(after: .seconds(1))
        #expect(attempt(.anything) == waiting)
        #expect(attempt(.authorities(file: folder.path("certificate"))) == waiting)
        guard case .library? = attempt(.system) else {
            Issue.record("a certificate of nobody's was believed")
            return
        }
    }

    @Test func `a place that can't be written to is told`() throws {
        let show = try CodedShow.make(seconds: 1)
        #expect(
            performing: {
                _ = try ContainerWriter(
                    .file(path: folder.path("absent/x.mp4")), tracks: show.tracks,
                    timeout: .seconds(5), stop: StopFlag())
            },
            throws: { error in
                guard case .library(let problem)? = error as? MediaError else { return false }
                return problem.cause == .notFound
            })
        #expect(throws: MediaError.noTracks) {
            _ = try ContainerWriter(
                .file(path: folder.path("x.mp4")), tracks: [], timeout: .seconds(5),
                stop: StopFlag())
        }
    }

    @Test(.enabled(if: RTMPServer.isInstalled, "nginx's RTMP module is not installed"))
    func `an RTMP server passes on what is sent to it`() throws {
        let server = try RTMPServer()
        let show = try CodedShow.make(seconds: 4)
        let writer = try ContainerWriter(
            .rtmp(url: server.url, trust: .system), tracks: show.tracks, timeout: .seconds(5),
            stop: StopFlag())
        // A viewer joins, and gets what is sent then.
        let stop = StopFlag()
        let received = ReceivedFrames()
        let url = server.url
        let viewer = try Thread {
            guard
                let reader = try? InputReader(
                    .url(url),
                    options: InputOptions(start: .zero, probing: .full, timeout: .seconds(10)),
                    stop: stop)
            else { return }
            let frame = CodedFrame()
            while (try? reader.read(into: frame)) == true {
                received.add(reader.tracks.first { $0.index == frame.track }?.kind)
            }
        }
        var next = 0
        try eventually("the viewer gets picture and sound", within: .seconds(20)) {
            try show.write(next, to: writer)
            next += 1
            return received.count(.video) > 10 && received.count(.audio) > 10
        }
        // The server dies, and a write says so.
        server.stop()
        #expect(
            performing: {
                for number in next..<next + 2000 { try show.write(number, to: writer) }
            },
            throws: { error in
                guard case .library(let problem)? = error as? MediaError else { return false }
                return problem.cause == .connectionLost
            })
        stop.raise()
        viewer.join()
    }

    @Test(.enabled(if: RTMPServer.isInstalled, "nginx's RTMP module is not installed"))
    func `an RTMP server that refuses is told`() throws {
        let server = try RTMPServer()
        let show = try CodedShow.make(seconds: 1)
        #expect(throws: MediaError.self) {
            let writer = try ContainerWriter(
                .rtmp(url: "rtmp://127.0.0.1:\(server.port)/closed/show", trust: .system),
                tracks: show.tracks, timeout: .seconds(2), stop: StopFlag())
            for number in 0..<2000 { try show.write(number, to: writer) }
        }
    }
}

/// What a viewer on another thread has got.
final class ReceivedFrames: @unchecked Sendable {  // counters, each changed by one thread only
    private var pictures = 0
    private var sounds = 0

    func add(_ kind: MediaKind?) {
        switch kind {
        case .video: pictures += 1
        case .audio: sounds += 1
        case nil: break
        }
    }

    func count(_ kind: MediaKind) -> Int { kind == .video ? pictures : sounds }
}
