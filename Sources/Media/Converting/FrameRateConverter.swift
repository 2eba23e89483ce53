/// Decides which pictures are shown at a steady rate, by their times alone.
///
/// Each picture belongs to the tick it is nearest to. One that comes second for a tick is left out;
/// ticks that nothing came for are filled by the picture before.
package struct FrameRateConverter: Sendable {
    package enum Limits {
        /// A longer gap is not filled: there was no picture to show.
        static let longestFill: Duration = .seconds(2)
    }

    /// What to do with a picture.
    package struct Step: Sendable, Equatable {
        /// Ticks that the picture before is shown again for; often empty.
        package let repeats: Range<Int64>
        /// The tick of this picture; nil where it is left out.
        package let shown: Int64?
    }

    package let rate: FrameRate
    private var next: Int64?

    package init(rate: FrameRate) {
        self.rate = rate
    }

    /// Takes the next picture. Tick 0 is at time zero; `rate.time(of:)` tells a tick's time.
    package mutating func take(_ time: Duration) -> Step {
        let tick = rate.number(at: time)
        guard let expected = next else {
            next = tick + 1
            return Step(repeats: tick..<tick, shown: tick)
        }
        let longestFill = rate.number(at: Limits.longestFill)
        guard tick >= expected || expected - tick > longestFill else {
            return Step(repeats: expected..<expected, shown: nil)
        }
        next = tick + 1
        let isFilled = tick >= expected && tick - expected <= longestFill
        return Step(repeats: (isFilled ? expected : tick)..<tick, shown: tick)
    }
}
