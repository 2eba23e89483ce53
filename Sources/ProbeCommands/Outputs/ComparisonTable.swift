import CommandLineKit
import Measures
import Primitives
import SessionCommands

/// A comparison as a person reads it.
enum ComparisonTable {
    static func lines(_ comparison: Comparison, isColoured: Bool) -> [String] {
        var table = AlignedRows(rightAligned: [1, 2, 3], indent: "")
        table.add(["", "old", "new", "difference", "between", "verdict"])
        let rows = comparison.rows.filter { $0.old != nil || $0.new != nil }
        for row in rows { table.add(cells(row)) }
        guard !rows.isEmpty else { return ["neither report holds a figure that could be compared"] }
        let drawn = zip(table.lines, [nil] + rows.map(\.outcome)).map { line, outcome in
            switch outcome {
            case .worse: Style.failure.apply(to: line, isOn: isColoured)
            case .better: Style.success.apply(to: line, isOn: isColoured)
            case .same, .tooFewData: line
            case nil: Style.heading.apply(to: line, isOn: isColoured)
            }
        }
        return drawn + comparison.doubts.map { "doubt: \($0.words)" }
    }

    private static func cells(_ row: Comparison.Row) -> [String] {
        let unit = row.figure.unit
        func told(_ value: Double?) -> String { value.map { unit.told($0) } ?? "-" }
        func signed(_ value: Double) -> String { (value > 0 ? "+" : "") + unit.told(value) }
        let difference = row.old.flatMap { old in row.new.map { $0 - old } }
        return [
            row.figure.name, told(row.old), told(row.new), difference.map(signed) ?? "-",
            row.interval.map { "\(signed($0.lowerBound)) and \(signed($0.upperBound))" } ?? "-",
            row.outcome.words,
        ]
    }
}

/// A comparison as JSON.
enum ComparisonDocument {
    static func json(_ comparison: Comparison) -> JSON {
        var object = JSONObject()
        object["schema"] = "lc.probe-comparison/1"
        object["is_worse"] = .bool(comparison.isWorse)
        object["rows"] = .array(comparison.rows.map(row))
        object["doubts"] = .array(comparison.doubts.map { .string($0.name) })
        return .object(object)
    }

    private static func row(_ row: Comparison.Row) -> JSON {
        var object = JSONObject()
        object["figure"] = .string(row.figure.name)
        object["unit"] = .string(row.figure.unit.name)
        object["method"] = row.method.map { .string($0.rawValue) }
        object["old"] = row.old.flatMap { JSON($0) }
        object["new"] = row.new.flatMap { JSON($0) }
        object["difference_least"] = row.interval.flatMap { JSON($0.lowerBound) }
        object["difference_most"] = row.interval.flatMap { JSON($0.upperBound) }
        object["tolerance"] = JSON(row.tolerance)
        object["outcome"] = .string(row.outcome.rawValue)
        return .object(object)
    }
}

extension Comparison.Outcome {
    var words: String {
        switch self {
        case .better: "better"
        case .worse: "WORSE"
        case .same: "no change"
        case .tooFewData: "too few data"
        }
    }
}

extension Comparison.Doubt {
    var words: String {
        switch self {
        case .machine(let isNew, let limits):
            "of the \(isNew ? "new" : "old") report the machine that measured was the limit: "
                + Words.list(limits.map(\.words))
        case .latencyMethodsDiffer:
            "the two tell latency by different methods; what both have is compared"
        case .kindsDiffer: "one is of WHEP, the other of HLS"
        }
    }

    /// As documents call it.
    var name: String {
        switch self {
        case .machine(let isNew, _): isNew ? "new_machine" : "old_machine"
        case .latencyMethodsDiffer: "latency_methods_differ"
        case .kindsDiffer: "kinds_differ"
        }
    }
}
