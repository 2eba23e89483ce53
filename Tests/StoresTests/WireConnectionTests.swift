import Primitives
@testable import Stores
import TestSupport
import Testing

@Suite(.enabled(if: RedisPrograms.areThere)) struct WireConnectionTests {
    private static let script = "return {ARGV[1], redis.call('INCRBY', KEYS[1], ARGV[2])}"
    private let server: RedisServer

    init() throws {
        server = try RedisServer()
    }

    private func connect() throws -> RedisConnection {
        try RedisConnection(
            1, to: RedisEndpoint(host: "127.0.0.1", port: server.port), as: .nobody,
            tls: nil, opening: RedisBatch(), asking: RedisBatch(), options: .test(),
            until: WireClock.now + .seconds(10))
    }

    private var soon: Instant { WireClock.now + .seconds(10) }

    @Test func `a script that the server does not know is loaded and asked for again`() throws {
        let connection = try connect()
        let loaded = try connection.exchange(
            RedisBatch("SCRIPT", "LOAD", Self.script), until: soon)
        let hash = try #require(loaded[0].text)
        try server.run("SCRIPT", "FLUSH")
        var batch = RedisBatch()
        batch.begin(words: 6)
        batch.add("EVALSHA")
        batch.add(hash)
        batch.add(Int64(1))
        batch.add("{c}n")
        batch.add([0, 13, 10, 255])
        batch.add(Int64(-7))
        let first = try connection.exchange(batch, until: soon)
        #expect(first[0].error?.kind == .noScript)
        _ = try connection.exchange(RedisBatch("SCRIPT", "LOAD", Self.script), until: soon)
        let second = try connection.exchange(batch, until: soon)
        #expect(second == [.array([.bytes([0, 13, 10, 255]), .integer(-7)])])
    }

    @Test func `a window of commands stays in flight`() throws {
        let connection = try connect()
        var answered: Int64 = 0
        for number in 1...1000 {
            try connection.send(RedisBatch("INCR", "n"), until: soon)
            guard number > 64 else { continue }
            answered += 1
            #expect(try connection.receive(until: soon) == .integer(answered))
        }
        #expect(connection.commandsInFlight == 64)
        while connection.commandsInFlight > 0 {
            answered += 1
            #expect(try connection.receive(until: soon) == .integer(answered))
        }
        #expect(answered == 1000)
    }
}

extension RedisIdentity {
    static let nobody = RedisIdentity(user: nil, password: nil, database: 0)
}
