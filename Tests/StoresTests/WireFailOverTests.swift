import Primitives
@testable import Stores
import TestSupport
import Testing

/// Sets of servers that hand their work over to each other.
@Suite(.enabled(if: RedisPrograms.areThere), .serialized) struct WireFailOverTests {
    private func servers(_ address: String) throws -> RedisServers {
        try RedisServers(
            RedisAddress(address), options: .test(connectTimeout: .milliseconds(500)),
            opening: RedisBatch(), attach: { _, _ in })
    }

    private var soon: Instant { WireClock.now + .seconds(30) }
    private let incr = RedisBatch("INCR", "{c}n")

    /// What the next primary must have, too. WAIT counts what its own connection has written, so
    /// asked on another one it would answer at once.
    private func incrKept(by replicas: Int) -> RedisBatch {
        var batch = incr
        batch.append(["WAIT", "\(replicas)", "20000"])
        return batch
    }

    @Test func `the primary that sentinels name is found, and the next one after it`() throws {
        let set = try RedisSentinels()
        let servers = try servers("redis+sentinel://\(set.place)")
        let kept = try servers.exchange(incrKept(by: 2), forKey: "{c}n", until: soon)
        #expect(kept == [.integer(1), .integer(2)])
        let first = set.servers.primary
        #expect(try servers.connection(forKey: "{c}n", until: soon).endpoint.port == first.port)
        try first.kill()
        let keptAgain = try servers.exchange(incrKept(by: 1), forKey: "{c}n", until: soon)
        #expect(keptAgain == [.integer(2), .integer(1)])
        let second = try servers.connection(forKey: "{c}n", until: soon).endpoint.port
        #expect(second != first.port)
        #expect(try set.waitForAnother(than: first.port) == second)

        // One that stalls: what it was sent is unknown, and the next one is another server.
        let stalled = try #require(set.servers.all.first { $0.port == second })
        stalled.freeze()
        defer { stalled.thaw() }
        let late = RedisTrouble.timedOut(RedisEndpoint(host: "127.0.0.1", port: second))
        let end = WireClock.now + .milliseconds(100)
        #expect(servers.perform(incr, forKey: "{c}n", until: end) == [.failure(.unknown(late))])
        let third = try servers.exchange(incr, forKey: "{c}n", until: soon)
        #expect(third == [.integer(3)])
        let now = try servers.connection(forKey: "{c}n", until: soon).endpoint.port
        #expect(now != second && now != first.port)
    }

    @Test func `one sentinel that has gone or is behind does not matter`() throws {
        let set = try RedisSentinels()
        try set.sentinels[0].kill()
        set.sentinels[1].freeze()
        defer { set.sentinels[1].thaw() }
        let servers = try servers("redis+sentinel://\(set.place)")
        #expect(try servers.exchange(incr, forKey: "{c}n", until: soon) == [.integer(1)])
        let wrong = try self.servers("redis+sentinel://127.0.0.1:\(set.sentinels[2].port)/other")
        let end = WireClock.now + .milliseconds(100)
        #expect(
            wrong.perform(incr, forKey: "{c}n", until: end)
                == [.failure(.notSent(.noPrimary(name: "other")))])
    }

    @Test func `keys of a cluster are found where they are and where they have gone`() throws {
        let cluster = try RedisCluster()
        let servers = try servers("redis+cluster://\(cluster.place)")
        for number in 0..<20 {
            let key = "lc:{\(number)}:meta"
            let told = try cluster.nodes[0].run("cluster", "keyslot", key)
            #expect(told == "\(KeySlot.of(key))")
            let set = try servers.exchange(RedisBatch("INCR", key), forKey: key, until: soon)
            #expect(set == [.integer(1)])
        }
        // A map that is wrong: who is asked says who has it.
        let slot = KeySlot.of("{c}n")
        let owner = try cluster.owner(ofSlot: slot)
        let other = try #require(cluster.nodes.first { $0 !== owner })
        servers.slots.move(slot, to: RedisEndpoint(host: "127.0.0.1", port: other.port))
        #expect(try servers.exchange(incr, forKey: "{c}n", until: soon) == [.integer(1)])
        #expect(servers.slots.owner(of: slot)?.port == owner.port)

        // A slot on its way: what is not there any longer is asked of the next node.
        let (old, new) = (try owner.run("cluster", "myid"), try other.run("cluster", "myid"))
        try other.run("cluster", "setslot", "\(slot)", "importing", old)
        try owner.run("cluster", "setslot", "\(slot)", "migrating", new)
        var batch = RedisBatch("INCR", "{c}n")
        batch.append(["INCR", "{c}m"])
        batch.append(["WAIT", "0", "1"])
        batch.joinLast()
        #expect(
            try servers.exchange(batch, forKey: "{c}n", until: soon)
                == [.integer(2), .integer(1), .integer(0)])
        #expect(
            try owner.run("exists", "{c}m") == "0" || owner.run("exists", "{c}m").contains("ASK"))
        try owner.run("migrate", "127.0.0.1", "\(other.port)", "{c}n", "0", "5000")
        for node in [other, owner] { try node.run("cluster", "setslot", "\(slot)", "node", new) }
        #expect(
            try servers.exchange(batch, forKey: "{c}n", until: soon)
                == [.integer(3), .integer(2), .integer(0)])
        #expect(servers.slots.owner(of: slot)?.port == other.port)
    }

    @Test func `a server that is no cluster is told apart`() throws {
        let server = try RedisServer()
        let servers = try servers("redis+cluster://127.0.0.1:\(server.port)")
        guard
            case .failure(.refused(.notACluster)) =
                servers.perform(incr, forKey: "{c}n", until: soon)[0]
        else {
            Issue.record("taken for a cluster")
            return
        }
    }
}
