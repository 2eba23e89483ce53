import Primitives
@testable import Stores
import TestSupport
import Testing

/// Servers are found, and found again when they have changed: real ones.
@Suite(.enabled(if: RedisPrograms.areThere)) struct WireServersTests {
    private func servers(
        _ address: String, password: String? = nil, opening: RedisBatch = RedisBatch("PING"),
        attach: @escaping RedisServers.Attach = { _, _ in }
    ) throws -> RedisServers {
        try RedisServers(
            RedisAddress(address),
            options: .test(connectTimeout: .milliseconds(500), password: password),
            opening: opening, attach: attach)
    }

    private var soon: Instant { WireClock.now + .seconds(30) }

    @Test func `a server that was started again is found again`() throws {
        let server = try RedisServer(["appendonly yes", "appendfsync always"])
        var attached: [Int] = []
        let servers = try servers(
            "redis://127.0.0.1:\(server.port)/2", opening: RedisBatch("CLIENT", "ID")
        ) { connection, _ in attached.append(connection.openingReplies.count) }
        let incr = RedisBatch("INCR", "n")
        #expect(try servers.exchange(incr, forKey: "n", until: soon) == [.integer(1)])
        #expect(try servers.exchange(incr, forKey: "n", until: soon) == [.integer(2)])
        #expect(attached == [1])
        try server.kill()
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
        let gone = servers.perform(incr, forKey: "n", until: WireClock.now + .milliseconds(50))
        guard case .failure(.notSent(.cannotConnect(endpoint, _))) = gone[0] else {
            Issue.record(Comment(rawValue: "\(gone)"))
            return
        }
        try server.start()
        #expect(try servers.exchange(incr, forKey: "n", until: soon) == [.integer(3)])
        #expect(attached == [1, 1])
        #expect(try server.run("-n", "2", "get", "n") == "3")
    }

    @Test func `a server that stalls leaves what was sent unknown`() throws {
        let server = try RedisServer()
        let servers = try servers("redis://127.0.0.1:\(server.port)")
        let incr = RedisBatch("INCR", "n")
        #expect(try servers.exchange(incr, forKey: "n", until: soon) == [.integer(1)])
        server.freeze()
        let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port)
        let late = RedisTrouble.timedOut(endpoint)
        let end = WireClock.now + .milliseconds(200)
        #expect(servers.perform(incr, forKey: "n", until: end) == [.failure(.unknown(late))])
        // The connection is of no more use, and a new one is not answered.
        let next = WireClock.now + .milliseconds(700)
        #expect(servers.perform(incr, forKey: "n", until: next) == [.failure(.notSent(late))])
        server.thaw()
        // The stalled one ran when it woke, as far as anybody can tell.
        #expect(try servers.exchange(incr, forKey: "n", until: soon) == [.integer(3)])
    }

    @Test func `a replica is asked again until patience ends, and nothing has run`() throws {
        let set = try RedisReplicas(replicas: 1)
        let replica = set.replicas[0]
        let servers = try servers("redis://127.0.0.1:\(replica.port)")
        let script = RedisBatch("EVAL", "return redis.call('INCR', KEYS[1])", "1", "n")
        let end = WireClock.now + .milliseconds(200)
        let found = servers.perform(script, forKey: "n", until: end)
        guard case .success(.error(let error)) = found[0] else {
            Issue.record(Comment(rawValue: "\(found)"))
            return
        }
        #expect(error.kind == .replica)
        try replica.run("replicaof", "no", "one")
        #expect(try servers.exchange(script, forKey: "n", until: soon) == [.integer(1)])
    }

    @Test func `passwords and users are said before anything else`() throws {
        let server = try RedisServer(
            [
                "user default on >everyone ~* +@all",
                "user shop on >s3cret ~* +@all", "user guest on >s3cret ~* -@all +ping",
            ], command: ["--no-auth-warning", "-a", "everyone"])
        let place = "127.0.0.1:\(server.port)"
        let ping = RedisBatch("SET", "n", "1")
        for (address, password, isLetIn) in [
            ("redis://\(place)/1", "everyone", true), ("redis://shop@\(place)", "s3cret", true),
            ("redis://shop@\(place)", "wrong", false), ("redis://\(place)", nil, false),
            ("redis://nobody@\(place)", "s3cret", false),
            ("redis://guest@\(place)/3", "s3cret", false),
        ] {
            let servers = try servers(address, password: password, opening: RedisBatch("PING"))
            let result = servers.perform(ping, forKey: "n", until: soon)[0]
            switch result {
            case .success(let reply): #expect(isLetIn && reply == .status("OK"))
            case .failure(.refused(.denied)): #expect(!isLetIn)
            case .failure: Issue.record("\(address): \(result)")
            }
        }
        let open = try RedisServer(["databases 4"])
        let beyond = try servers("redis://127.0.0.1:\(open.port)/4")
        guard
            case .failure(.refused(.database(_, 4, _))) =
                beyond.perform(ping, forKey: "n", until: soon)[0]
        else {
            Issue.record("a database that is not there")
            return
        }
        let needless = try servers("redis://127.0.0.1:\(open.port)", password: "x")
        guard
            case .failure(.refused(.denied)) =
                needless.perform(ping, forKey: "n", until: soon)[0]
        else {
            Issue.record("a password that nobody asked for")
            return
        }
    }
}
