@testable import Stores
import Testing

/// What is decided without any server.
@Suite struct WireValuesTests {
    /// The first two are the cluster specification's own.
    @Test(arguments: [
        ("123456789", 0x31C3), ("{user1000}.following", 3443), ("{user1000}.followers", 3443),
        ("foo{}{bar}", 8363), ("foo{{bar}}zap", 4015), ("foo{bar}{zap}", 5061), ("", 0),
        ("foo{bar", 15278), ("lc:{main}:meta", 12501),
    ])
    func `a key is in the slot of its hash tag`(_ key: String, slot: Int) {
        #expect(KeySlot.of(key) == slot)
    }

    @Test func `commands are packed as RESP`() {
        var batch = RedisBatch("PING")
        batch.begin(words: 4)
        batch.add("SET")
        batch.add("ключ")
        batch.add([0, 13, 10])
        batch.add(Int64.min)
        #expect(batch.count == 2)
        #expect(
            String(decoding: batch.bytes, as: UTF8.self)
                == "*1\r\n$4\r\nPING\r\n*4\r\n$3\r\nSET\r\n$8\r\nключ\r\n$3\r\n\0\r\n\r\n"
                + "$20\r\n-9223372036854775808\r\n")
        var other = RedisBatch("A")
        other.append(batch)
        #expect(other.count == 3)
        other.joinLast()
        var third = RedisBatch("B")
        third.append(commandAt: 2, of: other)
        #expect(third.followers == [1])
        #expect(third.ends.last == third.byteCount)
        other.removeAll()
        #expect(other.isEmpty && other.byteCount == 0 && other.followers.isEmpty)
        other.begin(words: 1)
        other.add(Int64(0))
        #expect(String(decoding: other.bytes, as: UTF8.self) == "*1\r\n$1\r\n0\r\n")
    }

    @Test(arguments: [
        (
            "MOVED 3999 127.0.0.1:6381", RedisError.Kind.moved(slot: 3999, to: "127.0.0.1", 6381),
            true
        ),
        ("ASK 0 ::1:6381", .ask(slot: 0, to: "::1", 6381), true),
        ("MOVED 1 :6381", .moved(slot: 1, to: "", 6381), true),
        ("MOVED 16384 a:1", .other, false), ("MOVED -1 a:1", .other, false),
        ("MOVED 1 a:0", .other, false), ("MOVED 1 a", .other, false), ("MOVED", .other, false),
        ("READONLY You can't write against a read only replica.", .replica, true),
        ("LOADING Redis is loading the dataset in memory", .notReady, true),
        ("MASTERDOWN Link with MASTER is down", .notReady, true),
        ("BUSY Redis is busy running a script.", .notReady, true),
        ("TRYAGAIN Multiple keys request during rehashing of slot", .unserved, true),
        ("CLUSTERDOWN The cluster is down", .unserved, true),
        ("NOSCRIPT No matching script.", .noScript, false),
        ("NOREPLICAS Not enough good replicas to write.", .tooFewReplicas, false),
        ("MISCONF Errors writing to the AOF file", .cannotPersist, false),
        ("OOM command not allowed", .outOfMemory, false), ("NOAUTH Authentication", .denied, false),
        ("WRONGPASS invalid", .denied, false), ("NOPERM this user", .denied, false),
        ("ERR unknown command", .other, false), ("", .other, false),
        ("MOVEDX 1 a:1", .other, false),
    ])
    func `errors say whether a command may run elsewhere`(
        _ text: String, kind: RedisError.Kind, isElsewhere: Bool
    ) {
        #expect(RedisError(text).kind == kind)
        #expect(RedisError(text).isElsewhereOrLater == isElsewhere)
    }

    @Test func `the map of slots takes what is well-formed`() {
        func node(_ host: RedisReply, _ port: Int64) -> RedisReply {
            .array([host, .integer(port), .bytes(Array("id".utf8)), .array([])])
        }
        func text(_ text: String) -> RedisReply { .bytes(Array(text.utf8)) }
        let asked = RedisEndpoint(host: "here", port: 1)
        var map = SlotMap(
            .array([
                .array([.integer(0), .integer(5460), node(text("a"), 7000), node(text("r"), 1)]),
                .array([.integer(5461), .integer(10_922), node(.nothing, 7001)]),
                .array([.integer(10_923), .integer(16_383), node(text("?"), 7002)]),
                .array([.integer(16_000), .integer(16_384), node(text("b"), 1)]),
                .array([.integer(-1), .integer(0), node(text("b"), 1)]),
                .array([.integer(2), .integer(1), node(text("b"), 1)]),
                .array([.integer(0), .integer(1), node(text("b"), 65_536)]),
                .array([.integer(0), .integer(1)]), .nothing, .array([]),
            ]), from: asked)
        #expect(map.owner(of: 0) == RedisEndpoint(host: "a", port: 7000))
        #expect(map.owner(of: 10_922) == RedisEndpoint(host: "here", port: 7001))
        #expect(map.owner(of: 10_923) == nil)
        map.move(10_923, to: asked)
        #expect(map.owner(of: 10_923) == asked)
        #expect(map.nodes.count == 3)
        #expect(SlotMap(.error(RedisError("ERR")), from: asked).isEmpty)
    }

    @Test func `of what sentinels say the newest counts`() {
        func answer(_ host: String, _ epoch: Int64) -> SentinelAnswer {
            SentinelAnswer(primary: RedisEndpoint(host: host, port: 1), epoch: epoch)
        }
        #expect(SentinelAnswer.newest([]) == nil)
        #expect(SentinelAnswer.newest([answer("old", 1), answer("new", 2)])?.host == "new")
        #expect(
            SentinelAnswer.newest([answer("a", 2), answer("b", 2), answer("b", 2)])?.host == "b")
        let words: (String) -> RedisReply = { .bytes(Array($0.utf8)) }
        let fields = ["name", "x", "config-epoch", "7", "odd"].map(words)
        let place: RedisReply = .array([words("h"), words("6379")])
        #expect(SentinelAnswer([place, .array(fields)])?.epoch == 7)
        #expect(SentinelAnswer([place, .nothing])?.epoch == 0)
        #expect(SentinelAnswer([.nothing, .nothing]) == nil)
        #expect(SentinelAnswer([.array([words("h"), words("0")]), .nothing]) == nil)
        #expect(SentinelAnswer([place]) == nil)
    }
}
