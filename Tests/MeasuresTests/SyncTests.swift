import Measures
import Primitives
import Testing

@Suite struct SyncTests {
    private static let chirp = ChirpFinder.Chirp(
        sampleRate: 48_000, samples: 960, fromHertz: 2_000, toHertz: 6_000)

    private static let sines = (0..<16_384).map { place in
        let angle = (Double(place) / 16_384 - 0.5) * 2 * Double.pi
        let square = angle * angle
        var (term, sum) = (angle, angle)
        for order in stride(from: 2.0, through: 24, by: 2) {
            term *= -square / (order * (order + 1))
            sum += term
        }
        return -sum
    }

    /// The sine of an angle in turns, well enough for a sound.
    static func sine(_ turns: Double) -> Double {
        sines[Int((turns - turns.rounded(.down)) * 16_384) & 16_383]
    }

    /// The test pattern's sound: a tone, and a chirp from each of these times on.
    private static func sound(
        seconds: Double, chirps: [Double], gain: Double, noise: Double, phase: Double = 0,
        _ random: inout RandomReports
    ) -> [Float] {
        var samples = (0..<Int(seconds * 48_000)).map { index in
            0.1 * sine(440 * Double(index) / 48_000) + noise * random.hiss()
        }
        for chirp in chirps {
            let start = chirp * 48_000
            for index in Int(start.rounded(.up))..<Int(start.rounded(.up)) + 959 {
                guard samples.indices.contains(index) else { continue }
                let time = (Double(index) - start) / 48_000
                let edge = min(1, (Double(index) - start) / 48, (start + 959 - Double(index)) / 48)
                samples[index] =
                    0.8 * max(0, edge) * sine(2_000 * time + 100_000 * time * time + phase)
                    + noise * random.hiss()
            }
        }
        return samples.map { Float($0 * gain) }
    }

    private static func find(_ samples: [Float], piece: Int = 960) -> [ChirpFinder.Find] {
        guard var finder = ChirpFinder(chirp) else { return [] }
        var finds: [ChirpFinder.Find] = []
        for start in stride(from: 0, to: samples.count, by: piece) {
            let part = Array(samples[start..<min(samples.count, start + piece)])
            let at = Instant(nanoseconds: 9_000_000_000 + Int64(start) * 1_000_000 / 48)
            finds += finder.take(part.span, channels: 1, at: at)
        }
        return finds
    }

    private static func seconds(_ find: ChirpFinder.Find) -> Double {
        (find.at - Instant(nanoseconds: 9_000_000_000)).secondsValue
    }

    @Test func `chirps are found to a tenth of a millisecond, loud or quiet, in noise`() {
        var random = RandomReports(seed: 3)
        for (gain, noise, piece) in [
            (1.0, 0.0, 960), (0.01, 0.01, 1024), (2.5, 0.05, 480), (1, 0.2, 333), (0.3, 0.3, 4096),
        ] {
            let chirps = (0..<2).map {
                Double($0) + 0.2 + Double(random.number(0...9_999)) / 20_000
            }
            let sound = Self.sound(
                seconds: 2.9, chirps: chirps, gain: gain, noise: noise,
                phase: Double(random.number(0...99)) / 100, &random)
            let finds = Self.find(sound, piece: piece)
            #expect(finds.count == chirps.count, "gain \(gain), noise \(noise)")
            for (find, chirp) in zip(finds, chirps) {
                #expect(abs(Self.seconds(find) - chirp) < 0.000_1, "gain \(gain), noise \(noise)")
                #expect(find.confidence > (noise > 0.1 ? 0.4 : 0.75))
            }
        }
    }

    @Test func `no chirp is found where there is none`() {
        var random = RandomReports(seed: 4)
        #expect(Self.find(Self.sound(seconds: 2, chirps: [], gain: 1, noise: 0, &random)).isEmpty)
        #expect(Self.find(Self.sound(seconds: 4, chirps: [], gain: 1, noise: 0.3, &random)).isEmpty)
        #expect(Self.find([Float](repeating: 0, count: 48_000)).isEmpty)
        #expect(Self.find([Float](repeating: .nan, count: 48_000)).isEmpty)
        // Clicks, a falling sweep, a steady tone in the band that begins suddenly.
        var hard = [Float](repeating: 0, count: 96_000)
        for place in stride(from: 500, to: 40_000, by: 7_777) { hard[place] = 1 }
        for index in 0..<960 {
            let time = Double(index) / 48_000
            hard[50_000 + index] = Float(Self.sine(6_000 * time - 100_000 * time * time))
        }
        for index in 70_000..<90_000 { hard[index] = Float(Self.sine(Double(index) / 12)) }
        #expect(Self.find(hard).isEmpty)
    }

