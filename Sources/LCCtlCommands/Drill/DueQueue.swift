import Primitives

/// What is due when, the earliest first; what is due at once comes in the order it was put.
struct DueQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        let time: Duration
        let order: Int
        let element: Element

        func comes(before other: Entry) -> Bool {
            (time, order) < (other.time, other.order)
        }
    }

    private var heap: [Entry] = []
    private var puts = 0

    var isEmpty: Bool { heap.isEmpty }
    var next: Duration? { heap.first?.time }

    mutating func put(_ element: Element, at time: Duration) {
        puts += 1
        heap.append(Entry(time: time, order: puts, element: element))
        var child = heap.count - 1
        while child > 0, heap[child].comes(before: heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The first element, if it is due.
    mutating func take(at now: Duration) -> (element: Element, time: Duration)? {
        guard let first = heap.first, first.time <= now else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.element, first.time)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].comes(before: heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
