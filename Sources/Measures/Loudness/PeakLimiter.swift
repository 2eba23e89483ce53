/// Raises or lowers sound by a fixed gain, and turns it down for a moment where its true peak would
/// be over a ceiling.
///
/// It looks ahead, so that the gain has come down smoothly before a peak arrives. As many samples
/// come out as went in, the last of them by `finish`.
package struct PeakLimiter: Sendable {
    package enum Limits {
        /// Over which the gain comes down, in samples at 48 kHz: 5 ms.
        static let attack = 240
        /// Of what is missing to the full gain, what comes back with each sample: in about 150 ms.
        static let release: Int64 = 7_000
        /// What counts as no turning down at all.
        static let unity: Int64 = 1 << 30
        /// How late a peak is known: the middle of the true peak's filter.
        static let lateness = TruePeakMeter.taps / 2
    }

    private let gain: Float
    private let ceiling: Float
    private let channels: Int
    private var peaks = TruePeakMeter()
    /// Samples, with their gain, that wait for what comes after them.
    private var waiting: [SIMD2<Float>]
    private var place = 0
    private var taken = 0
    private var given = 0
    private var lowest: SlidingLeast
    private var envelope = Limits.unity
    /// The last values of the envelope, whose mean is the gain.
    private var envelopes: [Int64]
    private var sum: Int64

    /// For one or two channels; levels are factors, not decibels.
    package init(gain: Double, ceiling: Double, channels: Int) {
        self.gain = Float(gain)
        self.ceiling = Float(ceiling)
        self.channels = channels == 1 ? 1 : 2
        waiting = Array(repeating: .zero, count: Self.delay + 1)
        lowest = SlidingLeast(window: Self.window, of: Limits.unity)
        envelopes = Array(repeating: Limits.unity, count: Limits.attack)
        sum = Limits.unity * Int64(Limits.attack)
    }

    /// A peak between two samples turns down both, and those beside them.
    private static let window = Limits.attack + 2
    private static let delay = Limits.attack + Limits.lateness

    /// Appends what is ready, interleaved as it came.
    package mutating func take(_ samples: Span<Float>, into output: inout [Float]) {
        var index = 0
        while index + channels <= samples.count {
            let left = samples[index]
            let right = channels == 2 ? samples[index + 1] : left
            step(SIMD2(left, right), into: &output)
            taken += 1
            index += channels
        }
    }

    /// Appends the samples that still waited.
    package mutating func finish(into output: inout [Float]) {
        while given < taken { step(.zero, into: &output) }
    }

    private mutating func step(_ sample: SIMD2<Float>, into output: inout [Float]) {
        // What is no number would never leave the filters again.
        let left = sample.x.isFinite ? sample.x * gain : 0
        let right = sample.y.isFinite ? sample.y * gain : 0
        let peak = peaks.take(SIMD2(left, right), over: ceiling)
        let wanted =
            peak > ceiling ? Int64(ceiling / peak * Float(Limits.unity)) : Limits.unity
        let least = lowest.take(wanted)
        envelope = min(least, envelope + max(1, (Limits.unity - envelope) / Limits.release))
        let slot = place % Limits.attack
        sum += envelope - envelopes[slot]
        envelopes[slot] = envelope
        let room = waiting.count
        waiting[place % room] = SIMD2(left, right)
        place += 1
        guard place > Self.delay else { return }
        let ready = waiting[(place - 1 - Self.delay) % room]
        let factor = Float(sum / Int64(Limits.attack)) / Float(Limits.unity)
        guard given < taken else { return }
        given += 1
        output.append(ready.x * factor)
        if channels == 2 { output.append(ready.y * factor) }
    }
}

/// The least of the last values, however many they are, in a steady number of steps.
struct SlidingLeast: Sendable {
    private let window: Int
    /// Values that can still become the least, in ascending order, and when they came; a ring.
    private var values: [Int64]
    private var times: [Int]
    private var first = 0
    private var count = 0
    private var now = 0

    /// `initial` is what all values before the first were.
    init(window: Int, of initial: Int64) {
        self.window = window
        values = Array(repeating: initial, count: window + 1)
        times = Array(repeating: 0, count: window + 1)
    }

    mutating func take(_ value: Int64) -> Int64 {
        let room = values.count
        while count > 0, values[(first + count - 1) % room] >= value { count -= 1 }
        let slot = (first + count) % room
        values[slot] = value
        times[slot] = now
        count += 1
        while times[first] <= now - window {
            first = (first + 1) % room
            count -= 1
        }
        now += 1
        return values[first]
    }
}
