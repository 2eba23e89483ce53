import Commerce
import CrowdSupport
import Primitives
@testable import Stores
import TestSupport
import Testing

extension CrashTests {
    /// Crowds of buyers on a real Redis, and what happens to it.
    @Suite(.enabled(if: RedisPrograms.areThere), .serialized) struct RedisCrashTests {
        private let shop: CrashShop

        init() throws {
            shop = try CrashShop()
        }

        @Test(arguments: ["always", "everysec"])
        func `redis-server is killed while buyers are at it`(sync: String) throws {
            let server = try RedisServer(["appendonly yes", "appendfsync \(sync)"])
            let address = "redis://127.0.0.1:\(server.port)"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            // A kill loses nothing of either; a power cut may, and that is said beforehand.
            let warnings = try store.warnings(for: shop.catalogue)
            #expect(warnings == (sync == "always" ? [] : [.appendOnlyFileSynced(sync)]))
            let crowds = try Crowds(4, on: address, shop, hold: 5)
            for _ in 0..<(2 * CrashRuns.size) {
                try crowds.waitForMore(crowds.randomLines(upTo: 2000))
                try server.kill()
                try server.start()
                try crowds.killOne(after: 1)
                try crowds.expectFrozen()
                let told = crowds.told
                let audit = try CrowdAudit(store, told: told, kept: .all)
                #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
                #expect(try thaw(store))
                try crowds.expectGoing()
            }
            try crowds.waitForMore(500)
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.open > 300 && audit.confirmed > 100, "\(audit.open) \(audit.confirmed)")
            try shop.expectUnitsBack(store, told, kept: .all, within: .seconds(20))
        }

        @Test func `a server that keeps nothing loses sales, and that was said`() throws {
            let server = try RedisServer()
            let address = "redis://127.0.0.1:\(server.port)"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            #expect(try store.warnings(for: shop.catalogue) == [.noAppendOnlyFile])
            let crowds = try Crowds(2, on: address, shop, hold: 5)
            try crowds.waitForMore(500)
            try server.kill()
            let told = try crowds.finish()
            try server.start()
            let audit = try CrowdAudit(store, told: told, kept: .sales)
            #expect(audit.problems.contains { $0.contains("was told to be confirmed") })
        }

        @Test(.enabled(if: FakeClock.isThere))
        func `the server's clock is set forwards and back`() throws {
            let clock = try FakeClock()
            let server = try RedisServer(["appendonly yes"], environment: clock.environment)
            let address = "redis://127.0.0.1:\(server.port)"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            let crowds = try Crowds(4, on: address, shop, hold: 2)
            for ahead in [-3600, 3600, -86_400, -86_340, -86_341, -82_741, -83_341] {
                try crowds.waitForMore(500)
                try clock.set(bySeconds: ahead)
                try crowds.killOne(after: 50)
            }
            try crowds.waitForMore(500)
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.open > 50, "\(audit.open)")
            // The clock was last set back by ten minutes. A hold of two seconds does not notice.
            try shop.expectUnitsBack(store, told, kept: .all, within: .seconds(15))
        }

        @Test(.enabled(if: SmallDisk.isPermitted || Machine.isCI))
        func `a server whose disk is full refuses clearly, and goes on when it has room`() throws {
            let disk = try SmallDisk(size: "2m")
            let server = try RedisServer(
                ["appendonly yes", "appendfsync everysec", "dir \(disk.path)"], under: disk.inside)
            let address = "redis://127.0.0.1:\(server.port)"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            let crowds = try Crowds(4, on: address, shop, hold: 5)
            try crowds.expectAll("are told that nothing can be kept") { told in
                if case .undone(let reason) = told.last?.outcome {
                    reason.contains("MISCONF")
                } else {
                    false
                }
            }
            let halted = try CrowdAudit(store, told: crowds.told, kept: .all)
            #expect(halted.problems.isEmpty, "\(halted.problems.prefix(20))")
            try disk.resize("64m")
            try crowds.expectGoing()
            // What it holds in memory is what it has written.
            try server.kill()
            try server.start()
            try crowds.expectFrozen()
            #expect(try thaw(store))
            try crowds.expectGoing()
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
        }

        @Test func `a server without memory refuses clearly, and goes on when it has some`() throws
        {
            let server = try RedisServer(["maxmemory 3mb", "maxmemory-policy noeviction"])
            let address = "redis://127.0.0.1:\(server.port)"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            let crowds = try Crowds(4, on: address, shop, hold: 5)
            try crowds.expectAll("are told that there is no memory") { told in
                if case .undone(let reason) = told.last?.outcome {
                    reason.contains("OOM")
                } else {
                    false
                }
            }
            let halted = try CrowdAudit(store, told: crowds.told, kept: .all)
            #expect(halted.problems.isEmpty, "\(halted.problems.prefix(20))")
            try server.run("config", "set", "maxmemory", "100mb")
            try crowds.expectGoing()
            try crowds.waitForMore(500)
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .allInOrder)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            try shop.expectUnitsBack(store, told, kept: .all, within: .seconds(20))
        }
    }
}
