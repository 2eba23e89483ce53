import Media
import Primitives
import TestSupport
import Testing
import WebRTC

struct PatternTests {
    private let start = WallClock(millisecondsSince1970: 1_795_254_123_456)

    private func settings(_ width: Int, _ height: Int, fps: String = "30") throws -> PatternSettings
    {
        var settings = PatternSettings()
        settings.size = PictureSize(width: width, height: height)
        settings.rate = try #require(FrameRate(parsing: fps))
        return settings
    }

    private func read(_ picture: Picture) -> PatternCode? {
        PatternCode(
            luma: picture.plane(0), stride: picture.stride(of: 0), size: picture.size)
    }

    @Test(arguments: [(1280, 720), (640, 360), (1920, 1080), (720, 1280), (320, 240), (176, 144)])
    func `the blocks say when a picture was made, and its number`(width: Int, height: Int) throws {
        let pattern = try TestPattern(settings(width, height))
        let picture = Picture()
        for number in [0, 1, 29, 30, 100_000, 524_287] as [Int64] {
            let clock = start + .milliseconds(number * 33)
            try pattern.draw(number, at: clock, into: picture)
            let code = try #require(read(picture))
            #expect(code == PatternCode(clock, number: number, isPattern: true))
            #expect(code.number == UInt32(number))
            #expect(code.wallClock(near: clock + .seconds(40)) == clock)
            #expect(code.wallClock(near: clock + .seconds(-40)) == clock)
        }
    }

    @Test func `pictures that hold no code, or a damaged one, are not read`() throws {
        let picture = try gradient(PictureSize(width: 640, height: 360), 3)
        #expect(read(picture) == nil)
        let pattern = try TestPattern(settings(640, 360))
        try pattern.draw(7, at: start, into: picture)
        let code = PatternCode(start, number: 7, isPattern: true)
        // Each block of the picture that is turned over is noticed.
        for row in 0..<4 {
            for column in 0..<24 {
                try pattern.draw(7, at: start, into: picture)
                let block = PatternBlock(column: column, row: row, in: picture.size)
                let stride = picture.stride(of: 0)
                picture.draw(0) { bytes in
                    for y in block.top..<block.bottom {
                        for x in block.left..<block.right {
                            bytes[y * stride + x] = 251 - bytes[y * stride + x]
                        }
                    }
                }
                #expect(read(picture) == nil)
            }
        }
        try pattern.draw(7, at: start, into: picture)
        #expect(read(picture) == code)
        #expect(PatternCode(luma: [1, 2].span, stride: 1, size: picture.size) == nil)
    }

    @Test func `the code survives 180 lines at 150 kbit/s`() throws {
        let pattern = try TestPattern(settings(1280, 720))
        let small = PictureSize(width: 320, height: 180)
        let scaler = PictureScaler(size: small, rotation: 0)
        let encoder = try VideoEncoder(
            VideoEncoding(
                codec: .h264, size: small, rate: .thirty, bitRate: 150_000, keyframeInterval: 60,
                profile: .baseline, threads: 1, parameterSets: .header))
        let folder = ScratchFolder()
        let track = TrackDescription(
            index: 0, codec: .webRTC(.h264), timeBase: .video,
            content: .picture(
                PictureTrack(size: small, rate: .thirty, hasReorderedFrames: false, rotation: 0)),
            profile: nil, configuration: encoder.configuration, duration: nil, bitRate: nil)
        let writer = try ContainerWriter(
            .file(path: folder.path("x.mkv")), tracks: [track], timeout: .seconds(5),
            stop: StopFlag())
        let (picture, scaled, coded) = (Picture(), Picture(), CodedFrame())
        for number in 0..<150 as Range<Int64> {
            try pattern.draw(number, at: start + pattern.time(of: number), into: picture)
            try scaler.convert(picture, into: scaled)
            try encoder.send(scaled)
            while try encoder.receive(into: coded) { try writer.write(coded, track: 0) }
        }
        try writer.finish()
        let reader = try InputReader(
            .file(path: folder.path("x.mkv")), options: .plain, stop: StopFlag())
        let decoder = try VideoDecoder(track: 0, of: reader, threads: 1)
        var readable = 0
        var count: Int64 = 0
        while try reader.read(into: coded) {
            try decoder.send(coded)
            while try decoder.receive(into: picture) {
                let code = read(picture)
                if code
                    == PatternCode(start + pattern.time(of: count), number: count, isPattern: true)
                {
                    readable += 1
                } else {
                    #expect(code == nil, "a wrong code at \(count)")
                }
                count += 1
            }
        }
        #expect(count == 150 && readable >= 148, "\(readable) of \(count)")
    }

    @Test(arguments: ["30", "29.97", "25", "10", "60"])
    func `flash and chirp are at the same instant, once in a second`(fps: String) throws {
        let pattern = try TestPattern(settings(320, 240, fps: fps))
        let rate = pattern.settings.rate
        let picture = Picture()
        let sound = Sound()
        var flashes: [Int64] = []
        for number in 0..<Int64(rate.framesPerSecond * 4.5) {
            try pattern.draw(number, at: start, into: picture)
            let isBright = picture.plane(0)[4 * picture.stride(of: 0) + 160] == 235
            #expect(isBright == pattern.isFlash(number))
            if isBright { flashes.append(TimeBase.audio.ticks(pattern.time(of: number))) }
        }
        var chirps: [Int64] = []
        var last: Int64 = -100_000
        for frame in 0..<225 as Range<Int64> {
            try pattern.play(from: frame * 960, count: 960, into: sound)
            #expect(sound.presentation == frame * 960)
            for index in 0..<960 where abs(sound.samples[index * 2]) > 0.3 {
                let place = frame * 960 + Int64(index)
                if place - last > 4800 { chirps.append(place) }
                last = place
            }
        }
        #expect(flashes.count == 5 && chirps.count == 5)
        // The chirp rises within 1 ms.
        for (flash, chirp) in zip(flashes, chirps) { #expect((0...60).contains(chirp - flash)) }
    }
}
