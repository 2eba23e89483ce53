import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// A picture whose luma is a gradient that moves.
func gradient(_ size: PictureSize, _ number: Int) throws -> Picture {
    let picture = try Picture(size: size)
    let stride = picture.stride(of: 0)
    picture.blacken()
    picture.draw(0) { bytes in
        for y in 0..<size.height {
            for x in 0..<size.width {
                bytes[y * stride + x] = UInt8(16 + (x + y + number * 4) % 220)
            }
        }
    }
    picture.presentation = Int64(number) * 3000
    return picture
}

func encode(
    _ encoder: VideoEncoder, count: Int, size: PictureSize, from first: Int = 0,
    before: (Int) -> Void = { _ in }
) throws -> [PlainFrame] {
    var frames: [PlainFrame] = []
    let coded = CodedFrame()
    for number in first..<first + count {
        before(number)
        try encoder.send(try gradient(size, number))
        while try encoder.receive(into: coded) { frames.append(PlainFrame(coded)) }
    }
    return frames
}

extension VideoEncoding {
    static func small(_ codec: Codec) -> VideoEncoding {
        VideoEncoding(
            codec: codec, size: PictureSize(width: 160, height: 96), rate: .thirty,
            bitRate: 200_000, keyframeInterval: 15, profile: .baseline, threads: 1,
            parameterSets: .inBand)
    }
}

struct CodingTests {
    @Test(arguments: [Codec.h264, .vp8, .vp9, .av1])
    func `pictures come out of the encoder at once, with keyframes in their interval and on demand`(
        codec: Codec
    ) throws {
        let encoding = VideoEncoding.small(codec)
        let encoder = try VideoEncoder(encoding)
        let frames = try encode(encoder, count: 20, size: encoding.size) { number in
            if number == 7 { encoder.requestKeyframe() }
        }
        #expect(frames.count == 20)
        #expect(frames.map(\.presentation) == (0..<20).map { $0 * 3000 })
        #expect(frames.map(\.presentation) == frames.map(\.decoding))
        let keyframes = frames.indices.filter { frames[$0].isKeyframe }
        #expect(keyframes.prefix(2) == [0, 7])
        for index in keyframes { #expect(isKeyframe(frames[index].bytes, codec) == true) }
    }

    @Test func `H264 has its parameter sets before each keyframe and no B-frames`() throws {
        let encoding = VideoEncoding.small(.h264)
        let frames = try encode(VideoEncoder(encoding), count: 40, size: encoding.size)
        #expect(frames.filter(\.isKeyframe).count == 3)
        for frame in frames {
            var walk = NALWalk(.annexB)
            var types: [UInt8] = []
            while let unit = try walk.next(in: frame.bytes.span) {
                types.append(frame.bytes[unit.lowerBound] & 0x1F)
                if types.last == 7 {
                    let sets = H264SequenceParameters(frame.bytes[unit].span)
                    #expect(sets?.mayReorder == false)
                    #expect(sets?.size == encoding.size)
                }
            }
            #expect(types.contains(7) == frame.isKeyframe && types.contains(8) == frame.isKeyframe)
            #expect(types.contains(5) == frame.isKeyframe)
        }
    }

    @Test func `the bit rate of H264 follows without a keyframe`() throws {
        let encoding = VideoEncoding(
            codec: .h264, size: PictureSize(width: 320, height: 240), rate: .thirty,
            bitRate: 1_000_000, keyframeInterval: 1000, profile: .high, threads: 1,
            parameterSets: .inBand)
        let encoder = try VideoEncoder(encoding)
        // Noise, so that there is something to save on.
        var random = SeededRandom(seed: 7)
        var sizes = [0, 0]
        let coded = CodedFrame()
        for number in 0..<120 {
            if number == 60 { encoder.change(bitRate: 200_000) }
            let picture = try gradient(encoding.size, number)
            picture.draw(0) { bytes in
                for index in bytes.indices { bytes[index] = UInt8(random.next() & 0x7F) + 60 }
            }
            try encoder.send(picture)
            while try encoder.receive(into: coded) {
                if number % 60 >= 30 { sizes[number / 60] += coded.count }
                #expect(coded.isKeyframe == (number == 0))
            }
        }
        #expect(sizes[1] * 3 < sizes[0], "\(sizes)")
    }

    @Test func `an encoder that can't change its rate begins anew after a while`() throws {
        let encoding = VideoEncoding.small(.vp8)
        let encoder = try VideoEncoder(encoding)
        let frames = try encode(encoder, count: 120, size: encoding.size) { number in
            if number == 10 { encoder.change(bitRate: 100_000) }
        }
        #expect(frames.count == 120)
        let keyframes = frames.indices.filter { frames[$0].isKeyframe }
        #expect(keyframes.contains(90), "\(keyframes)")
    }

    @Test(arguments: [(15, 96), (160, 95), (9000, 96)])
    func `sizes that no encoder takes are refused`(width: Int, height: Int) {
        var encoding = VideoEncoding.small(.h264)
        encoding.size = PictureSize(width: width, height: height)
        #expect(throws: MediaError.badSize(width: width, height: height)) {
            _ = try VideoEncoder(encoding)
        }
        #expect(throws: MediaError.noEncoder(codec: "H265")) {
            _ = try VideoEncoder(.small(.h265))
        }
    }

    @Test(arguments: [AudioEncoding.EncodedSound.opus, .aac])
    func `sound is encoded in frames of one length`(codec: AudioEncoding.EncodedSound) throws {
        let encoding = AudioEncoding(codec: codec, bitRate: 64_000, channels: 2)
        let encoder = try AudioEncoder(encoding)
        let format = encoding.format
        let converter = try SoundConverter(to: format)
        let (sound, ready, coded) = (Sound(), Sound(), CodedFrame())
        var frames: [PlainFrame] = []
        for number in 0..<50 {
            try sound.fill(count: 960, sampleRate: 48_000, channels: 2) { samples in
                for index in samples.indices { samples[index] = index % 96 < 48 ? 0.3 : -0.3 }
            }
            try converter.send(sound, at: .milliseconds(20 * number))
            while try converter.receive(into: ready) {
                try encoder.send(ready)
                while try encoder.receive(into: coded) { frames.append(PlainFrame(coded)) }
            }
        }
        #expect(frames.count >= 44)
        let steps = zip(frames.dropFirst(), frames).map {
            ($0.presentation ?? 0) - ($1.presentation ?? 0)
        }
        #expect(Set(steps) == [Int64(format.frameCount)])
        #expect(!encoder.configuration.isEmpty)
        // What the encoder adds in front comes before zero, so that the sound is where it was.
        #expect((frames.first?.presentation ?? 1) <= 0)
    }

    private func isKeyframe(_ bytes: [UInt8], _ codec: Codec) -> Bool? {
        switch codec {
        case .vp8: VP8Header.isKeyframe(bytes.span)
        case .vp9: VP9Header.isKeyframe(bytes.span)
        default: true
        }
    }
}

