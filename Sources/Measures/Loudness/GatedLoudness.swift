/// The mean of blocks of sound with both gates of BS.1770, in fixed memory however many there are.
struct GatedLoudness: Sendable {
    enum Limits {
        /// Below this nothing counts; silence is told as that.
        static let silence = -70.0
        static let loudest = 10.0
        /// Of the gate below the mean, in LU.
        static let gate = 10.0
        /// Of the blocks that are counted together, in a LU.
        static let steps = 100.0
    }

    /// How many blocks there are of each loudness, from silence on.
    private var blocks = [Int64](
        repeating: 0, count: Int((Limits.loudest - Limits.silence) * Limits.steps) + 1)

    init() {}

    mutating func add(loudness: Double) {
        guard loudness > Limits.silence else { return }
        let step = Int(((loudness - Limits.silence) * Limits.steps).rounded())
        blocks[min(blocks.count - 1, step)] += 1
    }

    /// Of all that was added, in LUFS; nil where all was silence.
    var integrated: Double? {
        guard let open = mean(above: Limits.silence) else { return nil }
        return mean(above: open - Limits.gate)
    }

    private func mean(above gate: Double) -> Double? {
        var (count, power) = (0.0, 0.0)
        for (step, times) in blocks.enumerated() where times > 0 {
            let loudness = Limits.silence + Double(step) / Limits.steps
            guard loudness > gate else { continue }
            count += Double(times)
            power += Double(times) * Double.powerOfTen((loudness + 0.691) / 10)
        }
        return count > 0 ? Self.loudness(power: power / count) : nil
    }

    /// In LUFS, of a mean square that was weighted; within the limits.
    static func loudness(power: Double) -> Double {
        guard power > 1e-12 else { return Limits.silence }
        let told = -0.691 + 10 * Double.logarithm(power) / Double.logarithm(10)
        return max(Limits.silence, min(Limits.loudest, told))
    }
}
