import Measures
import Primitives
import Testing

@Suite struct HistogramTests {
    @Test func `a quantile is right to one part in 128`() {
        var histogram = Histogram()
        for value in 1...100_000 as ClosedRange<Int64> { histogram.add(value) }
        for share in [0.01, 0.5, 0.95, 0.99] {
            let wanted = share * 100_000
            let told = Double(histogram.quantile(share) ?? 0)
            #expect(abs(told - wanted) <= wanted / 128 + 1)
        }
        #expect(histogram.quantile(1) == 100_000)
    }

    @Test func `histograms add up to that of all values, and come back out of their buckets`() {
        for seed in 1...100 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            var (first, second, all) = (Histogram(), Histogram(), Histogram())
            for _ in 0..<random.number(1...200) {
                let size = random.number(0...(random.chance(0.05) ? 62 : 12))
                let value = random.number(-(1 << size)...(1 << size))
                all.add(value)
                if random.chance(0.5) { first.add(value) } else { second.add(value) }
            }
            first.merge(second)
            #expect(first == all, "seed \(seed)")
            let again = Histogram(
                buckets: all.buckets, sum: all.sum, least: all.least ?? 0,
                greatest: all.greatest ?? 0)
            #expect(again == all, "seed \(seed)")
            let folded = all.magnitudes
            #expect(folded.count == all.count)
            #expect(folded.least ?? -1 >= 0)
            #expect(folded.greatest == max(all.greatest ?? 0, -(all.least ?? 0)))
            #expect(folded.quantile(0.5) ?? -1 <= folded.greatest ?? 0)
        }
    }

    @Test func `the largest counts and values saturate`() {
        var histogram = Histogram()
        histogram.add(.max, times: .max)
        histogram.add(.max, times: .max)
        histogram.merge(histogram)
        #expect(histogram.count == .max)
        #expect(histogram.sum == .max)
        #expect(histogram.quantile(0.5) == Histogram.largest)
        histogram.add(.min)
        #expect(histogram.least == -Histogram.largest)
        #expect(Histogram(buckets: [], sum: 0, least: 0, greatest: 0) == nil)
        var set = MeasureSet()
        set.count(.framesSkipped, .max)
        set.count(.stampsRead, .max)
        set.merge(set)
        #expect(set[.skipped] == 1)
    }

    @Test func `every measure and every tally has a place of its own`() {
        var set = MeasureSet()
        for (number, measure) in Measure.allCases.enumerated() {
            set.add(Int64(number), to: measure)
        }
        for (number, tally) in Tally.allCases.enumerated() { set.count(tally, Int64(number)) }
        for (number, measure) in Measure.allCases.enumerated() {
            #expect(set[measure].count == 1)
            #expect(set[measure].greatest == Int64(number))
        }
        for (number, tally) in Tally.allCases.enumerated() {
            #expect(set[tally] == Int64(number))
        }
    }
}
