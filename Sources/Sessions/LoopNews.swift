package import Network

/// Events that are told on a loop in their own time, never from within a call of who listens.
///
/// For the loop's thread only. The first of what has not been told goes where too much waits.
package final class LoopNews<Event> {
    package static var maximumWaiting: Int { 1024 }

    private let loop: EventLoop
    private var waiting: [Event] = []
    private var timer: LoopTimer?
    /// Called for each event, in order.
    package var onEvent: ((Event) -> Void)?

    package init(on loop: EventLoop) {
        self.loop = loop
        timer = loop.timer { [weak self] in self?.deliver() }
    }

    package func tell(_ event: Event) {
        if waiting.count >= Self.maximumWaiting { waiting.removeFirst() }
        waiting.append(event)
        if timer?.isSet != true { timer?.set(at: loop.now) }
    }

    /// Nothing that has not been told will be.
    package func silence() {
        waiting = []
        onEvent = nil
        timer?.cancel()
    }

    private func deliver() {
        var told: [Event] = []
        swap(&told, &waiting)
        for event in told { onEvent?(event) }
    }
}
