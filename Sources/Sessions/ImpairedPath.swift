package import Primitives

/// What becomes of each datagram of one path that is impaired: lost, or there at some instant.
///
/// Values alone: the same seed and the same arrivals come to the same. A loss comes first, then the
/// link with its queue, then the delay.
package struct ImpairedPath: Sendable {
    /// How long the queue before the link may get; what finds it longer is dropped at its end.
    package static let queueTime: Duration = .milliseconds(250)
    /// Of IPv4 and UDP: a link carries them, too.
    package static let headerBytes = 28

    private let impairment: Impairment
    private var random: SeededRandom
    private var isLosing = false
    /// When the link has sent what it has taken.
    private var free: Instant?
    package private(set) var lost = 0
    package private(set) var dropped = 0

    /// `number` is the path's among those that share an impairment: each has a fate of its own.
    package init(_ impairment: Impairment, number: Int) {
        self.impairment = impairment
        var mixed = SeededRandom(seed: impairment.seed)
        let base = mixed.next()
        random = SeededRandom(
            seed: base &+ UInt64(truncatingIfNeeded: number) &* 0xA24B_AED4_963E_E407)
    }

    /// When a datagram arrives that would have been there now; nil where it never does.
    package mutating func fate(ofBytes bytes: Int, now: Instant) -> Instant? {
        if isLost() {
            lost += 1
            return nil
        }
        var arrival = now
        if let rate = impairment.bitsPerSecond {
            let start = max(free ?? now, now)
            guard start - now <= Self.queueTime else {
                dropped += 1
                return nil
            }
            let seconds = Double((bytes + Self.headerBytes) * 8) / rate
            arrival = start + .nanoseconds(Int64(min(seconds, 3600) * 1e9))
            free = arrival
        }
        guard impairment.jitter > .zero else { return arrival + impairment.delay }
        let spread = impairment.jitter.wholeNanoseconds
        let moved = Int64.random(in: -spread...spread, using: &random)
        return max(now, arrival + impairment.delay + .nanoseconds(moved))
    }

    /// Each for itself, or in bursts whose lengths are spread geometrically (Gilbert 1960).
    private mutating func isLost() -> Bool {
        let (loss, burst) = (impairment.loss, impairment.burst)
        guard loss > 0 else { return false }
        guard loss < 1 else { return true }
        let chance: Double
        if burst <= 1 {
            chance = loss
        } else if isLosing {
            chance = 1 - 1 / burst
        } else {
            chance = min(1, loss / (burst * (1 - loss)))
        }
        isLosing = Double.random(in: 0..<1, using: &random) < chance
        return isLosing
    }
}
