package import Primitives

/// Finds the chirps of the test pattern in sound, to well below a millisecond: a matched filter.
///
/// The band that the chirp sweeps is shifted around zero and taken at a fraction of the rate, where
/// a chirp is some hundred values long; only where that band is suddenly louder is it compared with
/// the chirp's own values. The comparison is normalised: neither loudness nor a codec's turn of
/// phase matters, only the shape.
package struct ChirpFinder: Sendable {
    /// What is looked for: a sweep from one frequency to another.
    package struct Chirp: Sendable, Equatable {
        package var sampleRate: Int
        package var samples: Int
        package var fromHertz: Double
        package var toHertz: Double

        package init(sampleRate: Int, samples: Int, fromHertz: Double, toHertz: Double) {
            self.sampleRate = sampleRate
            self.samples = samples
            self.fromHertz = fromHertz
            self.toHertz = toHertz
        }
    }

    /// Where a chirp begins.
    package struct Find: Sendable, Equatable {
        package let at: Instant
        /// How like a chirp it is, 0 to 1.
        package let confidence: Double
    }

    package enum Limits {
        static let sampleRates = 8_000...192_000
        static let chirpSamples = 64...16_384
        /// Of a band that is narrower, a chirp says too little of time.
        static let leastWidth = 500.0
        static let taps = 72
        package static let leastConfidence: Float = 0.35
        /// So much louder than the last second the band is where a chirp may be.
        static let rise: Float = 1.5
        /// About -80 dB of full scale.
        static let quietest: Float = 1e-8
        /// Chirps that are nearer than this are one.
        static let apart: Duration = .milliseconds(100)
        /// A break of the time line that is more than unevenness, in nanoseconds.
        static let rift: Int64 = 2_000_000
    }

    private let sampleRate: Int
    private let band: ChirpBand
    private let pattern: [ComplexValue]
    private let patternEnergy: Float
    /// From the begin of a chirp to the last sample of which its last value is made.
    private let reach: Double

    /// The last samples, twice, so that any run of them lies in one piece.
    private var history: [Float]
    private var historyPlace = 0
    private var untilValue: Int
    /// The last values of the band, twice likewise.
    private var values: [ComplexValue]
    private var valuePlace = 0
    private var energy: Float = 0
    private var meanPower: Float = 0
    private var scores: (before: Float, middle: Float) = (0, 0)
    private var nextSample: Instant?
    private var lastFind: Instant?

    /// Nil where nothing of this kind can be looked for.
    package init?(_ chirp: Chirp) {
        guard Limits.sampleRates.contains(chirp.sampleRate),
            Limits.chirpSamples.contains(chirp.samples),
            chirp.fromHertz > 0, chirp.toHertz - chirp.fromHertz >= Limits.leastWidth,
            chirp.toHertz < Double(chirp.sampleRate) / 2
        else { return nil }
        sampleRate = chirp.sampleRate
        band = ChirpBand(chirp)
        pattern = band.values(of: chirp)
        patternEnergy = pattern.reduce(0) { $0 + $1.power }
        reach = Double((pattern.count - 1) * band.step + band.taps / 2)
        history = [Float](repeating: 0, count: 2 * band.taps)
        untilValue = band.step
        values = [ComplexValue](repeating: .zero, count: 2 * pattern.count)
    }

    /// Takes interleaved samples, the first of which is heard at an instant, and tells of the
    /// chirps that are whole with them.
    package mutating func take(
        _ samples: Span<Float>, channels: Int, at start: Instant
    ) -> [Find] {
        guard channels > 0 else { return [] }
        if let expected = nextSample, abs(start.nanoseconds - expected.nanoseconds) > Limits.rift {
            forget()
        }
        let frames = samples.count / channels
        var finds: [Find] = []
        for frame in 0..<frames {
            var level: Float = 0
            for channel in 0..<channels { level += samples[frame * channels + channel] }
            take(level / Float(channels))
            untilValue -= 1
            guard untilValue == 0 else { continue }
            untilValue = band.step
            guard let peak = addValue() else { continue }
            let place = Double(frame + 1) + peak.shift * Double(band.step) - reach
            let at = instant(start, after: place)
            // A sender that begins anew may go back by any time.
            if let last = lastFind, at >= last, at - last < Limits.apart { continue }
            lastFind = at
            finds.append(Find(at: at, confidence: Double(min(peak.score, 1))))
        }
        nextSample = instant(start, after: Double(frames))
        return finds
    }

    private func instant(_ start: Instant, after samples: Double) -> Instant {
        Instant(
            nanoseconds: start.nanoseconds
                &+ Int64(nearest: samples * 1e9 / Double(sampleRate)))
    }

    private mutating func forget() {
        for place in history.indices { history[place] = 0 }
        for place in values.indices { values[place] = .zero }
        (energy, scores) = (0, (0, 0))
    }

    private mutating func take(_ level: Float) {
        // What is no number would stay in every sum for good.
        let level = level.isFinite ? max(-8, min(8, level)) : 0
        history[historyPlace] = level
        history[historyPlace + band.taps] = level
        historyPlace += 1
        if historyPlace == band.taps { historyPlace = 0 }
    }

    /// Makes the next value; tells where the one before it was a peak, from this one on.
    private mutating func addValue() -> (score: Float, shift: Double)? {
        let value = band.value(of: history, from: historyPlace)
        let power = value.power
        energy += power - values[valuePlace].power
        values[valuePlace] = value
        values[valuePlace + pattern.count] = value
        valuePlace += 1
        if valuePlace == pattern.count {
            valuePlace = 0
            // Sums that are added to and taken from for hours go astray.
            energy = 0
            for place in pattern.indices { energy += values[place].power }
        }
        meanPower += (power - meanPower) * Float(band.step) / Float(sampleRate)
        let after = score()
        defer { scores = (scores.middle, after) }
        let (before, middle) = scores
        guard middle >= Limits.leastConfidence, middle >= after, middle > before else { return nil }
        let bend = before - 2 * middle + after
        let shift = bend < 0 ? (before - after) / (2 * bend) : 0
        // A peak between two values is higher than either.
        return (middle - (before - after) * shift / 4, Double(shift) - 1)
    }

    /// How like the pattern the last values are.
    private func score() -> Float {
        let mean = energy / Float(pattern.count)
        guard mean > Limits.quietest, mean > Limits.rise * meanPower else { return 0 }
        var (real, imaginary): (Float, Float) = (0, 0)
        for place in pattern.indices {
            let (value, wanted) = (values[valuePlace + place], pattern[place])
            real += value.real * wanted.real + value.imaginary * wanted.imaginary
            imaginary += value.imaginary * wanted.real - value.real * wanted.imaginary
        }
        return (real * real + imaginary * imaginary) / (energy * patternEnergy)
    }
}
