package import Primitives

/// Holds datagrams back until their time has come, within bounds.
///
/// Where it is full the newest goes. Nothing is allocated for a datagram once as many have waited.
package struct DatagramDelay<Tag: Sendable>: Sendable {
    private struct Entry: Sendable {
        let due: Instant
        let order: UInt64
        let place: Int
    }

    package let maximumDatagrams: Int
    package let maximumBytes: Int
    package private(set) var overflowed = 0
    /// A heap by deadline; equal ones keep their order.
    private var heap: [Entry] = []
    private var slots: [[UInt8]] = []
    private var tags: [Tag?] = []
    private var freeSlots: [Int] = []
    private var heldBytes = 0
    private var counter: UInt64 = 0

    package init(maximumDatagrams: Int, maximumBytes: Int) {
        self.maximumDatagrams = maximumDatagrams
        self.maximumBytes = maximumBytes
    }

    package var count: Int { heap.count }
    package var deadline: Instant? { heap.first?.due }

    package mutating func push(_ datagram: Span<UInt8>, _ tag: Tag, due: Instant) {
        guard heap.count < maximumDatagrams, heldBytes + datagram.count <= maximumBytes else {
            overflowed += 1
            return
        }
        let place: Int
        if let free = freeSlots.popLast() {
            place = free
        } else {
            place = slots.count
            slots.append([])
            tags.append(nil)
        }
        slots[place].append(datagram)
        tags[place] = tag
        heldBytes += datagram.count
        counter &+= 1
        heap.append(Entry(due: due, order: counter, place: place))
        rise(heap.count - 1)
    }

    /// Lends the next datagram whose time has come; false where there is none.
    package mutating func pop(
        now: Instant, _ body: (inout MutableSpan<UInt8>, Tag) -> Void
    ) -> Bool {
        guard let first = heap.first, first.due <= now else { return false }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink(0)
        }
        // Taken out: the body may push.
        var bytes: [UInt8] = []
        swap(&bytes, &slots[first.place])
        let tag = tags[first.place].take()
        heldBytes -= bytes.count
        if let tag {
            var span = bytes.mutableSpan
            body(&span, tag)
        }
        bytes.removeAll(keepingCapacity: true)
        swap(&bytes, &slots[first.place])
        freeSlots.append(first.place)
        return true
    }

    private func isBefore(_ left: Entry, _ right: Entry) -> Bool {
        left.due == right.due ? left.order < right.order : left.due < right.due
    }

    private mutating func rise(_ start: Int) {
        var place = start
        while place > 0, isBefore(heap[place], heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var place = start
        while true {
            var least = place
            let child = 2 * place + 1
            if child < heap.count, isBefore(heap[child], heap[least]) { least = child }
            if child + 1 < heap.count, isBefore(heap[child + 1], heap[least]) {
                least = child + 1
            }
            guard least != place else { return }
            heap.swapAt(place, least)
            place = least
        }
    }
}

/// A bad network between a socket and who reads it: datagrams go in and come out as it lets them.
package struct Impairer<Tag: Sendable>: Sendable {
    private var path: ImpairedPath
    private var waiting: DatagramDelay<Tag>

    package init(_ impairment: Impairment, number: Int) {
        path = ImpairedPath(impairment, number: number)
        waiting = DatagramDelay(
            maximumDatagrams: Impairment.Limits.waitingDatagrams,
            maximumBytes: Impairment.Limits.waitingBytes)
    }

    package var deadline: Instant? { waiting.deadline }
    package var lost: Int { path.lost }
    package var dropped: Int { path.dropped + waiting.overflowed }

    /// Takes what has arrived; `pop` gives it when its time has come, if it ever does.
    package mutating func push(_ datagram: Span<UInt8>, _ tag: Tag, now: Instant) {
        guard let due = path.fate(ofBytes: datagram.count, now: now) else { return }
        waiting.push(datagram, tag, due: due)
    }

    /// Lends the next datagram whose time has come; false where there is none.
    package mutating func pop(
        now: Instant, _ body: (inout MutableSpan<UInt8>, Tag) -> Void
    ) -> Bool {
        waiting.pop(now: now, body)
    }
}
