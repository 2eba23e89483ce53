import HTTP
import Primitives
import Signaling
import Testing

@Suite struct HostileTests {
    @Test(arguments: [
        "", "/", "/whip", "/whip/", "//whip/live", "/whip//live", "/whip/..", "/whip/.",
        "/whip/../whip/live", "/whip/%2e%2e", "/whip/li%76e", "/whip/live/", "/whip/live/x",
        "/whip/live/../live", "/whip/a%00b", "/whip/a b", "/whip/ä", "/whip/a\\b", "/WHIP/live",
        "/whip/live#x", "//evil.example/whip/live", "ftp://a/whip/live", "whip/live", "*",
        "/whip/live/00000000000000000000000000000000/x/y", "/whip/live\r\nX: y",
        "/whip/" + String(repeating: "a", count: 129),
    ])
    func `a path trick leads nowhere`(target: String) {
        var bench = EndpointBench()
        #expect(bench.get("GET", target).status == 404)
    }

    @Test(arguments: [
        "/whip/live?token=x", "http://a.example/whip/live", "https://b.example:1/whip/live?x",
    ])
    func `queries and absolute targets are understood`(target: String) {
        var bench = EndpointBench()
        #expect(bench.get("GET", target).status == 204)
    }

    @Test func `too much is refused by its own status`() {
        var bench = EndpointBench()
        #expect(bench.get("GET", "/" + String(repeating: "a", count: 3000)).status == 414)
        let wide = [("X", String(repeating: "x", count: 40_000))]
        #expect(bench.get("GET", "/whip/live", wide).status == 431)
        let many = (0..<200).map { ("X\($0)", "") }
        #expect(bench.get("GET", "/whip/live", many).status == 431)
    }

    @Test func `bytes that are no text are refused on both sides`() throws {
        let bad = Array("v=0\r\n".utf8) + [0xFF, 0xC0, 0x80]
        var bench = EndpointBench()
        let request = HTTPRequest(
            method: "POST", target: "/whip/live",
            fields: fields([("Content-Type", "application/sdp")]), body: bad)
        guard
            case .respond(let response) = bench.endpoint.receive(
                request, from: bench.client, now: bench.now, using: &bench.random)
        else {
            Issue.record("not refused")
            return
        }
        #expect(response.status == 400)
        var answer = created()
        answer.body = bad
        #expect(try ClientBench.open(answer: answer).failures.map(\.reason) == [.bodyNotText])
        answer.body = Array("v=0\r\n".utf8) + [UInt8](repeating: 0x61, count: 300_000)
        #expect(try ClientBench.open(answer: answer).failures.map(\.reason) == [.bodyTooLong])
    }

    @Test(arguments: ["", "\"", "\"a\r\nX: y\"", "a\u{0}b", String(repeating: "x", count: 500)])
    func `a tag that would break a header is not sent back`(tag: String) throws {
        var answer = created()
        answer.fields.set("ETag", tag)
        var bench = try ClientBench.open(answer: answer)
        bench.add(candidate(1))
        let sent = bench.last?.fields["If-Match"]
        #expect(sent == nil || sent == "\"")
    }

    @Test func `a problem document that is none does no harm`() throws {
        for body in ["", "[]", "{\"title\":1}", "{", String(repeating: "[", count: 100)] {
            var bench = try ClientBench()
            bench.start()
            bench.respond(400, [("Content-Type", "application/problem+json")], body: body)
            #expect(bench.failures.map(\.reason) == [.refused])
        }
    }

    @Test func `a flood of addresses is forgotten, not kept`() {
        var options = options(.whip)
        options.rate = RateLimit(burst: 1, interval: .seconds(1000))
        var bench = EndpointBench(options)
        let url = bench.post().location
        #expect(bench.get("PUT", url).status == 429)
        for number in UInt32(0)..<10_000 {
            bench.client = SocketAddress(ipv4: 0x0A00_0000 + number, port: 1)
            #expect(bench.get("PUT", url).status == 405)
        }
    }

    @Test func `two fields of authorization are none`() {
        var options = options(.whip)
        options.access = [EndpointOptions.Access(name: nil, bearer: "k")]
        var bench = EndpointBench(options)
        let twice = [("Authorization", "Bearer k"), ("Authorization", "Bearer x")]
        #expect(bench.post(twice).status == 401)
    }

    @Test func `answers that nobody waits for are passed over`() throws {
        var bench = try ClientBench.open()
        let before = bench.said.count
        bench.said += bench.client.receive(
            created(), for: RequestID(number: 99), now: bench.now, date: bench.date,
            using: &bench.random)
        bench.respond(created())
        bench.fall()
        bench.said += bench.client.tick(now: bench.now + .seconds(1000))
        #expect(bench.said.count == before)
    }
}
