import Measures
import Primitives
import Testing

@Suite struct AssertionTests {
    @Test func `demands are read with their units`() throws {
        let cases: [(text: String, threshold: Double, statistic: Assertion.Statistic)] = [
            ("latency.p95<800ms", 800_000, .percentile(95_000)),
            ("freeze.ratio<0.6%", 0.006, .ratio), ("startup.max<=1.5s", 1_500_000, .greatest),
            ("bit_rate.mean>=1M", 1e6, .mean), ("viewers_failed.count==0", 0, .count),
            ("frame_rate.mean>=29", 29_000, .mean), ("loss_after.ratio<0.1%", 0.001, .ratio),
            ("freeze.count<3", 3, .count), ("freeze.total < 1 s", 1_000_000, .total),
            ("latency.p99.9<2s", 2_000_000, .percentile(99_900)),
            ("loudness.mean>-24LUFS", -2_400, .mean),
            ("av_offset.p95<80ms", 80_000, .percentile(95_000)),
            ("bit_rate.min>300kbit/s", 300_000, .least), ("freeze.max==0", 0, .greatest),
            ("watched_us.total>1min", 60e6, .total), ("nacks.count!=5", 5, .count),
        ]
        for (text, threshold, statistic) in cases {
            let assertion = try Assertion(parsing: text)
            #expect(assertion.threshold == threshold, "\(text)")
            #expect(assertion.statistic == statistic, "\(text)")
            #expect(Assertion.Statistic.percentile(99_900).name == "p99.9")
        }
    }

    @Test func `what is no demand is told why`() {
        let cases: [(text: String, problem: AssertionProblem)] = [
            ("latency.p95", .noRelation), ("latency.p95=<3ms", .noRelation), ("", .noRelation),
            ("latncy.p95<1s", .unknownName("latncy", nearest: "latency")),
            ("zebra.p95<1s", .unknownName("zebra", nearest: nil)),
            ("nacks<3", .noStatistic(name: "nacks", known: ["count"])),
            (
                "nacks.p50<3",
                .unknownStatistic(name: "nacks", statistic: "p50", known: ["count"])
            ),
            (
                "latency.p95<800",
                .noUnit("800", known: ["us", "µs", "ms", "s", "min"])
            ),
            ("latency.p95<1h", .unknownUnit("h", known: ["us", "µs", "ms", "s", "min"])),
            ("freeze.ratio<0.6", .noUnit("0.6", known: ["%"])),
            ("nacks.count<", .badNumber("")),
            ("nacks.count<1e9", .unknownUnit("e9", known: ["k", "M"])),
            ("nacks.count<--1", .badNumber("--1")), ("nacks.count<1.", .badNumber("1.")),
            (String(repeating: "a", count: 129), .tooLong(limit: 128)),
        ]
        for (text, problem) in cases {
            #expect(throws: problem, "\(text)") { try Assertion(parsing: text) }
        }
        for name in ["p101", "p-1", "p", "p1000", "p99.9999", "p9.", "p+5"] {
            #expect(throws: AssertionProblem.self, "\(name)") {
                try Assertion(parsing: "latency.\(name)<1s")
            }
        }
    }

    @Test func `all names can be listed, and each statistic can be demanded`() throws {
        #expect(Set(Measurable.all.map(\.name)).count == Measurable.all.count)
        for subject in Measurable.all {
            #expect(!subject.meaning.isEmpty)
            #expect(Measurable(name: subject.name) == subject)
            for statistic in subject.statistics {
                _ = try Assertion(parsing: "\(subject.name).\(statistic)<0")
            }
        }
    }

    @Test func `a report is judged, and nothing passes that was not measured`() throws {
        var report = ReportDocumentTests.plain
        report.clock = ClockReport(standing: .same)
        var set = MeasureSet()
        for value in 1...100 as ClosedRange<Int64> { set.add(value * 1000, to: .latencyBurned) }
        set.count(.viewersAsked)
        set.count(.watchedMicroseconds, 10_000_000)
        set.add(30_000, to: .avLeadReported)
        report.windows = [MeasureLog.Window(start: .zero, length: .seconds(1), measures: set)]
        let nothing = Verdict.Outcome.void(.nothingMeasured)
        let cases: [(text: String, outcome: Verdict.Outcome)] = [
            ("latency.p95<100ms", .pass), ("latency.p95<90ms", .fail),
            ("latency.max<=100ms", .pass), ("latency_sei.p95<1s", nothing),
            ("freeze.count<3", .pass), ("freeze.total<1s", .pass), ("freeze.ratio<0.6%", .pass),
            ("freeze.p95<1s", .pass), ("viewers_failed.count==0", .pass),
            ("frame_rate.mean>=29", nothing), ("loss_after.ratio<0.1%", nothing),
            ("nacks.count==0", nothing), ("av_offset.p95<80ms", .pass),
            ("av_offset.p95<20ms", .fail), ("framesrepeated.count==0", nothing),
            ("frames_repeated.count==0", nothing), ("frames_decoded.count>0", .fail),
        ]
        for (text, outcome) in cases {
            guard let assertion = try? Assertion(parsing: text) else { continue }
            #expect(report.judge([assertion])[0].outcome == outcome, "\(text)")
        }
    }

    @Test func `clocks that are not known well enough void what depends on them`() throws {
        var report = ReportDocumentTests.plain
        var set = MeasureSet()
        set.add(100_000, to: .latencyBurned)
        set.add(900_000, to: .startup)
        report.windows = [MeasureLog.Window(start: .zero, length: .seconds(1), measures: set)]
        let latency = try Assertion(parsing: "latency.p95<90ms")
        let startup = try Assertion(parsing: "startup.max<1.5s")
        let count = try Assertion(parsing: "latency.count>0")
        func outcomes() -> [Verdict.Outcome] {
            report.judge([latency, startup, count]).map(\.outcome)
        }
        #expect(outcomes() == [.void(.clockUnknown), .pass, .pass])
        report.clock = ClockReport(standing: .measured)
        #expect(outcomes() == [.void(.clockUnknown), .pass, .pass])
        report.clock.uncertainty = .milliseconds(95)
        #expect(outcomes() == [.void(.clockUncertain(.milliseconds(95))), .pass, .pass])
        report.clock.uncertainty = .milliseconds(20)
        #expect(outcomes() == [.fail, .pass, .pass])
        #expect(report.judge([latency])[0].isClose)
        report.clock.uncertainty = .milliseconds(5)
        #expect(!report.judge([latency])[0].isClose)
        report.machine.limits = [.decoder]
        #expect(outcomes() == [Verdict.Outcome](repeating: .void(.machine([.decoder])), count: 3))
    }
}
