import HTTP
import Primitives
import Signaling
import Testing

/// A client and an endpoint with a network between them that loses, doubles and delays.
private struct Simulation {
    struct Flight {
        let at: Instant
        let id: RequestID
        let request: HTTPRequest?
        let response: HTTPResponse?
    }

    var random: SeededRandom
    var client: SignalingClient
    var endpoint: SignalingEndpoint
    var now = Instant(nanoseconds: 0)
    let date = WallClock(millisecondsSince1970: 1_700_000_000_000)
    let address = SocketAddress(ipv4: 0xC000_0201, port: 1)
    var flights: [Flight] = []
    var outstanding: [RequestID: Instant] = [:]
    var mostOutstanding = 0
    var closedCount = 0
    var actionsAfterClosed = 0
    var accepted = 0
    /// The endpoint's view: candidates by the credentials that they came with.
    var candidates: [String: Set<String>] = [:]
    var liveCredentials: ICECredentials?
    var serverGeneration = 0
    var clientRemote: ICECredentials?
    var serverLocal: ICECredentials?
    var lossPercent: Int

    init(seed: UInt64, role: SignalingRole, lossPercent: Int) throws {
        random = SeededRandom(seed: seed)
        self.lossPercent = lossPercent
        let url = role == .whip ? "https://a.example/whip/live" : "https://a.example/whep/live"
        client = SignalingClient(
            SignalingOptions(
                role: role, endpoint: try URL(parsing: url), bearer: nil,
                sendsBearerAnywhere: false, isStrict: true, waitsForPublisher: nil))
        var settings = options(role)
        settings.rate = RateLimit(burst: 1000, interval: .milliseconds(1))
        endpoint = SignalingEndpoint(settings)
    }

    mutating func take(_ actions: [SignalingAction]) {
        for action in actions {
            if closedCount > 0 { actionsAfterClosed += 1 }
            switch action {
            case .send(let id, let request):
                outstanding[id] = now + .seconds(5)
                mostOutstanding = max(mostOutstanding, outstanding.count)
                launch(id, request: request, response: nil)
            case .cancel(let id): outstanding[id] = nil
            case .accepted: accepted += 1
            case .counterOffered: take(client.answerCounterOffer(offerSDP))
            case .restarted(let fragment): clientRemote = fragment.credentials
            case .closed: closedCount += 1
            default: break
            }
        }
    }

    private mutating func launch(_ id: RequestID, request: HTTPRequest?, response: HTTPResponse?) {
        let copies =
            Int.random(in: 0..<100, using: &random) < lossPercent
            ? 0 : Int.random(in: 0..<10, using: &random) == 0 ? 2 : 1
        for _ in 0..<copies {
            let delay = Duration.milliseconds(
                Int64.random(in: 1...(lossPercent == 0 ? 2400 : 3000), using: &random))
            flights.append(Flight(at: now + delay, id: id, request: request, response: response))
        }
    }

    private mutating func serve(_ request: HTTPRequest) -> HTTPResponse {
        switch endpoint.receive(request, from: address, now: now, using: &random) {
        case .respond(let response): return response
        case .delegate: return HTTPResponse(status: 500)
        case .tell(.candidates(_, let fragment), let response):
            let name = fragment.credentials?.usernameFragment ?? ""
            for section in fragment.sections {
                candidates[name, default: []].formUnion(section.candidates)
            }
            return response
        case .tell(.ended, let response): return response
        case .ask(let id, let question):
            let answer: EndpointAnswer
            switch question {
            case .newSession:
                answer =
                    endpoint.options.role == .whep && Bool.random(using: &random)
                    ? .counterOffer(sdp: answerSDP) : .accepted(sdp: answerSDP, replacing: nil)
            case .counterAnswer: answer = .counterAnswerTaken
            case .restart(_, let fragment):
                serverGeneration += 1
                liveCredentials = fragment.credentials
                let local = ICECredentials(
                    usernameFragment: "server\(serverGeneration)",
                    password: "0b66f472495ef0ccac7bda653ab6be49")
                serverLocal = local
                var reply = TrickleFragment()
                reply.credentials = local
                answer = .restarted(reply)
            }
            return endpoint.answer(id, answer, now: now, date: date)
        }
    }

