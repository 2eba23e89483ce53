import Commerce
import Primitives
@testable import Stores
import TestSupport
import Testing

/// The kinds of store that the same promises are held against.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
    case sqlite
    case redis

    /// Those that there are programs for on this machine.
    static var available: [StoreKind] {
        RedisPrograms.areThere ? allCases : [.sqlite]
    }

    var testDescription: String { rawValue }

    func make() throws -> any TestedStore {
        switch self {
        case .sqlite: SQLiteUnderTest()
        case .redis: try RedisUnderTest()
        }
    }
}

/// A store that a test opens, several times where it likes, with a clock that the test sets.
protocol TestedStore: AnyObject {
    func open() throws -> any ShopStore
    /// What the store takes the time to be from now on, where it does not take the caller's.
    func set(_ now: WallClock) throws
    func set(_ now: WallClock, in catalogue: CatalogueName) throws
}

final class SQLiteUnderTest: TestedStore {
    private let scratch = ScratchStore()

    func open() throws -> any ShopStore { try scratch.open() }
    func set(_ now: WallClock) {}
    func set(_ now: WallClock, in catalogue: CatalogueName) {}
}

/// A server of Redis whose scripts read the time from a key.
final class RedisUnderTest: TestedStore {
    let server: RedisServer
    private let connection: RedisConnection

    static let clock = #"""
        local now = tonumber(redis.call('GET', string.sub(KEYS[1], 1, -5) .. 'now'))
        """#

    init(_ lines: [String] = []) throws {
        server = try RedisServer(lines)
        connection = try RedisConnection(
            1, to: RedisEndpoint(host: "127.0.0.1", port: server.port),
            as: RedisIdentity(user: nil, password: nil, database: 0), tls: nil,
            opening: RedisBatch(), asking: RedisBatch(), options: .test(),
            until: WireClock.now + .seconds(10))
        try set(WallClock(millisecondsSince1970: 1_795_233_600_000))
    }

    var address: String { "redis://127.0.0.1:\(server.port)" }

    func open() throws -> any ShopStore { try open(patience: .seconds(30)) }

    func open(
        _ options: String = "", patience: Duration, clock: String = RedisUnderTest.clock
    ) throws -> RedisStore {
        try RedisStore(
            RedisAddress(address + options), text: address + options,
            options: RedisOptions(
                patience: patience, connectTimeout: .seconds(5), password: nil,
                sentinelPassword: nil, isInterrupted: { false }),
            clock: clock)
    }

    func set(_ now: WallClock) throws {
        for name in ["default", "other"] { try set(now, in: CatalogueName(name)) }
    }

    func set(_ now: WallClock, in catalogue: CatalogueName) throws {
        _ = try connection.exchange(
            RedisBatch("SET", "lc:{\(catalogue)}:now", "\(now.millisecondsSince1970)"),
            until: WireClock.now + .seconds(10))
    }
}
