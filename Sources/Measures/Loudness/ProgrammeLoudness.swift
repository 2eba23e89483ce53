/// How loud a whole programme is (EBU R 128): integrated loudness and true peak of sound at 48 kHz.
package struct ProgrammeLoudness: Sendable {
    private var filter = KWeighting()
    private var power = 0.0
    private var frames = 0
    /// The mean squares of the last tenths of a second, of which four make a block.
    private var steps = SIMD4<Double>.zero
    private var stepCount = 0
    private var blocks = GatedLoudness()
    private var peaks = TruePeakMeter()

    package init() {}

    /// Takes interleaved samples in -1...1; channels beyond the second are left out.
    package mutating func take(_ samples: Span<Float>, channels: Int) {
        guard channels > 0 else { return }
        var place = 0
        while place + channels <= samples.count {
            let left = samples[place]
            let right = channels > 1 ? samples[place + 1] : 0
            _ = peaks.take(SIMD2(left, right), over: peaks.highest)
            let level = filter.take(KWeighting.Pair(Double(left), Double(right)))
            power += (level * level).sum()
            place += channels
            frames += 1
            if frames == LoudnessMeter.Limits.stepFrames { close() }
        }
    }

    /// In LUFS; nil where all was silence, or shorter than a block of 400 ms.
    package var integrated: Double? { blocks.integrated }

    /// The highest point of the curve through the samples, in dBTP; nil where all was silence.
    package var truePeak: Double? {
        peaks.highest > 0 ? Double.decibels(Double(peaks.highest)) : nil
    }

    private mutating func close() {
        steps[stepCount % 4] = power / Double(LoudnessMeter.Limits.stepFrames)
        stepCount += 1
        power = 0
        frames = 0
        guard stepCount >= LoudnessMeter.Limits.steps else { return }
        let mean = steps.sum() / 4
        // A broken filter state must not stay broken.
        guard mean.isFinite else {
            filter = KWeighting()
            steps = .zero
            stepCount = 0
            return
        }
        blocks.add(loudness: GatedLoudness.loudness(power: mean))
    }
}

extension Double {
    /// A level as decibels: 0 for 1.
    package static func decibels(_ level: Double) -> Double {
        20 * logarithm(level) / logarithm(10)
    }

    /// The level that so many decibels are.
    package static func level(decibels: Double) -> Double { powerOfTen(decibels / 20) }
}
