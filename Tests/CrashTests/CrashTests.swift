import TestSupport
import Testing

/// What is told to a buyer holds, whatever happens to programs, servers, disks, clocks and
/// networks. One at a time: each of them takes the whole machine.
@Suite(.serialized) enum CrashTests {}

/// How long these tests go on, and by which numbers.
enum CrashRuns {
    /// LC_CRASH_SIZE makes them this many times as long.
    static let size = Machine.variable("LC_CRASH_SIZE").flatMap { Int($0) } ?? 1
    static let seed = Machine.variable("LC_CRASH_SEED").flatMap { UInt64($0) } ?? 2026
}
