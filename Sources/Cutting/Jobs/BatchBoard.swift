import Synchronization

/// Which jobs of a batch are given out, and what has become of those that ended: threads take from
/// it and put into it, and one collects.
package final class BatchBoard<Outcome: Sendable>: Sendable {
    private struct State {
        var next = 0
        var isStopped = false
        var ended: [(number: Int, outcome: Outcome)] = []
        var running = 0
    }

    private let count: Int
    private let state = Mutex(State())

    package init(count: Int) {
        self.count = count
    }

    /// The number of a job to be done; nil where there is none any more.
    package func take() -> Int? {
        state.withLock { state in
            guard !state.isStopped, state.next < count else { return nil }
            state.next += 1
            state.running += 1
            return state.next - 1
        }
    }

    package func put(_ outcome: Outcome, of number: Int) {
        state.withLock { state in
            state.running -= 1
            state.ended.append((number, outcome))
        }
    }

    /// No further job begins.
    package func stop() {
        state.withLock { $0.isStopped = true }
    }

    /// What has ended since the last time, in the order in which it did.
    package func collect() -> [(number: Int, outcome: Outcome)] {
        state.withLock { state in
            defer { state.ended = [] }
            return state.ended
        }
    }

    package var running: Int { state.withLock { $0.running } }
}
