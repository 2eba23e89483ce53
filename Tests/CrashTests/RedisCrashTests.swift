import Commerce
import CrowdSupport
import Primitives
@testable import Stores
import TestSupport
import Testing

/// Crowds of buyers on a real Redis, and what happens to it.
@Suite(.enabled(if: RedisPrograms.areThere), .serialized) struct RedisCrashTests {
    private let shop: CrashShop

    init() throws {
        shop = try CrashShop()
    }

    private func crowds(
        _ count: Int, on address: String, batch: Int = 8, hold seconds: Int = 5
    ) throws -> Crowds {
        try Crowds(count, on: address, seed: CrashRuns.seed) { number in
            var plan = shop.plan(seed: CrashRuns.seed &+ UInt64(number), name: "r\(number)")
            plan.batch = batch
            plan.holdTime = .seconds(seconds)
            return plan
        }
    }

    @Test(arguments: ["always", "everysec"])
    func `redis-server is killed while buyers are at it`(sync: String) throws {
        let server = try RedisServer(["appendonly yes", "appendfsync \(sync)"])
        let address = "redis://127.0.0.1:\(server.port)"
        let store = try CrowdProgram.open(address)
        try shop.stock(store)
        let crowds = try crowds(4, on: address)
        for _ in 0..<(3 * CrashRuns.size) {
            try crowds.waitForMore(crowds.randomLines(upTo: 2000))
            try server.kill()
            try server.start()
            try crowds.killOne(after: 1)
            try crowds.expectFrozen()
            let told = crowds.told
            let audit = try CrowdAudit(store, told: told, isOneHistory: false)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            try thaw(store)
            try crowds.expectGoing()
        }
        try crowds.waitForMore(1000)
        let told = try crowds.finish()
        let audit = try CrowdAudit(store, told: told, isOneHistory: true)
        #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
        #expect(audit.open > 500 && audit.confirmed > 100, "\(audit.open) \(audit.confirmed)")
        try expectUnitsComeBack(store, told, within: .seconds(20))
    }

    /// What is not paid for is there again when its time is over.
    private func expectUnitsComeBack(
        _ store: any Store, _ told: [Told], within limit: Duration
    ) throws {
        try eventually("all units are back", within: limit) {
            _ = try store.perform(
                [ReservationRequest(.expire)], in: shop.catalogue, at: CrowdProgram.now())
            return try store.read(shop.catalogue, at: CrowdProgram.now()) {
                try $0.dueReservations(at: WallClock(millisecondsSince1970: .max), limit: 1)
            }.isEmpty
        }
        let audit = try CrowdAudit(store, of: shop.catalogue, told: told, isOneHistory: false)
        #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
        for code in shop.hot + shop.deep { #expect(audit.stock(code)?.held == 0) }
    }
}
