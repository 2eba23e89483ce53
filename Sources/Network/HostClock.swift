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
    /// Both, as of the middle between two readings of the monotonic one.
    package static func read() -> HostTime {
        let before = read(CLOCK_MONOTONIC)
        let wall = read(CLOCK_REALTIME)
        let after = read(CLOCK_MONOTONIC)
        return HostTime(
            instant: Instant(nanoseconds: before + (after - before) / 2),
            nanosecondsSince1970: wall)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
