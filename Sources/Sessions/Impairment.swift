/// What a bad network would do to what arrives, said beforehand and done the same each time.
package struct Impairment: Sendable, Equatable {
    /// 0 to 1.
    package var loss: Double
    package var delay: Duration
    /// At most so much more or less than `delay`; what it puts out of order stays so.
    package var jitter: Duration
    /// What a link carries, by the bytes of its packets with their headers of IP and UDP.
    package var bitsPerSecond: Double?
    package var seed: UInt64
    /// How many datagrams are lost at a time, on average; 1 is each for itself.
    package var burst: Double

    package enum Limits {
        package static let delay: Duration = .seconds(10)
        package static let burst = 1000.0
        package static let bitsPerSecond = 1e10
        /// What one path holds back.
        package static let waitingDatagrams = 16_384
        package static let waitingBytes = 16 << 20
    }

    /// The seed of who says none.
    package static let usualSeed: UInt64 = 1

    package init(
        loss: Double, delay: Duration, jitter: Duration, bitsPerSecond: Double?, seed: UInt64
    ) {
        self.loss = loss
        self.delay = delay
        self.jitter = jitter
        self.bitsPerSecond = bitsPerSecond
        self.seed = seed
        burst = 1
    }

    /// Whether a datagram may have to wait.
    package var holdsBack: Bool { delay > .zero || jitter > .zero || bitsPerSecond != nil }
}
