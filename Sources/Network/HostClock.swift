internal import Glibc
package import Primitives

/// One moment on both clocks of the host.
package struct HostTime: Sendable, Equatable {
    package var instant: Instant
    package var nanosecondsSince1970: Int64

    package init(instant: Instant, nanosecondsSince1970: Int64) {
        self.instant = instant
        self.nanosecondsSince1970 = nanosecondsSince1970
    }
}

/// The clocks of the host, for shells to read and to hand on.
package enum HostClock {
    /// Readings whose two clocks are so close together are good enough.
    private static let close: Int64 = 1_000
    private static let attempts = 5

    /// Both at once, as nearly as that can be had: whoever reads them one after the other may be
    /// interrupted in between.
    package static func read() -> HostTime {
        var (best, width) = pair()
        for _ in 1..<attempts where width > close {
            let next = pair()
            if next.width < width { (best, width) = next }
        }
        return best
    }

    /// As of the middle between two readings of the monotonic one, and how far those are apart.
    private static func pair() -> (time: HostTime, width: Int64) {
        let before = read(CLOCK_MONOTONIC)
        let wall = read(CLOCK_REALTIME)
        let after = read(CLOCK_MONOTONIC)
        let time = HostTime(
            instant: Instant(nanoseconds: before + (after - before) / 2),
            nanosecondsSince1970: wall)
        return (time, after - before)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
