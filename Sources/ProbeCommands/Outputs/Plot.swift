/// A drawing over two axes, as SVG that needs nothing from outside.
struct Plot {
    struct Place {
        let x: Double
        let y: Double
    }

    enum Mark {
        /// Runs of points, each a line of its own.
        case line(colour: Int, [[Place]])
        /// A stretch of the whole height, such as a freeze.
        case band(from: Double, to: Double, title: String)
        case bar(from: Double, to: Double, height: Double, title: String)
    }

    let label: String
    let x: PlotAxis
    let y: PlotAxis
    let marks: [Mark]

    private enum Box {
        static let width = 720.0
        static let height = 230.0
        static let left = 72.0
        static let right = 14.0
        static let top = 10.0
        static let bottom = 26.0
    }

    var svg: String {
        var parts = [
            "<svg viewBox=\"0 0 720 230\" role=\"img\" aria-label=\"\(Markup.escaped(label))\">"
        ]
        parts += grid
        // Bands lie behind what is drawn over them.
        parts += marks.compactMap(band)
        parts += marks.flatMap(drawn)
        parts.append("</svg>")
        return parts.joined(separator: "\n")
    }

    private var grid: [String] {
        let (left, right) = (Box.left, Box.width - Box.right)
        var parts: [String] = []
        for tick in y.ticks {
            let height = up(tick)
            parts.append(
                "<path class=\"grid\" d=\"M\(Self.number(left)) \(Self.number(height))"
                    + "H\(Self.number(right))\"/>")
            parts.append(
                text(y.label(tick), left - 8, height + 4, anchor: "end"))
        }
        for tick in x.ticks {
            parts.append(
                text(x.label(tick), across(tick), Box.height - 8, anchor: "middle"))
        }
        return parts
    }

    private func text(_ words: String, _ x: Double, _ y: Double, anchor: String) -> String {
        "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" text-anchor=\"\(anchor)\">"
            + "\(Markup.escaped(words))</text>"
    }

    private func band(_ mark: Mark) -> String? {
        guard case .band(let from, let to, let title) = mark else { return nil }
        return rectangle("band", from, to, top: Box.top, bottom: Box.height - Box.bottom, title)
    }

    private func drawn(_ mark: Mark) -> [String] {
        switch mark {
        case .band: return []
        case .bar(let from, let to, let height, let title):
            return [
                rectangle(
                    "bar", from, to, top: up(height), bottom: Box.height - Box.bottom, title)
            ]
        case .line(let colour, let runs):
            return runs.filter { !$0.isEmpty }.map { run in
                var path = ""
                for (place, point) in run.enumerated() {
                    path += place == 0 ? "M" : "L"
                    path += "\(Self.number(across(point.x))) \(Self.number(up(point.y)))"
                }
                // A lone point is a line of no length, which round ends make a dot.
                if run.count == 1 { path += "h0" }
                return "<path class=\"line colour\(colour)\" d=\"\(path)\"/>"
            }
        }
    }

    private func rectangle(
        _ kind: String, _ from: Double, _ to: Double, top: Double, bottom: Double, _ title: String
    ) -> String {
        let left = across(from)
        let width = max(across(to) - left, 1)
        return "<rect class=\"\(kind)\" x=\"\(Self.number(left))\" y=\"\(Self.number(top))\" "
            + "width=\"\(Self.number(width))\" height=\"\(Self.number(max(bottom - top, 0)))\">"
            + "<title>\(Markup.escaped(title))</title></rect>"
    }

    private func across(_ value: Double) -> Double {
        Box.left + x.place(value) * (Box.width - Box.left - Box.right)
    }

    private func up(_ value: Double) -> Double {
        Box.height - Box.bottom - y.place(value) * (Box.height - Box.top - Box.bottom)
    }

    static func number(_ value: Double) -> String { Figures.fixed(value, 1) }
}
