import Primitives
import Testing

@testable import Sessions

/// Addresses that are told, and servers that are asked.
@Suite struct SessionRulesTests {
    @Test func `the addresses that another side may be told of`() throws {
        func addresses(_ texts: [String]) -> [SocketAddress] {
            texts.compactMap { SocketAddress(host: $0, port: 0) }
        }
        let all = [
            "127.0.0.1", "::1", "192.0.2.2", "fd00::2", "fe80::1", "169.254.1.1", "192.0.2.2",
            "0.0.0.0", "2001:db8::7",
        ]
        let own = ["192.0.2.2", "fd00::2", "2001:db8::7"]
        let cases: [([String], endpoint: String?, [String])] = [
            (all, "relay.example", own), (all, nil, own),
            (all, "127.0.0.1", ["127.0.0.1", "::1"] + own),
            (all, "localhost", ["127.0.0.1", "::1"] + own),
            (all, "::1", ["127.0.0.1", "::1"] + own),
            (["127.0.0.1", "fe80::1"], "relay.example", ["127.0.0.1"]), ([], "localhost", []),
        ]
        for (given, endpoint, expected) in cases {
            let usable = HostAddresses.usable(addresses(given), endpoint: endpoint, limit: 8)
            #expect(usable == addresses(expected), "\(given) for \(endpoint ?? "none")")
        }
        #expect(HostAddresses.usable(addresses(all), endpoint: nil, limit: 2).count == 2)
    }

    @Test func `URLs of STUN and TURN servers`() {
        typealias Kind = ICEServerAddress.Kind
        let cases: [(String, Kind?, String, UInt16)] = [
            ("stun:stun.example", .stun, "stun.example", 3478),
            ("STUN:stun.example:19302", .stun, "stun.example", 19302),
            ("stun:[2001:db8::1]:3479", .stun, "2001:db8::1", 3479),
            ("stun:[::1]", .stun, "::1", 3478),
            ("turn:turn.example", .turn(.udp), "turn.example", 3478),
            ("turn:turn.example:80?transport=tcp", .turn(.tcp), "turn.example", 80),
            ("turn:turn.example?transport=udp", .turn(.udp), "turn.example", 3478),
            ("turns:turn.example?transport=tcp", .turn(.tls), "turn.example", 5349),
            ("turns:turn.example:443", .turn(.tls), "turn.example", 443),
            ("turns:turn.example?transport=udp", nil, "", 0), ("stuns:stun.example", nil, "", 0),
            ("stun:", nil, "", 0), ("turn:x:0", nil, "", 0), ("turn:x:99999", nil, "", 0),
            ("turn:::1", nil, "", 0), ("turn:x?transport=sctp", nil, "", 0), ("turn", nil, "", 0),
            ("http://x", nil, "", 0), ("turn:[::1", nil, "", 0), ("turn:[::1]x", nil, "", 0),
            ("turn:a b", nil, "", 0), ("turn:user:secret@turn.example", nil, "", 0),
        ]
        for (text, kind, host, port) in cases {
            let address = ICEServerAddress(text)
            #expect(address?.kind == kind, "\(text)")
            #expect(!RelayFailure(url: text, reason: .badURL).url.contains("secret"))
            if let address { #expect(address.host == host && address.port == port, "\(text)") }
        }
    }
}
