import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// Inputs of each kind, as ffmpeg writes them.
@Suite(.enabled(if: TestFiles.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct ContainerTests {
    let folder = ScratchFolder()

    private static let vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8"]
    private static let vp9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]
    private static let opus = ["-c:a", "libopus", "-ac", "2"]
    private static let aac = ["-c:a", "aac", "-ac", "2"]

    struct Case: Sendable {
        let name: String
        let words: [String]
        let codecs: [TrackCodec]
        var isReordered = false
    }

    static let cases = [
        Case(
            name: "a.mkv", words: TestFiles.x264 + ["-bf", "0"] + opus,
            codecs: [.webRTC(.h264), .webRTC(.opus)]),
        Case(
            name: "b.mkv", words: TestFiles.x264 + ["-bf", "2"] + aac,
            codecs: [.webRTC(.h264), .aac], isReordered: true),
        Case(
            name: "c.mov", words: TestFiles.x264 + ["-bf", "0", "-c:a", "pcm_s16le"],
            codecs: [.webRTC(.h264), .other(name: "pcm_s16le")]),
        Case(
            name: "d.ts", words: TestFiles.x264 + ["-bf", "2"] + aac,
            codecs: [.webRTC(.h264), .aac], isReordered: true),
        Case(
            name: "e.flv", words: TestFiles.x264 + ["-bf", "0"] + aac,
            codecs: [.webRTC(.h264), .aac]),
        Case(name: "f.webm", words: vp8 + opus, codecs: [.webRTC(.vp8), .webRTC(.opus)]),
        Case(name: "g.webm", words: vp9 + opus, codecs: [.webRTC(.vp9), .webRTC(.opus)]),
        Case(
            name: "h.mp4", words: TestFiles.x264 + ["-bf", "0"] + opus + ["-strict", "-2"],
            codecs: [.webRTC(.h264), .webRTC(.opus)]),
        Case(
            name: "i.mkv", words: ["-c:v", "mjpeg", "-c:a", "mp3"],
            codecs: [.other(name: "mjpeg"), .other(name: "mp3")]),
    ]

    @Test(arguments: cases)
    func `each container gives its tracks, and pictures and sounds of two seconds`(
        example: Case
    ) throws {
        let path = try TestFiles.make(
            example.name, in: folder, TestFiles.picture + TestFiles.sound + example.words)
        let reader = try InputReader(.file(path: path), options: .plain, stop: StopFlag())
        #expect(reader.tracks.map(\.codec) == example.codecs)
        #expect(reader.hasReorderedFrames == example.isReordered)
        guard case .picture(let track) = reader.tracks[0].content else {
            Issue.record("no picture")
            return
        }
        #expect(track.size == PictureSize(width: 320, height: 240))
        // Matroska and FLV count in milliseconds.
        #expect(abs((track.rate?.framesPerSecond ?? 0) - 30) < 0.5, "\(track)")
        let video = try VideoDecoder(track: reader.tracks[0].index, of: reader, threads: 1)
        let audio = try AudioDecoder(track: reader.tracks[1].index, of: reader)
        let (coded, picture, sound) = (CodedFrame(), Picture(), Sound())
        var pictures: [Duration] = []
        var (samples, rate) = (0, 0)
        func drain() throws {
            while try video.receive(into: picture) {
                let time = try #require(picture.presentation)
                pictures.append(reader.tracks[0].timeBase.duration(time))
            }
            while try audio.receive(into: sound) {
                samples += sound.count
                rate = sound.sampleRate
            }
        }
        while try reader.read(into: coded) {
            if coded.track == reader.tracks[0].index {
                try video.send(coded)
            } else {
                try audio.send(coded)
            }
            try drain()
        }
        try video.send(nil)
        try audio.send(nil)
        try drain()
        #expect(pictures.count == 60)
        for (number, time) in pictures.enumerated() {
            let wanted = pictures[0] + FrameRate.thirty.time(of: Int64(number))
            #expect(abs((time - wanted).wholeMilliseconds) <= 1)
        }
        #expect((rate * 19 / 10...rate * 21 / 10).contains(samples), "\(samples) at \(rate)")
    }

    @Test func `reading begins at the keyframe before a start, and can be repeated`() throws {
        let path = try TestFiles.make(
            "s.mp4", in: folder, TestFiles.picture + TestFiles.x264 + ["-bf", "0"])
        let reader = try InputReader(
            .file(path: path),
            options: InputOptions(
                start: .milliseconds(1_500), probing: .quick, timeout: .seconds(5)),
            stop: StopFlag())
        let tail = try reader.rest()
        #expect(tail.count == 30 && tail[0].isKeyframe)
        #expect(reader.tracks[0].timeBase.duration(tail[0].presentation ?? 0) == .seconds(1))
        try reader.seek(to: .zero)
        let all = try reader.rest()
        #expect(all.count == 60 && Array(all.suffix(30)) == tail)
        reader.discard(track: 0)
        try reader.seek(to: .zero)
        #expect(try reader.rest().isEmpty)
    }

    @Test(arguments: [0, 90, 180, 270])
    func `the turn of a telephone's film is told`(degrees: Int) throws {
        let plain = try TestFiles.make(
            "p.mp4", in: folder, TestFiles.picture + TestFiles.x264 + ["-bf", "0"])
        // ffmpeg's word counts anticlockwise.
        let path = try TestFiles.make(
            "r.mp4", in: folder,
            ["-i", plain, "-c", "copy", "-metadata:s:v:0", "rotate=\(degrees)"])
        let reader = try InputReader(.file(path: path), options: .plain, stop: StopFlag())
        guard case .picture(let track) = reader.tracks[0].content else {
            Issue.record("no picture")
            return
        }
        #expect(track.rotation == (360 - degrees) % 360)
    }

    @Test(arguments: ["m.mp4", "m.ts", "m.flv", "m.webm"])
    func `damaged files end in an error or in fewer frames, never in a trap`(name: String) throws {
        let codecs = name.hasSuffix("webm") ? Self.vp8 + Self.opus : TestFiles.x264 + Self.aac
        let path = try TestFiles.make(
            name, in: folder, TestFiles.picture + TestFiles.sound + codecs)
        let whole = try #require(Files.bytes(path))
        var random = SeededRandom(seed: 11)
        for round in 0..<24 {
            var bytes = whole
            for _ in 0..<(1 << (round % 8)) {
                // The head of the file is where most is to be got wrong.
                let reach = random.next() & 1 == 0 ? bytes.count : min(bytes.count, 2_000)
                bytes[Int(random.next() % UInt64(reach))] = UInt8(truncatingIfNeeded: random.next())
            }
            if round % 5 == 4 { bytes.removeLast(bytes.count / 3) }
            let damaged = folder.write(bytes, to: "damaged-\(name)")
            let reader: InputReader
            do throws(MediaError) {
                reader = try InputReader(.file(path: damaged), options: .plain, stop: StopFlag())
            } catch {
                continue
            }
            try exhaust(reader)
        }
    }

    /// Reads and decodes what can be.
    private func exhaust(_ reader: InputReader) throws {
        let (coded, picture, sound) = (CodedFrame(), Picture(), Sound())
        let converter = try SoundConverter(to: .opus)
        let scaler = PictureScaler(size: PictureSize(width: 160, height: 120), rotation: 0)
        let scaled = Picture()
        do {
            let video = try reader.tracks.filter { $0.kind == .video }.map {
                ($0, try VideoDecoder(track: $0.index, of: reader, threads: 1))
            }
            let audio = try reader.tracks.filter { $0.kind == .audio }.map {
                ($0, try AudioDecoder(track: $0.index, of: reader))
            }
            while try reader.read(into: coded) {
                for (track, decoder) in video where track.index == coded.track {
                    try decoder.send(coded)
                    while try decoder.receive(into: picture) {
                        try scaler.convert(picture, into: scaled)
                    }
                }
                for (track, decoder) in audio where track.index == coded.track {
                    try decoder.send(coded)
                    while try decoder.receive(into: sound) {
                        let time = track.timeBase.duration(sound.presentation ?? 0)
                        try converter.send(sound, at: time)
                        while try converter.receive(into: sound) {}
                    }
                }
            }
        } catch let error where error is MediaError {}
    }
}