    @Test func `a chirp that was taken at another rate is found where it was`() {
        var random = RandomReports(seed: 5)
        // What 44.1 kHz leaves of it, and back, by straight lines between samples.
        let sound = Self.sound(seconds: 3, chirps: [0.5, 1.5, 2.5], gain: 0.5, noise: 0, &random)
        func resampled(_ samples: [Float], _ ratio: Double) -> [Float] {
            (0..<Int(Double(samples.count - 1) / ratio)).map { index in
                let place = Double(index) * ratio
                let (whole, rest) = (Int(place), Float(place - place.rounded(.down)))
                return samples[whole] * (1 - rest) + samples[whole + 1] * rest
            }
        }
        let there = resampled(sound, 48.0 / 44.1)
        let finds = Self.find(resampled(there, 44.1 / 48))
        #expect(finds.count == 3)
        for (find, chirp) in zip(finds, [0.5, 1.5, 2.5]) {
            #expect(abs(Self.seconds(find) - chirp) < 0.000_1)
            #expect(find.confidence > 0.7)
        }
    }

    @Test func `a break of the time line makes no chirp of two halves`() throws {
        var random = RandomReports(seed: 6)
        let sound = Self.sound(seconds: 1, chirps: [0.5], gain: 1, noise: 0, &random)
        var finder = try #require(ChirpFinder(Self.chirp))
        let (head, tail) = (Array(sound[..<24_480]), Array(sound[24_480...]))
        let start = Instant(nanoseconds: 0)
        #expect(finder.take(head.span, channels: 1, at: start).isEmpty)
        let late = Instant(nanoseconds: 800_000_000)
        // The second half alone is like half a chirp, and lies where its first half would.
        for find in finder.take(tail.span, channels: 1, at: late) {
            #expect(find.confidence < 0.6)
            #expect(abs((find.at - start).secondsValue - 0.79) < 0.001)
        }
    }

    @Test func `what cannot be a chirp is refused`() {
        for (rate, samples, low, high) in [
            (48_000, 960, 2_000.0, 2_000.0), (48_000, 960, 6_000, 2_000),
            (48_000, 10, 2_000, 6_000),
            (8_000, 960, 2_000, 6_000), (0, 960, 2_000, 6_000), (48_000, 960, -1, 6_000),
            (48_000, 960, 2_000, .nan),
        ] {
            let chirp = ChirpFinder.Chirp(
                sampleRate: rate, samples: samples, fromHertz: low, toHertz: high)
            #expect(ChirpFinder(chirp) == nil)
        }
    }

    @Test func `flashes are found whatever the range, and none where nothing flashes`() {
        for (low, high, flashes) in [
            (16.0, 235.0, 10), (0, 255, 10), (60, 130, 10), (100, 120, 0), (40, 40, 0),
        ] {
            var random = RandomReports(seed: 8)
            var finder = FlashFinder()
            var found: [Int] = []
            for number in 0..<300 {
                let isFlash = number % 30 == 15
                let luma = (isFlash ? high : low) + 2 * random.bell()
                let at = Instant(nanoseconds: Int64(number) * 33_333_333)
                if finder.take(luma: luma, at: at) { found.append(number) }
            }
            #expect(found == (0..<flashes).map { $0 * 30 + 15 })
        }
    }

    @Test func `flashes are found again once their clock has gone back`() {
        var finder = FlashFinder()
        var found: [Int] = []
        for number in 0..<120 {
            let begin: Int64 = number < 60 ? 100_000_000_000 : -5_000_000_000
            let at = Instant(nanoseconds: begin + Int64(number) * 33_333_333)
            if finder.take(luma: number % 30 == 15 ? 235 : 16, at: at) { found.append(number) }
        }
        #expect(found == [15, 45, 75, 105])
    }

