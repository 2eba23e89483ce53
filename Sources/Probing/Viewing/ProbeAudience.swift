import Measures
import Network
import Primitives

/// The audience of a probe as the probe's own loop sees it: how it stood a second ago at most.
final class ProbeAudience {
    private let audience: Audience
    private let loop: EventLoop
    private let viewers: Int
    private(set) var figures = AudienceFigures()
    private var rows: [ProbeReport.Viewer] = []

    init(_ audience: Audience, viewers: Int, on loop: EventLoop) {
        self.audience = audience
        self.viewers = viewers
        self.loop = loop
    }

    func start() { audience.start() }

    /// Who has failed since the last look.
    func look() -> [AudienceFailure] {
        figures = audience.look()
        return figures.failures
    }

    /// Whether anybody has watched.
    var hasSeen: Bool { figures.watching + figures.lost > 0 }

    /// Whether nobody is left, and nobody comes any more.
    var isGone: Bool { figures.failed + figures.lost >= viewers }

    /// Keeps what each viewer got, before they leave.
    func keepRows() {
        audience.endWatch()
        rows = audience.viewers()
        figures = audience.look()
    }

    /// `done` is called on the probe's loop.
    func close(_ done: @escaping () -> Void) {
        let carried = LoopBound(done, loop: loop)
        let loop = loop
        audience.close { loop.submit { carried.value() } }
    }

    func add(to report: inout ProbeReport) {
        report.windows = Self.together(report.windows, figures.windows)
        report.viewers += rows
        let machine = figures.machine
        report.machine.socketDrops += machine.socketDrops
        report.machine.lateness = [report.machine.lateness, machine.lateness].compactMap(\.self)
            .max()
        for limit in machine.limits where !report.machine.limits.contains(limit) {
            report.machine.limits.append(limit)
        }
    }

    /// Windows of two logs that began together; one may have become coarser already.
    static func together(
        _ one: [MeasureLog.Window], _ other: [MeasureLog.Window]
    ) -> [MeasureLog.Window] {
        let isCoarser = (other.first?.length ?? .zero) > (one.first?.length ?? .zero)
        let (coarse, fine) = isCoarser ? (other, one) : (one, other)
        guard !coarse.isEmpty else { return fine }
        var all = coarse
        var place = 0
        var beyond: [MeasureLog.Window] = []
        for window in fine {
            while place < all.count, all[place].start + all[place].length <= window.start {
                place += 1
            }
            guard place < all.count, all[place].start <= window.start else {
                beyond.append(window)
                continue
            }
            all[place].measures.merge(window.measures)
        }
        return all + beyond
    }
}
