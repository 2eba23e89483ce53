internal import Glibc
package import Primitives

/// The two clocks of a run. Everything below is handed what they say.
package struct Clocks: Sendable {
    package let wall: @Sendable () -> WallClock
    package let monotonic: @Sendable () -> Instant

    package init(
        wall: @escaping @Sendable () -> WallClock, monotonic: @escaping @Sendable () -> Instant
    ) {
        self.wall = wall
        self.monotonic = monotonic
    }

    package static let system = Clocks(
        wall: { WallClock(millisecondsSince1970: read(CLOCK_REALTIME) / 1_000_000) },
        monotonic: { Instant(nanoseconds: read(CLOCK_MONOTONIC)) })

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
