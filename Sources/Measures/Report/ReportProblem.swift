package import Primitives

/// Why a document is not a report.
package enum ReportProblem: Error, Equatable {
    case tooLarge(limit: Int)
    case syntax(JSONProblem)
    /// Of another kind, or of a version that this program does not know.
    case schema(String?)
    case missing(path: String)
    /// Not what belongs there: of another type, out of its limits, or at odds with itself.
    case bad(path: String)
    case tooMany(path: String, limit: Int)
}
