/// What a bad network would do to what arrives, said beforehand and done the same each time.
package struct Impairment: Sendable, Equatable {
    /// 0 to 1.
    package var loss: Double
    package var delay: Duration
    /// At most so much more or less than `delay`.
    package var jitter: Duration
    package var bitsPerSecond: Double?
    package var seed: UInt64

    package init(
        loss: Double, delay: Duration, jitter: Duration, bitsPerSecond: Double?, seed: UInt64
    ) {
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
        self.bitsPerSecond = bitsPerSecond
        self.seed = seed
    }
}
