@testable import Media
import Primitives
import TestSupport
import Testing
import WebRTC

struct ConvertingTests {
    @Test(arguments: [
        (PictureSize(width: 1280, height: 720), 1920, 1080, [0, 0, 1280, 720]),
        (PictureSize(width: 1280, height: 720), 1080, 1920, [438, 0, 404, 720]),
        (PictureSize(width: 640, height: 480), 1280, 720, [0, 60, 640, 360]),
        (PictureSize(width: 640, height: 360), 638, 360, [0, 0, 640, 360]),
        (PictureSize(width: 320, height: 240), 8000, 1, [0, 118, 320, 2]),
    ])
    func `a picture keeps its shape within another`(
        size: PictureSize, width: Int, height: Int, place: [Int]
    ) {
        let found = PicturePlacement(ofShape: width, by: height, within: size)
        #expect([found.left, found.top, found.width, found.height] == place)
    }

    @Test func `what fits is passed on without copying, and the rest is scaled`() throws {
        let picture = try gradient(PictureSize(width: 320, height: 240), 5)
        let (same, smaller) = (Picture(), Picture())
        try PictureScaler(size: picture.size, rotation: 0).convert(picture, into: same)
        #expect(same.presentation == 15_000 && same.size == picture.size)
        let small = PictureSize(width: 160, height: 90)
        try PictureScaler(size: small, rotation: 0).convert(picture, into: smaller)
        #expect(smaller.size == small && smaller.presentation == 15_000)
        // Black beside the picture, which is four to three.
        #expect(smaller.plane(0)[0] == 16 && smaller.plane(1)[0] == 128)
        let middle = smaller.plane(0)[45 * smaller.stride(of: 0) + 80]
        #expect(middle > 20)
    }

    @Test(arguments: [0, 90, 180, 270])
    func `a picture that was filmed on its side is put upright`(rotation: Int) throws {
        let size = PictureSize(width: 64, height: 32)
        let picture = try Picture(size: size)
        picture.blacken()
        // A bright upper left corner.
        let stride = picture.stride(of: 0)
        picture.draw(0) { bytes in
            for y in 0..<8 {
                for x in 0..<8 { bytes[y * stride + x] = 200 }
            }
        }
        let isTurned = rotation % 180 != 0
        let upright = PictureSize(width: isTurned ? 32 : 64, height: isTurned ? 64 : 32)
        let result = Picture()
        try PictureScaler(size: upright, rotation: rotation).convert(picture, into: result)
        let right = upright.width - 3
        let bottom = upright.height - 3
        let corners = [(2, 2), (right, 2), (right, bottom), (2, bottom)].map { x, y in
            result.plane(0)[y * result.stride(of: 0) + x] > 150
        }
        #expect(corners == (0..<4).map { $0 == rotation / 90 })
    }

