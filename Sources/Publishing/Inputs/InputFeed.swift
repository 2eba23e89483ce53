package import Media
package import Network
package import Primitives
package import WebRTC

/// Reads inputs on a thread of its own, so that no slow disk, camera or codec holds up sending.
package final class InputFeed: FrameFeed {
    package var onReport: ((FeedReport) -> Void)?

    private let host: EventLoop
    private let thread: EventLoop
    private let stop = StopFlag()
    private let worker: Worker
    private var hasOpened = false

    /// What the feed's own thread works on.
    private final class Worker: @unchecked Sendable {  // only the feed's thread reaches `work`
        var work: (any FeedWork)?
    }

    /// On the loop that it reports to.
    package init(_ plan: FeedPlan, on host: EventLoop) throws(NetworkError) {
        self.host = host
        thread = try EventLoop(name: "input", processor: nil)
        worker = Worker()
        let report = FeedReporter(feed: self, host: host)
        let stop = stop
        act { [thread] worker in
            worker.work =
                if case .pattern(let settings) = plan.inputs.first {
                    PatternReading(settings, plan, on: thread, stop: stop, report: report)
                } else {
                    InputReading(plan, on: thread, stop: stop, report: report)
                }
        }
    }

    deinit {
        stop.raise()
        thread.stop()
    }

    /// Once; it may begin before anybody listens, since reports come in the loop's next turn.
    package func open() {
        guard !hasOpened else { return }
        hasOpened = true
        act { $0.work?.open() }
    }

    package func begin(_ plan: RenditionPlan) { act { $0.work?.begin(plan) } }

    package func want(_ renditions: Set<RenditionName>) { act { $0.work?.want(renditions) } }

    package func fill(until time: Int64, onAir: Instant?) {
        act { $0.work?.fill(until: time, onAir: onAir) }
    }

    package func makeKeyframe(_ rendition: RenditionName) {
        act { $0.work?.makeKeyframe(rendition) }
    }

    package func setRate(_ rendition: RenditionName, bitsPerSecond: Int) {
        act { $0.work?.setRate(rendition, bitsPerSecond: bitsPerSecond) }
    }

    package func close() {
        stop.raise()
        onReport = nil
        // What it holds is let go on its own thread.
        act { $0.work = nil }
        thread.stop()
    }

    private func act(_ body: @escaping @Sendable (Worker) -> Void) {
        let worker = worker
        thread.submit { body(worker) }
    }
}

/// What is read, as the plan of a push has it.
package struct FeedPlan: Sendable {
    package var inputs: [InputAddress]
    package var loops: Bool
    package var start: Duration
    package var duration: Duration?
    package var timeout: Duration
    package var pacing: PushPlan.Pacing
    package var trust: CertificateTrust
    package var wallClock: WallClockAnchor
    /// Whether the time is burned into pictures.
    package var burnsStamp: Bool

    package init(_ plan: PushPlan, wallClock: WallClockAnchor) {
        self.wallClock = wallClock
        burnsStamp = plan.wish.stamp == .picture
        inputs = plan.inputs
        loops = plan.loops
        start = plan.start
        duration = plan.duration
        timeout = plan.inputTimeout
        pacing = plan.pacing
        trust = plan.network.trust
    }
}

/// What the feed's thread does. It belongs to that thread.
protocol FeedWork: AnyObject {
    func open()
    func begin(_ plan: RenditionPlan)
    func want(_ renditions: Set<RenditionName>)
    func fill(until time: Int64, onAir: Instant?)
    func makeKeyframe(_ rendition: RenditionName)
    func setRate(_ rendition: RenditionName, bitsPerSecond: Int)
}

/// Carries reports from the feed's thread to the loop of the push.
final class FeedReporter: @unchecked Sendable {  // `feed` is used on the loop of the push only
    private weak var feed: InputFeed?
    private let host: EventLoop

    init(feed: InputFeed, host: EventLoop) {
        self.feed = feed
        self.host = host
    }

    func callAsFunction(_ report: FeedReport) {
        host.submit { self.feed?.onReport?(report) }
    }
}
