import HTTP
import Primitives
import Testing

@Suite struct URLTests {
    @Test func `references resolve as RFC 3986 5.4 says`() throws {
        let base = try URL(parsing: "http://a/b/c/d;p?q")
        let cases = [
            ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"), ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"), ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"), (";x", "http://a/b/c/;x"), ("g;x", "http://a/b/c/g;x"),
            ("g;x?y#s", "http://a/b/c/g;x?y#s"), ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"), ("./", "http://a/b/c/"), ("..", "http://a/b/"),
            ("../", "http://a/b/"), ("../g", "http://a/b/g"), ("../..", "http://a/"),
            ("../../", "http://a/"), ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"), ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"), ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"), ("g#s/../x", "http://a/b/c/g#s/../x"),
            ("http:g", "http:g"),
        ]
        for (reference, expected) in cases {
            #expect(try base.resolving(reference).text == expected, "\(reference)")
        }
        #expect(try URL(parsing: "http://a").resolving("g").text == "http://a/g")
    }

    @Test func `the parts come apart`() throws {
        let url = try URL(parsing: "HTTPS://me:pw@[2001:DB8::1]:8443/a/b?c=d%20e&f#g")
        #expect(url.scheme == "https")
        #expect(url.userinfo == "me:pw")
        #expect(url.host == "2001:db8::1")
        #expect(url.port == 8443)
        #expect(url.authority == "[2001:db8::1]:8443")
        #expect(url.requestTarget == "/a/b?c=d%20e&f")
        #expect(url.queryPairs.map { "\($0.name)=\($0.value)" } == ["c=d e", "f="])
        #expect(url.redacted == "https://***@[2001:db8::1]:8443/a/b?c=d%20e&f#g")
        let signed = try URL(parsing: "http://a/b?x=1&Access_Token=abc=d&token&X-Amz-Signature=ef")
        #expect(signed.redacted == "http://a/b?x=1&Access_Token=***&token&X-Amz-Signature=***")
        let stun = try URL(parsing: "stun:stun.example:3479?transport=udp")
        #expect(stun.host == nil)
        #expect(stun.path == "stun.example:3479")
        #expect(try URL(parsing: "http://h").requestTarget == "/")
        #expect(try URL(parsing: "http://h:/x").port == nil)
    }

    @Test func `what is no URL is refused by name`() {
        let cases: [(String, URLProblem)] = [
            ("/path", .missingScheme), ("", .missingScheme), ("1http://a", .badScheme),
            ("http://a b", .badCharacter(at: 8)), ("http://a/\n", .badCharacter(at: 9)),
            ("http://a/%4", .badPercent(at: 9)), ("http://a/%zz", .badPercent(at: 9)),
            ("http://[::1", .badHost), ("http://[zz]/", .badHost), ("http://[1.2.3.4]/", .badHost),
            ("http://a[b/", .badHost), ("http://u@v@w/", .badHost), ("http://[::1]x/", .badHost),
            ("http://a:65536/", .badPort), ("http://a:x/", .badPort),
            ("http://" + String(repeating: "a", count: 9000), .tooLong(limit: 8192)),
        ]
        for (text, problem) in cases {
            #expect(throws: problem, "\(text)") { try URL(parsing: text) }
        }
    }

    @Test func `origins compare with their ports written out`() throws {
        let base = try URL(parsing: "http://Example.com/a")
        for (other, isSame) in [
            ("http://example.com:80/b", true), ("https://example.com/", false),
            ("http://example.com:81/", false), ("http://sub.example.com/", false),
            ("stun:example.com", false),
        ] {
            #expect(base.hasSameOrigin(as: try URL(parsing: other)) == isSame, "\(other)")
        }
    }
}

