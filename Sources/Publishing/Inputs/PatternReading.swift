import Media
import Network
import Primitives

/// Makes the test pattern, as live as a camera is. It belongs to the feed's thread.
final class PatternReading: FeedWork {
    init(
        _ settings: PatternSettings, _ plan: FeedPlan, on thread: EventLoop, stop: StopFlag,
        report: FeedReporter
    ) {}

    func open() {}
    func begin(_ plan: RenditionPlan) {}
    func want(_ renditions: Set<RenditionName>) {}
    func fill(until time: Int64) {}
    func makeKeyframe(_ rendition: RenditionName) {}
    func setRate(_ rendition: RenditionName, bitsPerSecond: Int) {}
}
