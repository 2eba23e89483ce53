/// What is done to sound so that it is as loud as is wished.
package struct LoudnessPlan: Sendable, Equatable {
    /// In LUFS.
    package let target: Double
    /// That the true peak must not be above, in dBTP, before the sound is coded.
    package let ceiling: Double
    /// In dB.
    package private(set) var gain: Double

    package enum Limits {
        /// What may be wished for: from quiet films to the loudest of radio.
        package static let targets = -40.0 ... -8.0
        /// So that −1 dBTP holds when it has been coded: few bits raise peaks by up to 1.5 dB.
        package static let ceiling = -3.0
        /// More would only bring up noise.
        package static let gains = -40.0...30.0
    }

    /// Nil where there is nothing to be made louder.
    package init?(target: Double, of measured: ProgrammeLoudness) {
        guard let loudness = measured.integrated else { return nil }
        self.target = target
        ceiling = Limits.ceiling
        gain = Self.limited(target - loudness)
        isLimited = (measured.truePeak ?? -200) + gain > ceiling
    }

    /// Whether peaks have to be turned down, which makes the whole a little quieter.
    package let isLimited: Bool

    /// The plan with what limiting took away made up for, as it was measured after it.
    package func corrected(by measured: ProgrammeLoudness) -> LoudnessPlan {
        guard let loudness = measured.integrated else { return self }
        var plan = self
        plan.gain = Self.limited(gain + min(3, max(-3, target - loudness)))
        return plan
    }

    package func limiter(channels: Int) -> PeakLimiter {
        PeakLimiter(
            gain: .level(decibels: gain), ceiling: .level(decibels: ceiling), channels: channels)
    }

    private static func limited(_ gain: Double) -> Double {
        min(Limits.gains.upperBound, max(Limits.gains.lowerBound, gain))
    }
}
