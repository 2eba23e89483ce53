import Measures
import Primitives

/// A report that is read back must be written as what it was read as, and stand being merged,
/// judged and compared.
package func fuzzReport(_ bytes: [UInt8]) {
    guard let report = try? ProbeReport(parsing: bytes.span) else { return }
    let text = report.json.text
    precondition(
        (try? ProbeReport(parsing: text.utf8Span.span)) == report, "a report that does not survive")
    guard let merged = try? ProbeReport.merging([report, report]) else { return }
    let again = merged.json.text
    precondition(
        (try? ProbeReport(parsing: again.utf8Span.span)) == merged, "a merge that does not survive")
    let demands = ["latency.p95<1s", "freeze.ratio<1%", "loss_after.ratio<1%", "nacks.count<3"]
    _ = report.judge(demands.compactMap { try? Assertion(parsing: $0) })
    _ = Comparison(old: report, new: merged, seed: 1)
}
