internal import CFFmpeg
internal import Glibc

/// Puts the times of a capture device on the wall clock: devices count from 1970, from the start of
/// the machine, or from their own, and picture and sound of two of them must agree.
struct CaptureClock {
    /// A device's clock and ours are the same when they are no further apart.
    private static let tolerance: Int64 = 5_000_000

    /// Microseconds to add; nil until the first frame.
    private var shift: Int64?

    /// The time of a frame in microseconds, on the wall clock.
    mutating func place(_ microseconds: Int64) -> Int64 {
        let shift = shift ?? Self.shift(for: microseconds)
        self.shift = shift
        return microseconds &+ shift
    }

    private static func shift(for microseconds: Int64) -> Int64 {
        let (wall, monotonic) = (now(CLOCK_REALTIME), now(CLOCK_MONOTONIC))
        if (wall &- microseconds).magnitude < UInt64(tolerance) { return 0 }
        if (monotonic &- microseconds).magnitude < UInt64(tolerance) { return wall - monotonic }
        return wall &- microseconds
    }

    private static func now(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}
