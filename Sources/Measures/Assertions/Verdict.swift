/// What an assertion comes to.
package struct Verdict: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case pass
        case fail
        /// Neither: what was measured does not tell. It is not a pass.
        case void(Reason)
    }

    package enum Reason: Sendable, Equatable {
        case nothingMeasured
        /// Nobody knows how far the sender's clock is from ours.
        case clockUnknown
        /// It is known less exactly than is asked for.
        case clockUncertain(Duration)
        /// The probe's own machine was the limit.
        case machine([MachineReport.Limit])
        /// Merged runs tell latency by methods that are not comparable.
        case latencyMethodsDiffer
    }

    package let assertion: Assertion
    package let outcome: Outcome
    /// In the assertion's unit; also where the outcome is void, if there is any.
    package let measured: Double?
    /// The method that stood for `latency` or `av_offset`.
    package let method: Measure?
    /// The clock's uncertainty is larger than the distance from the threshold: it might as well
    /// have come out otherwise.
    package let isClose: Bool
}

extension ProbeReport {
    package func judge(_ assertions: [Assertion]) -> [Verdict] {
        let totals = totals
        return assertions.map { verdict($0, totals) }
    }

    private func verdict(_ assertion: Assertion, _ totals: MeasureSet) -> Verdict {
        let method = method(of: assertion.subject, totals)
        let measured = value(assertion, method, totals)
        let isClockBound =
            assertion.unit == .measure(.microseconds) && (method?.dependsOnClocks ?? false)
        var isClose = false
        let outcome: Verdict.Outcome
        if !machine.limits.isEmpty {
            outcome = .void(.machine(machine.limits))
        } else if let measured {
            let doubt = isClockBound ? clockDoubt(assertion) : nil
            if isClockBound, clock.standing == .measured, let uncertainty = clock.uncertainty {
                let distance = abs(measured - assertion.threshold)
                isClose = distance < Double(uncertainty.wholeMicroseconds)
            }
            let holds = assertion.relation.holds(measured, assertion.threshold)
            outcome = doubt.map { .void($0) } ?? (holds ? .pass : .fail)
        } else if assertion.subject == .latency, totals.latencyMeasure != nil {
            outcome = .void(.latencyMethodsDiffer)
        } else {
            outcome = .void(.nothingMeasured)
        }
        return Verdict(
            assertion: assertion, outcome: outcome, measured: measured, method: method,
            isClose: isClose)
    }

    /// Why the clocks do not allow to judge by them: a threshold below what is known of them means
    /// nothing.
    private func clockDoubt(_ assertion: Assertion) -> Verdict.Reason? {
        switch clock.standing {
        case .same: return nil
        case .unknown: return .clockUnknown
        case .measured:
            guard let uncertainty = clock.uncertainty else { return .clockUnknown }
            let isTooMuch = Double(uncertainty.wholeMicroseconds) > abs(assertion.threshold)
            return isTooMuch ? .clockUncertain(uncertainty) : nil
        }
    }

    private func method(of subject: Measurable, _ totals: MeasureSet) -> Measure? {
        switch subject {
        case .latency: latencyMeasure(in: totals)
        case .measure(.avOffset): totals.offsetMeasure
        case .measure(let measure): measure
        case .tally, .ratio: nil
        }
    }

    /// Nil where nothing has been measured that it could be told of.
    private func value(
        _ assertion: Assertion, _ method: Measure?, _ totals: MeasureSet
    ) -> Double? {
        if assertion.statistic == .ratio {
            return assertion.subject.ratio.flatMap { totals[$0] }
        }
        switch assertion.subject {
        case .ratio: return nil
        case .tally(let tally): return totals.told(tally)
        case .latency, .measure:
            guard let method else { return nil }
            let values =
                assertion.subject == .measure(.avOffset) ? totals.offsets : totals[method]
            if values.isEmpty { return totals.hadChance(of: method) ? 0 : nil }
            return values.told(assertion.statistic)
        }
    }
}

extension Measure {
    /// Whether it compares the sender's clock with ours.
    package var dependsOnClocks: Bool {
        switch self {
        case .latencyBurned, .latencySEI, .latencyCapture, .delayNetwork: true
        default: false
        }
    }
}

extension Histogram {
    fileprivate func told(_ statistic: Assertion.Statistic) -> Double? {
        switch statistic {
        case .count: Double(count)
        case .total: Double(sum)
        case .least: least.map { Double($0) }
        case .greatest: greatest.map { Double($0) }
        case .mean: mean
        case .percentile(let share): quantile(Double(share) / 100_000).map { Double($0) }
        case .ratio: nil
        }
    }
}

extension MeasureSet {
    /// Whether there would have been a value if there had been anything to measure: then none is
    /// as good as nothing of it, such as no freeze in all the time that was watched.
    fileprivate func hadChance(of measure: Measure) -> Bool {
        switch measure {
        case .freeze, .rebuffer: self[.watchedMicroseconds] > 0
        case .lossRun: self[.packetsExpected] > 0
        case .audioGap: self[.soundsReceived] > 0
        case .playlistStale: self[.playlistLoads] > 0
        default: false
        }
    }

    /// Nil where nothing was there that it could have counted.
    fileprivate func told(_ tally: Tally) -> Double? {
        let basis: Tally =
            switch tally {
            case .viewersAsked, .viewersJoined, .viewersFailed, .viewersLost,
                .watchedMicroseconds, .framesReceived, .framesDecoded, .packetsExpected,
                .packetsReceived, .bytesReceived, .soundsReceived, .playlistLoads:
                .viewersAsked
            case .framesDamaged, .framesCached, .keyframes, .resolutionChanges,
                .keyframesAsked:
                .framesReceived
            case .framesRepeated, .framesSkipped: .stampsRead
            case .stampsRead, .stampsUnread: .framesDecoded
            case .packetsMissed, .packetsRepaired, .packetsRepeated, .nacks: .packetsReceived
            case .soundsDamaged: .soundsReceived
            case .playlistFaults, .piecesLoaded, .pieceFaults: .playlistLoads
            }
        return self[basis] > 0 || self[tally] > 0 ? Double(self[tally]) : nil
    }
}
