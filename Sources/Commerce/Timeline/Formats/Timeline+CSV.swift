import Primitives

// As a table for spreadsheets: an event a row, the header in the first one.

extension Timeline {
    private static let columns = [
        "media_time_ms", "time", "type", "sku", "subject", "id", "source", "data", "more",
    ]

    /// The columns between `type` and `data` stand there for the reader; `data` and `more` have
    /// the rest of the event as JSON, so that nothing is lost.
    func csv() -> [UInt8] {
        var text = Array((DelimitedText.csv(Self.columns) + "\n").utf8)
        text += Self.row([2: Self.schema, 7: header.json.text])
        for event in events { text += Self.row(Self.cells(of: event)) }
        return text
    }

    private static func row(_ cells: [Int: String]) -> [UInt8] {
        let texts = columns.indices.map { cells[$0] ?? "" }
        return Array((DelimitedText.csv(texts) + "\n").utf8)
    }

    private static func cells(of event: TimelineEvent) -> [Int: String] {
        var members = event.members
        var cells: [Int: String] = [:]
        if let mediaTime = event.mediaTime { cells[0] = String(mediaTime) }
        for (column, name) in [(1, "time"), (2, "type"), (4, "subject"), (5, "id"), (6, "source")] {
            // What a cell cannot carry as it is stays in the JSON.
            guard let text = members[name]?.stringValue, !text.isEmpty,
                text.utf8.allSatisfy({ $0 >= 0x20 })
            else { continue }
            cells[column] = text
            members[name] = nil
        }
        if let code = event.code { cells[3] = code.text }
        if let data = members["data"] {
            cells[7] = data.text
            members["data"] = nil
        }
        members["closes_media_time_ms"] = event.closesMediaTime.map(JSON.integer)
        if !members.members.isEmpty { cells[8] = JSON.object(members).text }
        return cells
    }

    /// Columns by their names, in any order; `type` and one of the times must be there.
    init(csv bytes: [UInt8]) throws(TimelineProblem) {
        guard bytes.count <= TimelineLimits.bytes else {
            throw .tooLong(limitBytes: TimelineLimits.bytes)
        }
        var rows = TimelineRows()
        var reader = LineReader(maximumLength: CSVReader.maximumRecordLength)
        reader.add(bytes)
        reader.finish()
        var csv = CSVReader(delimiter: Self.delimiter(of: bytes))
        reading: while true {
            do throws(CSVProblem) {
                switch reader.advance() {
                case .starved:
                    try csv.finish()
                    break reading
                case .tooLong: throw csv.takeOverlongLine(number: reader.number)
                case .line:
                    guard try csv.take(reader.line, number: reader.number) else { continue }
                }
            } catch {
                throw .line(error.line, .csv(error.flaw))
            }
            let cells = (0..<csv.fieldCount).map { csv.text(of: $0) }
            do throws(TimelineProblem.Flaw) {
                try rows.add(cells)
            } catch {
                throw .line(csv.line, error)
            }
            guard rows.count <= TimelineLimits.events else {
                throw .tooManyEvents(limit: TimelineLimits.events)
            }
        }
        self = try rows.gathering.timeline()
    }

    /// Spreadsheets of some countries part cells with semicolons.
    private static func delimiter(of bytes: [UInt8]) -> UInt8 {
        let first = bytes.prefix { $0 != UInt8(ascii: "\n") }
        let hasComma = first.contains(UInt8(ascii: ","))
        if !hasComma, first.contains(UInt8(ascii: ";")) { return UInt8(ascii: ";") }
        if !hasComma, first.contains(UInt8(ascii: "\t")) { return UInt8(ascii: "\t") }
        return UInt8(ascii: ",")
    }
}

/// Takes rows in: the names of the columns first.
private struct TimelineRows {
    var gathering = TimelineGathering()
    private(set) var count = 0
    private var columns: [String]?

    mutating func add(_ texts: [String?]) throws(TimelineProblem.Flaw) {
        let cells = texts.compactMap { $0 }
        guard cells.count == texts.count else { throw .notUTF8 }
        guard let columns else {
            let names = cells.map { $0.lowercased() }
            guard names.contains("type") else { throw .noColumn("type") }
            guard names.contains("media_time_ms") || names.contains("time") else {
                throw .noColumn("media_time_ms")
            }
            columns = names
            return
        }
        var row: [String: String] = [:]
        for (name, cell) in zip(columns, cells) where !cell.isEmpty && row[name] == nil {
            row[name] = cell
        }
        guard !row.isEmpty else { return }
        count += 1
        if row["type"] == Timeline.schema {
            return try gathering.add(header: row["data"] ?? "{}")
        }
        try gathering.add(event(row))
    }

    private func event(_ row: [String: String]) throws(TimelineProblem.Flaw) -> JSONObject {
        var members = try json(row["more"])?.objectValue ?? JSONObject()
        for name in ["time", "type", "subject", "id", "source"] {
            if let text = row[name] { members[name] = .string(text) }
        }
        if let text = row["media_time_ms"] {
            guard let number = Int64(text) ?? Self.rounded(text) else { throw .badMediaTime(text) }
            members["media_time_ms"] = .integer(number)
        }
        let whole = try json(row["data"])
        var data = whole?.objectValue
        // A table that a person has made has the SKU in its column alone.
        let takesData = whole == nil || data != nil
        if let sku = row["sku"], takesData, TimelineEvent.sku(of: members) == nil,
            data?["sku"] == nil
        {
            data = data ?? JSONObject()
            data?["sku"] = .string(sku)
        }
        if let title = row["title"], takesData, data?["title"] == nil {
            data = data ?? JSONObject()
            data?["title"] = .string(title)
        }
        members["data"] = data.map(JSON.object) ?? whole
        return members
    }

    private static func rounded(_ text: String) -> Int64? {
        guard let value = Double(text), value.magnitude < 1e15 else { return nil }
        return Int64(value.rounded())
    }

    private func json(_ text: String?) throws(TimelineProblem.Flaw) -> JSON? {
        guard let text else { return nil }
        do throws(JSONProblem) {
            return try JSON(parsing: text)
        } catch {
            throw .notJSON(error)
        }
    }
}
