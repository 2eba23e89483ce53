import Primitives

/// Whether one report is worse than another, with statistics instead of a look at two numbers.
///
/// Method: what a figure would have come out as in another run of the same kind is found by a
/// circular block bootstrap over windows: blocks of neighbours are drawn anew a few hundred times,
/// and blocks, since what is slow now is slow in a second, too; how long they are follows from how
/// alike neighbouring windows are. The spread of the draws gives the interval of the difference,
/// with Student's quantiles for the few blocks that there are. Many figures are compared at once,
/// so their levels are Holm's: that one of them is called changed without being so happens in at
/// most one of twenty comparisons. And a change must be larger than what anybody would mind.
/// Start-up has a value a viewer, so viewers are drawn there.
///
/// What differs from run to run on its own, such as the way that a network takes, no single run
/// shows: merge several on either side for that.
package struct Comparison: Sendable, Equatable {
    package enum Outcome: String, Sendable {
        case better
        case worse
        case same
        case tooFewData = "too_few_data"
    }

    /// One figure of both.
    package struct Row: Sendable, Equatable {
        package let figure: Figure
        /// Of latency, and of the offset of sound and picture.
        package let method: Measure?
        package let old: Double?
        package let new: Double?
        /// Where the difference, new less old, lies; nil where there are too few data.
        package let interval: ClosedRange<Double>?
        /// What a change must exceed to be one.
        package let tolerance: Double
        package let outcome: Outcome
    }

    /// Why a comparison is worth less than it seems.
    package enum Doubt: Sendable, Equatable {
        /// A machine that measured was itself the limit.
        case machine(isNew: Bool, [MachineReport.Limit])
        case latencyMethodsDiffer
        case kindsDiffer
    }

    package enum Limits {
        /// Of all rows together.
        package static let level = 0.05
        static let draws = 400
        static let fewestWindows = 10
        static let fewestBlocks = 4
        static let fewestViewers = 10
        /// Values that a quantile leaves above it.
        static let fewestBeyond = 5.0
        static let mostViewersDrawn = 2_000
    }

    package let rows: [Row]
    package let doubts: [Doubt]

    package var isWorse: Bool { rows.contains { $0.outcome == .worse } }

    /// The same seed gives the same answer.
    package init(old: ProbeReport, new: ProbeReport, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let (before, after) = (old.totals, new.totals)
        let method = Self.sharedMethod(old, before, new, after)
        var doubts: [Doubt] = []
        for (isNew, report) in [(false, old), (true, new)] where !report.machine.limits.isEmpty {
            doubts.append(.machine(isNew: isNew, report.machine.limits))
        }
        let methods = (old.latencyMeasure(in: before), new.latencyMeasure(in: after))
        if methods.0 != methods.1 { doubts.append(.latencyMethodsDiffer) }
        if old.runs.first?.kind != new.runs.first?.kind { doubts.append(.kindsDiffer) }
        let uncertainty =
            method?.dependsOnClocks == true
            ? Self.uncertainty(old.clock) + Self.uncertainty(new.clock) : 0
        let offset = before.offsetMeasure == after.offsetMeasure ? after.offsetMeasure : nil
        let trials = Figure.all.map { figure in
            let measure = figure.isLatency ? method : figure == .offset ? offset : nil
            return Trial(
                figure, measure,
                old: Evidence(figure, measure, old, before, &random),
                new: Evidence(figure, measure, new, after, &random),
                tolerance: figure.isLatency ? uncertainty : 0)
        }
        rows = Self.judged(trials)
        self.doubts = doubts
    }

    private static func sharedMethod(
        _ old: ProbeReport, _ before: MeasureSet, _ new: ProbeReport, _ after: MeasureSet
    ) -> Measure? {
        MeasureSet.latencyMeasures.first { measure in
            !before[measure].isEmpty && !after[measure].isEmpty
                && old.latencyMethods?.contains(measure) ?? true
                && new.latencyMethods?.contains(measure) ?? true
        }
    }

    private static func uncertainty(_ clock: ClockReport) -> Double {
        Double(clock.uncertainty?.wholeMicroseconds ?? 0)
    }

    /// Holm: the clearest difference is held against the strictest level, the next one against the
    /// second strictest, until one is not clear enough.
    private static func judged(_ trials: [Trial]) -> [Row] {
        let ranked = trials.indices.filter { trials[$0].isEnough }
            .sorted { trials[$0].clearness > trials[$1].clearness }
        var rows = trials.map { $0.row(nil, isClear: false) }
        var isClear = true
        for (rank, index) in ranked.enumerated() {
            let level = Limits.level / Double(ranked.count - rank)
            let reach = trials[index].reach(level: level)
            isClear = isClear && trials[index].distance > reach
            rows[index] = trials[index].row(reach, isClear: isClear)
        }
        return rows
    }
}

