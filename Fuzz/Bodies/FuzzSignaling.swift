import HTTP
import Primitives
import Signaling

/// Requests at an endpoint and responses at a client, their parts separated by lines.
///
/// The first byte chooses roles and what host and caller say; then come a method or a status, a
/// target, fields up to an empty line, and a body.
package func fuzzSignaling(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    fuzzFragment(text)
    let role: SignalingRole = first & 1 == 0 ? .whip : .whep
    // The text's unit separator stands between one exchange and the next.
    let parts = text.utf8.split(separator: 0x1F, maxSplits: 15).map { RawExchange($0) }
    fuzzClient(parts, role, choice: first)
    fuzzEndpoint(parts, role, choice: first)
}

private func fuzzFragment(_ text: String) {
    guard let fragment = try? TrickleFragment(parsing: text) else { return }
    let again = try? TrickleFragment(parsing: fragment.text)
    precondition(again == fragment || fragment.sections.isEmpty, "a fragment that changes")
}

private struct RawExchange {
    var method = ""
    var target = ""
    var fields = HTTPFields()
    var body: [UInt8] = []

    init(_ bytes: Substring.UTF8View) {
        var lines = bytes.split(
            separator: UInt8(ascii: "\n"), maxSplits: 40, omittingEmptySubsequences: false)[...]
        if let line = lines.popFirst() { method = String(Substring(line)) }
        if let line = lines.popFirst() { target = String(Substring(line)) }
        while let line = lines.popFirst(), !line.isEmpty {
            let pair = line.split(separator: UInt8(ascii: ":"), maxSplits: 1)
            guard pair.count == 2 else { continue }
            fields.append(
                String(Substring(pair[0])), String(Substring(pair[1].drop { $0 == 0x20 })))
        }
        body = Array(lines.joined(separator: [UInt8(ascii: "\n")]))
    }
}

private func fuzzClient(_ exchanges: [RawExchange], _ role: SignalingRole, choice: UInt8) {
    guard let endpoint = try? URL(parsing: "https://a.example/live") else { return }
    var client = SignalingClient(
        SignalingOptions(
            role: role, endpoint: endpoint, bearer: "b", sendsBearerAnywhere: choice & 2 != 0,
            isStrict: choice & 4 != 0, waitsForPublisher: .seconds(60)))
    var random = SeededRandom(seed: UInt64(choice))
    var now = Instant(nanoseconds: 0)
    let date = WallClock(millisecondsSince1970: 0)
    let credentials = ICECredentials(
        usernameFragment: "abcd", password: "abcdefghijklmnopqrstuvwxyz")
    let candidate = LocalCandidate(mid: "0", mediaIndex: 0, attribute: "candidate:1 1 udp 1 ::1")
    var last = RequestID(number: 0)
    var isClosed = false
    func take(_ actions: [SignalingAction]) {
        for action in actions {
            precondition(!isClosed, "something after the end")
            if case .send(let id, _) = action { last = id }
            if case .closed = action { isClosed = true }
        }
    }
    take(client.start(offer: "v=0\r\nm=audio 9 X 0\r\na=mid:0\r\n"))
    for (index, exchange) in exchanges.enumerated() {
        if let deadline = client.deadline {
            now = deadline
            take(client.tick(now: now))
        }
        let response = HTTPResponse(
            status: Int(exchange.method) ?? 201, fields: exchange.fields, body: exchange.body)
        take(client.receive(response, for: last, now: now, date: date, using: &random))
        switch (Int(choice) + index) % 4 {
        case 0: take(client.add([candidate]))
        case 1: take(client.restart(credentials, candidates: [candidate]))
        case 2: take(client.answerCounterOffer("v=0\r\n"))
        default: take(client.endCandidates())
        }
    }
    take(client.close())
    for _ in 0..<8 {
        take(client.requestFailed(last, now: now, using: &random))
        if let deadline = client.deadline {
            now = deadline
            take(client.tick(now: now))
        }
    }
    precondition(client.isClosed && isClosed, "a client that does not end")
}

private func fuzzEndpoint(_ exchanges: [RawExchange], _ role: SignalingRole, choice: UInt8) {
    var endpoint = SignalingEndpoint(
        EndpointOptions(
            role: role, root: "/w",
            access: choice & 2 == 0 ? [] : [EndpointOptions.Access(name: nil, bearer: "b")],
            pages: .any, iceServers: [], extensions: [], trickles: true, restarts: true,
            maximumSessions: 4, rate: RateLimit(burst: 100, interval: .seconds(1)),
            counterOfferValidity: .seconds(30)))
    var random = SeededRandom(seed: 1)
    let now = Instant(nanoseconds: 0)
    let date = WallClock(millisecondsSince1970: 0)
    let client = SocketAddress(ipv4: 1, port: 1)
    var location = "/w/a"
    for exchange in exchanges {
        // A target of one letter stands for the session that was made last: nobody can guess it.
        let target = exchange.target == "s" ? location : exchange.target
        let request = HTTPRequest(
            method: exchange.method, target: target, fields: exchange.fields, body: exchange.body)
        switch endpoint.receive(request, from: client, now: now, using: &random) {
        case .respond(let response), .tell(_, let response):
            precondition((200..<600).contains(response.status), "no status")
        case .delegate: break
        case .ask(let id, let question):
            let answer: EndpointAnswer
            switch question {
            case .newSession:
                answer =
                    choice & 8 == 0
                    ? .accepted(sdp: "v=0\r\n", replacing: nil) : .counterOffer(sdp: "v=0\r\n")
            case .restart(_, let fragment): answer = .restarted(fragment)
            case .counterAnswer: answer = .counterAnswerTaken
            }
            let response = endpoint.answer(id, answer, now: now, date: date)
            location = response.fields["Location"] ?? location
        }
        precondition(endpoint.sessionCount <= 4, "too many sessions")
    }
    _ = endpoint.expire(now: now + .seconds(31))
}
