import Commerce
import CrowdSupport
import Stores
import Testing

/// Lets a frozen catalogue go on, as `stock audit` does where log and tables agree; whether it was
/// frozen.
@discardableResult
func thaw(_ store: any ShopStore, _ catalogue: CatalogueName = .standard) throws -> Bool {
    let report = try store.audit(
        catalogue, repairing: false, at: CrowdProgram.now(), progress: { _ in })
    #expect(report.findings.isEmpty, "\(report.findings.prefix(5))")
    return report.isThawed
}
