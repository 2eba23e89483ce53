package import Primitives

/// Reads a file of SKUs row by row, from pieces of bytes: CSV with a header, or JSON Lines.
///
/// A bad row is a step like any other: it is named by its line, and the next row follows.
package struct SKUFileReader: ~Copyable {
    package enum Format: Sendable, Equatable {
        case csv(delimiter: UInt8)
        case jsonLines
    }

    package enum Step {
        case row(SKURow, line: Int)
        case problem(RowProblem, line: Int)
        /// More bytes are needed, or, after `finish`, there are no more rows.
        case starved
    }

    /// Columns or members that mean nothing here, in the order met.
    package private(set) var ignored: [String] = []

    private let format: Format
    /// Foreign names by our fields: what `--map` says.
    private let mapping: [String: SKUField]
    private let currency: Currency
    private var lines = LineReader(maximumLength: CSVReader.maximumRecordLength)
    private var csv: CSVReader
    private var columns: [SKUField?]?
    private var isFinished = false
    private var hasEnded = false

    package init(_ format: Format, mapping: [String: SKUField], currency: Currency) {
        self.format = format
        self.mapping = mapping
        self.currency = currency
        switch format {
        case .csv(let delimiter): csv = CSVReader(delimiter: delimiter)
        case .jsonLines: csv = CSVReader()
        }
    }

    package mutating func add(_ bytes: [UInt8]) {
        lines.add(bytes)
    }

    package mutating func finish() {
        lines.finish()
        isFinished = true
    }

    package mutating func next() -> Step {
        while true {
            switch lines.advance() {
            case .line:
                if let step = format == .jsonLines ? jsonRow() : csvRow() { return step }
            case .tooLong:
                if format == .jsonLines {
                    return .problem(.csv(.recordTooLong), line: lines.number)
                }
                let problem = csv.takeOverlongLine(number: lines.number)
                return .problem(.csv(problem.flaw), line: problem.line)
            case .starved:
                guard isFinished else { return .starved }
                return end()
            }
        }
    }

    /// The last step, and whatever it has to say first.
    private mutating func end() -> Step {
        do throws(CSVProblem) {
            try csv.finish()
        } catch {
            return .problem(.csv(error.flaw), line: error.line)
        }
        guard !hasUsableHeader, !hasEnded else { return .starved }
        hasEnded = true
        return columns == nil ? .problem(.noHeader, line: 1) : .starved
    }

    // MARK: CSV

    /// Nil where the line makes no row: it is empty, the header, or one that goes on.
    private mutating func csvRow() -> Step? {
        do throws(CSVProblem) {
            guard try Self.take(lines, into: &csv) else { return nil }
        } catch {
            return .problem(.csv(error.flaw), line: error.line)
        }
        guard let columns else { return header() }
        guard csv.fieldCount == columns.count else {
            let problem = RowProblem.fieldCount(expected: columns.count, found: csv.fieldCount)
            return .problem(problem, line: csv.line)
        }
        var row = SKURow()
        for (index, field) in columns.enumerated() {
            guard let field else { continue }
            guard let text = csv.text(of: index) else {
                return .problem(.notUTF8, line: csv.line)
            }
            do {
                try row.set(field, to: text)
            } catch {
                return .problem(RowProblem(error), line: csv.line)
            }
        }
        return .row(row, line: csv.line)
    }

    /// A function of its own, so that one property is lent while another one changes.
    private static func take(
        _ lines: borrowing LineReader, into csv: inout CSVReader
    ) throws(CSVProblem) -> Bool {
        try csv.take(lines.line, number: lines.number)
    }

    private mutating func header() -> Step? {
        var fields: [SKUField?] = []
        for index in 0..<csv.fieldCount {
            guard let name = csv.text(of: index) else { return .problem(.notUTF8, line: csv.line) }
            let field = field(named: name)
            if field == nil { ignored.append(name) }
            if let field, fields.contains(field) {
                let problem = FieldProblem(field: "column", value: name, flaw: .duplicate)
                return .problem(.field(problem), line: csv.line)
            }
            fields.append(field)
        }
        columns = fields
        guard fields.contains(.sku) else { return .problem(.noSKUColumn, line: csv.line) }
        return nil
    }

    /// The header was there, and has a column of SKUs: without it no row can be one.
    package var hasUsableHeader: Bool {
        format == .jsonLines || columns?.contains(.sku) ?? false
    }

    private func field(named name: String) -> SKUField? {
        mapping[name] ?? SKUField(name: name)
    }

    // MARK: JSON Lines

    private mutating func jsonRow() -> Step? {
        let line = lines.number
        guard !lines.line.isBlank else { return nil }
        do {
            let json = try JSON(parsing: lines.line)
            guard let object = json.objectValue else { return .problem(.noObject, line: line) }
            return .row(try row(object), line: line)
        } catch {
            return .problem(RowProblem(error), line: line)
        }
    }

    private mutating func row(_ object: JSONObject) throws -> SKURow {
        if let code = object["currency"]?.stringValue, code != currency.code {
            throw FieldProblem(
                field: "currency", value: code,
                flaw: .wrongCurrency(found: code, catalogue: currency.code))
        }
        var row = SKURow()
        for member in object.members {
            if let field = mapping[member.name] {
                try row.set(field, to: member.value)
            } else if try !row.set(member: member), !Self.silent.contains(member.name),
                !ignored.contains(member.name)
            {
                ignored.append(member.name)
            }
        }
        return row
    }

    /// Members of our own exports that say nothing new.
    private static let silent: Set = [
        "schema", "catalogue", "currency", "outcome", "available", "held", "confirmed",
    ]
}

/// What is wrong with one row of a file.
package enum RowProblem: Error, Equatable {
    case field(FieldProblem)
    case csv(CSVProblem.Flaw)
    case json(JSONProblem)
    case refused(CommerceError)
    /// Nothing at all where CSV has its header: more likely a pipe that broke than a shop with no
    /// SKUs.
    case noHeader
    case noSKUColumn
    case noObject
    case notUTF8
    case fieldCount(expected: Int, found: Int)
    case repeated(SKUCode, firstLine: Int)

    /// What a rule or a reader threw; anything else is not the row's fault.
    init(_ error: any Error) {
        switch error {
        case let problem as FieldProblem: self = .field(problem)
        case let problem as JSONProblem: self = .json(problem)
        case let problem as RowProblem: self = problem
        default: preconditionFailure("a row failed for another reason: \(error)")
        }
    }
}

extension Span<UInt8> {
    fileprivate var isBlank: Bool {
        for index in indices where self[index] != 0x20 && self[index] != 0x09 { return false }
        return true
    }
}
