import HTTP
import Primitives
import Signaling
import Testing

@Suite struct WHEPClientTests {
    private func counterOffer(_ type: String = "application/sdp") -> HTTPResponse {
        HTTPResponse(
            status: 406,
            fields: fields([
                ("Content-Type", type), ("Location", "/channel/1"), ("ETag", "\"c\""),
            ]), body: Array(answerSDP.utf8))
    }

    @Test func `whep 2: a counter-offer is answered by PATCH to its session`() throws {
        var bench = try ClientBench.open(.whep, bearer: "k", answer: counterOffer())
        guard case .counterOffered(let answer, let validity)? = bench.said.last else {
            Issue.record("no counter-offer: \(bench.said)")
            return
        }
        #expect(answer.sdp == answerSDP && validity == .seconds(30))
        bench.add(candidate(1))
        bench.said += bench.client.answerCounterOffer(offerSDP)
        #expect(bench.methods == ["POST", "PATCH"])
        #expect(bench.last?.target == "https://a.example/channel/1")
        #expect(bench.last?.fields["Content-Type"] == "application/sdp")
        #expect(bench.last?.fields["Authorization"] == "Bearer k")
        bench.respond(204)
        #expect(bench.said.contains(.counterAnswerTaken))
        #expect(bench.methods == ["POST", "PATCH", "PATCH"], "candidates follow")
    }

    @Test(arguments: [
        ("application/sdp", 30),
        ("application/sdp; valid-until=\"Wed, 09 Oct 2024 10:00:05 GMT\"", 5),
        ("application/sdp; valid-until=never", 30),
        ("application/sdp; valid-until=\"Wed, 09 Oct 2034 10:00:05 GMT\"", 600),
    ])
    func `whep 2: a counter-offer lapses`(type: String, seconds: Int) throws {
        var bench = try ClientBench.open(.whep, answer: counterOffer(type))
        let waited = bench.wait()
        #expect(waited == .seconds(seconds))
        #expect(bench.failures.map(\.reason) == [.counterOfferExpired])
        #expect(bench.last?.method == "DELETE")
    }

    @Test func `whep 2: WHIP knows no counter-offer, nor is any 406 one`() throws {
        let whip = try ClientBench.open(.whip, answer: counterOffer())
        #expect(whip.failures.map(\.reason) == [.refused])
        let plain = try ClientBench.open(.whep, answer: counterOffer("text/plain"))
        #expect(plain.failures.map(\.reason) == [.refused])
        var refused = try ClientBench.open(.whep, answer: counterOffer())
        refused.said += refused.client.answerCounterOffer(offerSDP)
        refused.respond(422)
        #expect(refused.failures.map(\.step) == [.counterAnswer])
        #expect(refused.last?.method == "DELETE")
    }

    @Test(arguments: [404, 409])
    func `whep 3: nothing on the air fails, unless told to wait`(status: Int) throws {
        var bench = try ClientBench(.whep)
        bench.start()
        bench.respond(status, [("Retry-After", "2")])
        #expect(bench.failures.map(\.status) == [status])
        var waiting = try ClientBench(.whep, waits: .seconds(60))
        waiting.start()
        waiting.respond(status, [("Retry-After", "2")])
        #expect(waiting.failures.isEmpty && waiting.methods == ["POST"])
        waiting.wait()
        waiting.respond(created())
        #expect(waiting.accepted != nil)
    }

    @Test func `whep 7: the wait doubles and has an end`() throws {
        var bench = try ClientBench(.whep, waits: .seconds(105))
        bench.start()
        var waits: [Duration] = []
        for _ in 0..<20 {
            bench.respond(409, [("Retry-After", "2")])
            guard let waited = bench.wait() else { break }
            waits.append(waited)
        }
        let seconds = [2, 4, 8, 16, 30, 30].map { Duration.seconds($0) }
        #expect(waits.count == 6)
        for (waited, least) in zip(waits, seconds) {
            #expect(waited >= least && waited <= least * 9 / 8)
        }
        guard case .noPublisher(let waited)? = bench.failures.first?.reason else {
            Issue.record("\(bench.failures)")
            return
        }
        #expect(waited < .seconds(105))
    }

