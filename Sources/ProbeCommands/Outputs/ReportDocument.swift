import Measures
import Primitives

/// A report as JSON: the document that other programs of the toolkit read back, and the verdicts.
enum ReportDocument {
    static func json(_ report: ProbeReport, _ verdicts: [Verdict]) -> JSON {
        guard case .object(var object) = report.json, !verdicts.isEmpty else { return report.json }
        object["assertions"] = .array(verdicts.map(\.json))
        return .object(object)
    }
}

extension Verdict {
    fileprivate var json: JSON {
        var object = JSONObject()
        object["assertion"] = .string(assertion.text)
        object["outcome"] = .string(outcome.name)
        object["measured"] = measured.flatMap { JSON($0) }
        object["threshold"] = JSON(assertion.threshold)
        object["unit"] = .string(assertion.unit.name)
        object["method"] = method.map { .string($0.rawValue) }
        object["is_close"] = .bool(isClose)
        if case .void(let reason) = outcome { object["reason"] = .string(reason.name) }
        return .object(object)
    }
}

extension MeasurableUnit {
    /// As documents call it.
    var name: String {
        switch self {
        case .measure(let unit): unit.rawValue
        case .count: "count"
        case .share: "share"
        }
    }
}
