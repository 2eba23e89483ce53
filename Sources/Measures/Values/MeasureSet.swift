/// All that was measured and counted in some time, by one viewer or by many.
package struct MeasureSet: Sendable, Equatable {
    private var histograms = [Histogram](repeating: Histogram(), count: Measure.allCases.count)
    private var tallies = [Int64](repeating: 0, count: Tally.allCases.count)

    /// The methods of telling latency, the best one first.
    package static let latencyMeasures: [Measure] = [
        .latencyBurned, .latencySEI, .latencyCapture, .latencyNetwork,
    ]

    package init() {}

    /// What its histograms take up.
    var places: Int { histograms.reduce(0) { $0 + $1.storedPlaces } }

    package subscript(measure: Measure) -> Histogram { histograms[measure.place] }

    package subscript(tally: Tally) -> Int64 { tallies[tally.place] }

    package mutating func add(_ value: Int64, to measure: Measure) {
        histograms[measure.place].add(value)
    }

    package mutating func add(_ duration: Duration, to measure: Measure) {
        add(duration.wholeMicroseconds, to: measure)
    }

    package mutating func add(_ histogram: Histogram, to measure: Measure) {
        histograms[measure.place].merge(histogram)
    }

    package mutating func count(_ tally: Tally, _ times: Int64 = 1) {
        let place = tally.place
        tallies[place] = tallies[place].addingClamped(times)
    }

    package mutating func merge(_ other: MeasureSet) {
        for place in histograms.indices {
            histograms[place].merge(other.histograms[place])
        }
        for place in tallies.indices {
            tallies[place] = tallies[place].addingClamped(other.tallies[place])
        }
    }

    package var isEmpty: Bool {
        tallies.allSatisfy { $0 == 0 } && histograms.allSatisfy(\.isEmpty)
    }

    /// Nil where there is nothing to divide by.
    package subscript(ratio: Ratio) -> Double? {
        let (part, whole) = terms(of: ratio)
        return whole > 0 ? Double(max(part, 0)) / Double(whole) : nil
    }

    /// What is divided by what.
    func terms(of ratio: Ratio) -> (part: Int64, whole: Int64) {
        switch ratio {
        case .freeze: (self[.freeze].sum, self[.watchedMicroseconds])
        case .rebuffer: (self[.rebuffer].sum, self[.watchedMicroseconds])
        case .loss: (self[.packetsMissed], self[.packetsExpected])
        case .lossAfter:
            (self[.packetsMissed] &- self[.packetsRepaired], self[.packetsExpected])
        case .damaged:
            (self[.framesDamaged], self[.framesDecoded].addingClamped(self[.framesDamaged]))
        case .repeated: (self[.framesRepeated], self[.framesDecoded])
        case .skipped:
            (self[.framesSkipped], self[.framesSkipped].addingClamped(self[.stampsRead]))
        case .unread:
            (self[.stampsUnread], self[.stampsUnread].addingClamped(self[.stampsRead]))
        case .failed: (self[.viewersFailed], self[.viewersAsked])
        }
    }

    /// The best measure of latency that there is; what is asked for as `latency`.
    package var latencyMeasure: Measure? {
        Self.latencyMeasures.first { !self[$0].isEmpty }
    }
}

extension Measure {
    /// In the order of the cases. Hundreds of thousands of values are added in a second: an enum
    /// without payloads is its place, and a test holds that against `allCases`.
    var place: Int { unsafe withUnsafeBytes(of: self) { unsafe Int($0[0]) } }
}

extension Tally {
    var place: Int { unsafe withUnsafeBytes(of: self) { unsafe Int($0[0]) } }
}

extension Duration {
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }
}
