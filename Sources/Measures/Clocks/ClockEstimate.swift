package import Primitives

/// How far somebody else's clock is from ours, by questions and answers with four timestamps each.
///
/// One exchange bounds the truth: the other clock was asked somewhere between our two readings, so
/// the offset is known to within half the round trip, however uneven the two ways are. Of each
/// stretch of time the exchange with the least round trip is kept. Through those goes a line by
/// least squares, since clocks drift; the bounds of the exchanges, added up with their weights in
/// it, bound its error. Where a single exchange and the greatest drift that clocks have say it
/// closer, that is taken. So the true offset is always within what is told, as long as the drift is
/// steady.
package struct ClockEstimate: Sendable {
    package enum Limits {
        /// Two crystals of 100 ppm each, in opposite directions.
        static let drift = 200e-6
        /// How far the drift itself may wander while nobody asks.
        static let wander = 2e-6
        package static let roundTrip: Duration = .seconds(2)
        /// How many exchanges are remembered: halved by dropping the slower of two neighbours.
        static let kept = 128
        /// A change of offset that no drift explains is a step from here on.
        static let step = 5e-3
        static let finest = 1e-6
    }

    /// A question and its answer.
    package struct Exchange: Sendable, Equatable {
        package var asked: Instant
        /// When the question came, and the answer left, on the other clock, since 1970.
        package var theirReceiptNanoseconds: Int64
        package var theirReplyNanoseconds: Int64
        package var answered: Instant
        /// What the other clock says of its own error, such as the grain that it is told in.
        package var theirError: Duration

        package init(
            asked: Instant, theirReceiptNanoseconds: Int64, theirReplyNanoseconds: Int64,
            answered: Instant, theirError: Duration
        ) {
            self.asked = asked
            self.theirReceiptNanoseconds = theirReceiptNanoseconds
            self.theirReplyNanoseconds = theirReplyNanoseconds
            self.answered = answered
            self.theirError = theirError
        }
    }

    package enum Answer: Sendable, Equatable {
        case kept
        /// Impossible, or too slow to be of use.
        case refused
        /// Does not fit what is known; the next one decides.
        case doubted
        /// The other clock, or ours, was set: what was known is forgotten.
        case stepped
    }

    /// In seconds, from the anchor on.
    fileprivate struct Point: Sendable {
        var at: Double
        var offset: Double
        /// The truth is at most so far away.
        var bound: Double
    }

    /// The line through the points, around their weighted middle.
    fileprivate struct Line: Sendable {
        var middle: Double
        var weight: Double
        var spread: Double
        var offset: Double
        var slope: Double
        var slopeBound: Double
        /// Beyond what the bounds allow: the drift was not steady.
        var excess: Double
    }

    private let anchor: Instant
    private let anchorNanoseconds: Int64
    private var points: [Point] = []
    private var line: Line?
    private var doubted: Point?
    private var stretch: Double
    private var wallClock: (at: Instant, ahead: Int64)?
    package private(set) var exchanges = 0
    package private(set) var steps = 0
    package private(set) var bestRoundTrip: Duration?

    /// Our clock said `nanosecondsSince1970` at an instant, and goes on from there without steps.
    /// Within each `stretch` only the best exchange counts.
    package init(anchor: Instant, nanosecondsSince1970: Int64, stretch: Duration) {
        self.anchor = anchor
        anchorNanoseconds = nanosecondsSince1970
        self.stretch = max(stretch.secondsValue, 1e-3)
    }

    @discardableResult
    package mutating func add(_ exchange: Exchange) -> Answer {
        let there = exchange.answered - exchange.asked
        let (stay, overflow) = exchange.theirReplyNanoseconds.subtractingReportingOverflow(
            exchange.theirReceiptNanoseconds)
        guard !overflow, stay >= 0, there >= .zero, there <= Limits.roundTrip,
            exchange.theirError >= .zero, exchange.theirError <= Limits.roundTrip,
            // A clock that goes a little faster than ours, or in coarser grains.
            stay <= there.wholeNanoseconds + exchange.theirError.wholeNanoseconds + 1_000_000
        else { return .refused }
        let roundTrip = Duration.nanoseconds(max(0, there.wholeNanoseconds - stay))
        let outward = theirs(exchange.theirReceiptNanoseconds, minus: exchange.asked)
        let inward = theirs(exchange.theirReplyNanoseconds, minus: exchange.answered)
        let middle = (exchange.asked - anchor).secondsValue + there.secondsValue / 2
        let point = Point(
            at: middle, offset: (outward + inward) / 2,
            bound: max(
                Limits.finest,
                // The clocks drift apart while the question is on its way.
                roundTrip.secondsValue / 2 + there.secondsValue * Limits.drift / 2
                    + exchange.theirError.secondsValue))
        exchanges += 1
        bestRoundTrip = bestRoundTrip.map { min($0, roundTrip) } ?? roundTrip
        return take(point)
    }

    /// How far the other clock is ahead of ours, and how far the truth may be from that; nil before
    /// the first exchange.
    package func offset(at instant: Instant) -> (offset: Duration, uncertainty: Duration)? {
        guard let told = told(at: (instant - anchor).secondsValue) else { return nil }
        return (.seconds(told.offset), .seconds(told.bound))
    }

    /// How much faster the other clock goes, in parts of a million; nil while that cannot be told
    /// from the unevenness of the network.
    package var driftPartsPerMillion: Double? {
        guard let line, line.slopeBound < Limits.drift else { return nil }
        return line.slope * 1e6
    }

    /// Reads our own time of day beside the monotonic clock; true where it has been set since.
    package mutating func readWallClock(nanosecondsSince1970: Int64, at now: Instant) -> Bool {
        let ahead = nanosecondsSince1970 &- now.nanoseconds
        defer { wallClock = (now, ahead) }
        guard let last = wallClock else { return false }
        // It may be slewed by 500 ppm, which is no step.
        let slewed = abs((now - last.at).secondsValue) * 600e-6
        let moved = Double((ahead &- last.ahead).magnitude) / 1e9
        guard moved > Limits.step + slewed else { return false }
        steps += 1
        return true
    }

    /// What a report says of it.
    package func report(source: String?, at now: Instant) -> ClockReport {
        var report = ClockReport(standing: points.isEmpty ? .unknown : .measured)
        report.source = source
        let told = offset(at: now)
        report.offset = told?.offset
        report.uncertainty = told?.uncertainty
        report.driftPartsPerMillion = driftPartsPerMillion
        report.exchanges = exchanges
        report.bestRoundTrip = bestRoundTrip
        report.steps = steps
        return report
    }

    private func theirs(_ nanoseconds: Int64, minus instant: Instant) -> Double {
        let ours = anchorNanoseconds &+ (instant.nanoseconds &- anchor.nanoseconds)
        return Double(nanoseconds.subtractingReportingOverflow(ours).partialValue) / 1e9
    }
}

