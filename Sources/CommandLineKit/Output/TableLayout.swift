/// The widths of a table's columns, from a sample of its rows.
struct TableLayout {
    private let widths: [Int]
    private let alignments: [RowColumn.Alignment]
    private let limit: Int?

    private static let gap = "  "

    /// `limit` is the width of the terminal; nil never cuts anything.
    init(columns: [RowColumn], sample: [[String]], limit: Int?) {
        var widths = columns.map { TextWidth.of($0.title) }
        for cells in sample {
            for (index, cell) in cells.enumerated() {
                widths[index] = max(widths[index], TextWidth.of(cell))
            }
        }
        alignments = columns.map(\.alignment)
        self.limit = limit
        self.widths = limit.map { Self.fitted(widths, to: $0) } ?? widths
    }

    func line(_ cells: [String]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            let text = limit == nil ? cell : TextWidth.truncated(cell, to: widths[index])
            let isLast = index == cells.count - 1
            if isLast, alignments[index] == .left {
                line += text
            } else {
                line += TextWidth.padded(
                    text, to: widths[index], isRight: alignments[index] == .right)
                if !isLast { line += Self.gap }
            }
        }
        return line.trimmingTrailingSpaces
    }

    /// Takes from the widest column until all of them fit, but leaves each one eight columns.
    private static func fitted(_ widths: [Int], to limit: Int) -> [Int] {
        var widths = widths
        var excess = widths.reduce(0, +) + gap.utf8.count * (widths.count - 1) - limit
        while excess > 0, let widest = widths.max(), widest > 8,
            let index = widths.firstIndex(of: widest)
        {
            widths[index] -= 1
            excess -= 1
        }
        return widths
    }
}

extension String {
    fileprivate var trimmingTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