/// What two reports are compared by.
package struct Figure: Sendable, Equatable {
    package let subject: Measurable
    package let statistic: Assertion.Statistic
    /// A change below this share of the old value is none.
    let relativeTolerance: Double
    /// Nor is one below this, in the figure's unit.
    let absoluteTolerance: Double

    package static let all: [Figure] = [
        Figure(.latency, .percentile(50_000), 0.05, 10_000),
        Figure(.latency, .percentile(95_000), 0.05, 10_000),
        Figure(.latency, .percentile(99_000), 0.05, 10_000),
        Figure(.measure(.startup), .percentile(50_000), 0.1, 50_000),
        Figure(.measure(.startup), .percentile(95_000), 0.1, 50_000),
        Figure(.measure(.freeze), .ratio, 0.1, 0.001),
        Figure(.measure(.rebuffer), .ratio, 0.1, 0.001),
        Figure(.ratio(.lossAfter), .ratio, 0.1, 0.000_5),
        Figure(.measure(.frameRate), .mean, 0.02, 500),
        offset,
    ]

    static let offset = Figure(.measure(.avOffset), .percentile(95_000), 0.1, 10_000)

    private init(
        _ subject: Measurable, _ statistic: Assertion.Statistic, _ relative: Double,
        _ absolute: Double
    ) {
        self.subject = subject
        self.statistic = statistic
        relativeTolerance = relative
        absoluteTolerance = absolute
    }

    package var name: String { "\(subject.name).\(statistic.name)" }
    package var unit: MeasurableUnit { subject.unit(of: statistic) }
    var isLatency: Bool { subject == .latency }

    /// Whether more of it is worse.
    var isWorseWhenMore: Bool { subject != .measure(.frameRate) }
}

/// One figure of both reports, and how far either may be trusted.
private struct Trial {
    let figure: Figure
    let method: Measure?
    let old: Evidence?
    let new: Evidence?
    let tolerance: Double

    init(
        _ figure: Figure, _ method: Measure?, old: Evidence?, new: Evidence?, tolerance: Double
    ) {
        self.figure = figure
        self.method = method
        self.old = old
        self.new = new
        self.tolerance = max(
            figure.absoluteTolerance + tolerance,
            figure.relativeTolerance * abs(old?.value ?? 0))
    }

    var isEnough: Bool { old?.error != nil && new?.error != nil }
    var difference: Double { (new?.value ?? 0) - (old?.value ?? 0) }
    var distance: Double { abs(difference) }

    private var error: Double {
        let (first, second) = (old?.error ?? 0, new?.error ?? 0)
        return (first * first + second * second).squareRoot()
    }

    /// How many errors the difference is long.
    var clearness: Double {
        if distance == 0 { return 0 }
        return error > 0 ? distance / error : .infinity
    }

    /// How far the interval of the difference reaches to either side.
    func reach(level: Double) -> Double {
        let freedom = Double((old?.blocks ?? 2) + (new?.blocks ?? 2) - 2)
        return error * Quantiles.student(tail: level / 2, freedom: max(freedom, 3))
    }

    func row(_ reach: Double?, isClear: Bool) -> Comparison.Row {
        let isWorse = (difference > 0) == figure.isWorseWhenMore
        let outcome: Comparison.Outcome =
            if reach == nil {
                .tooFewData
            } else if isClear, distance > tolerance {
                isWorse ? .worse : .better
            } else {
                .same
            }
        return Comparison.Row(
            figure: figure, method: method, old: old?.value, new: new?.value,
            interval: reach.map { difference - $0...difference + $0 }, tolerance: tolerance,
            outcome: outcome)
    }
}
