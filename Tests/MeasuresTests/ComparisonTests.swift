import Measures
import Primitives
import Testing

@Suite struct ComparisonTests {
    /// A run whose latency drifts up and down slowly, as networks' does.
    private static func report(
        seed: UInt64, windows: Int, latency: Double, frames: Int = 10, alike: Double = 0.5,
        freezes: Double = 0.05, rate: Int64 = 30_000
    ) -> ProbeReport {
        var random = RandomReports(seed: seed)
        var report = ReportDocumentTests.plain
        report.clock = ClockReport(standing: .same)
        var level = 0.0
        for window in 0..<windows {
            level = alike * level + (1 - alike * alike).squareRoot() * random.bell()
            var set = MeasureSet()
            for _ in 0..<frames {
                let wobble = 1 + 0.06 * level + 0.08 * random.bell()
                set.add(Int64(latency * 1000 * max(0.2, wobble)), to: .latencyBurned)
            }
            set.add(rate + random.number(-1_000...1_000), to: .frameRate)
            set.count(.watchedMicroseconds, 1_000_000)
            if random.chance(freezes) { set.add(random.number(200_000...600_000), to: .freeze) }
            set.count(.packetsExpected, 100)
            set.count(.packetsMissed, random.number(0...1))
            report.windows.append(
                MeasureLog.Window(
                    start: .seconds(window), length: .seconds(1), measures: set))
        }
        return report
    }

    private static func outcome(_ name: String, _ comparison: Comparison) -> Comparison.Outcome? {
        comparison.rows.first { $0.figure.name == name }?.outcome
    }

    @Test func `runs of one kind are seldom called worse`() {
        for (windows, alike) in [(30, 0.0), (30, 0.7), (60, 0.8)] {
            var worse = 0
            let runs: UInt64 = 20
            for seed in 1...runs {
                let old = Self.report(seed: seed, windows: windows, latency: 300, alike: alike)
                let new = Self.report(
                    seed: seed + 1_000_000, windows: windows, latency: 300, alike: alike)
                if Comparison(old: old, new: new, seed: seed).isWorse { worse += 1 }
            }
            #expect(worse <= 2, "\(windows) windows, \(alike) alike")
        }
    }

    @Test func `a fifth more latency is found, and a fifth less`() {
        for seed in 1...6 as ClosedRange<UInt64> {
            let old = Self.report(seed: seed, windows: 60, latency: 300)
            let new = Self.report(seed: seed + 1_000_000, windows: 60, latency: 360)
            let worse = Comparison(old: old, new: new, seed: 1)
            #expect(Self.outcome("latency.p50", worse) == .worse, "seed \(seed)")
            #expect(worse.isWorse)
            let better = Comparison(old: new, new: old, seed: 1)
            #expect(Self.outcome("latency.p50", better) == .better, "seed \(seed)")
            #expect(!better.isWorse)
            #expect(Comparison(old: old, new: new, seed: 1) == worse)
        }
    }

    @Test func `other figures that get worse are found, too`() {
        let old = Self.report(seed: 1, windows: 120, latency: 300)
        let frozen = Self.report(seed: 2, windows: 120, latency: 300, freezes: 0.5)
        let slow = Self.report(seed: 3, windows: 120, latency: 300, rate: 25_000)
        #expect(Self.outcome("freeze.ratio", Comparison(old: old, new: frozen, seed: 1)) == .worse)
        #expect(Self.outcome("frame_rate.mean", Comparison(old: old, new: slow, seed: 1)) == .worse)
        #expect(
            Self.outcome("frame_rate.mean", Comparison(old: slow, new: old, seed: 1)) == .better)
    }

    @Test func `start-up is compared where there are viewers enough`() {
        func report(_ viewers: Int, _ milliseconds: Int64, seed: UInt64) -> ProbeReport {
            var random = RandomReports(seed: seed)
            var report = ReportDocumentTests.plain
            var set = MeasureSet()
            for _ in 0..<viewers {
                set.add((milliseconds + random.number(-100...100)) * 1000, to: .startup)
            }
            report.windows = [
                MeasureLog.Window(start: .zero, length: .seconds(1), measures: set)
            ]
            return report
        }
        for (viewers, outcome) in [(3, Comparison.Outcome.tooFewData), (50, .worse)] {
            let comparison = Comparison(
                old: report(viewers, 800, seed: 1), new: report(viewers, 1_200, seed: 2), seed: 1)
            #expect(Self.outcome("startup.p50", comparison) == outcome)
        }
        let same = Comparison(
            old: report(50, 800, seed: 3), new: report(50, 800, seed: 4), seed: 1)
        #expect(Self.outcome("startup.p50", same) == .same)
    }

    @Test func `what cannot be compared is told so`() {
        let old = Self.report(seed: 1, windows: 5, latency: 300)
        var new = Self.report(seed: 2, windows: 5, latency: 900)
        let few = Comparison(old: old, new: new, seed: 1)
        #expect(few.rows.allSatisfy { $0.outcome == .tooFewData })
        #expect(!few.isWorse)
        new.machine.limits = [.processor]
        new.windows = [
            MeasureLog.Window(start: .zero, length: .seconds(1), measures: MeasureSet())
        ]
        let doubtful = Comparison(old: old, new: new, seed: 1)
        #expect(
            doubtful.doubts == [
                .machine(isNew: true, [.processor]), .latencyMethodsDiffer,
            ])
        #expect(Comparison(old: new, new: new, seed: 1).rows.count == Figure.all.count)
    }

    @Test func `a difference that the clocks may have made is none`() {
        let old = Self.report(seed: 1, windows: 60, latency: 300)
        var new = Self.report(seed: 2, windows: 60, latency: 360)
        new.clock = ClockReport(standing: .measured)
        new.clock.uncertainty = .milliseconds(100)
        #expect(Self.outcome("latency.p50", Comparison(old: old, new: new, seed: 1)) == .same)
    }

    @Test func `quantiles of the distributions are those of the tables`() {
        for (tail, normal, student) in [
            (0.025, 1.960, 2.228), (0.005, 2.576, 3.169), (0.0025, 2.807, 3.581),
        ] {
            #expect(abs(Quantiles.normal(tail: tail) - normal) < 0.001)
            #expect(abs(Quantiles.student(tail: tail, freedom: 10) - student) < 0.02)
        }
    }
}
