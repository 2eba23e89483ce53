package import Primitives

/// Prints rows as they come, in the format that was asked for. A table looks at the first rows to
/// fit its columns; every other format prints each row at once.
package struct RowsPrinter {
    /// What is printed: the shape that a list command declares once.
    package struct Shape: Sendable {
        /// The member of a JSON document that holds the rows: `skus`.
        let key: String
        let documentSchema: String
        /// The member that names a row.
        let nameMember: String
        let columns: [RowColumn]
        /// Members that rows have besides those that columns show.
        let furtherMembers: [String]

        package init(
            key: String, documentSchema: String, nameMember: String, columns: [RowColumn],
            furtherMembers: [String] = []
        ) {
            self.key = key
            self.documentSchema = documentSchema
            self.nameMember = nameMember
            self.columns = columns
            self.furtherMembers = furtherMembers
        }
    }

    /// How many rows a table waits for before it settles the widths.
    static let sampleLimit = 1000

    private let console: Console
    private let shape: Shape
    private let format: RowsFormat
    private let fields: [String]?
    private let columns: [RowColumn]
    private let hasHeader: Bool
    private var count = 0
    private var sample: [[String]] = []
    private var table: TableLayout?

    package init(_ console: Console, _ invocation: Invocation, _ shape: Shape) throws {
        self.console = console
        self.shape = shape
        format =
            invocation[StandardOptions.rowsFormat]
            ?? (console.traits.isOutputTerminal ? .table : .tsv)
        hasHeader = invocation[StandardOptions.header]
        fields = invocation[StandardOptions.fields].map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        columns = try fields?.map { try Self.column($0, of: shape) } ?? shape.columns
    }

    package mutating func add(_ row: JSONObject) throws {
        defer { count += 1 }
        switch format {
        case .table: try addToTable(cells(of: row))
        case .tsv: try writeDelimited(cells(of: row), DelimitedText.tsv)
        case .csv: try writeDelimited(cells(of: row), DelimitedText.csv)
        case .json:
            try console.write(count == 0 ? documentStart : ",")
            try console.write(chosen(row).text)
        case .jsonl: try console.print(chosen(row).text)
        case .name: try console.print(SafeText.oneLine(row[shape.nameMember]?.stringValue ?? ""))
        }
    }

    /// Nothing more comes. Without rows, only a JSON document is printed.
    package mutating func finish() throws {
        switch format {
        case .table: try settleTable()
        case .json:
            if count == 0 { try console.write(documentStart) }
            try console.print("],\"schema\":\(JSON.string(shape.documentSchema).text)}")
        case .tsv, .csv, .jsonl, .name: break
        }
    }

    private var documentStart: String { "{\(JSON.string(shape.key).text):[" }

    private func cells(of row: JSONObject) -> [String] {
        columns.map { $0.cell(row) }
    }

    private func chosen(_ row: JSONObject) -> JSON {
        guard let fields else { return .object(row) }
        var chosen = JSONObject()
        for field in fields { chosen[field] = row[field] }
        return .object(chosen)
    }

    private func writeDelimited(_ cells: [String], _ record: ([String]) -> String) throws {
        if count == 0, hasHeader { try console.print(record(columns.map(\.name))) }
        try console.print(record(cells))
    }

    private mutating func addToTable(_ cells: [String]) throws {
        let safe = cells.map(SafeText.oneLine)
        if let table { return try console.print(table.line(safe)) }
        sample.append(safe)
        if sample.count == Self.sampleLimit { try settleTable() }
    }

    private mutating func settleTable() throws {
        guard table == nil, !sample.isEmpty else { return }
        let layout = TableLayout(
            columns: columns, sample: sample,
            limit: console.traits.isOutputTerminal ? console.traits.width : nil)
        table = layout
        if hasHeader {
            let titles = layout.line(columns.map(\.title))
            try console.print(Style.heading.apply(to: titles, isOn: console.traits.outputColour))
        }
        for cells in sample { try console.print(layout.line(cells)) }
        sample = []
    }

    /// A column of the shape, or any other member of its rows.
    private static func column(_ name: String, of shape: Shape) throws -> RowColumn {
        if let column = shape.columns.first(where: { $0.name == name }) { return column }
        let known = shape.columns.map(\.name) + shape.furtherMembers
        guard shape.furtherMembers.contains(name) else {
            let suggestion =
                Suggestion.nearest(to: name, among: known)
                .map { "; did you mean '\($0)'?" } ?? ""
            throw Failure(
                .usage, "usage.unknown-field", "--fields: no field '\(name)'\(suggestion)",
                hint: "known: \(known.joined(separator: ", "))")
        }
        return RowColumn(name)
    }
}
