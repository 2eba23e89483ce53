@testable import Stores
import Testing

@Suite struct WireAddressTests {
    private static func host(_ name: String, _ port: UInt16 = 6379) -> RedisEndpoint {
        RedisEndpoint(host: name, port: port)
    }

    @Test(arguments: [
        ("redis://shop", RedisAddress.Deployment.single(host("shop")), 0),
        ("redis://127.0.0.1:7000/3", .single(host("127.0.0.1", 7000)), 3),
        ("redis://[::1]:7000", .single(host("::1", 7000)), 0),
        ("redis://[::1]", .single(host("::1")), 0),
        ("redis://shop/", .single(host("shop")), 0),
        ("redis://anna@shop/1", .single(host("shop")), 1),
        ("rediss://shop", .single(host("shop")), 0),
        (
            "redis+sentinel://a,b:7001,[fe80::1]/sale",
            .sentinels(
                [host("a", 26_379), host("b", 7001), host("fe80::1", 26_379)], name: "sale"),
            0
        ),
        (
            "rediss+sentinel://a,a/black%2Dfriday/7",
            .sentinels([host("a", 26_379)], name: "black-friday"), 7
        ),
        ("redis+cluster://a,b:7001", .cluster([host("a"), host("b", 7001)]), 0),
        ("rediss+cluster://a/0", .cluster([host("a")]), 0),
    ])
    func `addresses say where servers are`(
        _ text: String, deployment: RedisAddress.Deployment, database: Int
    ) throws {
        let address = try RedisAddress(text)
        #expect(address.deployment == deployment)
        #expect(address.database == database)
        #expect((address.tls != nil) == text.hasPrefix("rediss"))
        #expect(RedisAddress.isMeant(by: text))
    }

    @Test(arguments: ["redi://shop", "http://shop", "postgres://shop/db"])
    func `what has a scheme of others is no path`(text: String) {
        #expect(throws: StoreError.badAddress(text)) { try StoreAddress(text) }
    }

    @Test func `options say how they are talked to`() throws {
        let plain = try RedisAddress("redis://shop")
        #expect(plain.user == nil && plain.passwordFile == nil && plain.tls == nil)
        #expect(plain.wait == .auto && plain.waitTimeout == .seconds(1))
        let full = try RedisAddress(
            "rediss+sentinel://anna%20b@a/sale?password-file=/run/p%40ss&ca-file=ca.pem"
                + "&tls-name=shop.test&cert-file=c.pem&key-file=k.pem&wait=2&wait-timeout=250"
                + "&sentinel-password-file=/run/s")
        #expect(full.user == "anna b")
        #expect(full.passwordFile == "/run/p@ss" && full.sentinelPasswordFile == "/run/s")
        #expect(full.tls?.authorityFile == "ca.pem" && full.tls?.name == "shop.test")
        #expect(full.tls?.certificateFile == "c.pem" && full.tls?.keyFile == "k.pem")
        #expect(full.wait == .replicas(2) && full.waitTimeout == .milliseconds(250))
    }

    @Test(arguments: [
        ("redis:/shop", RedisAddressProblem.notAnAddress),
        ("redis+unix://shop", .notAnAddress), ("redis://sh op", .notAnAddress),
        ("redis://shop\n", .notAnAddress), ("", .notAnAddress), ("redis://", .noHost),
        ("redis:///1", .noHost), ("redis+cluster://", .noHost), ("redis://@/1", .noHost),
        ("redis://a,b", .severalHosts), ("redis://a,", .badHost("")),
        ("redis://a:0", .badHost("a:0")), ("redis://a:65536", .badHost("a:65536")),
        ("redis://a:+1", .badHost("a:+1")), ("redis://a:", .badHost("a:")),
        ("redis://a:b:1", .badHost("a:b:1")), ("redis://::1", .badHost("::1")),
        ("redis://[::1", .badHost("[::1")), ("redis://[::1]x", .badHost("[::1]x")),
        ("redis://[1.2.3.4]", .badHost("[1.2.3.4]")), ("redis://a/x", .badDatabase("x")),
        ("redis://a/-1", .badDatabase("-1")), ("redis://a/65536", .badDatabase("65536")),
        ("redis://a/1/2", .badPath), ("redis+cluster://a/1", .databaseInCluster),
        ("redis+sentinel://a", .noName), ("redis+sentinel://a/", .noName),
        ("redis+sentinel://a/%zz", .badEncoding(of: "name")),
        ("redis+sentinel://a/%ff", .badEncoding(of: "name")),
        ("redis+sentinel://a/%00", .badEncoding(of: "name")),
        ("redis+sentinel://a/%4", .badEncoding(of: "name")),
        ("redis://a?wait", .badOption("wait", value: "")),
        ("redis://a?wait=x", .badOption("wait", value: "x")),
        ("redis://a?wait=101", .badOption("wait", value: "101")),
        ("redis://a?wait-timeout=0", .badOption("wait-timeout", value: "0")),
        ("redis://a?wait-timeout=60001", .badOption("wait-timeout", value: "60001")),
        ("redis://a?wait=1&wait=1", .repeatedOption("wait")),
        ("redis://a?colour=red", .unknownOption("colour")),
        ("redis://a?ca-file=x", .idleOption("ca-file")),
        ("redis://a?sentinel-password-file=x", .idleOption("sentinel-password-file")),
        ("rediss://a?cert-file=x", .halfIdentity), ("rediss://a?key-file=x", .halfIdentity),
    ])
    func `what is wrong with an address is told`(
        _ text: String, problem: RedisAddressProblem
    ) throws {
        #expect(throws: problem) { try RedisAddress(text) }
    }

    @Test(arguments: [
        "redis://:secret@shop", "redis://anna:secret@shop", "redis://anna:sec/ret@shop",
        "redis://anna:sec?ret@shop", "redis://anna:s@cret@shop", "redis://shop?password=secret",
        "redis://anna:secret@[bad", "redis://anna:secret@",
    ])
    func `passwords have no place in an address`(_ text: String) {
        #expect(throws: RedisAddressProblem.password) { try RedisAddress(text) }
    }

    @Test(arguments: ["sqlite:a", "a.db", "/redis/a.db", "redish://a", "redis"])
    func `other stores are not meant`(_ text: String) {
        #expect(RedisAddress.isMeant(by: text) == (text == "redis"))
    }
}
