internal import CShims
internal import Glibc
package import Primitives

/// One thread that waits for descriptors, deadlines and work from other threads (epoll).
///
/// Everything but `submit`, `perform`, `stop` and `join` is for the loop's own thread. A loop is
/// stopped by its owner; it does not end by itself.
package final class EventLoop: @unchecked Sendable {
    // `shared` is behind its lock; all other variables belong to the loop's thread.

    /// Pieces of work that may wait to be run.
    package static let maximumSubmitted = 65_536
    package static let maximumDescriptors = 65_536
    static let eventsPerTurn = 256

    private struct Shared {
        var work: [@Sendable () -> Void] = []
        var thread: pthread_t?
        var isStopping = false
        var hasEnded = false
        var isJoined = false
    }

    private let shared = Monitor(Shared())
    private let epoll: Descriptor
    private let wakeup: Descriptor
    private var events = [lc_event](repeating: lc_event(), count: EventLoop.eventsPerTurn)
    private var spareWork: [@Sendable () -> Void] = []
    private var watches: [DescriptorWatch?] = []
    private var freeSlots: [Int] = []
    private var generation: UInt32 = 0
    var timers = TimerHeap()

    /// When this turn began: all that happens in one turn happens at one instant.
    package private(set) var now: Instant

    /// What time it is by now, in the middle of long work.
    package var current: Instant { Instant(nanoseconds: lc_monotonic_nanoseconds()) }

    /// Starts the thread; `processor` is the one it is bound to, where the system allows it.
    package init(name: String, processor: Int?) throws(NetworkError) {
        epoll = Descriptor(try check(lc_epoll_create(), .epoll))
        wakeup = Descriptor(try check(lc_eventfd(), .epoll))
        now = Instant(nanoseconds: lc_monotonic_nanoseconds())
        try check(
            lc_epoll_control(epoll.number, 1, wakeup.number, 1, Self.wakeupMark), .epoll)
        let start = ThreadStart { [self] in
            if let processor { _ = lc_thread_pin(Int32(clamping: processor)) }
            _ = unsafe lc_thread_name(name)
            shared.change { $0.thread = pthread_self() }
            run()
        }
        try start.go(isDetached: false)
        _ = shared.wait { $0.thread }
    }

    deinit {
        // Nobody can join it any more: its stack would stay.
        let thread = shared.change { $0.isJoined ? nil : $0.thread }
        if let thread { pthread_detach(thread) }
    }

    private static let wakeupMark = UInt64.max

    package var isOnLoop: Bool {
        shared.change { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    // MARK: from any thread

    /// Runs work on the loop, in order. False where the loop has ended or too much waits already.
    @discardableResult
    package func submit(_ work: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, isFirst) = shared.change { shared in
            guard !shared.hasEnded, shared.work.count < Self.maximumSubmitted else {
                return (false, false)
            }
            shared.work.append(work)
            return (true, shared.work.count == 1)
        }
        if isFirst { wake() }
        return isTaken
    }

    /// Runs work on the loop and waits for its answer; nil where the loop took no more work.
    package func perform<Answer: Sendable>(
        _ work: @escaping @Sendable () -> Answer
    ) -> Answer? {
        if isOnLoop { return work() }
        let answer = Monitor<Answer?>(nil)
        let isTaken = submit {
            let value = work()
            answer.change { $0 = value }
        }
        return isTaken ? answer.wait { $0 } : nil
    }

    /// Ends the loop after its turn; work that was submitted before still runs.
    package func stop() {
        shared.change { $0.isStopping = true }
        wake()
    }

    /// Waits for the thread to end. Not from the loop itself.
    package func join() {
        precondition(!isOnLoop, "a loop cannot wait for its own end")
        let thread = shared.change { shared -> pthread_t? in
            defer { shared.isJoined = true }
            return shared.isJoined ? nil : shared.thread
        }
        if let thread { _ = pthread_join(thread, nil) }
        _ = shared.wait { $0.hasEnded ? true : nil }
    }

    private func wake() {
        var one: UInt64 = 1
        // It only fails when the counter is full, and then the loop is awake anyway.
        _ = unsafe write(wakeup.number, &one, 8)
    }

    // MARK: on the loop

    package func timer(_ action: @escaping () -> Void) -> LoopTimer {
        LoopTimer(loop: self, action: action)
    }

    /// Calls back when a descriptor is ready, as long as it is (level-triggered).
    ///
    /// That the descriptor failed or was hung up is told whatever the interest is.
    package func watch(
        _ descriptor: Int32, _ interest: Readiness, _ callback: @escaping (Readiness) -> Void
    ) throws(NetworkError) -> DescriptorWatch {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            guard watches.count < Self.maximumDescriptors else {
                throw .full(limit: Self.maximumDescriptors)
            }
            slot = watches.count
            watches.append(nil)
        }
        generation &+= 1
        let watch = DescriptorWatch(
            loop: self, descriptor: descriptor, slot: slot, generation: generation,
            interest: interest, callback: callback)
        let code = lc_epoll_control(
            epoll.number, 1, descriptor, interest.rawValue, watch.token)
        guard code >= 0 else {
            freeSlots.append(slot)
            throw .system(.epoll, code: -code)
        }
        watches[slot] = watch
        return watch
    }

    func change(_ watch: DescriptorWatch, to interest: Readiness) {
        _ = lc_epoll_control(
            epoll.number, 3, watch.descriptor, interest.rawValue, watch.token)
    }

    func remove(_ watch: DescriptorWatch) {
        _ = lc_epoll_control(epoll.number, 2, watch.descriptor, 0, watch.token)
        watches[watch.slot] = nil
        freeSlots.append(watch.slot)
    }

    private func run() {
        while turn() {}
        let rest = shared.change { shared in
            shared.hasEnded = true
            // What the work holds, often the loop itself, must not be held by the loop for ever.
            defer { shared.work = [] }
            return shared.work
        }
        for work in rest { work() }
        for watch in watches { watch?.cancel() }
        while timers.takeLast() != nil {}
    }

    private func turn() -> Bool {
        let (isStopping, hasWork) = shared.change { ($0.isStopping, !$0.work.isEmpty) }
        guard !isStopping else { return false }
        let current = lc_monotonic_nanoseconds()
        let wait = hasWork ? 0 : timers.next.map { max(0, $0.nanoseconds - current) } ?? -1
        let count = unsafe lc_epoll_wait(
            epoll.number, &events, Int32(Self.eventsPerTurn), wait)
        now = Instant(nanoseconds: lc_monotonic_nanoseconds())
        for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
        let limit = timers.setCount
        while let timer = timers.takeDue(at: now, setBefore: limit) { timer.fire() }
        runWork()
        return true
    }

    private func dispatch(_ event: lc_event) {
        guard event.token != Self.wakeupMark else {
            var counter: UInt64 = 0
            _ = unsafe read(wakeup.number, &counter, 8)
            return
        }
        // A watch that was removed in this turn, or whose slot was taken again, is not called.
        let slot = Int(event.token & 0xFFFF_FFFF)
        guard let watch = watches[slot], watch.token == event.token else { return }
        watch.call(Readiness(rawValue: event.events))
    }

    private func runWork() {
        var work: [@Sendable () -> Void] = []
        swap(&work, &spareWork)
        shared.change { swap(&$0.work, &work) }
        for piece in work { piece() }
        work.removeAll(keepingCapacity: true)
        spareWork = work
    }
}