    @Test func `whep 3: a wait is left at once`() throws {
        var bench = try ClientBench(.whep, waits: .seconds(60))
        bench.start()
        bench.respond(409)
        bench.close()
        #expect(bench.said.last == .closed && bench.client.deadline == nil)
    }
}

@Suite struct DeviationTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let server: String
        let answer: HTTPResponse
        let notices: [SignalingNotice]
        let strictReason: SignalingFailure.Reason?

        var testDescription: String { server }
    }

    private static func with(_ name: String, _ value: String?, status: Int = 201) -> HTTPResponse {
        var answer = created()
        answer.status = status
        answer.fields.set(name, value)
        return answer
    }

    static let cases: [Case] = [
        Case(server: "by the book", answer: created(), notices: [], strictReason: nil),
        Case(
            server: "MediaMTX: a bare star for a tag", answer: with("ETag", "*"),
            notices: [.malformedEntityTag("*")], strictReason: .badEntityTag("*")),
        Case(
            server: "Broadcast Box: no tag", answer: with("ETag", nil),
            notices: [.missingEntityTag], strictReason: .missingEntityTag),
        Case(
            server: "200 for 201", answer: with("X", nil, status: 200),
            notices: [.unexpectedStatus(200, wanted: 201)],
            strictReason: .unexpectedStatus(wanted: 201)),
        Case(
            server: "text/plain", answer: with("Content-Type", "text/plain"),
            notices: [.unexpectedContentType("text/plain", wanted: "application/sdp")],
            strictReason: .unexpectedContentType("text/plain")),
        Case(
            server: "no type", answer: with("Content-Type", nil),
            notices: [.unexpectedContentType(nil, wanted: "application/sdp")],
            strictReason: .unexpectedContentType(nil)),
        Case(
            server: "a weak tag", answer: with("ETag", "W/\"1\""),
            notices: [.weakEntityTag("W/\"1\"")], strictReason: .badEntityTag("W/\"1\"")),
        Case(
            server: "parameters and capitals",
            answer: with("Content-Type", "Application/SDP; charset=utf-8"), notices: [],
            strictReason: nil),
    ]

    @Test(arguments: cases)
    func `a deviation is put up with and told, or refused when strict`(deviation: Case) throws {
        var bench = try ClientBench.open(answer: deviation.answer)
        bench.add(candidate(1))
        #expect(bench.accepted != nil && bench.methods == ["POST", "PATCH"])
        #expect(bench.notices == deviation.notices)
        #expect(bench.last?.fields["If-Match"] == deviation.answer.fields["ETag"])
        var strict = try ClientBench.open(strict: true, answer: deviation.answer)
        strict.add(candidate(1))
        #expect(strict.failures.first?.reason == deviation.strictReason)
        #expect(strict.last?.method == (deviation.strictReason == nil ? "PATCH" : "DELETE"))
    }

    @Test func `a PATCH that succeeds oddly is told, or refused when strict`() throws {
        var bench = try ClientBench.open()
        bench.add(candidate(1))
        bench.respond(200)
        #expect(bench.notices == [.unexpectedStatus(200, wanted: 204)])
        var strict = try ClientBench.open(strict: true)
        strict.add(candidate(1))
        strict.respond(200)
        #expect(strict.failures.map(\.step) == [.trickle] && strict.last?.method == "DELETE")
    }

    @Test func `a restart's answer without a tag is told, or refused when strict`() throws {
        var bench = try ClientBench.open()
        bench.restart()
        bench.respond(restartAnswer(tag: nil))
        #expect(bench.restarts.count == 1 && bench.notices == [.missingEntityTag])
        var strict = try ClientBench.open(strict: true)
        strict.restart()
        strict.respond(restartAnswer(tag: nil))
        #expect(strict.restartFailures.map(\.reason) == [.missingEntityTag])
        #expect(strict.failures.isEmpty)
    }
}
