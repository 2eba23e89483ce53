import Measures
import Primitives

/// What a report tells window by window, as its plots and its live view show it.
struct ReportCourse {
    struct Point: Equatable {
        /// The middle of its window, in seconds.
        let seconds: Double
        let value: Double
    }

    private let windows: [MeasureLog.Window]
    private let latency: Measure?
    /// Figures of several viewers are told of one in their middle.
    private let hasMany: Bool

    init(_ report: ProbeReport, totals: MeasureSet) {
        windows = report.windows
        latency = report.latencyMeasure(in: totals)
        hasMany = totals[.viewersAsked] > 1 || report.runs.count > 1
    }

    /// In seconds.
    var end: Double {
        // Of machines that measured at the same time, the last window need not end last.
        windows.map { Self.seconds($0.start + $0.length) }.max() ?? 0
    }

    /// Of the best method, in milliseconds, by a quantile of each window; nil where there is none.
    func latency(_ share: Double) -> [Double?] {
        windows.map { window in
            latency.flatMap { window.measures[$0].quantile(share) }.map { Double($0) / 1000 }
        }
    }

    var bitRate: [Double?] {
        windows.map { window in
            if hasMany, let middle = window.measures[.bitRate].quantile(0.5) {
                return Double(middle)
            }
            let bytes = window.measures[.bytesReceived]
            return rate(Double(bytes) * 8, window)
        }
    }

    var frameRate: [Double?] {
        windows.map { window in
            if hasMany, let middle = window.measures[.frameRate].quantile(0.5) {
                return Double(middle) / 1000
            }
            return rate(Double(window.measures[.framesDecoded]), window)
        }
    }

    /// 0 to 1, before repair.
    var loss: [Double?] { windows.map { $0.measures[.loss] } }
    var lossAfter: [Double?] { windows.map { $0.measures[.lossAfter] } }

    /// Windows in which something froze: from, to, and for how long of it in seconds.
    var freezes: [(from: Double, to: Double, frozen: Double)] {
        windows.compactMap { window in
            let frozen = window.measures[Measure.freeze]
            guard !frozen.isEmpty else { return nil }
            return (
                Self.seconds(window.start), Self.seconds(window.start + window.length),
                Double(frozen.sum) / 1e6
            )
        }
    }

    /// Runs of points without a gap among them.
    func runs(_ values: [Double?]) -> [[Point]] {
        var runs: [[Point]] = []
        var isOpen = false
        for (window, value) in zip(windows, values) {
            guard let value, value.isFinite else {
                isOpen = false
                continue
            }
            let middle = Self.seconds(window.start) + Self.seconds(window.length) / 2
            if !isOpen { runs.append([]) }
            isOpen = true
            runs[runs.count - 1].append(Point(seconds: middle, value: value))
        }
        return runs
    }

    /// Nil for a window in which no viewer watched: nothing can be said of it.
    private func rate(_ amount: Double, _ window: MeasureLog.Window) -> Double? {
        let seconds = Self.seconds(window.length)
        guard seconds > 0, window.measures[.packetsReceived] > 0 || amount > 0 else { return nil }
        return amount / seconds
    }

    private static func seconds(_ duration: Duration) -> Double {
        Double(duration.wholeMicroseconds) / 1e6
    }
}
