import Commerce
import Primitives
import Testing

/// Keys of callers, on each kind of store.
@Suite struct KeyTests {
    @Test(arguments: StoreKind.available)
    func `a key that another catalogue has seen is new`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        let now = WallClock(millisecondsSince1970: 1_795_233_600_000)
        let key = try IdempotencyKey("k")
        let body = Fingerprint(of: "the same")
        let names = try ["one", "two"].map { try CatalogueName($0) }
        for name in names {
            try kept.set(now, in: name)
            let answer = try store.change(
                name, by: ChangeRequest(key: key, fingerprint: body), at: now
            ) { ledger in
                let catalogue = try ledger.createCatalogue(
                    brand: name.text, currency: Currency("USD"))
                var patch = ListingPatch()
                patch.title = "T-shirt"
                patch.price = try Amount("1")
                _ = try ledger.addSKU(
                    SKUCode("TEE"), patch, stock: Stock(onHand: 1), in: catalogue)
                return .string(name.text)
            }
            #expect(answer.document == .string(name.text) && !answer.isRepeated)
        }
        let plan = try ReservationPlan(
            id: ReservationID("rsv_1"), buyer: BuyerID("ann"), show: nil,
            lines: [WantedLine(code: SKUCode("TEE"), quantity: 1)])
        let request = ReservationRequest(
            .reserve(plan), key: try IdempotencyKey("r"), fingerprint: body)
        for name in names {
            let first = try store.perform([request], in: name, at: now)[0].get()
            #expect(first.outcome == .created && !first.isRepeated)
            let again = try store.perform([request], in: name, at: now)[0].get()
            #expect(again.outcome == .created && again.isRepeated)
        }
    }
}
