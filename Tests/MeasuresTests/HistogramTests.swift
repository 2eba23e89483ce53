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
}
