import HTTP
import Primitives
import Signaling
import Testing

@Suite struct WHIPClientTests {
    @Test(arguments: [307, 308])
    func `whip client 1: a redirected POST keeps method and body`(status: Int) throws {
        var bench = try ClientBench()
        bench.start()
        #expect(bench.last?.fields["Content-Type"] == "application/sdp")
        bench.respond(status, [("Location", "https://b.example/x/y")])
        #expect(bench.methods == ["POST", "POST"])
        #expect(bench.last?.target == "https://b.example/x/y")
        #expect(bench.lastBody == offerSDP)
        bench.respond(created(location: "../s/1"))
        #expect(bench.accepted?.session.text == "https://b.example/s/1")
        #expect(bench.notices.contains(.redirected(to: "https://b.example/x/y")))
    }

    @Test(arguments: [301, 302, 303, 300, 304])
    func `whip client 1: a POST is never turned into a GET`(status: Int) throws {
        var bench = try ClientBench()
        bench.start()
        bench.respond(status, [("Location", "https://a.example/other")])
        #expect(bench.methods == ["POST"])
        #expect(
            bench.failures.first?.reason
                == .redirectRefused(location: "https://a.example/other"))
        #expect(bench.said.last == .closed)
    }

    @Test func `whip client 1: redirects have an end, and lead to HTTP only`() throws {
        var bench = try ClientBench()
        bench.start()
        for _ in 0..<6 { bench.respond(307, [("Location", "again")]) }
        #expect(bench.methods.count == 6)
        #expect(bench.failures.first?.reason == .tooManyRedirects)
        for (location, reason) in [
            ("ftp://a.example/", SignalingFailure.Reason.badRedirect(location: "ftp://a.example/")),
            ("bad url", .badRedirect(location: "bad url")),
            ("http://a.example/", .redirectRefused(location: "http://a.example/")),
        ] {
            var bench = try ClientBench()
            bench.start()
            bench.respond(307, [("Location", location)])
            #expect(bench.failures.first?.reason == reason)
        }
    }

    @Test(arguments: [
        ("/session/1", "https://a.example/session/1"),
        ("s/1?k=v#x", "https://a.example/whip/s/1?k=v"),
        ("https://c.example:8443/s", "https://c.example:8443/s"),
        ("//c.example/s", "https://c.example/s"), ("?s=1", "https://a.example/whip/live?s=1"),
    ])
    func `whip client 3: Location may be relative`(location: String, url: String) throws {
        let bench = try ClientBench.open(answer: created(location: location))
        #expect(bench.accepted?.session.text == url)
        #expect(bench.accepted?.sdp == answerSDP)
    }

    @Test func `whip client 3: a missing Location is an error that names it`() throws {
        var answer = created()
        answer.fields.set("Location", nil)
        let bench = try ClientBench.open(answer: answer)
        #expect(bench.failures.map(\.reason) == [.missingLocation])
        #expect(bench.said.last == .closed)
        let mail = try ClientBench.open(answer: created(location: "mailto:a@b"))
        #expect(mail.failures.map(\.reason) == [.badLocation("mailto:a@b")])
    }

    @Test(arguments: [400, 401, 403, 404, 406, 409, 418, 422, 499, 500, 599])
    func `whip client 4: no meaning is read into a code, and its problem is shown`(
        status: Int
    ) throws {
        var bench = try ClientBench()
        bench.start()
        bench.respond(
            status, [("Content-Type", "application/problem+json; charset=utf-8")],
            body: #"{"title":"No","detail":"codec not taken","status":422}"#)
        let failure = try #require(bench.failures.first)
        #expect(failure.reason == .refused && failure.status == status)
        #expect(failure.problem?.title == "No" && failure.problem?.detail == "codec not taken")
        #expect(bench.said.last == .closed && bench.methods == ["POST"])
    }

    @Test func `whip client 4: what is no problem document is quoted`() throws {
        var bench = try ClientBench()
        bench.start()
        bench.respond(400, [("Content-Type", "text/plain")], body: "bad\u{1B} key")
        #expect(bench.failures.first?.excerpt == "bad  key")
    }

    @Test func `whip client 5: candidates wait for the 201 and go in one PATCH`() throws {
        var bench = try ClientBench()
        bench.start()
        bench.add(candidate(1))
        bench.add(candidate(2, mid: "1"))
        bench.end()
        #expect(bench.methods == ["POST"])
        bench.respond(created())
        #expect(bench.methods == ["POST", "PATCH"])
        #expect(bench.last?.fields["Content-Type"] == "application/trickle-ice-sdpfrag")
        let fragment = try TrickleFragment(parsing: bench.lastBody)
        #expect(fragment.credentials?.usernameFragment == "EsAw")
        #expect(fragment.group == "BUNDLE 0 1" && fragment.options == "trickle ice2")
        #expect(fragment.sections.map(\.mid) == ["0", "1"])
        #expect(fragment.candidateCount == 2 && fragment.endsCandidates)
    }

    @Test func `whip client 5: one PATCH at a time, and then the end of candidates`() throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        bench.add(candidate(2))
        bench.add(candidate(3))
        bench.end()
        #expect(bench.methods == ["POST", "PATCH"])
        bench.respond(204)
        #expect(bench.methods == ["POST", "PATCH", "PATCH"])
        #expect(try TrickleFragment(parsing: bench.lastBody).candidateCount == 2)
        bench.respond(204)
        bench.end()
        #expect(bench.methods.count == 3)
    }

    @Test func `whip client 5: more candidates than there is room for are dropped`() throws {
        var bench = try ClientBench()
        bench.start()
        for number in 0..<130 { bench.add(candidate(number)) }
        bench.add(LocalCandidate(mid: nil, mediaIndex: 0, attribute: "candidate:1\r\na=x"))
        #expect(
            bench.notices == [.candidatesDropped(1), .candidatesDropped(1), .candidatesDropped(1)])
    }

    @Test func `whip client 6: If-Match says the entity tag, if there is one`() throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        #expect(bench.last?.fields.values("If-Match") == ["\"xyzzy\""])
        var answer = created()
        answer.fields.set("ETag", nil)
        var untagged = try ClientBench.open(answer: answer)
        untagged.add(candidate(1))
        #expect(untagged.last?.method == "PATCH" && untagged.last?.fields["If-Match"] == nil)
        #expect(untagged.notices == [.missingEntityTag])
    }

    @Test(arguments: [400, 404, 405, 422, 501, 500])
    func `whip client 6: a server that does not trickle is gone on with`(status: Int) throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        bench.respond(status)
        bench.add(candidate(2))
        bench.end()
        #expect(bench.methods == ["POST", "PATCH"])
        #expect(bench.notices == [.trickleRefused(status)])
        #expect(bench.failures.isEmpty && !bench.client.isClosed)
    }

    @Test func `whip client 6: 412 is another ICE generation`() throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        bench.respond(412)
        bench.add(candidate(2))
        #expect(bench.notices == [.candidatesOutdated(1)] && bench.methods.count == 2)
    }

    @Test func `whip client 6: 428 without a tag is met once with any`() throws {
        var answer = created()
        answer.fields.set("ETag", nil)
        var bench = try ClientBench.open(answer: answer)
        bench.add(candidate(1))
        bench.respond(428)
        #expect(bench.last?.fields["If-Match"] == "*" && bench.lastBody.contains("candidate:1 "))
        bench.respond(428)
        #expect(bench.methods.count == 3 && bench.notices.last == .trickleRefused(428))
    }

    @Test(arguments: [
        (429, "7", 7), (503, "7", 7), (503, "Wed, 09 Oct 2024 10:00:20 GMT", 20),
        (503, "Wednesday, 09-Oct-24 10:00:20 GMT", 20), (503, "Wed Oct  9 10:00:20 2024", 20),
        (429, "soon", 1), (503, "Wed, 09 Oct 2024 09:00:00 GMT", 1),
    ])
    func `whip client 6: Retry-After is obeyed`(status: Int, after: String, seconds: Int) throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        let body = bench.lastBody
        bench.respond(status, [("Retry-After", after)])
        #expect(bench.methods.count == 2)
        let waited = bench.wait() ?? .zero
        #expect(waited >= .seconds(seconds) && waited <= .seconds(seconds) * 9 / 8)
        #expect(bench.methods.count == 3 && bench.lastBody == body)
    }

    @Test func `whip client 6: retries have an end, and so has patience`() throws {
        var bench = try ClientBench()
        bench.start()
        for _ in 0..<5 {
            bench.respond(503, [("Retry-After", "1")])
            bench.wait()
        }
        bench.respond(503, [("Retry-After", "1")])
        #expect(bench.failures.map(\.status) == [503])
        var patient = try ClientBench()
        patient.start()
        patient.respond(503, [("Retry-After", "999999999")])
        #expect(patient.failures.map(\.status) == [503])
    }

    @Test func `whip client 7: a restart asks for any tag and takes the new one`() throws {
        var bench = try ClientBench.open()
        bench.restart()
        #expect(bench.last?.fields.values("If-Match") == ["*"])
        let fragment = try TrickleFragment(parsing: bench.lastBody)
        #expect(fragment.credentials == newCredentials && fragment.candidateCount == 1)
        #expect(fragment.options == "trickle ice2")
        bench.add(candidate(4))
        #expect(bench.methods.count == 2, "candidates wait for the new tag")
        bench.respond(restartAnswer())
        #expect(bench.restarts.map(\.credentials) == [serverCredentials])
        #expect(bench.last?.fields["If-Match"] == "\"abccd\"")
        #expect(try TrickleFragment(parsing: bench.lastBody).credentials == newCredentials)
    }

    @Test func `whip client 7: only the answer to the last restart counts`() throws {
        var bench = try ClientBench.open()
        bench.restart()
        let later = ICECredentials(
            usernameFragment: "late", password: "aaaaaaaaaaaaaaaaaaaaaaaa")
        bench.restart(later)
        #expect(bench.methods.count == 2)
        bench.respond(restartAnswer(tag: "\"first\""))
        #expect(bench.restarts.isEmpty && bench.notices == [.restartSuperseded])
        #expect(try TrickleFragment(parsing: bench.lastBody).credentials == later)
        bench.respond(restartAnswer(tag: "\"second\""))
        #expect(bench.restarts.count == 1)
        bench.add(candidate(5))
        #expect(bench.last?.fields["If-Match"] == "\"second\"")
    }

    @Test(arguments: [400, 404, 405, 412, 422, 500, 204, 302])
    func `whip client 7: a restart that fails leaves the session`(status: Int) throws {
        var bench = try ClientBench.open()
        bench.restart()
        bench.respond(status)
        #expect(bench.restartFailures.count == 1 && bench.failures.isEmpty)
        #expect(bench.methods == ["POST", "PATCH"])
        bench.add(candidate(6))
        #expect(bench.last?.fields["If-Match"] == "\"xyzzy\"")
        #expect(bench.lastBody.contains("a=ice-ufrag:EsAw\r\n"))
    }

    @Test func `whip client 7: a restart without an answer is asked for again`() throws {
        var bench = try ClientBench.open()
        bench.restart()
        let body = bench.lastBody
        bench.fall()
        bench.wait()
        #expect(bench.lastBody == body && bench.methods.count == 3)
        bench.fall()
        bench.wait()
        bench.fall()
        #expect(bench.restartFailures.map(\.reason) == [.transport])
    }

    @Test func `whip client 8: every way out deletes, without If-Match`() throws {
        var bench = try ClientBench.open()
        bench.close()
        #expect(bench.last?.method == "DELETE" && bench.last?.fields["If-Match"] == nil)
        #expect(bench.last?.target == "https://a.example/session/1")
        bench.respond(200)
        #expect(bench.said.last == .closed && bench.notices.isEmpty)
        let unreadable = try ClientBench.open(
            answer: HTTPResponse(
                status: 201, fields: created().fields, body: Array("nonsense".utf8)))
        #expect(unreadable.failures.map(\.reason) == [.notADescription])
        #expect(unreadable.last?.method == "DELETE")
    }

    @Test func `whip client 8: leaving waits for a session that is being made`() throws {
        var bench = try ClientBench()
        bench.start()
        bench.close()
        #expect(bench.methods == ["POST"] && !bench.client.isClosed)
        bench.respond(created())
        #expect(bench.methods == ["POST", "DELETE"] && bench.accepted == nil)
        bench.respond(200)
        #expect(bench.said.last == .closed)
    }

    @Test func `whip client 8: leaving abandons a PATCH`() throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        let patch = try #require(bench.requests.last?.id)
        bench.close()
        #expect(bench.said.contains(.cancel(patch)) && bench.last?.method == "DELETE")
        bench.said += bench.client.receive(
            HTTPResponse(status: 204), for: patch, now: bench.now, date: bench.date,
            using: &bench.random)
        bench.respond(204)
        #expect(bench.said.last == .closed)
    }

    @Test(arguments: [(404, 0), (410, 0), (405, 1), (501, 1), (500, 1)])
    func `whip client 8: a DELETE that is refused is tolerated`(status: Int, told: Int) throws {
        var bench = try ClientBench.open()
        bench.close()
        bench.respond(status)
        #expect(bench.said.last == .closed && bench.notices.count == told)
    }

    @Test func `whip client 8: a DELETE without an answer is tried twice`() throws {
        var bench = try ClientBench.open()
        bench.close()
        bench.fall()
        bench.wait()
        bench.fall()
        #expect(bench.methods == ["POST", "DELETE", "DELETE"])
        #expect(bench.said.last == .closed && bench.notices.last == .deleteUnanswered)
    }

    @Test(arguments: ["secret", nil])
    func `whip client 9: the token is on every request or on none`(bearer: String?) throws {
        var bench = try ClientBench(bearer: bearer)
        bench.said += bench.client.discover()
        bench.respond(200)
        bench.start()
        bench.respond(created())
        bench.add(candidate(1))
        bench.respond(204)
        bench.close()
        #expect(bench.methods == ["OPTIONS", "POST", "PATCH", "DELETE"])
        let expected = bearer.map { "Bearer " + $0 }
        #expect(bench.requests.allSatisfy { $0.request.fields["Authorization"] == expected })
    }

    @Test func `whip client 9: the token does not go to another origin by redirect`() throws {
        for (anywhere, expected) in [(false, nil as String?), (true, "Bearer k")] {
            var bench = try ClientBench(bearer: "k", anywhere: anywhere)
            bench.start()
            bench.respond(307, [("Location", "https://a.example:444/")])
            #expect(bench.last?.fields["Authorization"] == expected)
            bench.respond(created())
            bench.close()
            #expect(bench.last?.target == "https://a.example:444/session/1")
            #expect(bench.last?.fields["Authorization"] == expected)
        }
        var same = try ClientBench(bearer: "k")
        same.start()
        same.respond(308, [("Location", "https://A.example:443/other")])
        #expect(same.last?.fields["Authorization"] == "Bearer k")
    }

    @Test func `whip client 9: a trusted endpoint may name the session elsewhere, encrypted`()
        throws
    {
        for (location, expected) in [
            ("https://b.example/s", "Bearer k" as String?), ("http://b.example/s", nil),
        ] {
            var bench = try ClientBench(bearer: "k")
            bench.start()
            bench.respond(created(location: location))
            bench.close()
            #expect(bench.last?.fields["Authorization"] == expected)
            #expect(bench.notices.contains(.sessionAtOtherOrigin(location)))
        }
    }

    @Test func `whip client 10: ICE servers come by Link, several in one line`() throws {
        let links = [
            (
                "Link",
                #"<stun:stun.example.net>; rel="ice-server", "#
                    + #"<turn:turn.example.net?transport=udp>; rel="ice-server"; username="u,\"x"; "#
                    + #"credential="p;q"; credential-type="password""#
            ),
            ("link", #"<turns:turn.example.net?transport=tcp>; rel=ice-server; username=a"#),
            ("Link", #"<https://a.example/x>; rel="ice-server""#),
        ]
        let bench = try ClientBench.open(answer: created(links))
        let servers = try #require(bench.accepted?.iceServers)
        #expect(
            servers.map(\.url) == [
                "stun:stun.example.net", "turn:turn.example.net?transport=udp",
                "turns:turn.example.net?transport=tcp",
            ])
        #expect(servers[1].username == "u,\"x" && servers[1].credential == "p;q")
        var asking = try ClientBench()
        asking.said += asking.client.discover()
        #expect(asking.last?.method == "OPTIONS")
        asking.respond(200, links)
        #expect(asking.said.last == .servers(servers))
        var refused = try ClientBench()
        refused.said += refused.client.discover()
        refused.respond(405)
        #expect(refused.said.last == .servers([]))
    }

    @Test func `whip client 11, whep 6: unknown links are ignored, extensions are kept`() throws {
        let bench = try ClientBench.open(
            .whep,
            answer: created([
                ("Link", #"<x>; rel="next", <y"#),
                (
                    "Link",
                    #"<s/sse>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="a,b""#
                ),
            ]))
        #expect(bench.accepted?.extensions.map(\.target) == ["https://a.example/whip/s/sse"])
        #expect(bench.accepted?.extensions.first?["events"] == "a,b")
        #expect(bench.accepted?.iceServers == [])
    }
}
