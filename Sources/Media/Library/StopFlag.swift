internal import CFFmpeg
internal import Glibc
import Primitives

/// A flag that any thread raises once, and that ends the waits of a reader or writer.
@safe
package final class StopFlag: @unchecked Sendable {  // read and written atomically
    private let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

    package init() {
        unsafe flag.initialize(to: 0)
    }

    deinit {
        unsafe flag.deallocate()
    }

    package var isRaised: Bool { unsafe lc_flag_is_raised(flag) != 0 }

    package func raise() {
        unsafe lc_flag_raise(flag)
    }
}

/// How long one call into the library may wait: until a deadline, and until the flag is raised.
///
/// One thread owns it, and the library asks it again and again on that thread.
final class Patience {
    let stop: StopFlag
    private let timeout: Duration?
    private var deadline: Int64 = .max

    init(_ stop: StopFlag, timeout: Duration?) {
        self.stop = stop
        self.timeout = timeout
    }

    /// A call begins: it has the whole time before it.
    func renew() {
        guard let timeout else { return }
        let (sum, overflowed) = Self.now.addingReportingOverflow(timeout.wholeNanoseconds)
        deadline = overflowed ? .max : sum
    }

    var isOver: Bool { stop.isRaised || (deadline != .max && Self.now >= deadline) }

    /// What a call was ended by, where it was.
    var ending: MediaError? {
        if stop.isRaised { return .stopped }
        if let timeout, isOver { return .timedOut(after: timeout) }
        return nil
    }

    /// What the library calls; `self` must outlive the use of it.
    var callback: AVIOInterruptCB {
        unsafe AVIOInterruptCB(
            callback: { owner in
                guard let owner = unsafe owner else { return 0 }
                return unsafe Unmanaged<Patience>.fromOpaque(owner).takeUnretainedValue().isOver
                    ? 1 : 0
            },
            opaque: Unmanaged.passUnretained(self).toOpaque())
    }

    private static var now: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
