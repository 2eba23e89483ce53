import HTTP
import Primitives
import Signaling
import Testing

@Suite struct ReferenceTests {
    @Test func `references resolve as RFC 3986 5-4 says`() throws {
        let base = try #require(Reference("http://a/b/c/d;p?q"))
        let cases = [
            ("g:h", "g:h"), ("g", "http://a/b/c/g"), ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"), ("/g", "http://a/g"), ("//g", "http://g"),
            ("?y", "http://a/b/c/d;p?y"), ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q#s"), ("g#s", "http://a/b/c/g#s"),
            ("g?y#s", "http://a/b/c/g?y#s"), (";x", "http://a/b/c/;x"),
            ("g;x", "http://a/b/c/g;x"), ("g;x?y#s", "http://a/b/c/g;x?y#s"),
            ("", "http://a/b/c/d;p?q"), (".", "http://a/b/c/"), ("./", "http://a/b/c/"),
            ("..", "http://a/b/"), ("../", "http://a/b/"), ("../g", "http://a/b/g"),
            ("../..", "http://a/"), ("../../", "http://a/"), ("../../g", "http://a/g"),
            ("../../../g", "http://a/g"), ("../../../../g", "http://a/g"),
            ("/./g", "http://a/g"), ("/../g", "http://a/g"), ("g.", "http://a/b/c/g."),
            (".g", "http://a/b/c/.g"), ("g..", "http://a/b/c/g.."), ("..g", "http://a/b/c/..g"),
            ("./../g", "http://a/b/g"), ("./g/.", "http://a/b/c/g/"),
            ("g/./h", "http://a/b/c/g/h"), ("g/../h", "http://a/b/c/h"),
            ("g;x=1/./y", "http://a/b/c/g;x=1/y"), ("g;x=1/../y", "http://a/b/c/y"),
            ("g?y/./x", "http://a/b/c/g?y/./x"), ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("g#s/./x", "http://a/b/c/g#s/./x"), ("g#s/../x", "http://a/b/c/g#s/../x"),
        ]
        for (text, expected) in cases {
            let reference = try #require(Reference(text))
            #expect(reference.text == text)
            #expect(reference.resolved(against: base).text == expected, "\(text)")
        }
        let bare = try #require(Reference("http://a"))
        #expect(Reference("g")?.resolved(against: bare).text == "http://a/g")
    }

    @Test(arguments: ["a b", "a\r\nb", "\u{7F}", "ä", "a\tb", "<a>", "a\"b", "a\\b"])
    func `what no URL may hold is none`(text: String) {
        #expect(Reference(text) == nil)
    }

