import Measures
import Network
import Primitives

/// Whether the probe's own machine keeps up, by what it has used and how late it was.
///
/// A report of a machine that was the limit says more of it than of the server.
struct MachineWatch: Sendable {
    /// The receiving thread is the limit where it was busy for so much of several windows.
    static let busyShare = 0.9
    static let lateness: Duration = .milliseconds(50)
    /// One bad window is an accident, and so are a few in a long run: this share of all is not.
    static let fewest = 2
    static let share = 0.05

    private let first: ProcessFigures
    private let begun: Instant
    private var last: ProcessFigures
    private var lastAt: Instant
    private var windowLateness: Duration = .zero
    private var windows = 0
    private var busyWindows = 0
    private var lateWindows = 0
    /// Of the last window, of the thread that notes figures; 0 to 1.
    private(set) var threadShare = 0.0
    private(set) var report = MachineReport()

    /// On the thread that is watched, as `note`.
    init(_ figures: ProcessFigures, now: Instant) {
        first = figures
        last = figures
        begun = now
        lastAt = now
        report.processors = figures.processors
        report.residentBytes = figures.residentBytes
    }

    /// Something that was due was done so late.
    mutating func note(lateness: Duration) {
        windowLateness = max(windowLateness, lateness)
    }

    /// Closes a window; `drops` are all datagrams for which the kernel had no room so far.
    mutating func note(_ figures: ProcessFigures, drops: Int, now: Instant) {
        let passed = (now - lastAt).wholeNanoseconds
        guard passed > 0 else { return }
        let worked = (figures.threadTime - last.threadTime).wholeNanoseconds
        threadShare = Double(worked) / Double(passed)
        windows += 1
        if threadShare >= Self.busyShare { busyWindows += 1 }
        if windowLateness >= Self.lateness { lateWindows += 1 }
        report.lateness = max(report.lateness ?? .zero, windowLateness)
        windowLateness = .zero
        let used = (figures.processTime - first.processTime).wholeNanoseconds
        report.processorShare = Double(used) / Double((now - begun).wholeNanoseconds)
        report.residentBytes = figures.residentBytes ?? report.residentBytes
        report.socketDrops = Int64(drops)
        last = figures
        lastAt = now
        report.limits = limits
    }

    private var limits: [MachineReport.Limit] {
        var limits: [MachineReport.Limit] = []
        let bound = max(Self.fewest, Int((Double(windows) * Self.share).rounded(.up)))
        if busyWindows >= bound { limits.append(.processor) }
        if report.socketDrops > 0 { limits.append(.socket) }
        if lateWindows >= bound { limits.append(.lateness) }
        return limits
    }
}
