import CommandLineKit

/// Rows of cells, each column as wide as its widest cell.
struct AlignedRows {
    private var rows: [[String]] = []
    private let rightAligned: Set<Int>
    private let indent: String

    init(rightAligned: Set<Int> = [], indent: String = "  ") {
        self.rightAligned = rightAligned
        self.indent = indent
    }

    mutating func add(_ cells: [String]) {
        rows.append(cells.map(SafeText.oneLine))
    }

    var isEmpty: Bool { rows.isEmpty }

    var lines: [String] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? TextWidth.of($0[column]) : 0 }.max() ?? 0
        }
        return rows.map { cells in
            let padded = cells.enumerated().map { column, cell in
                // A last cell is as long as it likes.
                column == cells.count - 1 && !rightAligned.contains(column)
                    ? cell
                    : TextWidth.padded(
                        cell, to: widths[column], isRight: rightAligned.contains(column))
            }
            let line = indent + padded.joined(separator: "  ")
            return String(line.prefix(line.count - line.reversed().prefix { $0 == " " }.count))
        }
    }
}
