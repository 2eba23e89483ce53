@testable import Stores
import Testing

@Suite struct WireReplyTests {
    /// All replies of a text; nil at the end where the reader has given up.
    private static func replies(_ text: String, piece: Int = .max) -> [RedisReply?] {
        let reader = ReplyReader()
        let bytes = Array(text.utf8)
        var replies: [RedisReply?] = []
        var start = 0
        while start < bytes.count {
            let end = start + min(piece, bytes.count - start)
            unsafe bytes[start..<end].withUnsafeBytes { unsafe reader.feed($0) }
            while let reply = reader.next() { replies.append(reply) }
            start = end
        }
        return reader.isBroken ? replies + [nil] : replies
    }

    private static let good: [(String, [RedisReply])] = [
        ("+OK\r\n", [.status("OK")]), ("-ERR no\r\n", [.error(RedisError("ERR no"))]),
        (":-42\r\n:9223372036854775807\r\n", [.integer(-42), .integer(.max)]),
        ("$0\r\n\r\n$3\r\na\r\n\r\n", [.bytes([]), .bytes([97, 13, 10])]),
        ("$-1\r\n*-1\r\n", [.nothing, .nothing]), ("*0\r\n+A\r\n", [.array([]), .status("A")]),
        (
            "*3\r\n*2\r\n:1\r\n*0\r\n$-1\r\n*1\r\n-E\r\n+B\r\n",
            [
                .array([
                    .array([.integer(1), .array([])]), .nothing, .array([.error(RedisError("E"))]),
                ]), .status("B"),
            ]
        ),
        ("*2\r\n:1\r\n", []), ("$5\r\nab", []), ("+O", []),
    ]

    @Test(arguments: [1, 2, 7, 1000])
    func `replies come out as they were written, however they arrive`(_ piece: Int) {
        for (text, replies) in Self.good {
            #expect(Self.replies(text, piece: piece) == replies, "\(text)")
        }
    }

    @Test(arguments: [
        "x\r\n", "HTTP/1.1 200 OK\r\n", "*1000000000\r\n", "*-2\r\n", "*4294967297\r\n",
        "*99999999999999999999\r\n", "*1048577\r\n", "%1\r\n+a\r\n+b\r\n", "_\r\n", "\r\n",
        String(repeating: "*1\r\n", count: 40) + ":1\r\n",
        "*2\r\n*1048570\r\n*1048570\r\n",
    ])
    func `what is no reply, or too much of one, ends the connection`(_ text: String) {
        #expect(Self.replies(text).last == .some(nil), "\(text)")
        #expect(Self.replies(text, piece: 1).last == .some(nil), "\(text)")
    }

    @Test func `long words are shortened, long bytes are not`() {
        let long = String(repeating: "a", count: 100_000)
        #expect(Self.replies("-\(long)\r\n") == [.error(RedisError(String(long.prefix(512))))])
        #expect(Self.replies("$100000\r\n\(long)\r\n") == [.bytes(Array(long.utf8))])
    }

    @Test func `a reply that never ends is given up`() {
        let reader = ReplyReader()
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        unsafe Array("$2000000000\r\n".utf8).withUnsafeBytes { unsafe reader.feed($0) }
        for _ in 0...64 where reader.next() == nil {
            unsafe piece.withUnsafeBytes { unsafe reader.feed($0) }
        }
        #expect(reader.next() == nil)
        #expect(reader.isBroken)
    }
}