    /// The next thing that happens, up to `end`; false when nothing is left.
    mutating func step(until end: Instant) -> Bool {
        let arrival = flights.indices.min { flights[$0].at < flights[$1].at }
        let silence = outstanding.min {
            ($0.value, $0.key.number) < ($1.value, $1.key.number)
        }
        let times = [arrival.map { flights[$0].at }, silence?.value, client.deadline]
        guard let next = times.compactMap({ $0 }).min(), next <= end else {
            now = end
            return false
        }
        now = max(now, next)
        if let arrival, flights[arrival].at == next {
            let flight = flights.remove(at: arrival)
            if let request = flight.request {
                launch(flight.id, request: nil, response: serve(request))
            } else if let response = flight.response {
                outstanding[flight.id] = nil
                take(
                    client.receive(
                        response, for: flight.id, now: now, date: date, using: &random))
            }
        } else if let silence, silence.value == next {
            outstanding[silence.key] = nil
            take(client.requestFailed(silence.key, now: now, using: &random))
        } else {
            take(client.tick(now: now))
        }
        return true
    }

    mutating func run(for duration: Duration) {
        let end = now + duration
        var steps = 0
        while steps < 10_000, step(until: end) { steps += 1 }
        #expect(steps < 10_000, "it does not come to rest")
    }
}

@Suite struct LossyExchangeTests {
    @Test(arguments: [SignalingRole.whip, .whep], [0, 20, 60])
    func `client and endpoint come to an end over a bad network`(
        role: SignalingRole, loss: Int
    ) throws {
        var accepted = 0
        for seed in UInt64(0)..<150 {
            var simulation = try Simulation(seed: seed, role: role, lossPercent: loss)
            simulation.take(simulation.client.start(offer: offerSDP))
            for round in 0..<6 {
                let number = round * 2
                simulation.take(simulation.client.add([candidate(number), candidate(number + 1)]))
                simulation.run(
                    for: .milliseconds(Int64.random(in: 0...4000, using: &simulation.random)))
                if Int.random(in: 0..<4, using: &simulation.random) == 0 {
                    let fresh = ICECredentials(
                        usernameFragment: "round\(round)", password: newCredentials.password)
                    simulation.take(
                        simulation.client.restart(fresh, candidates: [candidate(100 + round)]))
                }
            }
            simulation.take(simulation.client.endCandidates())
            simulation.run(for: .seconds(60))
            simulation.take(simulation.client.close())
            simulation.run(for: .seconds(120))
            #expect(simulation.client.isClosed, "seed \(seed)")
            #expect(simulation.closedCount == 1 && simulation.actionsAfterClosed == 0, "\(seed)")
            #expect(simulation.mostOutstanding == 1, "seed \(seed)")
            accepted += simulation.accepted
        }
        #expect(accepted > 0)
    }

    @Test func `without loss every candidate arrives, and both sides agree on the restart`() throws
    {
        for seed in UInt64(0)..<200 {
            var simulation = try Simulation(seed: seed, role: .whip, lossPercent: 0)
            simulation.take(simulation.client.start(offer: offerSDP))
            for number in 0..<8 {
                simulation.take(simulation.client.add([candidate(number)]))
                simulation.run(
                    for: .milliseconds(Int64.random(in: 0...2000, using: &simulation.random)))
            }
            simulation.run(for: .seconds(60))
            #expect(simulation.candidates["EsAw"]?.count == 8, "seed \(seed)")
            simulation.take(simulation.client.restart(newCredentials, candidates: [candidate(50)]))
            simulation.run(for: .seconds(60))
            #expect(simulation.liveCredentials == newCredentials, "seed \(seed)")
            #expect(simulation.clientRemote == simulation.serverLocal, "seed \(seed)")
            simulation.take(simulation.client.close())
            simulation.run(for: .seconds(60))
            #expect(simulation.client.isClosed)
        }
    }
}
