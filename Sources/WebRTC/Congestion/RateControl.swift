import Primitives

/// The bounds that a rate is kept in, in bits per second.
package struct RateLimits: Sendable {
    package let minimum: Double
    package let start: Double
    package let maximum: Double

    package init(minimum: Double, start: Double, maximum: Double) {
        self.minimum = max(minimum, 1000)
        self.maximum = max(maximum, self.minimum)
        self.start = min(max(start, self.minimum), self.maximum)
    }

    func clamp(_ rate: Double) -> Double { min(max(rate, minimum), maximum) }
}

/// The rate at which packets arrive, over the last half second.
struct AcknowledgedRate: Sendable {
    static let bucketNanoseconds: Int64 = 20_000_000
    static let buckets = 25

    private var bytes = InlineArray<25, Int>(repeating: 0)
    private var newest: Int64?
    private var oldest: Int64 = 0

    /// Nil until there is enough to speak of.
    var bitsPerSecond: Double? {
        guard let newest, newest - oldest >= 5 else { return nil }
        var sum = 0
        for place in 0..<Self.buckets { sum += bytes[place] }
        let count = min(newest - oldest + 1, Int64(Self.buckets))
        return Double(sum) * 8 * 1e9 / Double(count * Self.bucketNanoseconds)
    }

    mutating func receive(bytes count: Int, at arrival: Instant) {
        let bucket = arrival.nanoseconds / Self.bucketNanoseconds
        guard let last = newest, abs(bucket - last) < 1000 else {
            self = AcknowledgedRate()
            newest = bucket
            oldest = bucket
            bytes[Self.place(bucket)] = count
            return
        }
        if bucket > last {
            for passed in (last + 1)...min(bucket, last + Int64(Self.buckets)) {
                bytes[Self.place(passed)] = 0
            }
            bytes[Self.place(bucket)] = 0
            newest = bucket
        } else if last - bucket >= Int64(Self.buckets) {
            return
        }
        bytes[Self.place(bucket)] += count
    }

    private static func place(_ bucket: Int64) -> Int {
        let rest = Int(bucket % Int64(buckets))
        return rest < 0 ? rest + buckets : rest
    }
}

/// Additive increase, multiplicative decrease, from what the delay says (GCC section 5.5).
struct DelayRateControl: Sendable {
    static let decrease = 0.85
    static let growthInSecond = 1.08
    /// Until the path has pushed back for the first time: there are no probes that would find
    /// its capacity in one go.
    static let startGrowthInSecond = 1.5

    let limits: RateLimits
    private(set) var rate: Double
    private(set) var hasDecreased = false
    private var lastChange: Instant?
    private var isHolding = false
    /// What the path carried when it was overused, and how much that varies.
    private var capacity: Double?
    private var variance = 0.4

    init(_ limits: RateLimits) {
        self.limits = limits
        rate = limits.start
    }

    mutating func update(
        _ usage: DelayGradient.Usage, acknowledged: Double?, roundTrip: Duration, now: Instant
    ) {
        let passed = min(lastChange.map { (now - $0).seconds } ?? 0, 1)
        switch usage {
        case .under:
            // The queues are emptying: let them.
            isHolding = true
            lastChange = now
        case .normal:
            if isHolding {
                isHolding = false
                lastChange = now
                return
            }
            increase(passed, acknowledged, roundTrip)
            lastChange = now
        case .over:
            // Once in a round trip and feedback: the effect has to be seen first.
            guard !isHolding || passed > roundTrip.seconds + 0.2 else { return }
            back(off: acknowledged)
            isHolding = true
            lastChange = now
        }
        rate = limits.clamp(rate)
    }

    /// Takes a lower rate over from outside, where the path has shown by loss that it is full.
    mutating func limit(to bound: Double) {
        rate = limits.clamp(min(rate, bound))
        hasDecreased = true
    }

    private mutating func increase(
        _ seconds: Double, _ acknowledged: Double?, _ roundTrip: Duration
    ) {
        if let acknowledged, let capacity, acknowledged > capacity + deviation(capacity) * 3 {
            self.capacity = nil
        }
        var grown = rate
        if capacity != nil {
            let frame = rate / 30
            let packet = frame / (frame / 9600).rounded(.up)
            grown += max(4000, packet / (roundTrip.seconds + 0.1)) * seconds
        } else {
            let growth = hasDecreased ? Self.growthInSecond : Self.startGrowthInSecond
            grown += max(rate * (Self.power(growth, seconds) - 1), 1000 * seconds)
        }
        // What is not sent is not tested.
        if let acknowledged { grown = min(grown, max(rate, acknowledged * 1.5 + 10_000)) }
        rate = grown
    }

    private mutating func back(off acknowledged: Double?) {
        hasDecreased = true
        guard let acknowledged else {
            rate *= Self.decrease
            return
        }
        rate = min(rate, acknowledged * Self.decrease)
        if let known = capacity, acknowledged < known - deviation(known) * 3 { capacity = nil }
        guard let known = capacity else {
            capacity = acknowledged
            return
        }
        let error = (known - acknowledged) / known.squareRoot()
        capacity = known + (acknowledged - known) * 0.05
        // In kilobits, as the constants of GCC's implementation are.
        variance = min(max(0.95 * variance + 0.05 * error * error / 1000, 0.4), 2.5)
    }

    private func deviation(_ capacity: Double) -> Double {
        (variance * capacity / 1000).squareRoot() * 1000
    }

    /// `base` to the power of at most 1, by its series: the modules here have no C mathematics.
    private static func power(_ base: Double, _ exponent: Double) -> Double {
        let x = base - 1
        // ln(1 + x) by 2 artanh(x / (2 + x)), then e^y to the fourth order; below 1e-3 off.
        let z = x / (2 + x)
        let y = 2 * (z + z * z * z / 3 + z * z * z * z * z / 5) * exponent
        return 1 + y * (1 + y / 2 * (1 + y / 3 * (1 + y / 4)))
    }
}

/// The rate that loss allows (GCC section 6).
struct LossRateControl: Sendable {
    static let calm = 0.02
    static let heavy = 0.1
    /// Fewer packets say nothing about a share.
    static let minimumPackets = 20
    static let minimumInterval = Duration.milliseconds(200)

    let limits: RateLimits
    private(set) var rate: Double
    private var packets = 0
    private var lost = 0
    private var since: Instant?
    private var lastDecrease: Instant?

    init(_ limits: RateLimits) {
        self.limits = limits
        rate = limits.maximum
    }

    mutating func receive(isLost: Bool) {
        packets += 1
        if isLost { lost += 1 }
    }

    /// Gives true where the rate has been lowered.
    mutating func update(target: Double, roundTrip: Duration, now: Instant) -> Bool {
        let start = since ?? now
        since = start
        guard packets >= Self.minimumPackets, now - start >= Self.minimumInterval else {
            return false
        }
        let share = Double(lost) / Double(packets)
        packets = 0
        lost = 0
        since = now
        return update(fraction: share, seconds: (now - start).seconds, target, roundTrip, now)
    }

    /// The same from a fraction that a receiver report tells.
    mutating func update(
        fraction: Double, seconds: Double, _ target: Double, _ roundTrip: Duration, _ now: Instant
    ) -> Bool {
        if fraction < Self.calm {
            rate = limits.clamp(rate * (1 + 0.08 * min(seconds, 1)))
        } else if fraction > Self.heavy {
            if let lastDecrease, now - lastDecrease < roundTrip + .milliseconds(300) {
                return false
            }
            lastDecrease = now
            rate = limits.clamp(min(rate, target) * (1 - fraction / 2))
            return true
        }
        return false
    }
}
