package import Primitives

/// A callback at a deadline on a loop. Setting it again moves it and allocates nothing.
///
/// For the loop's thread only. While it is set, the loop keeps it.
package final class LoopTimer {
    fileprivate(set) var deadline = Instant(nanoseconds: 0)
    fileprivate var order: UInt64 = 0
    /// Its place in the heap; nil when it is not set.
    fileprivate var place: Int?
    private let action: () -> Void
    private weak var loop: EventLoop?

    init(loop: EventLoop?, action: @escaping () -> Void) {
        self.loop = loop
        self.action = action
    }

    package var isSet: Bool { place != nil }

    /// At a deadline that has passed it fires in the loop's next turn.
    package func set(at deadline: Instant) { loop?.timers.set(self, at: deadline) }

    package func cancel() { loop?.timers.remove(self) }

    func fire() { action() }
}

/// Timers by deadline: a binary heap. Equal deadlines keep the order in which they were set.
struct TimerHeap {
    private var heap: [LoopTimer] = []
    private var counter: UInt64 = 0

    var next: Instant? { heap.first?.deadline }
    var count: Int { heap.count }

    mutating func set(_ timer: LoopTimer, at deadline: Instant) {
        counter &+= 1
        timer.deadline = deadline
        timer.order = counter
        if let place = timer.place {
            settle(place)
        } else {
            heap.append(timer)
            timer.place = heap.count - 1
            settle(heap.count - 1)
        }
    }

    mutating func remove(_ timer: LoopTimer) {
        guard let place = timer.place else { return }
        timer.place = nil
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        last.place = place
        settle(place)
    }

    /// Takes the first timer that is due, and that was set before `limit` timers had been set.
    mutating func takeDue(at now: Instant, setBefore limit: UInt64) -> LoopTimer? {
        guard let first = heap.first, first.deadline <= now, first.order <= limit else {
            return nil
        }
        remove(first)
        return first
    }

    /// Takes any timer. The caller lets it go, since what it holds may set timers in its turn.
    mutating func takeLast() -> LoopTimer? {
        let last = heap.last
        if let last { remove(last) }
        return last
    }

    /// How many times timers have been set so far.
    var setCount: UInt64 { counter }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (one, other) = (heap[left], heap[right])
        return one.deadline == other.deadline
            ? one.order < other.order : one.deadline < other.deadline
    }

    private mutating func settle(_ start: Int) {
        var place = start
        while place > 0, isBefore(place, (place - 1) / 2) {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        while true {
            var least = place
            let child = 2 * place + 1
            if child < heap.count, isBefore(child, least) { least = child }
            if child + 1 < heap.count, isBefore(child + 1, least) { least = child + 1 }
            guard least != place else { return }
            swap(place, least)
            place = least
        }
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        heap.swapAt(left, right)
        heap[left].place = left
        heap[right].place = right
    }
}
