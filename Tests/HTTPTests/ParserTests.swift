import HTTP
import Primitives
import Testing

/// What a parser made of some bytes: requests, `100-continue` marks, and a problem at the end.
struct Parsed: Equatable {
    var requests: [IncomingRequest] = []
    var continues = 0
    var problem: HTTPProblem?

    static let limits = HTTPLimits(
        requestLineBytes: 64, headerBytes: 256, headerCount: 6, bodyBytes: 32)

    init(_ pieces: [ArraySlice<UInt8>], limits: HTTPLimits = Self.limits) {
        var parser = HTTPRequestParser(limits: limits)
        for piece in pieces {
            parser.add(Array(piece).span)
            do {
                try drain(&parser)
            } catch {
                problem = error
                return
            }
        }
    }

    init(_ text: String, limits: HTTPLimits = Self.limits) {
        self.init([Array(text.utf8)[...]], limits: limits)
    }

    private mutating func drain(_ parser: inout HTTPRequestParser) throws(HTTPProblem) {
        while true {
            switch try parser.next() {
            case .starved: return
            case .expectsContinue: continues += 1
            case .request(let request): requests.append(request)
            }
        }
    }
}

@Suite struct ParserTests {
    private static let good: [String] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /p?q HTTP/1.1\r\nhost:\ta:80 \t\r\nX: \r\n\r\n",
        "POST /whip HTTP/1.1\r\nHost: [::1]:8080\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
            + "3;x=\"y\"\r\nabc\r\n00000a\r\n0123456789\r\n0\r\nTrail: er\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n!",
        "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET http://b:81/x?y HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    private static let bad: [(text: String, problem: HTTPProblem)] = [
        ("GET / HTTP/1.1\nHost: a\r\n\r\n", .badLineEnd),
        ("GET /\rx HTTP/1.1\r\nHost: a\r\n\r\n", .badLineEnd),
        ("\r\n\r\n\r\nGET / HTTP/1.1\r\n", .badRequestLine),
        ("GET  / HTTP/1.1\r\n", .badRequestLine), ("GET / HTTP/1.1 \r\n", .badRequestLine),
        ("GET /\r\n", .badRequestLine), ("G@T / HTTP/1.1\r\n", .badRequestLine),
        (" GET / HTTP/1.1\r\n", .badRequestLine),
        ("GET x HTTP/1.1\r\n", .badTarget), ("GET /\u{7F} HTTP/1.1\r\n", .badTarget),
        ("GET /é HTTP/1.1\r\n", .badTarget), ("GET /#f HTTP/1.1\r\n", .badTarget),
        ("GET * HTTP/1.1\r\n", .badTarget), ("GET http://u@b/ HTTP/1.1\r\n", .badTarget),
        ("GET / HTP/1.1\r\n", .badVersion), ("GET / HTTP/11\r\n", .badVersion),
        ("GET / HTTP/2.0\r\n", .unknownVersion), ("GET / HTTP/0.9\r\n", .unknownVersion),
        ("CONNECT a:1 HTTP/1.1\r\n", .unknownMethod),
        ("\(String(repeating: "M", count: 33)) / HTTP/1.1\r\n", .unknownMethod),
        ("GET /\(String(repeating: "a", count: 64)) HTTP/1.1\r\n", .targetTooLong),
        (String(repeating: "G", count: 66), .targetTooLong),
        ("GET / HTTP/1.1\r\n\r\n", .missingHost),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", .badFieldName),
        ("GET / HTTP/1.1\r\n: a\r\n\r\n", .badFieldName),
        ("GET / HTTP/1.1\r\nHost\r\n\r\n", .badFieldName),
        ("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", .foldedField),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", .badFieldValue),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", .badLineEnd),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 255))", .headerTooLarge),
        ("GET / HTTP/1.1\r\nX: \(String(repeating: "a", count: 252))\r\n", .headerTooLarge),
        ("GET / HTTP/1.1\r\n" + String(repeating: "X: a\r\n", count: 7), .tooManyFields),
        (post("Content-Length: 3\r\nContent-Length: 4"), .badContentLength),
        (post("Content-Length: +3"), .badContentLength),
        (post("Content-Length: -3"), .badContentLength),
        (post("Content-Length:"), .badContentLength),
        (post("Content-Length: 3,"), .badContentLength),
        (post("Content-Length: 0x3"), .badContentLength),
        (post("Content-Length: 99999999999999999999"), .badContentLength),
        (post("Content-Length: 33"), .bodyTooLarge),
        (post("Content-Length: 3\r\nTransfer-Encoding: chunked"), .lengthAndChunked),
        (post("Transfer-Encoding: gzip"), .unknownTransferCoding),
        (post("Transfer-Encoding: gzip, chunked"), .unknownTransferCoding),
        (post("Transfer-Encoding: chunked, chunked"), .badTransferCoding),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip"), .badTransferCoding),
        (post("Transfer-Encoding:"), .badTransferCoding),
        (post("Transfer-Encoding: \u{B}chunked"), .badFieldValue),
        ("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", .chunkedBeforeHTTP11),
        (post("Expect: 200-ok"), .unmetExpectation),
        (chunked("x\r\n"), .badChunk), (chunked("\r\n"), .badChunk),
        (chunked("3 \r\nabc\r\n"), .badChunk), (chunked("0x3\r\nabc\r\n"), .badChunk),
        (chunked("-1\r\n"), .badChunk), (chunked("3\r\nabcd\r\n"), .badChunk),
        (chunked("3\nabc\r\n"), .badLineEnd), (chunked("3\r\nabc\n"), .badLineEnd),
        (chunked("3;\u{1}\r\n"), .badChunk), (chunked("111111111\r\n"), .bodyTooLarge),
        (chunked("21\r\n"), .bodyTooLarge),
        (chunked("1f\r\n\(String(repeating: "a", count: 31))\r\n2\r\n"), .bodyTooLarge),
        (chunked("0\r\nbad trailer: x\r\n\r\n"), .badFieldName),
        (chunked("1;\(String(repeating: "a", count: 256))"), .badChunk),
        (
            chunked(
                "1;\(String(repeating: "a", count: 200))\r\na\r\n1;\(String(repeating: "a", count: 200))\r\n"
            ),
            .headerTooLarge
        ),
    ]

    private static func post(_ fields: String) -> String {
        "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n"
    }

    private static func chunked(_ body: String) -> String {
        post("Transfer-Encoding: chunked") + body
    }

    @Test func `requests come out whole, with their bodies`() {
        let bodies = ["", "", "abc", "abc", "abc0123456789", "!"]
        for (text, body) in zip(Self.good, bodies) {
            let parsed = Parsed(text)
            #expect(parsed.problem == nil, "\(text)")
            #expect(
                parsed.requests.map { String(decoding: $0.request.body, as: UTF8.self) } == [body])
        }
    }

    @Test func `the connection stays by version and wish`() {
        #expect(Parsed(Self.good[0]).requests.map(\.keepsAlive) == [true])
        #expect(Parsed(Self.good[6]).requests.map(\.keepsAlive) == [false, true])
        #expect(Parsed(Self.good[7]).requests.map(\.keepsAlive) == [false])
    }

    @Test func `blanks around a value go, and names compare without case`() {
        let request = Parsed(Self.good[1]).requests.first?.request
        #expect(request?.target == "/p?q")
        #expect(request?.fields["HOST"] == "a:80")
        #expect(request?.fields["x"] == "")
    }

    @Test func `an absolute target overrides the host`() {
        let requests = Parsed(Self.good[8]).requests.map(\.request)
        #expect(requests.map(\.target) == ["/x?y", "*"])
        #expect(requests.map { $0.fields.values("Host") } == [["b:81"], ["a"]])
    }

    @Test func `trailers do not become fields`() {
        #expect(Parsed(Self.good[4]).requests.first?.request.fields["Trail"] == nil)
    }

    @Test func `a client that waits is told so once, before its body`() {
        #expect(Parsed(Self.good[5]).continues == 1)
        let head = String(Self.good[5].dropLast())
        #expect(Parsed(head).continues == 1)
        #expect(Parsed(head).requests.isEmpty)
        let large = head.replacing("Length: 1", with: "Length: 33")
        #expect(Parsed(large).continues == 0)
        #expect(Parsed(large).problem == .bodyTooLarge)
    }

    @Test func `what is doubtful is refused by name`() {
        for (text, problem) in Self.bad {
            #expect(Parsed(text).problem == problem, "\(text)")
            #expect(Parsed(text).requests.isEmpty, "\(text)")
        }
    }

    @Test func `every problem has a status that refuses`() {
        let statuses: Set = [400, 413, 414, 417, 431, 501, 505]
        #expect(Set(HTTPProblem.allCases.map(\.status)) == statuses)
    }

    @Test func `a split at any byte changes nothing`() {
        for text in Self.good + Self.bad.map(\.text) + [Self.good.joined()] {
            let bytes = Array(text.utf8)
            let whole = Parsed([bytes[...]])
            for place in 0...bytes.count {
                #expect(Parsed([bytes[..<place], bytes[place...]]) == whole, "\(text) at \(place)")
            }
            #expect(Parsed(bytes.indices.map { bytes[$0...$0] }) == whole, "\(text) byte by byte")
        }
    }

    @Test func `pipelined requests come in order`() {
        let text = (0..<100).map { "GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined()
        #expect(Parsed(text).requests.map(\.request.target) == (0..<100).map { "/\($0)" })
    }

    @Test func `after a problem nothing comes but the problem`() {
        var parser = HTTPRequestParser(limits: Parsed.limits)
        parser.add(Array("BAD\r\n".utf8).span)
        for _ in 0..<3 {
            var problem: HTTPProblem?
            do { _ = try parser.next() } catch { problem = error }
            #expect(problem == .badRequestLine)
            parser.add(Array("GET / HTTP/1.0\r\n\r\n".utf8).span)
        }
    }

    @Test func `the phase says what is waited for`() throws {
        var parser = HTTPRequestParser(limits: Parsed.limits)
        var phases: [HTTPRequestParser.Phase] = [parser.phase]
        for piece in ["PO", "ST / HTTP/1.0\r\n", "Content-Length: 2\r\n\r\n", "a", "b"] {
            parser.add(Array(piece.utf8).span)
            while try parser.next() != .starved {}
            phases.append(parser.phase)
        }
        #expect(phases == [.idle, .head, .head, .body, .body, .idle])
    }

    @Test func `bytes that are not UTF-8 in a value are read one by one`() {
        let head = Array("GET / HTTP/1.0\r\nX: caf".utf8)
        let parsed = Parsed([head[...], [0xE9], [13, 10, 13, 10]])
        #expect(parsed.requests.first?.request.fields["X"] == "café")
    }

    @Test func `random bytes and random damage never trap`() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            var bytes = Array((Self.good.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            let place = Int.random(in: 0...bytes.count, using: &random)
            #expect(Parsed([bytes[..<place], bytes[place...]]) == Parsed([bytes[...]]))
        }
    }
}