    @Test(arguments: [
        ("https://a.example/x", "https://A.example:443/y", true),
        ("http://a/", "http://a:80", true), ("http://a/", "https://a/", false),
        ("https://u:p@a/", "https://a/", true), ("https://a.b/", "https://b.a/", false),
        ("https://a:8443/", "https://a/", false), ("https://[::1]:443/", "https://[::1]/", true),
        ("https://[::1]/", "https://[::2]/", false), ("stun:a", "stun:a", false),
        ("https://a:99999/", "https://a:99999/", false), ("https:///x", "https:///x", false),
        ("https://a@b/", "https://a/", false), ("https://a:/", "https://a", true),
    ])
    func `an origin is scheme, host and port`(left: String, right: String, same: Bool) throws {
        let (left, right) = (try #require(Reference(left)), try #require(Reference(right)))
        #expect(left.isSameOrigin(as: right) == same)
        #expect(right.isSameOrigin(as: left) == same)
    }
}

@Suite struct LinkValueTests {
    @Test(arguments: [
        (#"<a>"#, ["a"]), (#"<a>,<b>"#, ["a", "b"]), (#"<a,b>; rel=x , <c>"#, ["a,b", "c"]),
        (#"<a>; t="x,<y>;\"", <b>"#, ["a", "b"]), (#"junk, <b>"#, ["b"]), ("<a", []), ("", []),
        (#"<a>; rel="x" junk, <b>"#, ["a", "b"]), (",,, <a> ,", ["a"]), (#"<a>; ; rel=y"#, ["a"]),
    ])
    func `links are read as RFC 8288 has them`(text: String, targets: [String]) {
        #expect(LinkValue.all(in: fields([("link", text)])).map(\.target) == targets)
    }

    @Test func `relations and parameters compare without case, the first counts`() {
        let links = LinkValue.all(
            in: fields([("Link", #"<a>; REL="X next"; rel=y; title*=UTF-8''x; n=urn:a:b"#)]))
        #expect(links.first?.has(relation: "NEXT") == true)
        #expect(links.first?.has(relation: "y") == false)
        #expect(links.first?["n"] == "urn:a:b")
    }

    @Test func `what is printed reads back`() {
        let link = LinkValue(
            target: "turn:a",
            parameters: [
                LinkValue.Parameter("rel", "ice-server"),
                LinkValue.Parameter("credential", #"a"b\c, <d>; é"#),
            ])
        #expect(LinkValue.all(in: fields([("Link", link.text)])) == [link])
    }

    @Test func `links have a limit`() {
        let many = String(repeating: "<a>,", count: 1000)
        #expect(LinkValue.all(in: fields([("Link", many)])).count == LinkValue.maximumCount)
    }
}

@Suite struct FragmentTests {
    @Test func `the example of the RFC reads and prints`() throws {
        let fragment = try TrickleFragment(parsing: trickleBody)
        #expect(fragment.candidateCount == 2 && fragment.endsCandidates)
        #expect(fragment.sections.first?.mid == "0")
        #expect(try TrickleFragment(parsing: fragment.text) == fragment)
    }

    @Test(arguments: [
        ("", FragmentProblem.empty), ("a=ice-ufrag:abcd", .halfCredentials),
        ("a=ice-ufrag:ab", .badCredentials(line: 1)), ("nonsense", .badLine(line: 1)),
        ("a=mid:0\u{1}", .badLine(line: 1)),
        ("a=ice-ufrag:abcd\na=ice-ufrag:abce", .contradictingCredentials(line: 2)),
        ("a=ice-pwd:" + String(repeating: "x", count: 257), .badCredentials(line: 1)),
        ("a=" + String(repeating: "x", count: 1100), .lineTooLong(line: 1)),
        (String(repeating: "a=x\n", count: 20_000), .tooLong),
        (String(repeating: "m=a\n", count: 33), .tooManySections),
        (String(repeating: "a=candidate:1\n", count: 257), .tooManyCandidates),
    ])
    func `what is no fragment says why`(text: String, problem: FragmentProblem) {
        #expect(throws: problem) { try TrickleFragment(parsing: text) }
    }

    @Test func `peers leave out what they can`() throws {
        let bare = try TrickleFragment(parsing: "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n")
        #expect(bare.candidateCount == 1 && bare.credentials == nil)
        let unknown = try TrickleFragment(parsing: "m=audio 9 RTP/AVP 0\nb=x\na=new:thing\n")
        #expect(unknown.sections.count == 1)
    }
}

@Suite struct FieldTests {
    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil),
            ("", nil), ("0", nil), ("Sun, 06 Now 1994 08:49:37 GMT", nil),
        ] as [(String, String?)])
    func `the three forms of a date are read`(text: String, expected: String?) {
        #expect(HTTPDate.parse(text)?.rfc3339 == expected)
    }

    @Test func `dates print as they read`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            let seconds = Int64.random(in: -2_000_000_000...9_000_000_000, using: &random)
            let date = WallClock(millisecondsSince1970: seconds * 1000)
            #expect(HTTPDate.parse(HTTPDate.text(date)) == date)
        }
        let known = try #require(WallClock(rfc3339: "1994-11-06T08:49:37Z"))
        #expect(HTTPDate.text(known) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    @Test func `a date to wait for counts from the server's own clock`() throws {
        let ours = try #require(WallClock(rfc3339: "2030-01-01T00:00:00Z"))
        let wait = RetryAfter.duration(
            "Sun, 06 Nov 1994 08:49:47 GMT", answered: "Sun, 06 Nov 1994 08:49:37 GMT", date: ours)
        #expect(wait == .seconds(10))
        for text in ["-1", "1.5", "99999999999999999999", "", " "] {
            #expect(RetryAfter.duration(text, answered: nil, date: ours) == nil)
        }
    }
}
