import Commerce
import Primitives

/// A show file; what was applied once must change nothing when applied again.
package func fuzzShowFile(_ bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes.span), let file = try? ShowFile(json),
        let currency = try? Currency("USD")
    else { return }
    var shop = MemoryLedger(name: .standard, now: WallClock(millisecondsSince1970: 0))
    guard (try? shop.createCatalogue(brand: "B", currency: currency)) != nil,
        (try? shop.apply(file, prune: false)) != nil
    else { return }
    let again = try? shop.apply(file, prune: true)
    precondition(again?.allSatisfy { $0.outcome == .unchanged } ?? false, "applied twice, changed")
}
