package import Primitives

/// One column of rows: what a table, TSV and CSV print.
package struct RowColumn: Sendable {
    package enum Alignment: Sendable {
        case left
        case right
    }

    /// As `--fields` calls it.
    package let name: String
    package let alignment: Alignment
    /// The text of a row's cell.
    let cell: @Sendable (JSONObject) -> String

    /// The member of that name.
    package init(_ name: String, _ alignment: Alignment = .left) {
        self.name = name
        self.alignment = alignment
        cell = { $0[name].map(Self.text) ?? "" }
    }

    /// Something worked out from the row: a price with its decimals.
    package init(
        _ name: String, _ alignment: Alignment = .left,
        cell: @escaping @Sendable (JSONObject) -> String
    ) {
        self.name = name
        self.alignment = alignment
        self.cell = cell
    }

    var title: String {
        name.uppercased().split(separator: "_").joined(separator: " ")
    }

    private static func text(_ json: JSON) -> String {
        json.stringValue ?? (json == .null ? "" : json.text)
    }
}
