/// A value that belongs to a loop's thread, carried by others who do not touch it.
///
/// It is let go on the loop, or where the loop has ended, wherever the last carrier is.
package final class LoopBound<Value>: Sendable {
    // Only the loop's thread reaches the value, which is checked, or nobody else any more.
    private final class Carrier: @unchecked Sendable {
        var value: Value?

        init(_ value: Value) {
            self.value = value
        }
    }

    private let loop: EventLoop
    private let carrier: Carrier

    /// On the loop's thread.
    package init(_ value: Value, loop: EventLoop) {
        carrier = Carrier(value)
        self.loop = loop
    }

    deinit {
        guard !loop.isOnLoop else { return }
        let carrier = carrier
        loop.submit { carrier.value = nil }
    }

    package var value: Value {
        precondition(loop.isOnLoop, "a value of the loop reached from another thread")
        guard let value = carrier.value else { preconditionFailure("a value that was let go") }
        return value
    }
}
