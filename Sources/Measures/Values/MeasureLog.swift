package import Primitives

/// What was measured, window by window, as it goes on.
///
/// Windows are a second each, until there would be too many: then two become one, and windows are
/// twice as long from there on. So a day takes no more room than ten minutes.
package struct MeasureLog: Sendable {
    package static let maximumWindows = 600

    /// What was measured from an instant on, for as long as all windows are.
    package struct Window: Sendable, Equatable {
        /// From the start of the log.
        package let start: Duration
        package let length: Duration
        package var measures: MeasureSet

        package init(start: Duration, length: Duration, measures: MeasureSet) {
            self.start = start
            self.length = length
            self.measures = measures
        }
    }

    package let begun: Instant
    package private(set) var length: Duration
    package private(set) var closed: [Window] = []
    /// What is being measured now.
    package var current = MeasureSet()

    package init(begun: Instant, length: Duration = .seconds(1)) {
        self.begun = begun
        self.length = length
    }

    /// When the current window is over: `roll` then.
    package var deadline: Instant { begun + start + length }

    private var start: Duration { closed.last.map { $0.start + $0.length } ?? .zero }

    /// Closes all windows that are over.
    package mutating func roll(now: Instant) {
        while deadline <= now {
            var measured = MeasureSet()
            swap(&measured, &current)
            closed.append(Window(start: start, length: length, measures: measured))
            if closed.count >= Self.maximumWindows, closed.count.isMultiple(of: 2) { halve() }
        }
    }

    /// All windows, the one that is not over yet among them.
    package func windows(now: Instant) -> [Window] {
        guard !current.isEmpty else { return closed }
        let open = max(min(now - begun - start, length), .microseconds(1))
        return closed + [Window(start: start, length: open, measures: current)]
    }

    private mutating func halve() {
        closed = Self.halved(closed)
        length *= 2
    }

    /// Two neighbours each as one.
    package static func halved(_ windows: [Window]) -> [Window] {
        stride(from: 0, to: windows.count, by: 2).map { place in
            guard place + 1 < windows.count else { return windows[place] }
            var measures = windows[place].measures
            measures.merge(windows[place + 1].measures)
            return Window(
                start: windows[place].start,
                length: windows[place].length + windows[place + 1].length, measures: measures)
        }
    }
}
