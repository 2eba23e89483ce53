import Commerce
import CrowdSupport
import Primitives
@testable import Stores
import TestSupport
import Testing

extension CrashTests {
    /// Crowds of buyers on a cluster of three nodes, each with a catalogue of its own.
    @Suite(.enabled(if: RedisPrograms.areThere), .serialized) struct ClusterCrashTests {
        private let cluster: RedisCluster
        private let address: String
        private let shops: [CrashShop]

        init() throws {
            let cluster = try RedisCluster(["appendonly yes"])
            self.cluster = cluster
            address = "redis+cluster://\(cluster.place)"
            shops = try cluster.nodes.map { node in
                for number in 0..<100 {
                    let name = try CatalogueName("shop-\(number)")
                    if try cluster.owner(ofSlot: Self.slot(name)) === node {
                        return try CrashShop(in: name)
                    }
                }
                throw ProcessFailure(words: "a node has none of a hundred names")
            }
        }

        private static func slot(_ name: CatalogueName) -> Int { KeySlot.of(RedisStore.meta(name)) }

        private func start(_ store: any ShopStore) throws -> [Crowds] {
            try shops.enumerated().map { number, shop in
                try shop.stock(store)
                return try Crowds(2, on: address, shop, hold: 5, named: "n\(number)-")
            }
        }

        private func expectWell(_ crowds: [Crowds], _ store: any ShopStore) throws {
            for (crowds, shop) in zip(crowds, shops) {
                let told = try crowds.finish()
                let audit = try CrowdAudit(store, of: shop.catalogue, told: told, kept: .allInOrder)
                #expect(audit.problems.isEmpty, "\(shop.catalogue): \(audit.problems.prefix(20))")
                #expect(audit.confirmed > 20, "\(audit.confirmed)")
                try shop.expectUnitsBack(store, told, kept: .all, within: .seconds(20))
            }
        }

        @Test func `a slot goes to another node while its catalogue sells`() throws {
            let store = try CrowdProgram.open(address)
            let crowds = try start(store)
            try crowds[0].waitForMore(400)
            let slot = Self.slot(shops[0].catalogue)
            try move(slot, from: cluster.nodes[0], to: cluster.nodes[1]) {
                try crowds[0].waitForAsks()
            }
            // Another server has it: that it has all of it has to be seen first.
            try crowds[0].expectFrozen()
            let told = crowds[0].told
            let audit = try CrowdAudit(store, of: shops[0].catalogue, told: told, kept: .all)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(try thaw(store, shops[0].catalogue))
            for crowds in crowds {
                try crowds.expectGoing()
                try crowds.waitForMore(200)
            }
            try expectWell(crowds, store)
        }

        /// As `redis-cli --cluster reshard` does it: in between some keys are on either side.
        private func move(
            _ slot: Int, from old: RedisServer, to new: RedisServer, between: () throws -> Void
        ) throws {
            let (oldID, newID) = (try old.run("cluster", "myid"), try new.run("cluster", "myid"))
            try new.run("cluster", "setslot", "\(slot)", "importing", oldID)
            try old.run("cluster", "setslot", "\(slot)", "migrating", newID)
            var rounds = 0
            while true {
                let size = rounds < 4 ? 50 : 1000
                let keys = try old.run("cluster", "getkeysinslot", "\(slot)", "\(size)")
                    .split(separator: "\n").map(String.init)
                if keys.isEmpty || keys == [""] { break }
                let moved = try old.run(
                    ["migrate", "127.0.0.1", "\(new.port)", "", "0", "5000", "keys"] + keys)
                guard moved == "OK" else { throw ProcessFailure(words: moved) }
                if rounds < 4 { try between() }
                rounds += 1
            }
            for node in [new, old] { try node.run("cluster", "setslot", "\(slot)", "node", newID) }
        }

        @Test func `a node is killed, and the others' catalogues go on when it is back`() throws {
            let store = try CrowdProgram.open(address)
            let crowds = try start(store)
            for crowds in crowds { try crowds.waitForMore(300) }
            try cluster.nodes[2].kill()
            try crowds[2].expectAll("are told that nothing was done") { told in
                if case .undone = told.last?.outcome { true } else { false }
            }
            try cluster.nodes[2].start()
            try crowds[2].expectFrozen()
            let audit = try CrowdAudit(
                store, of: shops[2].catalogue, told: crowds[2].told, kept: .all)
            #expect(audit.problems.isEmpty, "\(audit.problems.prefix(20))")
            #expect(try thaw(store, shops[2].catalogue))
            for crowds in crowds {
                try crowds.expectGoing()
                try crowds.waitForMore(200)
            }
            try expectWell(crowds, store)
        }
    }
}
