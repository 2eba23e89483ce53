import Primitives

/// How often one client address may ask: a bucket of requests that fills by and by.
package struct RateLimit: Sendable, Equatable {
    package let burst: Int
    /// The time in which one more request is allowed.
    package let interval: Duration

    package init(burst: Int, interval: Duration) {
        self.burst = burst
        self.interval = interval
    }
}

/// Token buckets by client address, a bounded number of them.
///
/// Two generations: when the younger is full, the older is forgotten. Whoever floods the table with
/// addresses makes others forgotten, never refused.
struct RateLimiter: Sendable {
    /// IPv6 clients own at least 64 bits, so that is what is counted.
    private struct Key: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ address: SocketAddress) {
            high = address.high
            low = address.isIPv4 ? address.low : 0
        }
    }

    private let limit: RateLimit
    /// By when each address's bucket is full again (the generic cell rate algorithm).
    private var young: [Key: Instant] = [:]
    private var old: [Key: Instant] = [:]

    /// Addresses in each generation.
    static let maximumAddresses = 4096

    init(_ limit: RateLimit) {
        self.limit = limit
    }

    /// Nil if the request may pass, else how long to wait.
    mutating func take(_ address: SocketAddress, now: Instant) -> Duration? {
        let key = Key(address)
        let full = max(young[key] ?? old[key] ?? now, now)
        let next = full + limit.interval
        let excess = (next - now) - limit.interval * max(limit.burst, 1)
        if excess > .zero { return excess }
        if young[key] == nil, young.count >= Self.maximumAddresses {
            old = young
            young = [:]
        }
        young[key] = next
        return nil
    }
}
