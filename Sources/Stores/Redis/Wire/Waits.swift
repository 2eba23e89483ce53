internal import Glibc
import Primitives

/// How this thread waits: for a descriptor or for a while, and no longer than somebody wants it to.
enum Waits {
    /// How long a signal may go unseen that came between looking for it and the wait.
    private static let turn: Duration = .milliseconds(100)

    static func wait(
        for descriptor: Int32, _ events: Int32, at endpoint: RedisEndpoint,
        until deadline: Instant, isInterrupted: () -> Bool
    ) throws(RedisTrouble) {
        var place = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        while true {
            if isInterrupted() { throw .interrupted }
            let left = deadline - WireClock.now
            let count = unsafe poll(&place, 1, milliseconds(left))
            if count > 0 { return }
            guard count == 0 || errno == EINTR || errno == EAGAIN else {
                throw .broken(endpoint, reason: reason(errno))
            }
            if left <= .zero { throw .timedOut(endpoint) }
        }
    }

    /// Lets a while pass before something is tried again; less where the deadline comes first.
    static func pause(
        _ length: Duration, until deadline: Instant, isInterrupted: () -> Bool
    ) throws(RedisTrouble) {
        let end = min(deadline, WireClock.now + length)
        while true {
            if isInterrupted() { throw .interrupted }
            let left = end - WireClock.now
            if left <= .zero { return }
            _ = poll(nil, 0, milliseconds(left))
        }
    }

    private static func milliseconds(_ left: Duration) -> Int32 {
        left <= .zero ? 0 : Int32(min(left, turn).wholeMilliseconds + 1)
    }

    static func reason(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }
}
