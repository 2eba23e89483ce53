internal import CShims
package import Primitives

/// How a caller wants servers to be waited for, and what it shows them of itself.
package struct RedisOptions {
    /// How long a call may last, with all its looking for servers and trying again.
    package let patience: Duration
    /// How long one server may take until it has answered its first command.
    package let connectTimeout: Duration
    package let password: [UInt8]?
    package let sentinelPassword: [UInt8]?
    /// Ends waits early.
    package let isInterrupted: () -> Bool

    package init(
        patience: Duration, connectTimeout: Duration, password: [UInt8]?,
        sentinelPassword: [UInt8]?, isInterrupted: @escaping () -> Bool
    ) {
        self.patience = patience
        self.connectTimeout = connectTimeout
        self.password = password
        self.sentinelPassword = sentinelPassword
        self.isInterrupted = isInterrupted
    }

    /// When a call that begins now has to be over.
    package var deadline: Instant { WireClock.now + patience }
}

/// The clock of deadlines.
package enum WireClock {
    package static var now: Instant { Instant(nanoseconds: lc_monotonic_nanoseconds()) }
}
