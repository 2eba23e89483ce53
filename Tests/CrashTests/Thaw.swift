import Commerce
import CrowdSupport
import Stores
import TestSupport
import Testing

/// Lets a frozen catalogue go on, as `stock audit` does where log and tables agree.
func thaw(_ store: any ShopStore, _ catalogue: CatalogueName = .standard) throws {
    let report = try store.audit(
        catalogue, repairing: false, at: CrowdProgram.now(), progress: { _ in })
    #expect(report.findings.isEmpty, "\(report.findings.prefix(5))")
    guard report.isThawed else { throw ProcessFailure(words: "the catalogue was not frozen") }
}
