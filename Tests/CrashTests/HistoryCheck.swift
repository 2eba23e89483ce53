import Commerce
import CrowdSupport

/// Whether a log is an order in which everything that buyers were told could have happened one by
/// one, each step between when it was asked and when it was told: linearizable, with the log as
/// the witness.
struct HistoryCheck {
    private(set) var problems: [String] = []
    /// When each place of the log was asked for at the earliest, and told at the latest. What
    /// nobody asked for, or was not told, has no such time.
    private var asked: [Int64]
    private var told: [Int64]
    private let events: [Event]

    private struct Step: Hashable {
        let verb: Told.Verb
        let id: String
    }

    init(_ events: [Event], told: [Told]) {
        self.events = events
        asked = Array(repeating: .min, count: events.count)
        self.told = Array(repeating: .max, count: events.count)
        findTimes(told)
        checkOrder()
        checkShortages(told)
    }

    private mutating func findTimes(_ told: [Told]) {
        var asks: [Step: Int64] = [:]
        var answers: [Step: Int64] = [:]
        for line in told {
            let step = Step(verb: line.verb, id: line.id)
            asks[step] = min(asks[step] ?? .max, line.asked)
            if case .state = line.outcome {
                answers[step] = min(answers[step] ?? .max, line.answered)
            }
        }
        for (place, event) in events.enumerated() {
            guard case .reservation(let change) = event.body else { continue }
            let verb: Told.Verb
            switch change.step {
            case .held: verb = .reserve
            case .paying: verb = .pay
            case .confirmed: verb = .confirm
            case .released: verb = .release
            // Asked for more than once, each with an event of its own, or not at all.
            case .extended, .expired: continue
            }
            let step = Step(verb: verb, id: change.reservation.id.text)
            guard let ask = asks[step] else { continue }
            asked[place] = ask
            self.told[place] = answers[step] ?? .max
        }
    }

    /// Nothing may stand before something that had been told before it was asked for.
    private mutating func checkOrder() {
        var latest: (asked: Int64, place: Int) = (.min, 0)
        for place in events.indices {
            if asked[place] > latest.asked { latest = (asked[place], place) }
            if latest.asked > told[place] {
                problems.append(
                    "place \(latest.place + 1) was asked for after place \(place + 1) was told")
            }
        }
    }

    /// Whoever was told that there is too little was told what there was at some moment between.
    private mutating func checkShortages(_ told: [Told]) {
        let available = availability()
        let byTold = events.indices.filter { self.told[$0] < .max }
            .sorted { self.told[$0] < self.told[$1] }
        let lastPlaces = byTold.reduce(into: [Int]()) { $0.append(max($0.last ?? -1, $1)) }
        let byAsked = events.indices.filter { asked[$0] > .min }.sorted { asked[$0] > asked[$1] }
        let firstPlaces = byAsked.reduce(into: [Int]()) {
            $0.append(min($0.last ?? events.count, $1))
        }
        for line in told {
            guard case .short(let shorts) = line.outcome else { continue }
            let before = byTold.partition { self.told[$0] >= line.asked }
            let after = byAsked.partition { asked[$0] <= line.answered }
            let first = before == 0 ? 0 : lastPlaces[before - 1]
            let last = after == 0 ? events.count - 1 : firstPlaces[after - 1] - 1
            let isSo =
                first <= last
                && (first...last).contains { place in
                    shorts.allSatisfy { available[$0.code]?[place] == $0.available }
                }
            if !isSo {
                problems.append("\(line.text): not so between places \(first + 1) and \(last + 1)")
            }
        }
    }

    /// How many units of each SKU were available after each place.
    private func availability() -> [String: [Int64]] {
        var available: [String: [Int64]] = [:]
        func fill(_ code: String, upTo count: Int) {
            var units = available[code] ?? []
            units += Array(repeating: units.last ?? 0, count: count - units.count)
            available[code] = units
        }
        for (place, event) in events.enumerated() {
            for level in event.body.levels {
                fill(level.code.text, upTo: place)
                available[level.code.text]?.append(level.stock.available)
            }
        }
        for code in available.keys { fill(code, upTo: events.count) }
        return available
    }
}

extension Event.Body {
    /// What it tells of stock.
    fileprivate var levels: [StockLevel] {
        switch self {
        case .reservation(let change): change.stock
        case .skuAdded(let sku): [StockLevel(code: sku.code, stock: sku.stock)]
        case .stockUpdate(let code, let stock, _): [StockLevel(code: code, stock: stock)]
        default: []
        }
    }
}

extension [Int] {
    /// The first index whose element is beyond, in a sorted array.
    fileprivate func partition(isBeyond: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBeyond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
