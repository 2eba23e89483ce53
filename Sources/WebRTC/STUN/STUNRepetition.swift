import Primitives

/// How often a STUN request has been sent, and when it is due again (RFC 8489 6.2.1).
struct STUNRepetition: Sendable {
    /// Before the first repetition of a request (RFC 8445 14.3).
    static let firstInterval: Duration = .milliseconds(500)
    /// Repetitions come no more rarely than so: the other side is heard of in 10 s or not.
    static let longestInterval: Duration = .milliseconds(1600)
    /// A request is sent so many times.
    static let maximumTransmissions = 7

    private(set) var transmissions = 1
    private(set) var next: Instant
    private var interval: Duration

    /// The request has just been sent for the first time.
    init(interval: Duration = firstInterval, now: Instant) {
        self.interval = interval
        next = now + interval
    }

    /// The request has been sent once more.
    mutating func sentAgain(now: Instant) {
        transmissions += 1
        interval = min(interval * 2, Self.longestInterval)
        next = now + interval
    }
}
