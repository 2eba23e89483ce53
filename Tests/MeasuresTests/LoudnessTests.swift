import Primitives
import Testing

@testable import Measures

@Suite struct LoudnessTests {
    static func tone(
        _ hertz: Double, level: Double, seconds: Double, phase: Double = 0
    ) -> [Float] {
        // All tones here repeat after so many samples.
        let period = (0..<480).map { index in
            Float(level * Double.sine(turns: hertz * Double(index) / 48_000 + phase / 360))
        }
        var samples: [Float] = []
        samples.reserveCapacity(Int(seconds * 96_000))
        for index in 0..<Int(seconds * 48_000) {
            samples.append(period[index % 480])
            samples.append(period[index % 480])
        }
        return samples
    }

    static func measure(_ samples: [Float]) -> ProgrammeLoudness {
        var meter = ProgrammeLoudness()
        meter.take(samples.span, channels: 2)
        return meter
    }

    @Test func `programmes are as loud as EBU Tech 3341 says`() throws {
        func level(_ decibels: Double) -> Double { .level(decibels: decibels) }
        // Test signals 1 to 5, but shorter, so that the blocks at their borders weigh more.
        let cases: [(parts: [(decibels: Double, seconds: Double)], wanted: Double)] = [
            ([(-23, 1)], -23), ([(-33, 1)], -33),
            ([(-72, 0.8), (-36, 0.8), (-23, 4), (-36, 0.8), (-72, 0.8)], -23),
            ([(-26, 2), (-20, 2), (-26, 2)], -23),
        ]
        for (parts, wanted) in cases {
            var meter = ProgrammeLoudness()
            for part in parts {
                meter.take(
                    Self.tone(1000, level: level(part.decibels), seconds: part.seconds).span,
                    channels: 2)
            }
            let integrated = try #require(meter.integrated)
            #expect(abs(integrated - wanted) <= 0.3, "\(parts): \(integrated)")
        }
    }

    @Test func `true peaks lie between samples`() throws {
        // EBU Tech 3341, test signals 15 to 19: within -0.4 and +0.2 dB of what is meant.
        let cases: [(hertz: Double, phase: Double, level: Double, wanted: Double)] = [
            (12_000, 0, 0.5, -6), (12_000, 45, 0.5, -6), (8_000, 60, 0.5, -6),
            (6_000, 67.5, 0.5, -6), (12_000, 45, 1.41, 3),
        ]
        for (hertz, phase, level, wanted) in cases {
            var samples = Self.tone(hertz, level: level, seconds: 0.1, phase: phase)
            // A tone that begins at once has higher peaks there.
            for index in samples.indices {
                let fade = Float(min(index, samples.count - 1 - index)) / 2000
                samples[index] *= min(1, fade)
            }
            let peak = try #require(Self.measure(samples).truePeak)
            #expect(peak > wanted - 0.4 && peak < wanted + 0.3, "\(hertz) \(phase): \(peak)")
        }
        #expect(Self.measure([0, 0, 0, 0]).truePeak == nil)
    }

    @Test func `limited sound keeps its length, its loudness and its ceiling`() throws {
        // Quiet speech with loud claps in between.
        var random = SeededRandom(seed: 7)
        var samples = Self.tone(440, level: 0.08, seconds: 3)
        for clap in stride(from: 20_000, to: samples.count, by: 60_000) {
            for index in clap..<min(samples.count, clap + 900) {
                samples[index] = Float.random(in: -0.6...0.6, using: &random)
            }
        }
        let measured = Self.measure(samples)
        var plan = try #require(LoudnessPlan(target: -16, of: measured))
        #expect(plan.isLimited)
        var output: [Float] = []
        for _ in 0..<3 {
            var limiter = plan.limiter(channels: 2)
            output.removeAll()
            for start in stride(from: 0, to: samples.count, by: 2048) {
                limiter.take(
                    samples[start..<min(samples.count, start + 2048)].span, into: &output)
            }
            limiter.finish(into: &output)
            plan = plan.corrected(by: Self.measure(output))
        }
        let result = Self.measure(output)
        #expect(output.count == samples.count)
        let loudness = try #require(result.integrated)
        #expect(abs(loudness + 16) < 0.5, "\(loudness)")
        #expect(try #require(result.truePeak) < -1.9)
    }

    @Test func `what needs no limiting is only made louder, sample for sample`() throws {
        let samples = Self.tone(440, level: 0.01, seconds: 2)
        let plan = try #require(LoudnessPlan(target: -30, of: Self.measure(samples)))
        #expect(!plan.isLimited)
        for channels in [1, 2] {
            var limiter = plan.limiter(channels: channels)
            var output: [Float] = []
            limiter.take(samples.span, into: &output)
            limiter.finish(into: &output)
            let gain = Float(Double.level(decibels: plan.gain))
            #expect(zip(samples, output).allSatisfy { abs($0 * gain - $1) < 1e-6 })
            #expect(output.count == samples.count)
        }
        #expect(LoudnessPlan(target: -16, of: ProgrammeLoudness()) == nil)
    }

    @Test func `broken numbers do not last`() throws {
        var limiter = PeakLimiter(gain: 1, ceiling: 0.8, channels: 1)
        var output: [Float] = []
        limiter.take([Float.nan, .infinity, 0.5, -.infinity].span, into: &output)
        limiter.take([Float](repeating: 0.5, count: 1000).span, into: &output)
        limiter.finish(into: &output)
        #expect(output.count == 1004)
        #expect(output.allSatisfy { $0.isFinite })
        #expect(output.suffix(700).allSatisfy { $0 == 0.5 })
    }
}
