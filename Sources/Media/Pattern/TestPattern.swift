package import Primitives
import WebRTC

/// Pictures and sound for trying things out, drawn by their numbers alone.
///
/// A bar moves over coloured stripes; a clock and the picture's number stand in the middle as
/// digits and at the foot as blocks (`PatternCode`). Once in a second the head of the picture
/// flashes, and a chirp sounds at the same instant.
package final class TestPattern {
    package let settings: PatternSettings
    private let background: Picture
    private let chirp: [Float]
    /// What `chirpStart` said last: it is asked for each sample.
    private var lastChirp: (second: Int64, start: Int64) = (-1, 0)

    package enum Limits {
        package static let sampleRate = 48_000
        package static let channels = 2
        /// 20 ms rising from 2 to 6 kHz: found by a matched filter, whatever a codec does to it.
        package static let chirpSamples = 960
        package static let chirpHertz = (from: 2_000.0, to: 6_000.0)
        static let chirpLevel: Float = 0.8
        static let toneLevel: Float = 0.1
    }

    package init(_ settings: PatternSettings) throws(MediaError) {
        self.settings = settings
        background = try Self.background(settings.size)
        chirp = Self.makeChirp()
    }

    /// When the picture of that number is shown, from the start.
    package func time(of number: Int64) -> Duration { settings.rate.time(of: number) }

    /// Draws a picture that was taken at `wallClock`. Its presentation is in `TimeBase.video`.
    package func draw(
        _ number: Int64, at wallClock: WallClock, into picture: Picture
    ) throws(MediaError) {
        try picture.copy(background)
        let size = settings.size
        if isFlash(number) {
            picture.fill(
                PixelBox(left: 0, top: 0, width: size.width, height: Self.headHeight(size)),
                .bright)
        }
        drawBar(number, picture)
        drawClock(number, wallClock, picture)
        for (row, bits) in PatternCode(wallClock, number: number, isPattern: true).rows.enumerated()
        {
            for column in 0..<PatternCode.Limits.columns {
                let block = PatternBlock(column: column, row: row, in: size)
                picture.fill(
                    PixelBox(
                        left: block.left, top: block.top, width: block.right - block.left,
                        height: block.bottom - block.top),
                    PatternCode.isBright(column, bits) ? .bright : .dark)
            }
        }
        picture.presentation = TimeBase.video.ticks(time(of: number))
    }

    /// Whether a picture is the first of a second.
    package func isFlash(_ number: Int64) -> Bool {
        number == 0 || second(number) != second(number - 1)
    }

    /// Fills `sound` with samples from that one on. Its presentation is in `TimeBase.audio`.
    package func play(from start: Int64, count: Int, into sound: Sound) throws(MediaError) {
        try sound.fill(
            count: count, sampleRate: Limits.sampleRate, channels: Limits.channels
        ) { samples in
            for index in 0..<count {
                let level = sample(start + Int64(index))
                for channel in 0..<Limits.channels {
                    samples[index * Limits.channels + channel] = level
                }
            }
        }
        sound.presentation = start
    }

    /// The sample that the chirp of a second begins with: where that second's first picture is.
    package func chirpStart(second: Int64) -> Int64 {
        var number = settings.rate.number(at: .seconds(second))
        while number > 0, time(of: number - 1) >= .seconds(second) { number -= 1 }
        while time(of: number) < .seconds(second) { number += 1 }
        return TimeBase.audio.ticks(time(of: number))
    }

    private func second(_ number: Int64) -> Int64 { time(of: number).components.seconds }
}

extension TestPattern {
    private func sample(_ position: Int64) -> Float {
        let second = position / Int64(Limits.sampleRate)
        if second != lastChirp.second { lastChirp = (second, chirpStart(second: second)) }
        let offset = position - lastChirp.start
        if offset >= 0, offset < Int64(chirp.count) { return chirp[Int(offset)] }
        // Counted within the second, where an angle is exact: the tone is a whole number of hertz.
        let place = Double(position % Int64(Limits.sampleRate)) / Double(Limits.sampleRate)
        return Limits.toneLevel * Float(Trigonometry.sine(turns: place * Double(settings.tone)))
    }

    private static func makeChirp() -> [Float] {
        let count = Double(Limits.chirpSamples)
        let (low, high) = Limits.chirpHertz
        return (0..<Limits.chirpSamples).map { index in
            let time = Double(index) / Double(Limits.sampleRate)
            let length = count / Double(Limits.sampleRate)
            let turns = low * time + (high - low) / 2 * time * time / length
            // Soft ends: a click would be in all frequencies.
            let edge = min(1, Double(min(index, Limits.chirpSamples - 1 - index)) / 48)
            return Limits.chirpLevel * Float(edge * Trigonometry.sine(turns: turns))
        }
    }

    private static func headHeight(_ size: PictureSize) -> Int { size.height / 8 / 2 * 2 }

    private static func background(_ size: PictureSize) throws(MediaError) -> Picture {
        let picture = try Picture(size: size)
        picture.blacken()
        // White, yellow, cyan, green, magenta, red, blue at three quarters (BT.601).
        let stripes = [
            PixelColour(luma: 180, blue: 128, red: 128), PixelColour(luma: 162, blue: 44, red: 142),
            PixelColour(luma: 131, blue: 156, red: 44), PixelColour(luma: 112, blue: 72, red: 58),
            PixelColour(luma: 84, blue: 184, red: 198), PixelColour(luma: 65, blue: 100, red: 212),
            PixelColour(luma: 35, blue: 212, red: 114),
        ]
        let (head, foot) = (headHeight(size), size.height * 7 / 12)
        for (index, colour) in stripes.enumerated() {
            let left = size.width * index / stripes.count
            let right = size.width * (index + 1) / stripes.count
            picture.fill(
                PixelBox(left: left, top: head, width: right - left, height: foot - head), colour)
        }
        return picture
    }

    /// From side to side in four seconds.
    private func drawBar(_ number: Int64, _ picture: Picture) {
        let size = settings.size
        let period: Int64 = 4_000
        let place = time(of: number).wholeMilliseconds % period
        let (head, foot) = (Self.headHeight(size), size.height * 7 / 12)
        let width = max(2, size.width / 40)
        let left = Int(Int64(size.width + width) * place / period) - width
        picture.fill(
            PixelBox(left: left, top: head, width: width, height: foot - head), .bright)
    }

    /// The time of day in UTC over the picture's number, in the middle of the stripes.
    private func drawClock(_ number: Int64, _ wallClock: WallClock, _ picture: Picture) {
        let clock = String(wallClock.rfc3339.dropFirst(11).dropLast())
        let digits = String(number)
        let size = settings.size
        let (head, foot) = (Self.headHeight(size), size.height * 7 / 12)
        let columns = max(clock.utf8.count, digits.utf8.count) * PatternFont.advance + 3
        let rows = 2 * PatternFont.height + 6
        let dot = max(1, min(size.width * 7 / 10 / columns, (foot - head) * 9 / 10 / rows))
        let box = PixelBox(
            left: (size.width - columns * dot) / 2, top: (head + foot - rows * dot) / 2,
            width: columns * dot, height: rows * dot)
        picture.fill(box, .dark)
        picture.write(clock, left: box.left + 2 * dot, top: box.top + 2 * dot, dot: dot)
        picture.write(
            digits, left: box.left + 2 * dot, top: box.top + (PatternFont.height + 4) * dot,
            dot: dot)
    }
}
