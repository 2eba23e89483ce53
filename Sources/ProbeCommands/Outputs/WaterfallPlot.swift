import Measures

/// The phases of the start as bars, one below the other.
struct WaterfallPlot {
    private let phases: [StartWaterfall.Phase]
    private let label: String
    private let axis: PlotAxis

    init(_ phases: [StartWaterfall.Phase], label: String, top: Double) {
        self.phases = phases
        self.label = label
        axis = PlotAxis(upTo: top) { Figures.axisDuration($0) }
    }

    private static let rowHeight = 24.0
    private static let left = 170.0
    private static let right = 90.0
    private static let width = 720.0

    var svg: String {
        let height = Double(phases.count) * Self.rowHeight + 30
        let bottom = height - 26
        var parts = [
            "<svg viewBox=\"0 0 720 \(Plot.number(height))\" role=\"img\" "
                + "aria-label=\"\(Markup.escaped(label))\">"
        ]
        for tick in axis.ticks {
            let x = Plot.number(across(tick))
            parts.append("<path class=\"grid\" d=\"M\(x) 4V\(Plot.number(bottom))\"/>")
            parts.append(
                "<text x=\"\(x)\" y=\"\(Plot.number(height - 8))\" text-anchor=\"middle\">"
                    + "\(Markup.escaped(axis.label(tick)))</text>")
        }
        for (row, phase) in phases.enumerated() { parts += bar(row, phase) }
        parts.append("</svg>")
        return parts.joined(separator: "\n")
    }

    private func bar(_ row: Int, _ phase: StartWaterfall.Phase) -> [String] {
        let top = Double(row) * Self.rowHeight + 6
        let (from, to) = (across(phase.start), across(phase.end))
        let title = Markup.escaped(phase.measure.title)
        let middle = Plot.number(top + 12)
        return [
            "<text x=\"\(Plot.number(Self.left - 8))\" y=\"\(middle)\" text-anchor=\"end\">"
                + "\(title)</text>",
            "<rect class=\"bar\" x=\"\(Plot.number(from))\" y=\"\(Plot.number(top))\" "
                + "width=\"\(Plot.number(max(to - from, 1)))\" height=\"16\">"
                + "<title>\(title): \(Figures.duration(phase.end - phase.start))</title></rect>",
            "<text x=\"\(Plot.number(max(to, from + 1) + 6))\" y=\"\(middle)\">"
                + "\(Figures.duration(phase.end))</text>",
        ]
    }

    private func across(_ value: Double) -> Double {
        Self.left + axis.place(value) * (Self.width - Self.left - Self.right)
    }
}
