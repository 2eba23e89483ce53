import Primitives

/// How the delay of a path changes: groups of packets, and the trend of what they gained
/// (draft-ietf-rmcat-gcc-02 section 5; the trendline filter is how browsers do it).
package struct DelayGradient: Sendable {
    /// What the delay says of the path.
    package enum Usage: Sendable, Equatable {
        case normal, over, under
    }

    /// Packets sent within this time are one group.
    static let burst = Duration.milliseconds(5)
    /// Groups in the line that is fitted.
    static let window = 20
    static let smoothing = 0.9
    /// Makes a slope comparable with a threshold in milliseconds.
    static let gain = 4.0
    static let maximumDeltas = 60
    static let overuseMilliseconds = 10.0

    private struct Group: Sendable {
        var firstSent: Instant
        var lastSent: Instant
        var arrived: Instant
    }

    package private(set) var usage = Usage.normal
    private var current: Group?
    private var previous: Group?
    private var points = InlineArray<20, (x: Double, y: Double)>(repeating: (0, 0))
    private var pointCount = 0
    private var deltas = 0
    private var accumulated = 0.0
    private var smoothed = 0.0
    private var firstArrival: Instant?
    private var lastTrend = 0.0
    private var threshold = 12.5
    private var lastUpdate: Instant?
    private var overMilliseconds: Double?
    private var overCount = 0

    package init() {}

    /// Takes a packet that has arrived, in the order of sending.
    mutating func receive(sentAt: Instant, arrival: Instant) {
        guard var group = current else {
            current = Group(firstSent: sentAt, lastSent: sentAt, arrived: arrival)
            return
        }
        // Out of order within the feedback: it says nothing of its group.
        guard sentAt >= group.firstSent else { return }
        if sentAt - group.firstSent <= Self.burst || isBurst(group, sentAt, arrival) {
            group.lastSent = max(group.lastSent, sentAt)
            group.arrived = max(group.arrived, arrival)
            current = group
            return
        }
        if let previous {
            let sent = (group.lastSent - previous.lastSent).milliseconds
            let arrived = (group.arrived - previous.arrived).milliseconds
            // A receiver whose clock jumps begins anew.
            if abs(arrived - sent) > 3000 {
                self = DelayGradient()
                return
            }
            update(gained: arrived - sent, sentMilliseconds: sent, at: group.arrived)
        }
        previous = group
        current = Group(firstSent: sentAt, lastSent: sentAt, arrived: arrival)
    }

    /// Packets that a queue has pushed together belong to one group.
    private func isBurst(_ group: Group, _ sentAt: Instant, _ arrival: Instant) -> Bool {
        let arrived = arrival - group.arrived
        return arrived - (sentAt - group.lastSent) < .zero && arrived <= Self.burst
            && arrival - group.arrived < .milliseconds(100)
            && sentAt - group.firstSent < .milliseconds(100)
    }

    private mutating func update(gained: Double, sentMilliseconds: Double, at now: Instant) {
        deltas = min(deltas + 1, 1000)
        accumulated += gained
        smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * accumulated
        let origin = firstArrival ?? now
        firstArrival = origin
        append(((now - origin).milliseconds, smoothed))
        var trend = lastTrend
        if pointCount == Self.window { trend = slope() ?? trend }
        detect(trend, sentMilliseconds, now)
    }

    private mutating func append(_ point: (Double, Double)) {
        if pointCount == Self.window {
            for place in 1..<Self.window { points[place - 1] = points[place] }
            pointCount -= 1
        }
        points[pointCount] = point
        pointCount += 1
    }

    /// The least-squares slope: delay gained over time passed.
    private func slope() -> Double? {
        var sumX = 0.0
        var sumY = 0.0
        for place in 0..<pointCount {
            sumX += points[place].x
            sumY += points[place].y
        }
        let meanX = sumX / Double(pointCount)
        let meanY = sumY / Double(pointCount)
        var numerator = 0.0
        var denominator = 0.0
        for place in 0..<pointCount {
            let distance = points[place].x - meanX
            numerator += distance * (points[place].y - meanY)
            denominator += distance * distance
        }
        return denominator == 0 ? nil : numerator / denominator
    }

    private mutating func detect(_ trend: Double, _ milliseconds: Double, _ now: Instant) {
        guard deltas >= 2 else { return }
        let modified = Double(min(deltas, Self.maximumDeltas)) * trend * Self.gain
        if modified > threshold {
            overMilliseconds = overMilliseconds.map { $0 + milliseconds } ?? milliseconds / 2
            overCount += 1
            if overMilliseconds ?? 0 > Self.overuseMilliseconds, overCount > 1, trend >= lastTrend {
                overMilliseconds = 0
                overCount = 0
                usage = .over
            }
        } else {
            overMilliseconds = nil
            overCount = 0
            usage = modified < -threshold ? .under : .normal
        }
        lastTrend = trend
        adapt(modified, now)
    }

    /// The threshold follows the trend, so that a flow is not starved by ones that fill queues.
    private mutating func adapt(_ modified: Double, _ now: Instant) {
        let passed = min(lastUpdate.map { (now - $0).milliseconds } ?? 0, 100)
        lastUpdate = now
        // A spike is no trend.
        guard abs(modified) <= threshold + 15 else { return }
        let rate = abs(modified) < threshold ? 0.039 : 0.0087
        threshold += rate * (abs(modified) - threshold) * passed
        threshold = min(max(threshold, 6), 600)
    }
}

extension Duration {
    var milliseconds: Double { Double(wholeNanoseconds) / 1e6 }
    var seconds: Double { Double(wholeNanoseconds) / 1e9 }
}