@Suite struct FieldValueTests {
    @Test func `several links share one line`() {
        let links = LinkField.parse(
            "<stun:s.example:3478>; rel=\"ice-server\" , "
                + "<turn:t.example?transport=udp>; rel=ice-server; username=\"a\\\"b,;<\"; "
                + "credential=\"p,w\"; credential-type=password,,"
                + "</events>;rel=\"Urn:x next\";;title")
        #expect(
            links.map(\.target) == [
                "stun:s.example:3478", "turn:t.example?transport=udp", "/events",
            ])
        #expect(links.map { $0.relations } == [["ice-server"], ["ice-server"], ["urn:x", "next"]])
        #expect(links[1]["Username"] == "a\"b,;<")
        #expect(links[1]["credential"] == "p,w")
        #expect(links[2]["title"] == "")
    }

    @Test func `links print so that they parse to the same`() {
        let link = LinkField(
            target: "turn:t",
            parameters: [
                FieldParameter(name: "rel", value: "ice-server"),
                FieldParameter(name: "username", value: "a\"\\b, c"),
            ])
        #expect(link.text == #"<turn:t>; rel="ice-server"; username="a\"\\b, c""#)
        #expect(LinkField.parse("\(link.text), \(link.text)") == [link, link])
    }

    @Test func `what is malformed ends the links`() {
        for text in [
            "", "x", "<a", "<a>; b=\"c", "<a> b=c <d>", "<a>;\(String(repeating: "p;", count: 40))",
        ] {
            #expect(LinkField.parse("<ok>, \(text)").first?.target == "ok", "\(text)")
            #expect(LinkField.parse(text).count <= 1, "\(text)")
        }
    }

    @Test func `media types read with their parameters`() {
        let type = MediaType(parsing: "Application/SDP ; Charset=\"utf-8\";valid-until=x")
        #expect(type?.name == "application/sdp")
        #expect(type?["charset"] == "utf-8")
        #expect(type?.text == "application/sdp; charset=utf-8; valid-until=x")
        for text in ["", "text", "text/", "/x", "text/plain x", "a/b;c=\"d"] {
            #expect(MediaType(parsing: text) == nil, "\(text)")
        }
    }

    @Test func `percent coding survives and refuses what is broken`() {
        #expect("a b/ü~".percentEncoded == "a%20b%2F%C3%BC~")
        #expect("a%20b%2F%C3%BC~".percentDecoded == "a b/ü~")
        for text in ["%", "%4", "%g0", "%ff"] { #expect(text.percentDecoded == nil, "\(text)") }
    }

    @Test func `dates are those of RFC 9110`() {
        let cases: [(Int64, String)] = [
            (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
            (1_709_210_096_123, "Thu, 29 Feb 2024 12:34:56 GMT"),
        ]
        for (milliseconds, text) in cases {
            #expect(WallClock(millisecondsSince1970: milliseconds).httpDate == text)
        }
    }
}

@Suite struct ResponseTests {
    private func bytes(
        _ response: HTTPResponse, _ method: String = "GET", _ version: HTTPVersion = .http11,
        keepsAlive: Bool = true
    ) -> String {
        var bytes: [UInt8] = []
        response.write(
            to: &bytes, method: method, version: version, keepsAlive: keepsAlive, date: "D")
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func `an answer always says its length, and shows a body where it may`() {
        let head = "HTTP/1.1 200 OK\r\nDate: D\r\n"
        let ok = HTTPResponse(status: 200, body: Array("hi".utf8))
        #expect(bytes(ok) == head + "Content-Length: 2\r\n\r\nhi")
        #expect(bytes(ok, "HEAD") == head + "Content-Length: 2\r\n\r\n")
        #expect(bytes(HTTPResponse(status: 201)).hasSuffix("Content-Length: 0\r\n\r\n"))
        for status in [204, 304] {
            let text = bytes(HTTPResponse(status: status, body: [1]))
            #expect(!text.contains("Content-Length"))
            #expect(text.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `the connection's end is said, and its staying only to HTTP 1.0`() {
        let ok = HTTPResponse(status: 200)
        #expect(!bytes(ok).contains("Connection"))
        #expect(bytes(ok, keepsAlive: false).contains("Connection: close\r\n"))
        #expect(bytes(ok, "GET", .http10).contains("Connection: keep-alive\r\n"))
    }

    @Test func `nothing in a field makes a second one`() {
        let fields = HTTPFields([
            ("X", "a\r\nSet-Cookie: b"), ("Bad Name", "x"), ("content-length", "99"),
            ("Transfer-Encoding", "chunked"), ("Location", "/s/1"),
        ])
        #expect(
            bytes(HTTPResponse(status: 200, fields: fields))
                == "HTTP/1.1 200 OK\r\nDate: D\r\nX: a  Set-Cookie: b\r\nLocation: /s/1\r\n"
                + "Content-Length: 0\r\n\r\n")
    }
}
