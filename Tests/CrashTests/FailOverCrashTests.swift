import Commerce
import CrowdSupport
import Primitives
@testable import Stores
import TestSupport
import Testing

extension CrashTests {
    /// Crowds of buyers while a primary goes and real sentinels put a replica in its place.
    @Suite(.enabled(if: RedisPrograms.areThere), .serialized) struct FailOverCrashTests {
        private let shop: CrashShop

        init() throws {
            shop = try CrashShop()
        }

        private enum Trouble: String, CaseIterable {
            case killed
            case stalled
        }

        @Test(arguments: Trouble.allCases)
        private func `a primary is gone and a replica promoted`(trouble: Trouble) throws {
            let set = try RedisSentinels(["appendonly yes"], downAfter: 1500)
            let address = "redis+sentinel://\(set.place)?wait-timeout=200"
            let store = try CrowdProgram.open(address)
            try shop.stock(store)
            // Sentinels choose the replica that has most, so that one of two is enough while the
            // other is there; and what was only held may go.
            let warnings = try store.warnings(for: shop.catalogue)
            #expect(warnings.contains(.waitsForFew(waited: 1, connected: 2)))
            #expect(warnings.contains(.noReplicasRequired(connected: 2)))
            let crowds = try Crowds(4, on: address, shop, hold: 5)
            try crowds.waitForMore(2000)
            let first = set.servers.primary
            switch trouble {
            case .killed: try first.kill()
            case .stalled: first.freeze()
            }
            try set.waitForAnother(than: first.port)
            try crowds.expectFrozen()
            if trouble == .stalled {
                // It goes on where it was, and does not know yet that it is primary no longer.
                first.thaw()
                try eventually("it has learned that") {
                    try first.run("role").hasPrefix("slave")
                }
            }
            let frozen = try CrowdAudit(store, told: crowds.told, kept: .sales)
            #expect(frozen.problems.isEmpty, "\(frozen.problems.prefix(20))")
            try crowds.expectGoing(afterThawing: store)
            try crowds.waitForMore(500)
            let told = try crowds.finish()
            let audit = try CrowdAudit(store, told: told, kept: .sales)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.confirmed > 100, "\(audit.confirmed)")
            try shop.expectUnitsBack(store, told, kept: .sales, within: .seconds(20))
        }
    }
}
