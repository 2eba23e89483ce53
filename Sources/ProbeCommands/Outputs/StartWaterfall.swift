import Measures

/// The phases of the start, each from the end of the one before it, in microseconds.
struct StartWaterfall {
    struct Phase: Equatable {
        let measure: Measure
        let start: Double
        let end: Double
    }

    /// Those that were measured; of many viewers, the one in their middle.
    let phases: [Phase]

    init(_ totals: MeasureSet) {
        var phases: [Phase] = []
        var start = 0.0
        for measure in Measure.startPhases {
            guard let middle = totals[measure].quantile(0.5) else { continue }
            let end = Double(max(middle, 0))
            // What overlaps, such as keys that are agreed on while a way is looked for, begins
            // where the phase before it ended at the latest.
            phases.append(Phase(measure: measure, start: min(start, end), end: end))
            start = end
        }
        self.phases = phases
    }
}