    @Test func `sizes beyond the limit are refused`() {
        #expect(throws: MediaError.badSize(width: 9000, height: 16)) {
            _ = try Picture(size: PictureSize(width: 9000, height: 16))
        }
    }

    /// Sound in pieces of 10 ms with a level each, at times in milliseconds.
    private func convert(
        _ pieces: [(time: Int, level: Float)], sampleRate: Int = 48_000
    ) throws -> (starts: [Int64], levels: [Float]) {
        let converter = try SoundConverter(to: .opus)
        let (sound, frame) = (Sound(), Sound())
        var starts: [Int64] = []
        var levels: [Float] = []
        func drain() throws {
            while try converter.receive(into: frame) {
                starts.append(try #require(frame.presentation))
                // The middle of each half.
                for place in [240, 720] { levels.append(frame.samples[place * 2]) }
            }
        }
        for piece in pieces {
            try sound.fill(count: sampleRate / 100, sampleRate: sampleRate, channels: 1) {
                for index in $0.indices { $0[index] = piece.level }
            }
            try converter.send(sound, at: .milliseconds(piece.time))
            try drain()
        }
        try converter.finish()
        try drain()
        return (starts, levels.map { ($0 * 100).rounded() / 100 })
    }

    @Test func `frames are cut to one length, and the last one is filled with silence`() throws {
        let (starts, levels) = try convert((0..<5).map { (1000 + $0 * 10, 0.5) })
        #expect(starts == [48_000, 48_960, 49_920])
        #expect(levels.prefix(5).allSatisfy { abs($0 - levels[0]) < 0.02 } && levels[0] > 0.3)
        #expect(levels[5] == 0)
    }

    @Test func `a gap becomes silence, so that what follows stays in its place`() throws {
        let (starts, levels) = try convert([(0, 0.5), (10, 0.5), (60, 0.5), (70, 0.5)])
        #expect(starts == [0, 960, 1920, 2880])
        #expect(levels[2...5].allSatisfy { $0 == 0 } && levels[6] > 0.3)
    }

    @Test func `what overlaps is left out`() throws {
        let pieces = [0, 10, 20, 30, 40, 0, 10, 20, 30, 40, 50, 60, 70].map { ($0, Float(0.5)) }
        let (starts, _) = try convert(pieces)
        #expect(starts == [0, 960, 1920, 2880])
    }

    @Test(arguments: [5_000, -5_000])
    func `a jump begins anew`(jump: Int) throws {
        let (starts, _) = try convert([
            (9_000, 0.5), (9_010, 0.5), (9_020 + jump, 0.5), (9_030 + jump, 0.5),
        ])
        #expect(starts == [9_000 * 48, (9_020 + Int64(jump)) * 48])
    }

    @Test func `a clock that drifts is followed`() throws {
        // 0.1 % fast: after twenty seconds the sound is 20 ms shorter than its clock says.
        let converter = try SoundConverter(to: .opus)
        let (sound, frame) = (Sound(), Sound())
        var last: Int64 = 0
        for piece in 0..<2000 {
            try sound.fill(count: 480, sampleRate: 48_000, channels: 2) {
                for index in $0.indices { $0[index] = 0.1 }
            }
            try converter.send(sound, at: .microseconds(piece * 10_010))
            while try converter.receive(into: frame) { last = frame.presentation ?? 0 }
        }
        let end = TimeBase.audio.duration(last + 960)
        #expect(abs((end - .microseconds(20_020_000)).wholeMilliseconds) < 30, "\(end)")
    }

    @Test(arguments: [8_000, 11_025, 44_100, 96_000])
    func `any rate becomes ours`(sampleRate: Int) throws {
        let pieces = (0..<100).map { ($0 * 10, Float(0.5)) }
        let (starts, _) = try convert(pieces, sampleRate: sampleRate)
        #expect((50...51).contains(starts.count) && starts[0] == 0)
        #expect(zip(starts.dropFirst(), starts).allSatisfy { $0 - $1 == 960 })
    }
}

struct TimeTests {
    @Test(arguments: [
        ("30", 30, 1), ("29.97", 30_000, 1001), ("23.976", 24_000, 1001), ("59.94", 60_000, 1001),
        ("25", 25, 1), ("12.5", 25, 2), ("30000/1001", 30_000, 1001), ("60/2", 30, 1),
    ])
    func `rates are read as people write them`(
        text: String, numerator: Int32, denominator: Int32
    ) throws {
        let rate = try #require(FrameRate(parsing: text))
        #expect(rate.numerator == numerator && rate.denominator == denominator)
    }

    @Test(arguments: [
        "", "0", "-1", "x", "1/0", "30/", "/1", "1/2/3", "481", "1e3", "29.9701", ".",
    ])
    func `what is no rate is refused`(text: String) {
        #expect(FrameRate(parsing: text) == nil)
    }

    @Test func `ticks become time and back, exactly at the ends too`() {
        let base = TimeBase(numerator: 1, denominator: 90_000)
        #expect(base.duration(90_000) == .seconds(1))
        #expect(base.ticks(.seconds(1)) == 90_000)
        #expect(base.rescale(3, to: .audio) == 2)
        #expect(base.rescale(-3, to: .audio) == -2)
        #expect(base.duration(.max) > .seconds(1_000_000_000))
        let fine = TimeBase(numerator: 1, denominator: .max)
        #expect(fine.rescale(.max, to: TimeBase(numerator: .max, denominator: 1)) == 2)
        #expect(TimeBase(numerator: .max, denominator: 1).rescale(.max, to: fine) == .max)
    }

    @Test func `pictures come at a steady rate, whatever came in`() {
        typealias Step = FrameRateConverter.Step
        let cases: [(milliseconds: Int, step: Step)] = [
            (0, Step(repeats: 0..<0, shown: 0)),
            (41, Step(repeats: 1..<1, shown: 1)),
            // Second for its tick.
            (45, Step(repeats: 2..<2, shown: nil)),
            (100, Step(repeats: 2..<3, shown: 3)),
            // A step back is late, not a jump.
            (90, Step(repeats: 4..<4, shown: nil)),
            (1_000, Step(repeats: 4..<30, shown: 30)),
            // Nothing is shown again for so long.
            (10_000, Step(repeats: 300..<300, shown: 300)),
            (0, Step(repeats: 0..<0, shown: 0)),
        ]
        var converter = FrameRateConverter(rate: .thirty)
        for (milliseconds, step) in cases {
            #expect(converter.take(.milliseconds(milliseconds)) == step, "\(milliseconds)")
        }
    }
}
