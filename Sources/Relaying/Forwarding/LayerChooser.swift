import Primitives

/// Which layer of simulcast a viewer's path can carry.
///
/// A path shows what it can carry only by carrying it: a higher layer is tried after a calm while,
/// and after a longer one each time that it turned out too much.
struct LayerChooser {
    static let calm: Duration = .seconds(4)
    static let longestCalm: Duration = .seconds(60)
    /// A layer that was left so soon after it was tried was too much.
    static let trial: Duration = .seconds(10)
    /// Of what the path is believed to carry, so much may be used.
    static let share = 0.95

    private var calmNeeded = Self.calm
    private var calmSince: Instant?
    private var triedAt: Instant?

    /// `rates` are what the layers take now, 0 for those that do not come.
    mutating func choose(
        _ current: Int, rates: [Int], target: Double, isCongested: Bool, now: Instant
    ) -> Int {
        let order = rates.indices.filter { rates[$0] > 0 }.sorted { rates[$0] < rates[$1] }
        guard let place = order.firstIndex(of: current) else {
            calmSince = now
            return order.last { Double(rates[$0]) <= target * Self.share } ?? order.first ?? current
        }
        let isTooMuch = Double(rates[current]) * Self.share > target
        if isCongested || isTooMuch {
            calmSince = now
            guard place > 0 else { return current }
            if let tried = triedAt, now - tried < Self.trial {
                calmNeeded = min(calmNeeded * 2, Self.longestCalm)
            }
            triedAt = nil
            let fitting = order[..<place].last { Double(rates[$0]) <= target * Self.share }
            return fitting ?? order[place - 1]
        }
        guard let since = calmSince else {
            calmSince = now
            return current
        }
        if let tried = triedAt, now - tried >= Self.trial * 3 {
            calmNeeded = Self.calm
            triedAt = nil
        }
        guard place + 1 < order.count, now - since >= calmNeeded else { return current }
        calmSince = now
        triedAt = now
        return order[place + 1]
    }
}
