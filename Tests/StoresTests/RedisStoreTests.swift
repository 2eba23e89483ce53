import Commerce
import Primitives
@testable import Stores
import TestSupport
import Testing

/// What a store on Redis promises beside the rules: what becomes of failures, crowds and restarts.
@Suite(.enabled(if: RedisPrograms.areThere)) struct RedisStoreTests {
    private static let start = WallClock(millisecondsSince1970: 1_795_233_600_000)
    private static let name = CatalogueName.standard

    private func add(_ code: String, _ units: Int64, to store: RedisStore) throws {
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try store.change(Self.name, by: request, at: Self.start) { ledger in
            var patch = ListingPatch()
            patch.title = "T-shirt"
            patch.price = try Amount("19.99")
            let catalogue = try ledger.requireCatalogue()
            _ = try ledger.addSKU(
                SKUCode(code), patch, stock: Stock(onHand: units), in: catalogue)
            return [:]
        }
    }

    private func reserve(
        _ number: Int, _ code: String = "A", units: Int64 = 1, time: Duration? = nil
    ) throws -> ReservationRequest {
        ReservationRequest(
            .reserve(
                try ReservationPlan(
                    id: ReservationID("rsv_\(number)"), buyer: BuyerID("b\(number)"), show: nil,
                    lines: [WantedLine(code: SKUCode(code), quantity: units)], holdTime: time)))
    }

    private func confirm(_ number: Int) throws -> ReservationRequest {
        ReservationRequest(.confirm(try ReservationID("rsv_\(number)")))
    }

    private func perform(
        _ store: RedisStore, _ requests: [ReservationRequest]
    ) throws -> [Result<ReservationAnswer, any Error>] {
        try store.perform(requests, in: Self.name, at: Self.start)
    }

    private func stock(_ store: RedisStore, _ code: String = "A") throws -> Stock? {
        try store.read(Self.name, at: Self.start) { try $0.stock(of: SKUCode(code)) }
    }

    private func answer(_ result: Result<ReservationAnswer, any Error>) -> String {
        switch result {
        case .success(let answer): answer.outcome.rawValue
        case .failure(let error): "\(error)"
        }
    }

    @Test func `a batch is answered in order, each verb after the one before it`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 2, to: store)
        let results = try perform(
            store,
            [
                reserve(1), confirm(1), reserve(2, units: 2), reserve(3), confirm(3), reserve(3),
                confirm(4),
            ])
        #expect(
            results.map(answer) == [
                "created", "configured",
                "soldOut([Commerce.Shortage(code: A, wanted: 2, available: 1, nextEnd: nil)])",
                "created", "configured", "unchanged", "noReservation(rsv_4, default)",
            ])
        #expect(try stock(store) == Stock(onHand: 2, held: 0, confirmed: 2))
        #expect(try store.check { _ in }.findings.isEmpty)
    }

    @Test func `scripts that a server has forgotten are loaded again`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 10, to: store)
        for number in 1...3 {
            _ = try redis.server.run("script", "flush")
            let results = try perform(store, [reserve(number), confirm(number)])
            #expect(results.map(answer) == ["created", "configured"])
        }
        #expect(try stock(store)?.confirmed == 3)
    }

    @Test func `more that is due than one call sweeps is swept before anything else`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 1000, to: store)
        let results = try perform(
            store, (1...1000).map { try reserve($0, time: .seconds(10)) })
        #expect(results.allSatisfy { answer($0) == "created" })
        #expect(try stock(store)?.available == 0)
        try redis.set(Self.start + .seconds(11))
        let after = try perform(
            store, (2001...2010).map { try reserve($0, units: 100) } + [reserve(3000)])
        #expect(after.dropLast().allSatisfy { answer($0) == "created" })
        #expect(answer(after[10]).hasPrefix("soldOut"))
        #expect(try stock(store) == Stock(onHand: 1000, held: 1000, confirmed: 0))
        #expect(try store.check { _ in }.findings.isEmpty)
    }

    @Test func `a restart freezes the catalogue until an audit agrees`() throws {
        let redis = try RedisUnderTest(["appendonly yes", "appendfsync always"])
        let store = try redis.open(patience: .seconds(30))
        try add("A", 5, to: store)
        #expect(
            try perform(store, [reserve(1), confirm(1)]).map(answer) == ["created", "configured"])
        try redis.server.kill()
        try redis.server.start()
        let frozen = StoreError.frozen(Self.name, epoch: 2)
        #expect(throws: frozen) { try perform(store, [reserve(2)]) }
        #expect(throws: frozen) { try add("B", 1, to: store) }
        #expect(try stock(store)?.confirmed == 1)
        let fresh = try redis.open(patience: .seconds(30))
        #expect(throws: frozen) { try perform(fresh, [confirm(1)]) }
        let report = try fresh.audit(Self.name, repairing: false, at: Self.start) { _ in }
        #expect(report.findings.isEmpty && report.isThawed)
        #expect(try perform(store, [reserve(2)]).map(answer) == ["created"])
        #expect(try perform(fresh, [confirm(2)]).map(answer) == ["configured"])
    }

    @Test func `nothing is done where no server is, and that is what is thrown`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .milliseconds(300))
        try add("A", 5, to: store)
        try redis.server.kill()
        let gone = #expect(throws: StoreError.self) { try perform(store, [reserve(1)]) }
        guard case .unreachable = gone else {
            Issue.record("\(String(describing: gone))")
            return
        }
    }

    @Test func `what a stalled server was sent is unknown, and asking again tells`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .milliseconds(400))
        try add("A", 5, to: store)
        _ = try perform(store, [reserve(1), reserve(3), confirm(3)])
        redis.server.freeze()
        let results = try perform(store, [confirm(1), reserve(2)])
        redis.server.thaw()
        for result in results {
            guard case .failure(StoreError.unknown) = result else {
                Issue.record("\(result)")
                continue
            }
        }
        let again = try perform(
            redis.open(patience: .seconds(30)), [confirm(1), reserve(2)])
        #expect(again.allSatisfy { (try? $0.get()) != nil })
        #expect(
            try stock(redis.open(patience: .seconds(30))) == Stock(onHand: 5, held: 1, confirmed: 2)
        )
    }

    @Test func `a confirmation that no replica has is unknown until one has it`() throws {
        let set = try RedisReplicas(replicas: 1)
        let address = "redis://127.0.0.1:\(set.primary.port)"
        func open(_ options: String, _ patience: Duration) throws -> RedisStore {
            try RedisStore(
                RedisAddress(address + options), text: address,
                options: RedisOptions(
                    patience: patience, connectTimeout: .seconds(5), password: nil,
                    sentinelPassword: nil, isInterrupted: { false }))
        }
        let store = try open("", .seconds(30))
        try add("A", 5, to: store)
        #expect(
            try perform(store, [reserve(1), confirm(1)]).map(answer) == ["created", "configured"])
        set.replicas[0].freeze()
        let doubtful = try open("?wait=1&wait-timeout=100", .milliseconds(500))
        let results = try perform(doubtful, [reserve(2), confirm(2)])
        #expect(answer(results[0]) == "created")
        guard case .failure(StoreError.unknown) = results[1] else {
            Issue.record("\(results[1])")
            return
        }
        set.replicas[0].thaw()
        let again = try perform(open("?wait=1&wait-timeout=5000", .seconds(30)), [confirm(2)])
        #expect(again.map(answer) == ["unchanged"])
        #expect(try stock(store) == Stock(onHand: 5, held: 0, confirmed: 2))
    }

    @Test func `two who change the catalogue at once both do`() throws {
        let redis = try RedisUnderTest()
        let one = try redis.open(patience: .seconds(30))
        let two = try redis.open(patience: .seconds(30))
        try add("A", 5, to: one)
        var runs = 0
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        _ = try one.change(Self.name, by: request, at: Self.start) { ledger in
            runs += 1
            // Between reading and writing somebody else is faster, the first time.
            if runs == 1 { try add("B", 1, to: two) }
            _ = try ledger.adjustStock(of: SKUCode("A"), by: 3, reason: nil)
            return [:]
        }
        #expect(runs == 2)
        #expect(try stock(one)?.onHand == 8)
        #expect(try stock(one, "B")?.onHand == 1)
    }

    @Test func `a count of the shelf and reservations meanwhile do not disturb each other`() throws
    {
        let redis = try RedisUnderTest()
        let one = try redis.open(patience: .seconds(30))
        let two = try redis.open(patience: .seconds(30))
        try add("A", 5, to: one)
        var runs = 0
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        func count(_ units: Int64, holding number: Int, _ held: Int64) throws {
            _ = try one.change(Self.name, by: request, at: Self.start) { ledger in
                runs += 1
                let outcome = try ledger.setStock(of: SKUCode("A"), to: units, reason: nil).1
                if runs == 1 { _ = try perform(two, [reserve(number, units: held)]) }
                return .string(outcome.rawValue)
            }
        }
        try count(4, holding: 1, 2)
        #expect(runs == 1)
        #expect(try stock(one) == Stock(onHand: 4, held: 2, confirmed: 0))
        // Now it does not fit any more, and that is what the rule says when it runs again.
        runs = 0
        #expect(throws: CommerceError.stockBelowPromised(try SKUCode("A"), onHand: 3, promised: 4))
        {
            try count(3, holding: 2, 2)
        }
        #expect(runs == 2)
        #expect(try one.check { _ in }.findings.isEmpty)
    }

    @Test func `a large import is one step`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(60))
        let request = ChangeRequest(key: try IdempotencyKey("i"), fingerprint: Fingerprint())
        for isAgain in [false, true] {
            let answer = try store.change(Self.name, by: request, at: Self.start) { ledger in
                var patch = ListingPatch()
                patch.title = "T-shirt"
                patch.price = try Amount("19.99")
                let catalogue = try ledger.requireCatalogue()
                for number in 0..<5000 {
                    _ = try ledger.putSKU(
                        SKUCode("S\(number)"), patch, stock: Stock(onHand: 3), in: catalogue)
                }
                return [:]
            }
            #expect(answer.isRepeated == isAgain)
        }
        var count = 0
        try store.read(Self.name, at: Self.start) { reader in
            try reader.eachSKU(inFamily: nil) { _ in
                count += 1
                return true
            }
        }
        #expect(count == 5000)
        #expect(try !redis.server.run("keys", "*stage*").contains("stage"))
        #expect(try store.check { _ in }.findings.isEmpty)
    }

    @Test func `a catalogue that was deleted leaves nothing to the next of its name`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        let other = try CatalogueName("other")
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        func change(_ verb: (inout any Ledger) throws -> Void) throws {
            _ = try store.change(other, by: request, at: Self.start) { ledger in
                try verb(&ledger)
                return [:]
            }
        }
        for _ in 0..<2 {
            try change { ledger in
                let catalogue = try ledger.createCatalogue(brand: "B", currency: Currency("EUR"))
                var patch = ListingPatch()
                patch.title = "T-shirt"
                patch.price = try Amount("19.99")
                _ = try ledger.addSKU(
                    SKUCode("A"), patch, stock: Stock(onHand: 1), in: catalogue)
            }
            #expect(try store.catalogues().map(\.name.text) == ["default", "other"])
            let results = try store.perform(
                [reserve(1), confirm(1)], in: other, at: Self.start)
            #expect(results.map(answer) == ["created", "configured"])
            try change { try $0.deleteCatalogue() }
            #expect(try store.catalogues().map(\.name.text) == ["default"])
        }
        let gone = try store.perform([reserve(1)], in: other, at: Self.start)
        #expect(gone.map(answer) == ["noCatalogue(other)"])
    }

    @Test func `settings that can lose a sale are told`() throws {
        let cases: [([String], [DurabilityWarning])] = [
            ([], [.noAppendOnlyFile]),
            (
                ["appendonly yes", "maxmemory 1gb", "maxmemory-policy allkeys-lru"],
                [.appendOnlyFileSynced("everysec"), .evicts(policy: "allkeys-lru")]
            ),
            (["appendonly yes", "appendfsync always"], []),
        ]
        for (lines, warnings) in cases {
            let redis = try RedisUnderTest(lines)
            let store = try redis.open(patience: .seconds(30))
            #expect(try store.warnings(for: Self.name) == warnings)
        }
    }

    @Test func `what is not ours among our keys is told and does no harm`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .milliseconds(500))
        try add("A", 5, to: store)
        _ = try perform(store, [reserve(1)])
        _ = try redis.server.run("set", "lc:{default}:0:v:rsv_1", "nonsense")
        for result in try perform(store, [confirm(1), reserve(1)]) {
            guard case .failure(is StoreError) = result else {
                Issue.record("\(result)")
                continue
            }
        }
        _ = try redis.server.run("del", "lc:{default}:0:s:A")
        _ = try redis.server.run("set", "lc:{default}:0:s:A", "nonsense")
        guard case .failure(StoreError.damaged) = try perform(store, [reserve(2)])[0] else {
            Issue.record("something else than damaged")
            return
        }
        #expect(throws: (any Error).self) { try stock(store) }
    }

    @Test func `nothing is repaired from a log that lacks its end`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 5, to: store)
        _ = try perform(store, [reserve(1), confirm(1)])
        _ = try redis.server.run("xdel", "lc:{default}:log", "3-0", "4-0")
        let report = try store.audit(Self.name, repairing: true, at: Self.start) { _ in }
        #expect(!report.findings.isEmpty && report.repaired.isEmpty)
        #expect(try stock(store) == Stock(onHand: 5, held: 0, confirmed: 1))
    }

    @Test func `an older snapshot does not take the place of a newer one`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 5, to: store)
        _ = try perform(store, [reserve(1), confirm(1)])
        let trimmed = try store.trim(
            Self.name, before: Self.start + .seconds(3600), isDryRun: false
        ) { _ in }
        #expect(trimmed.left == 0)
        // Of somebody who has looked before, and comes later.
        _ = try redis.server.run("rpush", "lc:{default}:snapshot:slow", "{}")
        let reply = try store.call(.trim, on: Self.name, ["1", "2", "snapshot:slow", "1"])
        #expect(reply == .integer(0))
        #expect(
            try store.audit(Self.name, repairing: false, at: Self.start) { _ in }.findings.isEmpty)
    }

    @Test func `of two who repair, only the later one writes what counts`() throws {
        let redis = try RedisUnderTest()
        let store = try redis.open(patience: .seconds(30))
        try add("A", 5, to: store)
        let first = try #require(try store.call(.freeze, on: Self.name, ["1"]).elements)
        let second = try #require(try store.call(.freeze, on: Self.name, ["1"]).elements)
        func exchange(_ place: [RedisReply]) throws -> RedisReply {
            let words = place.compactMap(\.text)
            return try store.call(.exchange, on: Self.name, ["1"] + words + ["", "B", "USD"])
        }
        #expect(first.count == 3 && second.count == 3 && first[2] != second[2])
        #expect(try exchange(first) == .integer(0))
        #expect(try exchange(second) == .integer(1))
        // The answer was lost, and it is asked again.
        #expect(try exchange(second) == .integer(1))
    }

    @Test func `catalogues lie on all nodes of a cluster, each of them whole`() throws {
        let cluster = try RedisCluster()
        let text = "redis+cluster://\(cluster.place)"
        let store = try RedisStore(
            RedisAddress(text), text: text,
            options: RedisOptions(
                patience: .seconds(30), connectTimeout: .seconds(5), password: nil,
                sentinelPassword: nil, isInterrupted: { false }))
        let names = try (1...6).map { try CatalogueName("shop-\($0)") }
        let request = ChangeRequest(key: nil, fingerprint: Fingerprint())
        for name in names {
            _ = try store.change(name, by: request, at: Self.start) { ledger in
                let catalogue = try ledger.createCatalogue(brand: "B", currency: Currency("EUR"))
                var patch = ListingPatch()
                patch.title = "T-shirt"
                patch.price = try Amount("19.99")
                _ = try ledger.addSKU(
                    SKUCode("A"), patch, stock: Stock(onHand: 1), in: catalogue)
                return [:]
            }
            let results = try store.perform(
                [reserve(1), confirm(1), reserve(2)], in: name, at: Self.start)
            #expect(results.map(answer).dropLast() == ["created", "configured"])
            #expect(answer(results[2]).hasPrefix("soldOut"))
        }
        #expect(try store.catalogues().map(\.name) == [.standard] + names)
        #expect(try store.check { _ in }.findings.isEmpty)
        let busy = try cluster.nodes.filter { try $0.run("keys", "lc:{shop*").contains("lc:") }
        #expect(busy.count > 1)
    }
}
