/// Which gaps between the pictures of one viewer are freezes, and which are stops for loading.
///
/// A freeze is WebRTC's: a gap over max(3 x mean, mean + 150 ms) with the mean of the 30 gaps
/// before it, once there are five. A rebuffer is a gap of over the mean and half a second. All is
/// in microseconds, and in one piece: an audience has thousands of these.
package struct GapRule: Sendable {
    private enum Limits {
        static let remembered = 30
        static let fewestForFreeze = 5
        static let freezeIncrease: Int64 = 150_000
        static let rebuffer: Int64 = 500_000
    }

    private var gaps = InlineArray<30, Int32>(repeating: 0)
    private var count = 0
    private var next = 0
    private var sum: Int64 = 0

    package init() {}

    private var mean: Int64 { count == 0 ? 0 : sum / Int64(count) }

    package func isFreeze(_ gap: Int64) -> Bool {
        count >= Limits.fewestForFreeze && gap > max(3 * mean, mean + Limits.freezeIncrease)
    }

    package func isRebuffer(_ gap: Int64) -> Bool { gap > mean + Limits.rebuffer }

    /// Takes a gap that is over into the mean.
    package mutating func remember(_ gap: Int64) {
        let known = Int32(clamping: gap)
        sum += Int64(known) - Int64(gaps[next])
        gaps[next] = known
        next = (next + 1) % Limits.remembered
        count = min(count + 1, Limits.remembered)
    }
}
