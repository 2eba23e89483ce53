internal import CSQLite
import Primitives

/// How long a connection waits for other processes, and what ends the wait early.
///
/// SQLite calls it back on the connection's own thread, from within our calls.
@safe final class Patience {
    private let limit: Int64
    private let interruption: () -> Bool
    private let marks: SharedMarks
    private var waited: Int64 = 0
    private var rounds = 0
    private var heard: UInt32 = 0

    init(limit: Duration, marks: SharedMarks, isInterrupted: @escaping () -> Bool) {
        self.limit = limit.wholeNanoseconds
        self.marks = marks
        interruption = isInterrupted
    }

    var isInterrupted: Bool { interruption() }

    /// How long this call has waited.
    var waitedTime: Duration { .nanoseconds(waited) }

    /// A new call begins: its wait counts from here.
    func start() {
        waited = 0
        rounds = 0
        heard = marks.rings(of: .turnOver)
    }

    /// Waits until somebody has made a change, or a little; false when it is time to give up. The
    /// waits are unequal, so that waiters do not march in step.
    func wait() -> Bool {
        guard waited < limit, !isInterrupted else { return false }
        let steps: [Int32] = [1, 1, 2, 3, 5, 8, 10, 7, 9, 6]
        let pause = steps[min(rounds, steps.count - 1 - rounds % 4)]
        rounds += 1
        if marks.open() {
            waited += marks.wait(for: .turnOver, heard: heard, limit: Int64(pause) * 1_000_000)
            heard = marks.rings(of: .turnOver)
        } else {
            waited += Int64(sqlite3_sleep(pause)) * 1_000_000
        }
        return true
    }

    /// Others may write now. Only a change makes the marks: who changes nothing leaves none behind.
    func passTurn(afterChange: Bool) {
        if marks.isOpen || (afterChange && marks.open()) { marks.ring(.turnOver, for: 1) }
    }

    /// The connection keeps this object alive for as long as the handle.
    func attach(to handle: OpaquePointer) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe sqlite3_busy_handler(
            handle,
            { context, _ in
                guard let context = unsafe context else { return 0 }
                let patience = unsafe Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue()
                return patience.wait() ? 1 : 0
            }, context)
        // A long statement looks up about a hundred times a second.
        unsafe sqlite3_progress_handler(
            handle, 100_000,
            { context in
                guard let context = unsafe context else { return 0 }
                let patience = unsafe Unmanaged<Patience>.fromOpaque(context).takeUnretainedValue()
                return patience.isInterrupted ? 1 : 0
            }, context)
    }
}
