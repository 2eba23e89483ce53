import HTTP
import Primitives
import Signaling
import Testing

@Suite struct WHIPEndpointTests {
    @Test func `whip endpoint 1: another type or a bad body is refused`() {
        let long = "v=0\r\n" + String(repeating: "x", count: 262_144)
        let cases = [
            ("text/plain", offerSDP, 415), ("", offerSDP, 415),
            ("application/sdp", "nonsense", 400), ("application/sdp", "", 400),
            ("Application/SDP; x=y", offerSDP, 201), ("application/sdp", long, 413),
        ]
        for (type, body, status) in cases {
            var bench = EndpointBench()
            let response = bench.get("POST", "/whip/live", [("Content-Type", type)], body: body)
            #expect(response.status == status)
            #expect((response.problem?.title != nil) == (status != 201))
            if status == 415 { #expect(response.fields["Accept-Post"] == "application/sdp") }
        }
    }

    @Test func `whip endpoint 1: what is not acceptable as a whole leaves no session`() {
        var bench = EndpointBench()
        let problem = ProblemDocument(title: "no common codec", detail: "H.264 or VP8 is needed")
        let response = bench.post(host: .notAcceptable(problem))
        #expect(response.status == 422 && response.problem?.detail == problem.detail)
        #expect(response.fields["Content-Type"] == "application/problem+json")
        #expect(bench.post(host: .malformed(problem)).status == 400)
        #expect(bench.endpoint.sessionCount == 0)
    }

    @Test func `whip endpoint 2: a 201 has all that a client needs`() throws {
        var bench = EndpointBench()
        let response = bench.post()
        #expect(response.status == 201 && response.text == answerSDP)
        #expect(response.fields["Content-Type"] == "application/sdp")
        #expect(response.fields["Accept-Patch"] == "application/trickle-ice-sdpfrag")
        let parts = response.location.split(separator: "/")
        #expect(parts.count == 3 && parts[0] == "whip" && parts[1] == "live")
        #expect(parts.last?.utf8.count == 32)
        let tag = try #require(response.tag)
        #expect(tag.hasPrefix("\"") && tag.hasSuffix("\"") && tag.utf8.count == 18)
        #expect(bench.post().tag != tag)
    }

    @Test(arguments: ["GET", "HEAD"])
    func `whip endpoint 3: GET and HEAD succeed without content`(method: String) {
        var bench = EndpointBench()
        let session = bench.post().location
        for target in ["/whip/live", session] {
            let response = bench.get(method, target)
            #expect((200..<300).contains(response.status) && response.body.isEmpty)
        }
        #expect(bench.get("HEAD", "/nothing").body.isEmpty)
    }

    @Test(arguments: ["PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", ""])
    func `whip endpoint 3: other methods are answered by 405 with Allow`(method: String) {
        var bench = EndpointBench()
        let response = bench.get(method, "/whip/live")
        #expect(response.status == 405)
        #expect(response.fields["Allow"] == "GET, HEAD, OPTIONS, POST")
        let session = bench.post().location
        guard method != "DELETE", method != "PATCH" else { return }
        let other = bench.get(method, session)
        #expect(other.status == 405)
        #expect(other.fields["Allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH")
    }

    @Test func `whip endpoint 4: a preflight says what pages may do, and tells no secrets`() {
        var options = options(.whip)
        options.iceServers = [
            ICEServer(
                url: "turn:t.example", username: "u", credential: "c", credentialType: "password")
        ]
        options.access = [EndpointOptions.Access(name: nil, bearer: "k")]
        var bench = EndpointBench(options)
        let preflight = bench.get(
            "OPTIONS", "/whip/live",
            [("Origin", "https://p.example"), ("Access-Control-Request-Method", "POST")])
        #expect(preflight.status == 200 && preflight.fields["Link"] == nil)
        #expect(preflight.fields["Access-Control-Allow-Origin"] == "*")
        #expect(preflight.fields["Access-Control-Allow-Methods"]?.contains("POST") == true)
        #expect(preflight.fields["Access-Control-Allow-Headers"]?.contains("If-Match") == true)
        #expect(preflight.fields["Accept-Post"] == "application/sdp")
        #expect(bench.get("OPTIONS", "/whip/live").fields["Link"] == nil)
        let own = bench.get("OPTIONS", "/whip/live", [("Authorization", "Bearer k")])
        #expect(
            own.fields["Link"]
                == #"<turn:t.example>; rel="ice-server"; username="u"; credential="c"; credential-type="password""#
        )
        #expect(bench.get("OPTIONS", "*").status == 200)
    }

