/// Divides what a path carries among the layers of one picture.
package enum LayerShares {
    /// Below this part of its rate a layer looks worse than the next smaller one.
    static let floor = 0.4
    /// The smallest layer is sent with this part of its rate at least.
    static let lowest = 0.1
    /// Whoever was left out comes back when there is so much more than his floor, so that a layer
    /// does not flicker.
    static let returning = 1.15

    /// Bits per second for each layer, largest layer first; nil where it is left out for now.
    ///
    /// The smallest one always goes, whatever the path carries.
    package static func divide(
        _ total: Double, among maxima: [Double], wereOn: [Bool]
    ) -> [Double?] {
        guard let last = maxima.indices.last else { return [] }
        var shares = [Double?](repeating: nil, count: maxima.count)
        var rest = max(total, 0)
        for index in maxima.indices.reversed() {
            let least = maxima[index] * floor
            let wasOn = index < wereOn.count ? wereOn[index] : true
            guard index == last || rest >= least * (wasOn ? 1 : returning) else { break }
            // The last one gives way itself rather than flood the path.
            let share = max(min(least, rest), index == last ? maxima[index] * lowest : 0)
            shares[index] = share
            rest -= share
        }
        for index in maxima.indices.reversed() {
            guard let share = shares[index], rest > 0 else { continue }
            let more = min(rest, maxima[index] - share)
            shares[index] = share + more
            rest -= more
        }
        return shares
    }
}
