import Primitives

/// A figure of one report, and how far another run of the same kind might have been from it.
struct Evidence {
    let value: Double
    /// The standard error; nil where there are too few data to tell.
    let error: Double?
    /// As many independent pieces of evidence there are.
    let blocks: Int

    private init(_ value: Double, _ error: Double?, blocks: Int) {
        self.value = value
        self.error = error
        self.blocks = blocks
    }

    /// Nil where nothing of it was measured.
    init?(
        _ figure: Figure, _ method: Measure?, _ report: ProbeReport, _ totals: MeasureSet,
        _ random: inout SeededRandom
    ) {
        if figure.statistic == .ratio {
            guard let ratio = figure.subject.ratio else { return nil }
            self.init(ratio, report, totals, &random)
            return
        }
        let share: Double? =
            if case .percentile(let share) = figure.statistic {
                Double(share) / 100_000
            } else {
                nil
            }
        switch figure.subject {
        case .measure(.startup):
            self.init(viewers: totals[.startup], share ?? 0.5, &random)
        case .measure(.avOffset):
            guard method != nil else { return nil }
            self.init(report.windows.map(\.measures.offsets), totals.offsets, share, &random)
        case .measure(let measure):
            self.init(report.windows.map { $0.measures[measure] }, totals[measure], share, &random)
        case .latency:
            guard let method else { return nil }
            self.init(report.windows.map { $0.measures[method] }, totals[method], share, &random)
        case .tally, .ratio: return nil
        }
    }

    /// A quantile, or the mean, of values by window.
    private init?(
        _ windows: [Histogram], _ total: Histogram, _ share: Double?,
        _ random: inout SeededRandom
    ) {
        let present = windows.filter { !$0.isEmpty }
        guard let value = share.map({ total.quantile($0).map { Double($0) } }) ?? total.mean
        else { return nil }
        let beyond = Double(total.count) * (1 - (share ?? 0))
        let levels = present.map { Double($0.quantile(0.5) ?? 0) }
        guard beyond >= Comparison.Limits.fewestBeyond, let blocks = Blocks(levels) else {
            self.init(value, nil, blocks: 0)
            return
        }
        let table = BucketTable(present, total)
        let draws = blocks.draws(&random) { places in table.figure(of: places, share) }
        self.init(value, Self.spread(draws), blocks: blocks.count)
    }

    private init?(
        _ ratio: Ratio, _ report: ProbeReport, _ totals: MeasureSet, _ random: inout SeededRandom
    ) {
        guard let value = totals[ratio] else { return nil }
        let terms = report.windows.map { $0.measures.terms(of: ratio) }.filter { $0.whole > 0 }
        guard let blocks = Blocks(terms.map { Double($0.part) / Double($0.whole) }) else {
            self.init(value, nil, blocks: 0)
            return
        }
        let draws = blocks.draws(&random) { places in
            var (part, whole) = (0.0, 0.0)
            for place in places {
                part += Double(terms[place].part)
                whole += Double(terms[place].whole)
            }
            return whole > 0 ? part / whole : 0
        }
        self.init(value, Self.spread(draws), blocks: blocks.count)
    }

    /// Each value is a viewer's.
    private init?(
        viewers: Histogram, _ share: Double, _ random: inout SeededRandom
    ) {
        guard let value = viewers.quantile(share) else { return nil }
        let beyond = Double(viewers.count) * min(share, 1 - share)
        guard viewers.count >= Comparison.Limits.fewestViewers, beyond >= 1 else {
            self.init(Double(value), nil, blocks: 0)
            return
        }
        let buckets = viewers.buckets
        let drawn = min(Int(clamping: viewers.count), Comparison.Limits.mostViewersDrawn)
        var draws: [Double] = []
        for _ in 0..<Comparison.Limits.draws {
            var counts = [Int](repeating: 0, count: buckets.count)
            for _ in 0..<drawn {
                var rank = Int64(random.next() % UInt64(viewers.count))
                var place = 0
                while place < buckets.count - 1, rank >= buckets[place].count {
                    rank -= buckets[place].count
                    place += 1
                }
                counts[place] += 1
            }
            var left = Int((share * Double(drawn)).rounded(.up))
            let place = counts.firstIndex { count in
                left -= count
                return left <= 0
            }
            draws.append(Double(buckets[place ?? buckets.count - 1].value))
        }
        let scale = (Double(drawn) / Double(viewers.count)).squareRoot()
        self.init(Double(value), Self.spread(draws) * scale, blocks: drawn)
    }

    private static func spread(_ draws: [Double]) -> Double {
        let mean = draws.reduce(0, +) / Double(draws.count)
        let squares = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(draws.count - 1)).squareRoot()
    }
}

/// How windows are drawn: in runs of neighbours.
private struct Blocks {
    let windows: Int
    let length: Int

    var count: Int { windows / length }

