import HTTP
import Primitives
import Signaling
import Testing

let trickleBody = """
    a=group:BUNDLE 0 1\r
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r
    a=mid:0\r
    a=ice-ufrag:EsAw\r
    a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r
    a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0\r
    a=candidate:473322822 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active\r
    a=end-of-candidates\r

    """
let restartBody = """
    a=ice-options:trickle ice2\r
    a=group:BUNDLE 0 1\r
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r
    a=mid:0\r
    a=ice-ufrag:ysXw\r
    a=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r
    a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host\r

    """

func options(_ role: SignalingRole) -> EndpointOptions {
    EndpointOptions(
        role: role, root: role == .whip ? "/whip" : "/whep", access: [], pages: .any,
        iceServers: [], extensions: [], trickles: true, restarts: true, maximumSessions: 100,
        rate: RateLimit(burst: 50, interval: .seconds(1)), counterOfferValidity: .seconds(30))
}

/// An endpoint under test with a host that says yes.
struct EndpointBench {
    var endpoint: SignalingEndpoint
    var random = SeededRandom(seed: 11)
    var now = Instant(nanoseconds: 0)
    let date = WallClock(rfc3339: "2024-10-09T10:00:00Z") ?? WallClock(millisecondsSince1970: 0)
    var client = SocketAddress(ipv4: 0xC000_0201, port: 40_000)

    init(_ options: EndpointOptions = options(.whip)) {
        endpoint = SignalingEndpoint(options)
    }

    mutating func decide(
        _ method: String, _ target: String, _ pairs: [(String, String)] = [], body: String = ""
    ) -> EndpointDecision {
        let request = HTTPRequest(
            method: method, target: target, fields: fields(pairs), body: Array(body.utf8))
        return endpoint.receive(request, from: client, now: now, using: &random)
    }

    /// The response, whatever the host has to be asked for it.
    mutating func get(
        _ method: String, _ target: String, _ pairs: [(String, String)] = [], body: String = "",
        host: EndpointAnswer? = nil
    ) -> HTTPResponse {
        switch decide(method, target, pairs, body: body) {
        case .respond(let response), .tell(_, let response): return response
        case .delegate: return HTTPResponse(status: 299)
        case .ask(let id, let question):
            let usual: EndpointAnswer
            switch question {
            case .newSession: usual = .accepted(sdp: answerSDP, replacing: nil)
            case .counterAnswer: usual = .counterAnswerTaken
            case .restart:
                var fragment = TrickleFragment()
                fragment.credentials = serverCredentials
                usual = .restarted(fragment)
            }
            return endpoint.answer(id, host ?? usual, now: now, date: date)
        }
    }

    mutating func post(
        _ pairs: [(String, String)] = [], host: EndpointAnswer? = nil
    ) -> HTTPResponse {
        let root = endpoint.options.root
        return get(
            "POST", root + "/live", [("Content-Type", "application/sdp")] + pairs,
            body: offerSDP, host: host)
    }

    mutating func patch(
        _ session: String, _ tag: String?, body: String,
        type: String = "application/trickle-ice-sdpfrag", host: EndpointAnswer? = nil
    ) -> HTTPResponse {
        var pairs = [("Content-Type", type)]
        if let tag { pairs.append(("If-Match", tag)) }
        return get("PATCH", session, pairs, body: body, host: host)
    }
}

extension HTTPResponse {
    var location: String { fields["Location"] ?? "" }
    var tag: String? { fields["ETag"] }
    var text: String { String(decoding: body, as: UTF8.self) }
    var problem: ProblemDocument? { ProblemDocument(self) }
}
