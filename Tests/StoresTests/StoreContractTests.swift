import Commerce
import Primitives
@testable import Stores
import TestSupport
import Testing

/// What every store promises. The suite runs on each kind of store there is.
@Suite struct StoreContractTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    private static let name = CatalogueName.standard

    private func request(_ key: String? = nil, _ body: String = "") throws -> ChangeRequest {
        ChangeRequest(
            key: try key.map { try IdempotencyKey($0) }, fingerprint: Fingerprint(of: body))
    }

    private func addSKU(_ code: String, to store: any ShopStore, _ request: ChangeRequest) throws
        -> ChangeAnswer
    {
        try store.change(Self.name, by: request, at: Self.start) { ledger in
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("19.99")
            let catalogue = try ledger.requireCatalogue()
            let sku = try ledger.addSKU(
                SKUCode(code), patch, stock: Stock(onHand: 1), in: catalogue)
            return ["sku": .string(sku.code.text)]
        }
    }

    @Test(arguments: StoreKind.available)
    func `the default catalogue is there from the start`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        #expect(try store.catalogues().map(\.name) == [.standard])
        #expect(
            try store.read(Self.name, at: Self.start) { try $0.catalogue()?.currency.code } == "USD"
        )
    }

    @Test(arguments: StoreKind.available)
    func `a verb that throws leaves nothing behind`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try store.change(Self.name, by: request(), at: Self.start) { ledger in
                let details = try ShowDetails(title: "F", host: nil, scheduledAt: nil)
                _ = try ledger.createShow(ShowID("shw_1"), details)
                throw Stop()
            }
        }
        #expect(try store.read(Self.name, at: Self.start) { try $0.shows() }.isEmpty)
        #expect(try store.check { _ in }.findings.isEmpty)
    }

    @Test(arguments: StoreKind.available)
    func `the same key gives the same answer, and another body is a conflict`(kind: StoreKind)
        throws
    {
        let kept = try kind.make()
        let store = try kept.open()
        let first = try addSKU("A", to: store, request("k1", "add A"))
        let again = try addSKU("A", to: store, request("k1", "add A"))
        #expect(first.document == again.document)
        #expect((first.isRepeated, again.isRepeated) == (false, true))
        let key = try IdempotencyKey("k1")
        #expect(throws: CommerceError.keyReused(key)) {
            try addSKU("B", to: store, request("k1", "add B"))
        }
        #expect(try store.read(Self.name, at: Self.start) { try $0.sku(SKUCode("B")) } == nil)
    }

    @Test(arguments: StoreKind.available)
    func `a refused change does not use its key up`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        _ = try addSKU("A", to: store, request())
        #expect(throws: CommerceError.self) { try addSKU("A", to: store, request("k", "A")) }
        #expect(try !addSKU("B", to: store, request("k", "B")).isRepeated)
    }

    @Test(arguments: StoreKind.available)
    func `a key is forgotten after its lifetime`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        _ = try addSKU("A", to: store, request("old", "A"))
        // A server of Redis forgets by itself, in its own time.
        if let redis = kept as? RedisUnderTest {
            let left = try redis.server.run("pttl", "lc:{default}:k:old")
            #expect(Int64(left).map { (604_700_000...604_800_000).contains($0) } == true)
            return
        }
        let later = Self.start + ChangeRequest.keyLifetime + .seconds(1)
        _ = try store.change(Self.name, by: request("new", "x"), at: later) { _ in [:] }
        #expect(
            try store.describe().facts.first { $0.name == "kept_answers" }?.value == .integer(1))
    }

    @Test(arguments: StoreKind.available)
    func `a dry run answers and changes nothing`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        let dry = ChangeRequest(
            key: try IdempotencyKey("k"), fingerprint: Fingerprint(), isDryRun: true)
        #expect(try addSKU("A", to: store, dry).document == ["sku": "A"])
        #expect(try store.read(Self.name, at: Self.start) { try $0.sku(SKUCode("A")) } == nil)
        #expect(try !addSKU("A", to: store, request("k")).isRepeated)
    }

    @Test(arguments: StoreKind.available)
    func `what is written is read back by another connection`(kind: StoreKind) throws {
        let kept = try kind.make()
        let store = try kept.open()
        _ = try addSKU("A", to: store, request())
        let version = try store.dataVersion(of: Self.name)
        let other = try kept.open()
        _ = try addSKU("B", to: other, request())
        #expect(try store.dataVersion(of: Self.name) != version)
        var codes: [String] = []
        try store.read(Self.name, at: Self.start) { reader in
            try reader.eachSKU(inFamily: nil) { sku in
                codes.append(sku.code.text)
                return true
            }
        }
        #expect(codes == ["A", "B"])
    }

    /// Random verbs against the store and against the model in memory: every answer and every
    /// refusal must be the same, and so must what is left at the end.
    @Test(arguments: StoreKind.available, [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
    func `the store behaves as the model does`(kind: StoreKind, seed: UInt64) throws {
        let kept = try kind.make()
        let store = try kept.open()
        var model = MemoryLedger(name: Self.name, now: Self.start)
        _ = try model.createCatalogue(brand: "Default", currency: Currency("USD"))
        var script = RandomVerbs(seed: seed)
        for step in 0..<400 {
            let verb = try script.next()
            let now = Self.start + .seconds(step)
            model.now = now
            try kept.set(now)
            var expected: any Ledger = model
            let wanted = outcome { try verb.run(&expected) }
            if wanted.isDone, let ledger = expected as? MemoryLedger { model = ledger }
            let found = outcome {
                try store.change(Self.name, by: request(), at: now) { try verb.run(&$0) }.document
            }
            #expect(wanted == found, "seed \(seed), step \(step), \(verb.name)")
        }
        let report = try store.check { _ in }
        #expect(report.findings.isEmpty)
        #expect(report.events == Int64(model.log.count))
        for show in try store.read(Self.name, at: Self.start, { try $0.shows() }) {
            let events = try store.read(Self.name, at: Self.start) {
                try $0.events(of: show.id, after: 0, limit: 10_000)
            }
            let expected = model.log.filter { $0.shows.contains { $0.show == show.id } }
            #expect(events.map(\.body) == expected.map(\.body))
            #expect(events.flatMap(\.shows).map(\.sequence) == Array(1...Int64(events.count)))
        }
    }
}

/// An answer or a refusal, comparable.
private func outcome(_ verb: () throws -> JSON) -> (isDone: Bool, words: String) {
    do {
        return (true, try verb().text)
    } catch {
        return (false, "\(error)")
    }
}
