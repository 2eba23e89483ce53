/// What a UDP socket has done so far, in datagrams unless it says bytes.
package struct UDPCounters: Sendable, Equatable {
    package var received = 0
    package var receivedBytes = 0
    package var sent = 0
    package var sentBytes = 0
    /// Runs that the kernel split; their datagrams count in `sent`.
    package var sentRuns = 0
    /// The kernel had no room for them.
    package var dropped = 0
    /// The system refused to send them.
    package var failed = 0
    /// They came, but were longer than a place.
    package var discarded = 0

    package init() {}
}
