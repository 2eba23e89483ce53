import Media
import Primitives
import TestSupport
import Testing
import WebRTC

/// Stamps upon pictures that nothing has been done to yet.
struct PictureStampTests {
    private let start = WallClock(millisecondsSince1970: 1_795_254_123_456)

    private func read(
        _ reader: inout StampReader, _ picture: Picture, at seconds: Int64
    ) -> StampReader.Reading {
        reader.read(
            luma: picture.plane(0), stride: picture.stride(of: 0), size: picture.size,
            now: Instant(nanoseconds: seconds * 1_000_000_000))
    }

    @Test(arguments: [
        (1280, 720), (1920, 1080), (640, 360), (320, 180), (320, 240), (720, 1280), (426, 240),
        (176, 144), (160, 120), (3840, 2160),
    ])
    func `a stamp is found in a picture of any size, and keeps to codecs' blocks`(
        width: Int, height: Int
    ) throws {
        let size = PictureSize(width: width, height: height)
        let stamp = try #require(PictureStamp(in: size))
        let unit = width >= 320 ? 8.0 : 4.0
        for edge in [
            stamp.grid.left, stamp.grid.top, stamp.grid.blockWidth, stamp.grid.blockHeight,
        ] { #expect(edge.truncatingRemainder(dividingBy: unit) == 0) }
        if width >= 640 { #expect(stamp.grid.blockWidth >= 16 && stamp.grid.blockHeight >= 16) }
        let picture = try gradient(size, 3)
        var reader = StampReader()
        #expect(read(&reader, picture, at: 0).code == nil)
        for number in [0, 1, 524_287] as [Int64] {
            let code = PatternCode(
                start + .milliseconds(number * 40), number: number, isPattern: false)
            try stamp.burn(code, into: picture)
            let reading = read(&reader, picture, at: 1 + number)
            #expect(reading.code == code && reading.headLuma == nil)
            #expect(abs(reading.dark - 16) < 1 && abs(reading.bright - 235) < 1)
        }
    }

    @Test func `pictures too small for a stamp get none`() {
        #expect(PictureStamp(in: PictureSize(width: 64, height: 64)) == nil)
        #expect(PictureStamp(in: PictureSize(width: 400, height: 16)) == nil)
        #expect(PictureStamp(in: PictureSize(width: 2, height: 2)) == nil)
    }

    @Test func `burning leaves others alone that share the picture`() throws {
        let size = PictureSize(width: 640, height: 360)
        let (original, shared) = (try gradient(size, 3), Picture())
        let before = original.plane(0)[300 * original.stride(of: 0) + 60]
        try shared.share(original)
        let stamp = try #require(PictureStamp(in: size))
        try stamp.burn(PatternCode(start, number: 1, isPattern: false), into: shared)
        #expect(original.plane(0)[300 * original.stride(of: 0) + 60] == before)
    }

    @Test func `a picture that comes smaller than the one before is read without a search`() throws
    {
        let size = PictureSize(width: 1280, height: 720)
        let (picture, small) = (try gradient(size, 3), Picture())
        let code = PatternCode(start, number: 9, isPattern: false)
        try #require(PictureStamp(in: size)).burn(code, into: picture)
        var reader = StampReader()
        #expect(read(&reader, picture, at: 0).code == code)
        try PictureScaler(size: PictureSize(width: 640, height: 360), rotation: 0)
            .convert(picture, into: small)
        #expect(read(&reader, small, at: 0).code == code)
    }

    @Test func `the head of the pattern is seen to flash, wherever the pattern is`() throws {
        let pattern = try TestPattern(PatternSettings())
        let (picture, placed) = (Picture(), Picture())
        // A pattern between black bars.
        let scaler = PictureScaler(size: PictureSize(width: 640, height: 480), rotation: 0)
        var (whole, barred) = (StampReader(), StampReader())
        for number in 0..<32 as Range<Int64> {
            try pattern.draw(number, at: start, into: picture)
            try scaler.convert(picture, into: placed)
            for level in [
                read(&whole, picture, at: number).headLuma,
                read(&barred, placed, at: number).headLuma,
            ] {
                let level = try #require(level)
                #expect(pattern.isFlash(number) ? level > 200 : level < 40, "\(number): \(level)")
            }
        }
    }

    @Test func `a code that does not agree with its check is none`() {
        var random = SeededRandom(seed: 5)
        let rows = PatternCode(start, number: 77, isPattern: true).rows.dropFirst()
        var wrong = 0
        for _ in 0..<100_000 {
            var damaged = Array(rows)
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                let place = Int.random(in: 0..<72, using: &random)
                damaged[place / 24] ^= 1 << UInt32(place % 24)
            }
            if damaged != Array(rows), PatternCode(rows: damaged) != nil { wrong += 1 }
        }
        #expect(wrong == 0)
    }
}
