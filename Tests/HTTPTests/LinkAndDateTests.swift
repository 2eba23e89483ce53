import HTTP
import Primitives
import Testing

@Suite struct LinkReadingTests {
    @Test(arguments: [
        (#"<a>"#, ["a"]), (#"<a>,<b>"#, ["a", "b"]), (#"<a,b>; rel=x , <c>"#, ["a,b", "c"]),
        (#"<a>; t="x,<y>;\"", <b>"#, ["a", "b"]), (#"junk, <b>"#, ["b"]), ("<a", []), ("", []),
        (#"<a>; rel="x" junk, <b>"#, ["a", "b"]), (",,, <a> ,", ["a"]), (#"<a>; ; rel=y"#, ["a"]),
    ])
    func `links are read as RFC 8288 has them`(text: String, targets: [String]) {
        #expect(LinkField.all(in: HTTPFields([("link", text)])).map(\.target) == targets)
    }

    @Test func `relations and parameters compare without case, the first counts`() {
        let links = LinkField.all(
            in: HTTPFields([("Link", #"<a>; REL="X next"; rel=y; title*=UTF-8''x; n=urn:a:b"#)]))
        #expect(links.first?.has(relation: "NEXT") == true)
        #expect(links.first?.has(relation: "y") == false)
        #expect(links.first?["n"] == "urn:a:b")
    }

    @Test func `what is printed reads back`() {
        let link = LinkField(
            target: "turn:a",
            parameters: [
                FieldParameter(name: "rel", value: "ice-server"),
                FieldParameter(name: "credential", value: #"a"b\c, <d>; é"#),
            ])
        #expect(LinkField.all(in: HTTPFields([("Link", link.text)])) == [link])
    }

    @Test func `links have a limit`() {
        let many = String(repeating: "<a>,", count: 1000)
        #expect(LinkField.all(in: HTTPFields([("Link", many)])).count == LinkField.maximumLinks)
    }
}

@Suite struct HTTPDateTests {
    @Test(
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
            ("Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"),
            ("Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"),
            ("Sun, 06 Nov 1994 08:49:37 CET", nil), ("Sun, 31 Feb 1994 08:49:37 GMT", nil),
            ("", nil), ("0", nil), ("Sun, 06 Now 1994 08:49:37 GMT", nil),
        ] as [(String, String?)])
    func `the three forms of a date are read`(text: String, expected: String?) {
        #expect(WallClock(httpDate: text)?.rfc3339 == expected)
    }

    @Test func `dates print as they read`() throws {
        var random = SeededRandom(seed: 3)
        for _ in 0..<500 {
            let seconds = Int64.random(in: -2_000_000_000...9_000_000_000, using: &random)
            let date = WallClock(millisecondsSince1970: seconds * 1000)
            #expect(WallClock(httpDate: date.httpDate) == date)
        }
        let known = try #require(WallClock(rfc3339: "1994-11-06T08:49:37Z"))
        #expect(known.httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
