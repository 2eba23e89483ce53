internal import CSQLite
import Primitives

/// How long a connection waits for other processes, and what ends the wait early.
///
/// SQLite calls it back on the connection's own thread, from within our calls.
@safe final class Patience {
    private let limitMilliseconds: Int32
    private let interruption: () -> Bool
    private var waitedMilliseconds: Int32 = 0
    private var rounds = 0

    init(limit: Duration, isInterrupted: @escaping () -> Bool) {
        limitMilliseconds = Int32(clamping: limit.wholeMilliseconds)
        interruption = isInterrupted
    }

    var isInterrupted: Bool { interruption() }

    /// A new call begins: its wait counts from here.
    func start() {
        waitedMilliseconds = 0
        rounds = 0
    }

    /// Sleeps a little; false when it is time to give up. The first waits are short, because most
    /// changes take less than a millisecond, and unequal, so that waiters do not march in step.
    func wait() -> Bool {
        guard waitedMilliseconds < limitMilliseconds, !isInterrupted else { return false }
        let steps: [Int32] = [1, 1, 2, 3, 5, 8, 10, 7, 9, 6]
        let pause = steps[min(rounds, steps.count - 1 - rounds % 4)]
        rounds += 1
        waitedMilliseconds += sqlite3_sleep(pause)
        return true
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
