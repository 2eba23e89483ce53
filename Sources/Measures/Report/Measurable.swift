/// One thing that a report tells of, by the name that documents and assertions call it.
package enum Measurable: Sendable, Hashable {
    case measure(Measure)
    case tally(Tally)
    case ratio(Ratio)
    /// The best method of telling latency that there is.
    case latency

    package static let latencyName = "latency"

    /// All names, each once: measures, then counts, then shares. A share that is called like a
    /// measure is one of its statistics.
    package static let all: [Measurable] =
        [.latency] + Measure.allCases.map(Measurable.measure) + Tally.allCases.map(Measurable.tally)
        + Ratio.allCases.filter { Measure(rawValue: $0.rawValue) == nil }.map(Measurable.ratio)

    package var name: String {
        switch self {
        case .measure(let measure): measure.rawValue
        case .tally(let tally): tally.rawValue
        case .ratio(let ratio): ratio.rawValue
        case .latency: Self.latencyName
        }
    }

    package init?(name: String) {
        if name == Self.latencyName {
            self = .latency
        } else if let measure = Measure(rawValue: name) {
            self = .measure(measure)
        } else if let tally = Tally(rawValue: name) {
            self = .tally(tally)
        } else if let ratio = Ratio(rawValue: name) {
            self = .ratio(ratio)
        } else {
            return nil
        }
    }

    /// The share that goes with it.
    package var ratio: Ratio? {
        switch self {
        case .measure, .ratio: Ratio(rawValue: name)
        case .tally, .latency: nil
        }
    }
}

extension ProbeReport {
    /// The method that stands for latency: the best one that every run with any latency has.
    package func latencyMeasure(in totals: MeasureSet) -> Measure? {
        MeasureSet.latencyMeasures.first { measure in
            !totals[measure].isEmpty && latencyMethods?.contains(measure) ?? true
        }
    }
}

extension MeasureSet {
    /// What stands for the offset of sound and picture: what they show, else what is reported.
    package var offsetMeasure: Measure? {
        [.avOffset, .avLeadReported].first { !self[$0].isEmpty }
    }

    /// Values of that offset without their signs.
    package var offsets: Histogram {
        self[.avOffset].isEmpty ? self[.avLeadReported].magnitudes : self[.avOffset]
    }
}
