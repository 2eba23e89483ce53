/// How loud the sound is (ITU-R BS.1770-4, EBU R 128): momentary, over 400 ms, ten times a second.
package struct LoudnessMeter: Sendable {
    package enum Limits {
        package static let sampleRate = 48_000
        static let stepFrames = 4_800
        /// Steps in 400 ms.
        static let steps = 4
        static let channels = 2
    }

    private var filter = KWeighting()
    private var power = 0.0
    private var frames = 0
    private var steps: [Double] = []
    private var blocks = GatedLoudness()

    package init() {}

    /// Takes interleaved samples at 48 kHz, in -1...1; channels beyond the second are left out.
    package mutating func take(
        _ samples: Span<Float>, channels: Int, into set: inout MeasureSet
    ) {
        guard channels > 0 else { return }
        let heard = min(channels, Limits.channels)
        var place = 0
        while place + channels <= samples.count {
            let level = filter.take(
                KWeighting.Pair(
                    Double(samples[place]), heard > 1 ? Double(samples[place + 1]) : 0))
            power += (level * level).sum()
            place += channels
            frames += 1
            if frames == Limits.stepFrames { close(into: &set) }
        }
    }

    /// Of all that was heard, with both gates, in LUFS; nil where all was silence.
    package var integrated: Double? { blocks.integrated }

    private mutating func close(into set: inout MeasureSet) {
        steps.append(power / Double(Limits.stepFrames))
        power = 0
        frames = 0
        guard steps.count >= Limits.steps else { return }
        let mean = steps.reduce(0, +) / Double(Limits.steps)
        steps.removeFirst()
        // A broken filter state must not stay broken.
        guard mean.isFinite else {
            self = LoudnessMeter()
            return
        }
        let loudness = GatedLoudness.loudness(power: mean)
        set.add(Int64(nearest: loudness * 100), to: .loudness)
        blocks.add(loudness: loudness)
    }
}
