internal import CShims
internal import Glibc

/// SIGINT and SIGTERM, handled once for all programs: the first one asks for an orderly end, a
/// second one ends the process at once. SIGPIPE is ignored: writing says EPIPE instead.
package enum Interruption {
    static func install() {
        lc_install_signal_handlers()
    }

    package static var isAsked: Bool { lc_interrupting_signal() != 0 }

    /// Whether it was SIGTERM that asked for an end: a server's owner wants it gone in good order.
    package static var isTermination: Bool { lc_interrupting_signal() == SIGTERM }

    /// From now on SIGHUP asks for something to be read anew instead of ending the process.
    package static func watchHangups() {
        lc_watch_hangups()
    }

    /// Whether SIGHUP has come since the last time this was asked.
    package static func takeHangup() -> Bool { lc_take_hangup() != 0 }

    /// Throws once an end has been asked for. Long work calls it often.
    package static func check() throws {
        switch lc_interrupting_signal() {
        case 0: return
        case SIGTERM: throw Failure(.terminated, "terminated", "terminated")
        default: throw Failure(.interrupted, "interrupted", "interrupted")
        }
    }

    /// Waits for `wake` or a signal, but no longer than this; what came before the call counts.
    package static func wait(_ duration: Duration) {
        _ = preparation
        let (seconds, attoseconds) = duration.components
        lc_wait_for_wake(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Ends the wait that is under way, or else the next one. For any thread.
    package static func wake() {
        _ = preparation
        lc_wake_waiting()
    }

    private static let preparation: Void = lc_prepare_waiting()

    /// Sleeps; a signal ends the sleep early.
    package static func sleep(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        unsafe nanosleep(&time, nil)
    }
}