    /// By the level of each window; nil where there are too few.
    init?(_ levels: [Double]) {
        windows = levels.count
        guard windows >= Comparison.Limits.fewestWindows else { return nil }
        let alike = Self.correlation(levels)
        // Of an autoregressive series the best length is the cube root of this (Carlstein 1986).
        let rest = max(1e-3, 1 - alike * alike)
        let cube = 6 * alike * alike / (rest * rest) * Double(windows)
        let longest = windows / Comparison.Limits.fewestBlocks
        var length = 2
        while length < longest, Double(length * length * length) < cube { length += 1 }
        self.length = length
    }

    /// What neighbours have in common.
    private static func correlation(_ levels: [Double]) -> Double {
        let mean = levels.reduce(0, +) / Double(levels.count)
        var (shared, whole) = (0.0, 0.0)
        for place in levels.indices {
            let away = levels[place] - mean
            whole += away * away
            if place > 0 { shared += away * (levels[place - 1] - mean) }
        }
        return whole > 0 ? max(0, min(0.99, shared / whole)) : 0
    }

    func draws(_ random: inout SeededRandom, _ figure: ([Int]) -> Double) -> [Double] {
        var places = [Int](repeating: 0, count: windows)
        return (0..<Comparison.Limits.draws).map { _ in
            var filled = 0
            while filled < windows {
                let start = Int(random.next() % UInt64(windows))
                for step in 0..<min(length, windows - filled) {
                    places[filled] = (start + step) % windows
                    filled += 1
                }
            }
            return figure(places)
        }
    }
}

/// Values of many windows in one table: adding up histograms for each draw would take minutes.
private struct BucketTable {
    private let values: [Double]
    /// Of each window, the row of the table and how often.
    private let windows: [[(row: Int, count: Double)]]

    init(_ histograms: [Histogram], _ total: Histogram) {
        let all = total.buckets.map(\.value)
        values = all.map { Double($0) }
        windows = histograms.map { histogram in
            var row = 0
            return histogram.buckets.map { bucket in
                while row < all.count - 1, all[row] < bucket.value { row += 1 }
                return (row, Double(bucket.count))
            }
        }
    }

    /// The quantile, or the mean where no share is given, of the windows at some places.
    func figure(of places: [Int], _ share: Double?) -> Double {
        var counts = [Double](repeating: 0, count: values.count)
        var whole = 0.0
        for place in places {
            for (row, count) in windows[place] {
                counts[row] += count
                whole += count
            }
        }
        guard let share else {
            return zip(values, counts).reduce(0) { $0 + $1.0 * $1.1 } / max(whole, 1)
        }
        var left = share * whole
        for (row, count) in counts.enumerated() {
            left -= count
            if left <= 0 { return values[row] }
        }
        return values.last ?? 0
    }
}

/// Quantiles of the distributions that statistics need.
package enum Quantiles {
    /// What a standard normal value exceeds with a chance of `tail`, up to a half (Acklam 2003).
    package static func normal(tail: Double) -> Double {
        if tail < 0.024_25 {
            let place = (-2 * Double.logarithm(tail)).squareRoot()
            let above = polynomial(
                place,
                [
                    -0.007_784_894_002_430_293, -0.322_396_458_041_136_5, -2.400_758_277_161_838,
                    -2.549_732_539_343_734, 4.374_664_141_464_968, 2.938_163_982_698_783,
                ])
            let below = polynomial(
                place,
                [
                    0.007_784_695_709_041_462, 0.322_467_129_070_039_8, 2.445_134_137_142_996,
                    3.754_408_661_907_416, 1,
                ])
            return -above / below
        }
        let place = tail - 0.5
        let square = place * place
        let above = polynomial(
            square,
            [
                -39.696_830_286_653_76, 220.946_098_424_520_5, -275.928_510_446_968_7,
                138.357_751_867_269, -30.664_798_066_147_16, 2.506_628_277_459_239,
            ])
        let below = polynomial(
            square,
            [
                -54.476_098_798_224_06, 161.585_836_858_040_9, -155.698_979_859_886_6,
                66.801_311_887_719_72, -13.280_681_552_885_72, 1,
            ])
        return -place * above / below
    }

    /// The same of Student's distribution, by the series of Cornish and Fisher.
    package static func student(tail: Double, freedom: Double) -> Double {
        let z = normal(tail: tail)
        let (cube, fifth) = (z * z * z, z * z * z * z * z)
        let seventh = fifth * z * z
        return z + (cube + z) / (4 * freedom)
            + (5 * fifth + 16 * cube + 3 * z) / (96 * freedom * freedom)
            + (3 * seventh + 19 * fifth + 17 * cube - 15 * z)
            / (384 * freedom * freedom * freedom)
    }

    private static func polynomial(_ value: Double, _ factors: [Double]) -> Double {
        factors.reduce(0) { $0 * value + $1 }
    }
}
