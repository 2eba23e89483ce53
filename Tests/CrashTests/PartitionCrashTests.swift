import Commerce
import CrowdSupport
import Primitives
import Stores
import TestSupport
import Testing

extension CrashTests {
    /// A network in two parts, with buyers on both sides and a primary on either in the end.
    @Suite(.enabled(if: RedisPrograms.areThere && SplitNetwork.isPermitted || Machine.isCI))
    struct PartitionCrashTests {
        private let shop: CrashShop
        private let network: SplitNetwork
        private let primary: RedisServer
        private let replicas: [RedisServer]
        private let sentinels: [RedisServer]
        private let address: String

        init() throws {
            shop = try CrashShop()
            let network = try SplitNetwork()
            let (near, far) = (network.near, network.far)
            let lines = [
                "bind 0.0.0.0", "appendonly yes", "repl-diskless-sync-delay 0",
                "repl-ping-replica-period 1",
            ]
            let primary = try RedisServer(
                lines + ["replica-announce-ip \(far.address)"], under: far.program)
            replicas = try (0..<2).map { _ in
                try RedisServer(
                    lines + [
                        "replicaof \(far.address) \(primary.port)",
                        "replica-announce-ip \(near.address)",
                    ], under: near.program)
            }
            try eventually("replicas follow") { try primary.run("wait", "2", "100") == "2" }
            sentinels = try (0..<3).map { _ in
                try RedisServer(
                    [
                        "bind 0.0.0.0", "sentinel announce-ip \(near.address)",
                        "sentinel monitor sale \(far.address) \(primary.port) 2",
                        "sentinel down-after-milliseconds sale 1500",
                        "sentinel failover-timeout sale 5000",
                    ], isSentinel: true, under: near.program)
            }
            let hosts = sentinels.map { "\(near.address):\($0.port)" }.joined(separator: ",")
            address = "redis+sentinel://\(hosts)/sale?wait=1&wait-timeout=200"
            self.network = network
            self.primary = primary
            try expectSentinelsMeet()
        }

        /// Before they know of each other and of the replicas they would choose nobody.
        private func expectSentinelsMeet() throws {
            for sentinel in sentinels { try sentinel.hurry() }
            try eventually("the sentinels know each other") {
                try sentinels.allSatisfy { sentinel in
                    let words = try sentinel.run("sentinel", "master", "sale")
                        .split(separator: "\n")
                    func value(_ name: String) -> Substring? {
                        words.firstIndex(of: Substring(name)).map { words[$0 + 1] }
                    }
                    return value("num-other-sentinels") == "2" && value("num-slaves") == "2"
                }
            }
        }

        private func expectPromotion() throws {
            try eventually("a replica is promoted") {
                try replicas.contains { try $0.run("role").hasPrefix("master") }
            }
        }

        /// What a server may ask of itself besides.
        private static let settings: [[String]] =
            CrashRuns.size > 1 ? [[], ["min-replicas-to-write", "min-replicas-max-lag"]] : [[]]

        @Test(arguments: settings)
        func `a primary that is cut off with some buyers sells nothing`(settings: [String]) throws {
            for server in [primary] + replicas {
                for name in settings { try server.run("config", "set", name, "1") }
            }
            try shop.stock(CrowdProgram.open(address))
            let near = try Crowds(
                2, on: address, shop, hold: 5, named: "n", under: network.near.program)
            let far = try Crowds(
                3, on: address, shop, hold: 5, named: "f", under: network.far.program)
            for crowds in [near, far] { try crowds.waitForMore(1000) }

            try network.pullCable()
            let cut = CrowdProgram.steadyTime()
            try expectPromotion()
            try near.expectFrozen()
            let store = try CrowdProgram.open(address)
            let frozen = try CrowdAudit(store, told: near.told + far.told, kept: .sales)
            #expect(frozen.problems.isEmpty, "\(frozen.problems.prefix(20))")
            try near.expectGoing(afterThawing: store)
            try near.waitForMore(500)
            try far.waitForAsks()
            let alone = far.told.filter { $0.asked > cut }
            #expect(!alone.contains { $0.outcome == .state(.confirmed) })
            #expect(alone.contains { $0.outcome != .asked })

            try network.plugCable()
            try eventually("the old primary follows the new one") {
                try primary.run("role").hasPrefix("slave")
            }
            try far.expectGoing(afterThawing: store)
            for crowds in [near, far] { try crowds.waitForMore(300) }
            let told = try near.finish() + far.finish()
            let audit = try CrowdAudit(store, told: told, kept: .sales)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(audit.confirmed > 100, "\(audit.confirmed)")
            try shop.expectUnitsBack(store, told, kept: .sales, within: .seconds(20))
        }
    }
}