@Suite(.enabled(if: TestFiles.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct DecodingTests {
    let folder = ScratchFolder()

    @Test func `a file with B-frames is told, and decodes into pictures in their order`() throws {
        let path = try TestFiles.make(
            "b.mp4", in: folder, TestFiles.picture + TestFiles.x264 + ["-bf", "2"])
        let reader = try InputReader(.file(path: path), options: .plain, stop: StopFlag())
        #expect(reader.hasReorderedFrames)
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        let (coded, picture) = (CodedFrame(), Picture())
        var times: [Int64] = []
        func drain() throws {
            while try decoder.receive(into: picture) {
                times.append(try #require(picture.presentation))
                #expect(picture.size == PictureSize(width: 320, height: 240))
            }
        }
        while try reader.read(into: coded) {
            try decoder.send(coded)
            try drain()
        }
        try decoder.send(nil)
        try drain()
        #expect(times.count == 60 && times == times.sorted())
        #expect(decoder.damagedFrames == 0)
    }

    @Test func `damaged bytes are counted, and what is whole goes on`() throws {
        let path = try TestFiles.make(
            "c.mp4", in: folder, TestFiles.picture + TestFiles.x264 + ["-bf", "0"])
        var bytes = try #require(Files.bytes(path))
        var random = SeededRandom(seed: 3)
        for _ in 0..<400 {
            bytes[Int(random.next() % UInt64(bytes.count - 12_000)) + 4000] = UInt8(
                truncatingIfNeeded: random.next())
        }
        let damaged = folder.write(bytes, to: "d.mp4")
        let reader = try InputReader(.file(path: damaged), options: .plain, stop: StopFlag())
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        let (coded, picture) = (CodedFrame(), Picture())
        var count = 0
        while try reader.read(into: coded) {
            try decoder.send(coded)
            while try decoder.receive(into: picture) { count += 1 }
        }
        #expect(count > 10)
    }

    @Test func `AAC of 44,1 kHz becomes Opus frames at the right times`() throws {
        let path = try TestFiles.make(
            "a.m4a", in: folder, TestFiles.sound + ["-c:a", "aac", "-ac", "1"])
        let reader = try InputReader(.file(path: path), options: .plain, stop: StopFlag())
        let decoder = try AudioDecoder(track: 0, of: reader)
        let converter = try SoundConverter(to: .opus)
        let (coded, sound, frame) = (CodedFrame(), Sound(), Sound())
        var starts: [Int64] = []
        func drain() throws {
            while try converter.receive(into: frame) {
                #expect(frame.count == 960 && frame.channels == 2 && frame.sampleRate == 48_000)
                starts.append(try #require(frame.presentation))
            }
        }
        while try reader.read(into: coded) {
            try decoder.send(coded)
            while try decoder.receive(into: sound) {
                let time = reader.tracks[0].timeBase.duration(try #require(sound.presentation))
                try converter.send(sound, at: time)
                try drain()
            }
        }
        try converter.finish()
        try drain()
        #expect((99...103).contains(starts.count), "\(starts.count)")
        #expect(zip(starts.dropFirst(), starts).allSatisfy { $0 - $1 == 960 })
    }
}