    @Test func `whip endpoint 4: pages may read Location, ETag and Link`() {
        var bench = EndpointBench()
        for response in [bench.post(), bench.get("GET", "/nowhere")] {
            let exposed = response.fields["Access-Control-Expose-Headers"] ?? ""
            for name in ["Location", "ETag", "Link"] { #expect(exposed.contains(name)) }
        }
        var options = options(.whip)
        options.pages = .only(["https://p.example"])
        var closed = EndpointBench(options)
        let mine = closed.post([("Origin", "https://p.example")])
        #expect(mine.fields["Access-Control-Allow-Origin"] == "https://p.example")
        #expect(mine.fields["Vary"] == "Origin")
        let other = closed.post([("Origin", "https://q.example")])
        #expect(other.fields["Access-Control-Allow-Origin"] == nil)
    }

    @Test func `whip endpoint 5: candidates are answered by a bare 204`() throws {
        var bench = EndpointBench()
        let answer = bench.post()
        let decision = bench.decide(
            "PATCH", answer.location,
            [
                ("Content-Type", "application/trickle-ice-sdpfrag"),
                ("If-Match", try #require(answer.tag)),
            ], body: trickleBody)
        guard case .tell(.candidates(_, let fragment), let response) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(response.status == 204 && response.body.isEmpty && response.tag == nil)
        #expect(fragment.candidateCount == 2 && fragment.endsCandidates)
    }

    @Test func `whip endpoint 5: a PATCH that does not fit is refused by its own status`() throws {
        var bench = EndpointBench()
        let answer = bench.post()
        let (url, tag) = (answer.location, try #require(answer.tag))
        let cases: [(tag: String?, type: String, body: String, status: Int)] = [
            (tag, "text/plain", trickleBody, 415), (tag, "application/sdp", offerSDP, 415),
            (tag, "application/trickle-ice-sdpfrag", "nonsense", 400),
            (tag, "application/trickle-ice-sdpfrag", "a=ice-ufrag:EsAw\r\n", 400),
            (tag, "application/trickle-ice-sdpfrag", "", 400),
            (nil, "application/trickle-ice-sdpfrag", trickleBody, 428),
            ("\"other\"", "application/trickle-ice-sdpfrag", trickleBody, 412),
            ("W/" + tag, "application/trickle-ice-sdpfrag", trickleBody, 412),
            (
                String(tag.dropFirst().dropLast()), "application/trickle-ice-sdpfrag", trickleBody,
                412
            ),
            ("\"a\", \(tag)", "application/trickle-ice-sdpfrag", trickleBody, 204),
            ("*", "application/trickle-ice-sdpfrag", trickleBody, 204),
            (
                tag, "application/trickle-ice-sdpfrag", String(repeating: "a=x\n", count: 17_000),
                413
            ),
        ]
        for (tag, type, body, status) in cases {
            #expect(bench.patch(url, tag, body: body, type: type).status == status)
        }
    }

    @Test func `whip endpoint 5: what is not supported is 422, or 405 if nothing is`() throws {
        for (trickles, restarts, first, second) in [
            (false, true, 422, 200), (true, false, 204, 422), (false, false, 405, 405),
        ] {
            var options = options(.whip)
            options.trickles = trickles
            options.restarts = restarts
            var bench = EndpointBench(options)
            let answer = bench.post()
            #expect((answer.fields["Accept-Patch"] != nil) == (trickles || restarts))
            #expect(bench.patch(answer.location, answer.tag, body: trickleBody).status == first)
            #expect(bench.patch(answer.location, "*", body: restartBody).status == second)
        }
    }

    @Test(arguments: ["*", "\"*\""])
    func `whip endpoint 6: a restart brings credentials and a tag of its own`(any: String) throws {
        var bench = EndpointBench()
        let answer = bench.post()
        let restart = bench.patch(answer.location, any, body: restartBody)
        #expect(restart.status == 200 && restart.tag != nil && restart.tag != answer.tag)
        #expect(restart.fields["Content-Type"] == "application/trickle-ice-sdpfrag")
        let fragment = try TrickleFragment(parsing: restart.text)
        #expect(fragment.credentials == serverCredentials)
        #expect(fragment.isLite && fragment.options == "ice2", "as in the answer")
        #expect(bench.patch(answer.location, answer.tag, body: trickleBody).status == 412)
        #expect(bench.patch(answer.location, any, body: restartBody).text == restart.text)
    }

    @Test func `whip endpoint 6: a restart that fails changes nothing`() throws {
        var bench = EndpointBench()
        let answer = bench.post()
        let failed = bench.patch(
            answer.location, "*", body: restartBody,
            host: .notAcceptable(ProblemDocument(title: "no")))
        #expect(failed.status == 422 && failed.tag == nil)
        #expect(bench.patch(answer.location, answer.tag, body: trickleBody).status == 204)
        #expect(bench.endpoint.sessionCount == 1)
    }

    @Test func `whip endpoint 6: one restart at a time`() throws {
        var bench = EndpointBench()
        let answer = bench.post()
        let decision = bench.decide(
            "PATCH", answer.location,
            [("Content-Type", "application/trickle-ice-sdpfrag"), ("If-Match", "*")],
            body: restartBody)
        guard case .ask(let id, .restart) = decision else {
            Issue.record("\(decision)")
            return
        }
        let second = bench.patch(answer.location, "*", body: restartBody)
        #expect(second.status == 503 && second.fields["Retry-After"] == "1")
        #expect(bench.get("DELETE", answer.location).status == 200)
        let late = bench.endpoint.answer(
            id, .restarted(TrickleFragment()), now: bench.now, date: bench.date)
        #expect(late.status == 404)
    }

    @Test func `whip endpoint 7: DELETE ignores If-Match and ends the session at once`() {
        var bench = EndpointBench()
        let url = bench.post().location
        let decision = bench.decide("DELETE", url, [("If-Match", "\"stale\"")])
        guard case .tell(.ended(let id), let response) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(response.status == 200 && url.hasSuffix(id.text))
        #expect(bench.get("DELETE", url).status == 404)
        #expect(bench.patch(url, "*", body: trickleBody).status == 404)
        #expect(bench.endpoint.sessionCount == 0)
    }

    @Test func `whip endpoint 8: session names do not repeat or follow from each other`() {
        var bench = EndpointBench()
        let names = (0..<50).map { _ in bench.post().location }
        #expect(Set(names).count == 50)
        let url = names[0]
        #expect(bench.get("GET", "/whip/other/" + url.dropFirst("/whip/live/".count)).status == 404)
        #expect(bench.get("GET", url.uppercased()).status == 404)
        #expect(bench.get("GET", String(url.dropLast())).status == 404)
    }

    @Test(
        arguments: [
            (nil, 401, "Bearer realm=\"whip\""), ("Basic a2V5", 401, "Bearer realm=\"whip\""),
            ("Bearer kex", 401, "Bearer realm=\"whip\", error=\"invalid_token\""),
            ("Bearer keyy", 401, "Bearer realm=\"whip\", error=\"invalid_token\""),
            ("Bearer keykey", 401, "Bearer realm=\"whip\", error=\"invalid_token\""),
            ("Bearer ", 401, "Bearer realm=\"whip\""), ("Bearer other", 401, nil),
            ("Bearer key", 201, nil), ("bearer  key", 201, nil), ("Bearer master", 201, nil),
        ] as [(String?, Int, String?)])
    func `whip endpoint 8: a token is asked for and checked`(
        field: String?, status: Int, challenge: String?
    ) {
        var options = options(.whip)
        options.access = [
            EndpointOptions.Access(name: "live", bearer: "key"),
            EndpointOptions.Access(name: "else", bearer: "other"),
            EndpointOptions.Access(name: nil, bearer: "master"),
            EndpointOptions.Access(name: nil, bearer: ""),
        ]
        var bench = EndpointBench(options)
        let response = bench.post(field.map { [("Authorization", $0)] } ?? [])
        #expect(response.status == status)
        if let challenge { #expect(response.fields["WWW-Authenticate"] == challenge) }
        guard status == 201, let field else { return }
        let url = response.location
        #expect(bench.get("DELETE", url).status == 401)
        #expect(bench.get("DELETE", url, [("Authorization", field)]).status == 200)
    }

    @Test func `whip endpoint 8: POST, PATCH and DELETE have a limit by address`() {
        var options = options(.whip)
        options.rate = RateLimit(burst: 3, interval: .seconds(2))
        var bench = EndpointBench(options)
        let url = bench.post().location
        _ = bench.patch(url, "*", body: trickleBody)
        #expect(bench.get("DELETE", "/whip/live/x").status == 404, "what is nowhere costs nothing")
        #expect(bench.get("PUT", url).status == 405)
        let refused = bench.get("DELETE", url)
        #expect(refused.status == 429 && refused.fields["Retry-After"] == "2")
        #expect(bench.get("GET", url).status == 204)
        let here = bench.client
        bench.client = SocketAddress(ipv4: 0xC000_0202, port: 40_000)
        #expect(bench.post().status == 201)
        bench.client = here.with(port: 50_000)
        #expect(bench.post().status == 429)
        bench.now = bench.now + .seconds(2)
        #expect(bench.post().status == 201)
        #expect(bench.post().status == 429)
    }

    @Test func `whip endpoint 8: tokens cannot be tried without a limit by GET or HEAD`() {
        var options = options(.whip)
        options.access = [EndpointOptions.Access(name: nil, bearer: "master")]
        options.rate = RateLimit(burst: 4, interval: .seconds(2))
        var bench = EndpointBench(options)
        let right = [("Authorization", "Bearer master")]
        let url = bench.post(right).location
        let guesses = (0..<6).map { number in
            bench.get(
                number % 2 == 0 ? "GET" : "HEAD", url, [("Authorization", "Bearer \(number)")]
            ).status
        }
        #expect(guesses == [401, 401, 401, 429, 429, 429])
        #expect(bench.get("GET", url, right).status == 204, "who is allowed is not counted")
    }

    @Test func `whip endpoint 8: an IPv6 client is its first 64 bits`() {
        var options = options(.whip)
        options.rate = RateLimit(burst: 1, interval: .seconds(2))
        var bench = EndpointBench(options)
        bench.client = SocketAddress(high: 0x2001_0DB8_0000_0001, low: 1, port: 1)
        #expect(bench.post().status == 201)
        bench.client = SocketAddress(high: 0x2001_0DB8_0000_0001, low: 2, port: 1)
        #expect(bench.post().status == 429)
        bench.client = SocketAddress(high: 0x2001_0DB8_0000_0002, low: 1, port: 1)
        #expect(bench.post().status == 201)
    }

    @Test func `whip endpoint 9: elsewhere is 307 and too much is 503`() {
        var bench = EndpointBench()
        let elsewhere = bench.post(host: .elsewhere("https://b.example/whip/live"))
        #expect(elsewhere.status == 307 && elsewhere.location == "https://b.example/whip/live")
        let busy = bench.post(host: .busy(retryAfter: .milliseconds(1500)))
        #expect(busy.status == 503 && busy.fields["Retry-After"] == "2")
        var options = options(.whip)
        options.maximumSessions = 1
        var small = EndpointBench(options)
        #expect(small.post().status == 201)
        let full = small.post()
        #expect(full.status == 503 && full.fields["Retry-After"] == "5")
    }

    @Test func `whip endpoint 10: who publishes twice is refused or replaced, as the host says`()
        throws
    {
        var bench = EndpointBench()
        let decision = bench.decide(
            "POST", "/whip/live", [("Content-Type", "application/sdp")], body: offerSDP)
        guard case .ask(let id, .newSession(let session, "live", offerSDP)) = decision else {
            Issue.record("\(decision)")
            return
        }
        let first = bench.endpoint.answer(
            id, .accepted(sdp: answerSDP, replacing: nil), now: bench.now, date: bench.date)
        let problem = ProblemDocument(title: "on the air")
        #expect(bench.post(host: .conflict(problem, retryAfter: nil)).status == 409)
        #expect(bench.get("GET", first.location).status == 204)
        #expect(bench.post(host: .accepted(sdp: answerSDP, replacing: session)).status == 201)
        #expect(bench.get("GET", first.location).status == 404)
        let again = bench.endpoint.answer(
            id, .accepted(sdp: answerSDP, replacing: nil), now: bench.now, date: bench.date)
        #expect(again.status == 404, "a question is answered once")
    }
}

@Suite struct WHEPEndpointTests {
    @Test func `whep 2: a counter-offer is answered within its time`() throws {
        var bench = EndpointBench(options(.whep))
        let counter = bench.post(host: .counterOffer(sdp: answerSDP))
        #expect(counter.status == 406 && counter.text == answerSDP)
        #expect(
            counter.fields["Content-Type"]
                == "application/sdp; valid-until=\"Wed, 09 Oct 2024 10:00:30 GMT\"")
        let url = counter.location
        #expect(bench.patch(url, "*", body: trickleBody).status == 409, "first the answer")
        let taken = bench.patch(url, nil, body: offerSDP, type: "application/sdp")
        #expect(taken.status == 204 && taken.body.isEmpty)
        let again = bench.patch(url, nil, body: offerSDP, type: "application/sdp")
        #expect(again.status == 409)
        #expect(bench.patch(url, counter.tag, body: trickleBody).status == 204)
        bench.now = bench.now + .seconds(60)
        #expect(bench.endpoint.expire(now: bench.now).isEmpty)
    }

    @Test func `whep 2: a counter-offer lapses`() throws {
        var bench = EndpointBench(options(.whep))
        let url = bench.post(host: .counterOffer(sdp: answerSDP)).location
        #expect(bench.endpoint.deadline == bench.now + .seconds(30))
        bench.now = bench.now + .seconds(30)
        let late = bench.patch(url, nil, body: offerSDP, type: "application/sdp")
        #expect(late.status == 404)
        #expect(bench.endpoint.expire(now: bench.now).map { url.hasSuffix($0.text) } == [true])
        #expect(bench.endpoint.sessionCount == 0 && bench.endpoint.deadline == nil)
    }

    @Test func `whep 2: an answer in time is not lost to the clock, a bad one is`() throws {
        for (host, expected) in [
            (EndpointAnswer.counterAnswerTaken, 204),
            (.notAcceptable(ProblemDocument(title: "no")), 422),
        ] {
            var bench = EndpointBench(options(.whep))
            let url = bench.post(host: .counterOffer(sdp: answerSDP)).location
            let decision = bench.decide(
                "PATCH", url, [("Content-Type", "application/sdp")], body: offerSDP)
            guard case .ask(let id, .counterAnswer) = decision else {
                Issue.record("\(decision)")
                return
            }
            bench.now = bench.now + .seconds(30)
            #expect(bench.endpoint.expire(now: bench.now).isEmpty)
            let response = bench.endpoint.answer(id, host, now: bench.now, date: bench.date)
            #expect(response.status == expected)
            bench.now = bench.now + .seconds(30)
            #expect(bench.endpoint.expire(now: bench.now).count == (expected == 204 ? 0 : 1))
            #expect(bench.endpoint.sessionCount == (expected == 204 ? 1 : 0))
            #expect(bench.endpoint.deadline == nil)
        }
    }

    @Test func `whep 2: WHIP makes no counter-offer`() {
        var bench = EndpointBench()
        #expect(bench.post(host: .counterOffer(sdp: answerSDP)).status == 500)
        #expect(bench.endpoint.sessionCount == 0)
    }

    @Test func `whep 3: nothing on the air is 409 with Retry-After`() {
        var bench = EndpointBench(options(.whep))
        let wait = bench.post(
            host: .conflict(ProblemDocument(title: "not live"), retryAfter: .seconds(3)))
        #expect(wait.status == 409 && wait.fields["Retry-After"] == "3")
        #expect(wait.problem?.title == "not live")
        #expect(bench.post(host: .unknownName).status == 404)
    }

    @Test func `whep 4: HEAD tells players what this is`() {
        var bench = EndpointBench(options(.whep))
        let head = bench.get("HEAD", "/whep/live")
        #expect(head.status == 200 && head.fields["Content-Type"] == "application/sdp")
        #expect(head.body.isEmpty)
    }

    @Test func `whep 6: extensions are linked, and their URLs are the host's`() throws {
        let relation = "urn:ietf:params:whep:ext:core:server-sent-events"
        var options = options(.whep)
        options.extensions = [
            EndpointOptions.Extension(
                relation: relation, path: "events",
                parameters: [FieldParameter(name: "events", value: "active,inactive")])
        ]
        var bench = EndpointBench(options)
        let answer = bench.post()
        let link = try #require(LinkField.all(in: answer.fields).first)
        #expect(link.target == answer.location + "/events" && link.has(relation: relation))
        #expect(link["events"] == "active,inactive")
        guard case .delegate(let id, relation) = bench.decide("POST", link.target) else {
            Issue.record("not delegated")
            return
        }
        #expect(answer.location.hasSuffix(id.text))
        #expect(bench.get("POST", answer.location + "/layer").status == 404)
    }
}
