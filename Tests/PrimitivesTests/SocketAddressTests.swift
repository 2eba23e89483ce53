import Primitives
import Testing

@Suite struct SocketAddressTests {
    @Test(arguments: [
        ("192.0.2.1:80", "192.0.2.1:80"), ("[2001:db8::1]:443", "[2001:db8::1]:443"),
        ("[::]:0", "[::]:0"), ("[::1]:9", "[::1]:9"), ("[1::]:9", "[1::]:9"),
        ("[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1"),
        ("[1:2:3:4:5:6:7:8]:1", "[1:2:3:4:5:6:7:8]:1"),
        ("[64:ff9b::192.0.2.33]:1", "[64:ff9b::c000:221]:1"),
        ("[::ffff:192.0.2.1]:7", "192.0.2.1:7"), ("[FE80::A]:65535", "[fe80::a]:65535"),
        ("[2001:0db8:0000:1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1"),
        ("[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1"),
    ])
    func `a text is read and printed in its shortest form`(text: String, expected: String) {
        #expect(SocketAddress(text)?.description == expected)
    }

    @Test(arguments: [
        "", ":", "1.2.3:1", "1.2.3.4", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.256:1", "1.2.3.04:1",
        "1.2.3.4.5:1", "[1.2.3.4]:1", "::1:80", "[:1]:1", "[1:]:1", "[1::2::3]:1", "[:::]:1",
        "[1:2:3:4:5:6:7]:1", "[1:2:3:4:5:6:7:8:9]:1", "[12345::]:1", "[g::]:1", "[::1]80",
        "[1:2:3:4:5:6:7:8::]:1", "[::1.2.3]:1", "[fe80::1%eth0]:1", "example.org:80", " 1.2.3.4:1",
    ])
    func `a text that is no address is refused`(text: String) {
        #expect(SocketAddress(text) == nil)
    }

    @Test func `addresses know what they are for`() throws {
        let loopback = try #require(SocketAddress("127.8.0.1:1"))
        let linkLocal = try #require(SocketAddress("[fe80::1]:1"))
        let any = try #require(SocketAddress("0.0.0.0:1"))
        #expect(loopback.isLoopback && !loopback.isLinkLocal && loopback.isIPv4)
        #expect(linkLocal.isLinkLocal && !linkLocal.isIPv4)
        #expect(any.isUnspecified && SocketAddress("[::]:1")?.isUnspecified == true)
        #expect(SocketAddress("[::1]:1")?.isLoopback == true)
    }
}
