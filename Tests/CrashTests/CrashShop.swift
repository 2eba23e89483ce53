import Commerce
import CrowdSupport
import Primitives
import Stores
import TestSupport
import Testing

/// What the crowds of these tests buy: two SKUs that are soon sold out, and one with plenty.
struct CrashShop {
    var hotUnits: Int64 = 400
    static let deepUnits: Int64 = 200_000

    let hot: [SKUCode]
    let deep: [SKUCode]
    let catalogue: CatalogueName

    init(in catalogue: CatalogueName = .standard) throws {
        hot = try [SKUCode("HOT-1"), SKUCode("HOT-2")]
        deep = try [SKUCode("DEEP")]
        self.catalogue = catalogue
    }

    func plan(seed: UInt64, name: String) -> CrowdPlan {
        var plan = CrowdPlan(seed: seed, name: name, hot: hot, deep: deep)
        plan.catalogue = catalogue
        return plan
    }

    /// Puts the SKUs into a new store.
    func stock(_ store: any ShopStore) throws {
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(catalogue, by: request, at: CrowdProgram.now()) { ledger in
            if try ledger.catalogue() == nil {
                _ = try ledger.createCatalogue(brand: "Crash", currency: Currency("USD"))
            }
            let shop = try ledger.requireCatalogue()
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("19.99")
            for code in hot + deep {
                let units = hot.contains(code) ? hotUnits : Self.deepUnits
                _ = try ledger.addSKU(code, patch, stock: Stock(onHand: units), in: shop)
            }
            // Money that is under way does not stay longer than the tests.
            var policy = HoldPolicy()
            policy.payingTime = .seconds(3)
            policy.offerTime = .seconds(1)
            _ = try ledger.setPolicy(for: .catalogue, to: policy)
            return [:]
        }
    }

    /// What is not paid for is there again when its time is over.
    func expectUnitsBack(
        _ store: any ShopStore, _ told: [Told], kept: CrowdAudit.Kept, within limit: Duration
    ) throws {
        try eventually("all units are back", within: limit) {
            _ = try store.perform(
                [ReservationRequest(.expire)], in: catalogue, at: CrowdProgram.now())
            return try store.read(catalogue, at: CrowdProgram.now()) {
                try $0.dueReservations(at: WallClock(millisecondsSince1970: .max), limit: 1)
            }.isEmpty
        }
        let audit = try CrowdAudit(store, of: catalogue, told: told, kept: kept)
        #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
        for code in hot + deep { #expect(audit.stock(code)?.held == 0) }
    }
}
