import Measures
import SessionCommands

/// The plots of a report, each with what it is called and what its colours mean.
struct ReportPlots {
    struct Figure {
        let id: String
        let title: String
        /// Of each colour, from the first.
        let legend: [String]
        /// Nil where there is nothing to plot.
        let svg: String?
    }

    private let report: ProbeReport
    private let totals: MeasureSet
    private let course: ReportCourse

    init(_ report: ProbeReport) {
        self.report = report
        totals = report.totals
        course = ReportCourse(report, totals: totals)
    }

    var all: [Figure] {
        [
            latency, distribution, start, bitRate, loss, frameRate, gaps,
        ]
    }

    private var time: PlotAxis {
        PlotAxis(exactlyTo: course.end) { Figures.axisTime($0) }
    }

    private var freezes: [Plot.Mark] {
        course.freezes.map { freeze in
            .band(
                from: freeze.from, to: freeze.to,
                title: "frozen for \(Figures.duration(freeze.frozen * 1e6)) "
                    + "at \(Figures.axisTime(freeze.from))")
        }
    }

    private func line(_ colour: Int, _ values: [Double?]) -> Plot.Mark {
        .line(
            colour: colour,
            course.runs(values).map { run in run.map { Plot.Place(x: $0.seconds, y: $0.value) } })
    }

    private func overTime(
        _ id: String, _ title: String, _ legend: [String], _ values: [[Double?]],
        marks: [Plot.Mark] = [], label: @escaping (Double) -> String
    ) -> Figure {
        let top = values.joined().compactMap(\.self).max()
        let lines = values.enumerated().map { line($0 + 1, $1) }
        let plot = top.map { top in
            Plot(
                label: title, x: time, y: PlotAxis(upTo: top, label: label), marks: marks + lines)
        }
        return Figure(id: id, title: title, legend: legend, svg: plot?.svg)
    }

    private var latency: Figure {
        let method = report.latencyMeasure(in: totals).map { ": \($0.title)" } ?? ""
        return overTime(
            "latency", "Latency over time\(method)", ["p50", "p95"],
            [course.latency(0.5), course.latency(0.95)], marks: freezes
        ) { Figures.axisDuration($0 * 1000) }
    }

    private var bitRate: Figure {
        overTime("bitrate", "Bit rate", ["received"], [course.bitRate]) { Words.bitRate($0) }
    }

    private var loss: Figure {
        overTime(
            "loss", "Packets lost", ["before repair", "after repair"],
            [course.loss, course.lossAfter]
        ) { Figures.share($0) }
    }

    private var frameRate: Figure {
        overTime(
            "framerate", "Frame rate, and freezes", ["pictures a second"], [course.frameRate],
            marks: freezes
        ) { "\(Figures.fixed($0, 0)) fps" }
    }

    /// The share of all frames that were at most so late, for each way of measuring.
    private var distribution: Figure {
        let methods = Measure.latencies.filter { !totals[$0].isEmpty }
        let top = methods.compactMap { totals[$0].quantile(0.995) }.max()
        let plot = top.map { top in
            Plot(
                label: "Distribution of latency",
                x: PlotAxis(upTo: Double(top)) { Figures.axisDuration($0) },
                y: PlotAxis(upTo: 1, steps: 4) { "\(Figures.fixed($0 * 100, 0)) %" },
                marks: methods.enumerated().map { place, method in
                    .line(colour: place + 1, [Self.cumulated(totals[method], to: Double(top))])
                })
        }
        return Figure(
            id: "cdf", title: "Distribution of latency: the share of frames at most so late",
            legend: methods.map(\.title), svg: plot?.svg)
    }

    private static func cumulated(_ values: Histogram, to top: Double) -> [Plot.Place] {
        // As floating-point numbers: a report may say counts whose sum no integer holds.
        var seen = 0.0
        var places: [Plot.Place] = []
        for bucket in values.buckets {
            let x = Double(bucket.value)
            places.append(Plot.Place(x: x, y: seen / Double(values.count)))
            seen += Double(bucket.count)
            places.append(Plot.Place(x: x, y: seen / Double(values.count)))
            if x > top { break }
        }
        return places
    }

    private var start: Figure {
        let phases = StartWaterfall(totals).phases
        let title = "Start-up, phase by phase"
        let top = phases.map(\.end).max()
        return Figure(
            id: "start", title: title, legend: [],
            svg: top.map { WaterfallPlot(phases, label: title, top: $0).svg })
    }

    /// How often pictures were so far apart.
    private var gaps: Figure {
        let buckets = totals[.frameGap].buckets
        let top = totals[.frameGap].quantile(0.999).map { Double($0) * 1.2 }
        let plot = top.map { top in
            let columns = 48
            var counts = [Double](repeating: 0, count: columns + 1)
            for bucket in buckets {
                let place = Int(max(Double(bucket.value), 0) / max(top, 1) * Double(columns))
                counts[min(place, columns)] += Double(bucket.count)
            }
            let width = top / Double(columns)
            let most = counts.max() ?? 1
            return Plot(
                label: "Time between pictures",
                x: PlotAxis(exactlyTo: top + width) { Figures.axisDuration($0) },
                y: PlotAxis(upTo: most) { Figures.fixed($0, 0) },
                marks: counts.enumerated().filter { $0.element > 0 }.map { place, count in
                    let from = Double(place) * width
                    let end = place == columns ? "more" : Figures.duration(from + width)
                    return .bar(
                        from: from, to: from + width, height: count,
                        title: "\(Figures.fixed(count, 0)) × \(Figures.duration(from)) to \(end)")
                })
        }
        return Figure(
            id: "gaps", title: "Time between pictures: how often", legend: [], svg: plot?.svg)
    }
}

extension Figures {
    /// Of seconds: `90 s`, `5 min`, `2 h`.
    static func axisTime(_ seconds: Double) -> String {
        switch seconds {
        case ..<600: "\(fixed(seconds, seconds == seconds.rounded() ? 0 : 1)) s"
        case ..<36_000: "\(fixed(seconds / 60, 0)) min"
        default: "\(fixed(seconds / 3600, 1)) h"
        }
    }

    /// Of microseconds, short.
    static func axisDuration(_ microseconds: Double) -> String {
        switch microseconds {
        case 0: "0"
        case ..<10_000: "\(fixed(microseconds / 1000, 1)) ms"
        case ..<10_000_000: "\(fixed(microseconds / 1000, 0)) ms"
        default: "\(fixed(microseconds / 1e6, 1)) s"
        }
    }
}
