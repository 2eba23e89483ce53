/// How loud the sound is (ITU-R BS.1770-4, EBU R 128): momentary, over 400 ms, ten times a second.
package struct LoudnessMeter: Sendable {
    package enum Limits {
        package static let sampleRate = 48_000
        static let stepFrames = 4_800
        /// Steps in 400 ms.
        static let steps = 4
        /// Below this nothing counts; silence is told as that.
        static let silence = -70.0
        static let channels = 2
        /// Of the gate below the mean, in LU.
        static let gate = 10.0
        static let loudest = 10.0
    }

    private var filters = [KWeighting](repeating: KWeighting(), count: Limits.channels)
    private var power = 0.0
    private var frames = 0
    private var steps: [Double] = []
    /// Blocks by tenths of a LUFS, from silence on: how many, and their power.
    private var blocks = [Int64](
        repeating: 0, count: Int((Limits.loudest - Limits.silence) * 10) + 1)

    package init() {}

    /// Takes interleaved samples at 48 kHz, in -1...1; channels beyond the second are left out.
    package mutating func take(
        _ samples: Span<Float>, channels: Int, into set: inout MeasureSet
    ) {
        guard channels > 0 else { return }
        let heard = min(channels, Limits.channels)
        var place = 0
        while place + channels <= samples.count {
            for channel in 0..<heard {
                let level = filters[channel].take(Double(samples[place + channel]))
                power += level * level
            }
            place += channels
            frames += 1
            if frames == Limits.stepFrames { close(into: &set) }
        }
    }

    /// Of all that was heard, with both gates, in LUFS; nil where all was silence.
    package var integrated: Double? {
        guard let open = Self.mean(blocks, above: Limits.silence) else { return nil }
        return Self.mean(blocks, above: open - Limits.gate)
    }

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
        let loudness = Self.loudness(power: mean)
        set.add(Int64(nearest: loudness * 100), to: .loudness)
        if loudness > Limits.silence {
            let tenths = Int(((loudness - Limits.silence) * 10).rounded())
            blocks[min(blocks.count - 1, tenths)] += 1
        }
    }

    private static func loudness(power: Double) -> Double {
        guard power > 1e-12 else { return Limits.silence }
        let told = -0.691 + 10 * Double.logarithm(power) / Double.logarithm(10)
        return max(Limits.silence, min(Limits.loudest, told))
    }

    private static func mean(_ blocks: [Int64], above gate: Double) -> Double? {
        var (count, power) = (0.0, 0.0)
        for (tenths, times) in blocks.enumerated() where times > 0 {
            let loudness = Limits.silence + Double(tenths) / 10
            guard loudness > gate else { continue }
            count += Double(times)
            power += Double(times) * Double.exponential((loudness + 0.691) / 10)
        }
        return count > 0 ? Self.loudness(power: power / count) : nil
    }
}

/// The two filters of BS.1770 at 48 kHz: the head's shelf, then a high pass.
private struct KWeighting: Sendable {
    private var shelf = (0.0, 0.0)
    private var pass = (0.0, 0.0)

    mutating func take(_ sample: Double) -> Double {
        let first = 1.535_124_859_586_97 * sample + shelf.0
        shelf.0 = -2.691_696_189_406_38 * sample + 1.690_659_293_182_41 * first + shelf.1
        shelf.1 = 1.198_392_810_852_85 * sample - 0.732_480_774_215_85 * first
        let second = first + pass.0
        pass.0 = -2 * first + 1.990_047_454_833_98 * second + pass.1
        pass.1 = first - 0.990_072_250_366_21 * second
        return second
    }
}

extension Double {
    /// Ten to that power.
    fileprivate static func exponential(_ power: Double) -> Double {
        let whole = power.rounded()
        // e to the rest, which is at most ln(10) / 2.
        let rest = (power - whole) * 2.302_585_092_994_046
        var (term, sum) = (1.0, 1.0)
        for order in 1...18 {
            term *= rest / Double(order)
            sum += term
        }
        var scale = 1.0
        for _ in 0..<Int(abs(whole)) { scale *= 10 }
        return whole < 0 ? sum / scale : sum * scale
    }
}
