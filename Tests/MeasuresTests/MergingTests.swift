import Measures
import Primitives
import Testing

@Suite struct MergingTests {
    @Test func `the totals of a merge are the sum of the totals, whatever the order`() throws {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = RandomReports(seed: seed)
            var reports = (0..<random.number(1...5)).map { _ in random.report() }
            let merged = try ProbeReport.merging(reports)
            var sum = MeasureSet()
            for report in reports { sum.merge(report.totals) }
            #expect(merged.totals == sum, "seed \(seed)")
            #expect(merged.runs.count == reports.count)
            #expect(merged.viewers.count == reports.reduce(0) { $0 + $1.viewers.count })
            #expect(merged.viewers.map(\.number) == Array(1...merged.viewers.count + 1).dropLast())
            #expect(try ProbeReport(parsing: merged.json.text.utf8Span.span) == merged)
            reports.reverse()
            #expect(try ProbeReport.merging(reports) == merged, "seed \(seed)")
        }
    }

    @Test func `many runs keep within the limit of windows`() throws {
        var set = MeasureSet()
        set.count(.nacks)
        let reports = (0..<40).map { number in
            var report = ReportDocumentTests.plain
            report.runs[0].started = report.runs[0].started + .seconds(600 * number)
            report.windows = (0..<600).map {
                MeasureLog.Window(start: .seconds($0), length: .seconds(1), measures: set)
            }
            return report
        }
        let merged = try ProbeReport.merging(reports)
        #expect(merged.windows.count <= ProbeReport.maximumWindows)
        #expect(merged.totals[.nacks] == 24_000)
        #expect(merged.windows.map(\.start) == merged.windows.map(\.start).sorted())
        #expect(merged.windows.reduce(Duration.zero) { $0 + $1.length } == .seconds(24_000))
        #expect(throws: MergingProblem.tooManyRuns(limit: 1000)) {
            try ProbeReport.merging([ProbeReport](repeating: reports[0], count: 1001))
        }
        #expect(throws: MergingProblem.nothing) { try ProbeReport.merging([]) }
    }

    @Test func `latency is only of a method that all runs with latency have`() throws {
        let cases: [(methods: [[Measure]], alias: Measure?, isRemarked: Bool)] = [
            ([[.latencyBurned], [.latencyBurned]], .latencyBurned, false),
            ([[.latencyBurned], []], .latencyBurned, false),
            ([[.latencyBurned, .latencyNetwork], [.latencyNetwork]], .latencyNetwork, true),
            ([[.latencyBurned], [.latencyCapture]], nil, true),
            ([[.latencyBurned], [.latencyCapture], [.latencyBurned]], nil, true),
            ([[], []], nil, false),
        ]
        for (methods, alias, isRemarked) in cases {
            let reports = methods.map { methods in
                var report = ReportDocumentTests.plain
                var set = MeasureSet()
                for method in methods { set.add(1000, to: method) }
                report.windows = [
                    MeasureLog.Window(start: .zero, length: .seconds(1), measures: set)
                ]
                return report
            }
            let merged = try ProbeReport.merging(reports)
            #expect(merged.latencyMeasure(in: merged.totals) == alias)
            let codes = merged.remarks.map(\.code)
            #expect(codes.contains(ProbeReport.MergingRemark.methodsDiffer.rawValue) == isRemarked)
            // Nor does a merge of merges forget it.
            let again = try ProbeReport.merging([try ProbeReport.merging([merged]), reports[0]])
            #expect(again.latencyMeasure(in: again.totals) == alias)
        }
    }

    @Test func `merged clocks are as good as the worst of them`() throws {
        var first = ReportDocumentTests.plain
        first.clock = ClockReport(standing: .measured)
        first.clock.uncertainty = .milliseconds(3)
        var second = first
        second.clock.uncertainty = .milliseconds(8)
        var same = first
        same.clock = ClockReport(standing: .same)
        #expect(
            try ProbeReport.merging([first, second, same]).clock.uncertainty == .milliseconds(8))
        #expect(try ProbeReport.merging([first, same]).clock.standing == .measured)
        second.clock = ClockReport(standing: .unknown)
        #expect(try ProbeReport.merging([first, second, same]).clock.standing == .unknown)
    }
}
