import Testing
import WebRTC

/// Trickle fragments (RFC 8840).
@Suite struct ICEFragmentTests {
    private static let candidate = "1387637174 1 udp 2122260223 192.0.2.1 61764 typ host"

    private static let example = """
        a=ice-options:trickle ice2
        a=group:BUNDLE 0 1
        a=ice-ufrag:EsAw
        a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1
        m=audio 9 RTP/AVP 0
        a=mid:0
        a=candidate:\(candidate)
        a=candidate:\(candidate)
        a=candidate:3471623853 1 udp 2122194687 198.51.100.2 61765 typ host
        a=end-of-candidates
        m=video 9 UDP/TLS/RTP/SAVPF 96
        a=mid:1
        a=unheard-of:x

        """

    @Test func `a fragment with candidates for a bundle`() throws {
        let fragment = try ICEFragment(parsing: Self.example)
        #expect(
            fragment.credentials
                == ICECredentials(ufrag: "EsAw", password: "P2uYro0UCOQ4zxjKXaWCBui1"))
        #expect(fragment.iceOptions == ["trickle", "ice2"] && fragment.bundle == ["0", "1"])
        #expect(fragment.sections.map(\.mid) == ["0", "1"])
        #expect(fragment.allCandidates.count == 2 && fragment.allCandidates[0] == Self.candidate)
        #expect(!fragment.isComplete && fragment.sections[0].hasEndOfCandidates)
        #expect(try ICEFragment(parsing: fragment.text) == fragment)
        #expect(fragment.text.contains("m=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1387637174"))
    }

    @Test func `the end of candidates alone, for the session or for all its m-lines`() throws {
        let head = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"
        let whole = try ICEFragment(parsing: head + "a=end-of-candidates\r\n")
        #expect(whole.isComplete && whole.sections.isEmpty)
        let each = try ICEFragment(
            parsing: head + "m=audio 9 RTP/AVP 0\na=mid:audio0\na=end-of-candidates\n")
        #expect(each.isComplete && !each.hasEndOfCandidates)
        #expect(try ICEFragment(parsing: "").isComplete == false)
    }

    @Test func `a restart without candidates, candidates without an m-line, ICE lite`() throws {
        let restart = try ICEFragment(
            parsing: "a=ice-lite\na=ice-ufrag:ysXw\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\n"
                + "a=candidate:1 1 udp 1 192.0.2.9 9 typ host\n")
        #expect(restart.isICELite && restart.allCandidates.count == 1)
        #expect(try ICEFragment(parsing: restart.text) == restart)
        let nameless = try ICEFragment(parsing: "a=candidate:x\nm=audio 9 RTP/AVP 0\n")
        #expect(nameless.credentials == nil && nameless.sections[0].mid == nil)
        #expect(try ICEFragment(parsing: nameless.text) == nameless)
    }

    @Test func `credentials may be repeated, and must be the same`() throws {
        let head = "a=ice-ufrag:EsAw\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\n"
        #expect(try ICEFragment(parsing: head + "m=audio 9 RTP/AVP 0\n" + head).credentials != nil)
        #expect(throws: SDPError.malformed(line: 4)) {
            try ICEFragment(parsing: head + "m=audio 9 RTP/AVP 0\na=ice-ufrag:other\n")
        }
    }

    private static let refused: [(String, SDPError)] = [
        ("a=ice-ufrag:EsAw\n", SDPError.halfCredentials),
        ("a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\n", .halfCredentials), ("x\n", .malformed(line: 1)),
        ("a=ice-ufrag:a b c\n", .malformed(line: 1)), ("m=audio 9\n", .malformed(line: 1)),
        ("a=mid:0\n", .malformed(line: 1)), ("a=candidate:\n", .malformed(line: 1)),
        ("m=audio 9 a 0\na=mid:0\nm=audio 9 a 0\na=mid:0\n", .malformed(line: 4)),
        ("m=audio 9 a 0\na=mid:0\na=mid:1\n", .malformed(line: 3)),
        ("a=\u{1}\n", .malformed(line: 1)),
        ("m=" + String(repeating: "x", count: 33) + " 9 a 0\n", .malformed(line: 1)),
        (String(repeating: "m=audio 9 a 0\n", count: 17), .exceeds(.mediaLines)),
        (String(repeating: "a=x\n", count: 257), .exceeds(.lines)),
        ("a=" + String(repeating: "x", count: 1_023), .exceeds(.lineBytes)),
        (String(repeating: " ", count: 16_385), .exceeds(.bytes)),
        ("a=ice-options:" + (0..<17).map { "o\($0) " }.joined(), .exceeds(.iceOptions)),
        ("a=group:BUNDLE" + String(repeating: " 0", count: 17), .exceeds(.mediaLines)),
        ((0..<65).map { "a=candidate:\($0)\n" }.joined(), .exceeds(.candidates)),
    ]

    @Test(arguments: Self.refused)
    func `a fragment that is none is refused`(text: String, error: SDPError) {
        #expect(throws: error) { try ICEFragment(parsing: text) }
        #expect(throws: error) { try ICEFragment(parsing: Array(text.utf8).span) }
    }

    @Test func `bytes that are no UTF-8 are refused`() {
        #expect(throws: SDPError.notUTF8) { try ICEFragment(parsing: [UInt8]([0xC0, 0x0A]).span) }
    }
}
