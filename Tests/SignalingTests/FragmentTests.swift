import HTTP
import Primitives
import Signaling
import Testing

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