    @Test func `offsets of sound and picture are told with their sign`() {
        for lead in [-450, -50, 0, 50, 123, 450] as [Int64] {
            var meter = SyncMeter()
            var set = MeasureSet()
            var events: [(at: Int64, isFlash: Bool)] = []
            for second in 1...20 as ClosedRange<Int64> {
                // One in five is missed on either side.
                if second % 5 != 0 { events.append((second * 1000, true)) }
                if second % 5 != 3 { events.append((second * 1000 + lead, false)) }
            }
            for event in events.sorted(by: { $0.at < $1.at }) {
                let at = Instant(nanoseconds: event.at * 1_000_000)
                if event.isFlash {
                    meter.flash(at: at, into: &set)
                } else {
                    meter.chirp(at: at, into: &set)
                }
            }
            #expect(set[.avLead].count == 12)
            #expect(set[.avLead].least == lead * 1000)
            #expect(set[.avLead].greatest == lead * 1000)
            #expect(set[.avOffset].greatest == abs(lead) * 1000)
        }
    }
}

@Suite struct SoundMeterTests {
    @Test func `a sine of 997 Hz is as loud as BS 1770 says`() throws {
        // EBU Tech 3341, test signal 1: stereo at -23 dBFS is -23.0 LUFS.
        for (level, wanted) in [(0.070_794_6, -23.0), (0.022_387_2, -33), (1.0, 0)] {
            var meter = LoudnessMeter()
            var set = MeasureSet()
            let samples = (0..<48_000 * 2).flatMap { index in
                let value = Float(level * SyncTests.sine(997 * Double(index) / 48_000))
                return [value, value]
            }
            meter.take(samples.span, channels: 2, into: &set)
            let integrated = try #require(meter.integrated)
            #expect(abs(integrated - wanted) <= 0.1)
            #expect(abs(Double(set[.loudness].quantile(0.5) ?? 0) / 100 - wanted) <= 0.3)
            #expect(set[.loudness].count == 17)
        }
    }

    @Test func `silence and broken numbers are told as silence`() {
        for level in [0, Float.nan, .infinity] {
            var meter = LoudnessMeter()
            var set = MeasureSet()
            let samples = [Float](repeating: level, count: 48_000)
            meter.take(samples.span, channels: 1, into: &set)
            meter.take([Float](repeating: 0, count: 96_000).span, channels: 1, into: &set)
            #expect(meter.integrated == nil)
            #expect(set[.loudness].greatest == -7_000)
        }
    }

    @Test func `gaps of sound are what never came`() {
        let cases: [(sounds: [(number: Int64, late: Int64, isMarked: Bool)], gaps: [Int64])] = [
            ([(0, 0, false), (1, 0, false), (2, 0, false)], []),
            ([(0, 0, false), (1, 0, false), (4, 0, false)], [40_000]),
            // A pause that the sender made.
            ([(0, 0, true), (1, 0, false), (40, 0, true)], []),
            ([(0, 0, false), (1, 900, false), (2, 880, false)], [900_000]),
            ([(0, 0, false), (2, 0, false), (1, 30, false), (3, 0, false)], [20_000]),
            ([(0, 0, false), (1_000_000, 0, false)], []),
        ]
        for (sounds, gaps) in cases {
            var meter = AudioGapMeter(clockRate: 48_000)
            var set = MeasureSet()
            var last: Int64 = 0
            for sound in sounds {
                last = sound.number * 20 + sound.late
                meter.take(
                    timestamp: UInt32(truncatingIfNeeded: sound.number * 960 - 1_000), ticks: 960,
                    isMarked: sound.isMarked, at: Instant(nanoseconds: last * 1_000_000),
                    into: &set)
            }
            meter.finish(now: Instant(nanoseconds: (last + 100) * 1_000_000), into: &set)
            #expect(set[.audioGap].count == Int64(gaps.count), "\(sounds)")
            #expect(set[.audioGap].sum == gaps.reduce(0, +), "\(sounds)")
            meter.finish(now: Instant(nanoseconds: (last + 9_000) * 1_000_000), into: &set)
            #expect(set[.audioGap].count == Int64(gaps.count))
        }
    }
}
