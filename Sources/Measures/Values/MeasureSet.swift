/// All that was measured and counted in some time, by one viewer or by many.
package struct MeasureSet: Sendable, Equatable {
    private var histograms = [Histogram?](repeating: nil, count: Measure.allCases.count)
    private var tallies = [Int64](repeating: 0, count: Tally.allCases.count)

    package init() {}

    package subscript(measure: Measure) -> Histogram { histograms[measure.place] ?? Histogram() }

    package subscript(tally: Tally) -> Int64 { tallies[tally.place] }

    package mutating func add(_ value: Int64, to measure: Measure) {
        if histograms[measure.place] == nil { histograms[measure.place] = Histogram() }
        histograms[measure.place]?.add(value)
    }

    package mutating func add(_ duration: Duration, to measure: Measure) {
        add(duration.wholeMicroseconds, to: measure)
    }

    package mutating func add(_ histogram: Histogram, to measure: Measure) {
        guard !histogram.isEmpty else { return }
        if histograms[measure.place] == nil { histograms[measure.place] = Histogram() }
        histograms[measure.place]?.merge(histogram)
    }

    package mutating func count(_ tally: Tally, _ times: Int64 = 1) {
        tallies[tally.place] &+= times
    }

    package mutating func merge(_ other: MeasureSet) {
        for measure in Measure.allCases { add(other[measure], to: measure) }
        for tally in Tally.allCases { count(tally, other[tally]) }
    }

    package var isEmpty: Bool {
        tallies.allSatisfy { $0 == 0 } && histograms.allSatisfy { $0?.isEmpty ?? true }
    }

    /// Nil where there is nothing to divide by.
    package subscript(ratio: Ratio) -> Double? {
        let (part, whole): (Int64, Int64) =
            switch ratio {
            case .freeze: (self[.freeze].sum, self[.watchedMicroseconds])
            case .rebuffer: (self[.rebuffer].sum, self[.watchedMicroseconds])
            case .loss: (self[.packetsMissed], self[.packetsExpected])
            case .lossAfter:
                (self[.packetsMissed] - self[.packetsRepaired], self[.packetsExpected])
            case .damaged: (self[.framesDamaged], self[.framesDecoded] + self[.framesDamaged])
            case .repeated: (self[.framesRepeated], self[.framesDecoded])
            case .skipped: (self[.framesSkipped], self[.framesSkipped] + self[.stampsRead])
            case .unread: (self[.stampsUnread], self[.stampsUnread] + self[.stampsRead])
            case .failed: (self[.viewersFailed], self[.viewersAsked])
            }
        return whole > 0 ? Double(max(part, 0)) / Double(whole) : nil
    }

    /// The best measure of latency that there is; what is asked for as `latency`.
    package var latencyMeasure: Measure? {
        let best: [Measure] = [.latencyBurned, .latencySEI, .latencyCapture, .latencyNetwork]
        return best.first { !self[$0].isEmpty }
    }
}

extension Measure {
    /// In the order of the cases.
    fileprivate var place: Int { Self.places[self] ?? 0 }

    private static let places = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

extension Tally {
    fileprivate var place: Int { Self.places[self] ?? 0 }

    private static let places = Dictionary(
        uniqueKeysWithValues: allCases.enumerated().map { ($1, $0) })
}

extension Duration {
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }
}