extension ClockEstimate {
    private mutating func take(_ point: Point) -> Answer {
        if let told = told(at: point.at),
            abs(told.offset - point.offset) > told.bound + point.bound + Limits.step
        {
            guard let before = doubted,
                abs(before.offset - point.offset)
                    <= before.bound + point.bound + Limits.step
            else {
                doubted = point
                return .doubted
            }
            steps += 1
            points = [before, point]
            doubted = nil
            fit()
            return .stepped
        }
        doubted = nil
        keep(point)
        fit()
        return .kept
    }

    private mutating func keep(_ point: Point) {
        let isSameStretch = points.last.map {
            ($0.at / stretch).rounded(.down) == (point.at / stretch).rounded(.down)
        }
        if isSameStretch == true, let last = points.popLast() {
            points.append(point.bound <= last.bound ? point : last)
        } else {
            points.append(point)
        }
        guard points.count > Limits.kept else { return }
        // Half of them, the better of two neighbours each, and stretches twice as long.
        points = stride(from: 0, to: points.count, by: 2).map { place in
            guard place + 1 < points.count else { return points[place] }
            return points[place].bound <= points[place + 1].bound
                ? points[place] : points[place + 1]
        }
        stretch *= 2
    }

    private mutating func fit() {
        line = nil
        guard points.count > 1 else { return }
        var (weight, middle, offset) = (0.0, 0.0, 0.0)
        for point in points {
            weight += point.weight
            middle += point.weight * point.at
            offset += point.weight * point.offset
        }
        middle /= weight
        offset /= weight
        var (spread, slope) = (0.0, 0.0)
        for point in points {
            let away = point.at - middle
            spread += point.weight * away * away
            slope += point.weight * away * (point.offset - offset)
        }
        guard spread > 0 else { return }
        slope /= spread
        var slopeBound = 0.0
        for point in points {
            slopeBound += abs(point.weight * (point.at - middle)) * point.bound / spread
        }
        var made = Line(
            middle: middle, weight: weight, spread: spread, offset: offset, slope: slope,
            slopeBound: slopeBound, excess: 0)
        for point in points {
            let rest = abs(made.offset(at: point.at) - point.offset)
            made.excess = max(made.excess, rest - point.bound - bound(of: made, at: point.at))
        }
        line = made
    }

    /// The bounds of the points by their weights in what the line says there.
    private func bound(of line: Line, at time: Double) -> Double {
        let away = time - line.middle
        return points.reduce(0) { sum, point in
            let share =
                point.weight / line.weight
                + point.weight * (point.at - line.middle) * away / line.spread
            return sum + abs(share) * point.bound
        }
    }

    private func told(at time: Double) -> (offset: Double, bound: Double)? {
        var best: (offset: Double, bound: Double)?
        func consider(_ offset: Double, _ bound: Double) {
            if bound < best?.bound ?? .infinity { best = (offset, bound) }
        }
        var isSteep = true
        if let line, line.slopeBound < Limits.drift, let nearest = nearest(to: time) {
            isSteep = false
            let wander = Limits.wander * nearest + line.excess
            consider(line.offset(at: time), bound(of: line, at: time) + wander)
            for point in points {
                let away = time - point.at
                consider(
                    point.offset + line.slope * away,
                    point.bound + abs(away) * (line.slopeBound + Limits.wander) + line.excess)
            }
        }
        // Before a drift is known: any that clocks have.
        if isSteep {
            for point in points {
                consider(point.offset, point.bound + abs(time - point.at) * Limits.drift)
            }
        }
        return best
    }

    private func nearest(to time: Double) -> Double? {
        points.lazy.map { abs($0.at - time) }.min()
    }
}

extension ClockEstimate.Point {
    fileprivate var weight: Double { 1 / (bound * bound) }
}

extension ClockEstimate.Line {
    fileprivate func offset(at time: Double) -> Double { offset + slope * (time - middle) }
}

extension Duration {
    /// In seconds, as exactly as a `Double` holds them.
    package var secondsValue: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
