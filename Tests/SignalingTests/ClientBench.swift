import HTTP
import Primitives
import Signaling
import Testing

let offerSDP = """
    v=0\r
    o=- 1 1 IN IP4 127.0.0.1\r
    s=-\r
    t=0 0\r
    a=group:BUNDLE 0 1\r
    a=ice-options:trickle ice2\r
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r
    a=mid:0\r
    a=ice-ufrag:EsAw\r
    a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r
    m=video 9 UDP/TLS/RTP/SAVPF 96\r
    a=mid:1\r

    """
let answerSDP = """
    v=0\r
    o=- 2 1 IN IP4 127.0.0.1\r
    s=-\r
    t=0 0\r
    a=group:BUNDLE 0 1\r
    a=ice-lite\r
    a=ice-options:ice2\r
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r
    a=mid:0\r
    a=ice-ufrag:38sdf4fdsf54\r
    a=ice-pwd:2e13dde17c1cb009202f627fab90cbec358d766d049c9697\r

    """
let newCredentials = ICECredentials(
    usernameFragment: "ysXw", password: "vw5LmwG4y/e6dPP/zAP9Gp5k")
let serverCredentials = ICECredentials(
    usernameFragment: "289b31b754eaa438", password: "0b66f472495ef0ccac7bda653ab6be49ea131")

func candidate(_ number: Int, mid: String? = "0") -> LocalCandidate {
    LocalCandidate(
        mid: mid, mediaIndex: 0,
        attribute: "candidate:\(number) 1 udp 2122260223 192.0.2.1 \(40_000 + number) typ host")
}

func fields(_ pairs: [(String, String)]) -> HTTPFields {
    var fields = HTTPFields()
    for (name, value) in pairs { fields.append(name, value) }
    return fields
}

func created(_ more: [(String, String)] = [], location: String = "/session/1") -> HTTPResponse {
    HTTPResponse(
        status: 201,
        fields: fields(
            [("content-type", "application/sdp"), ("location", location), ("etag", "\"xyzzy\"")]
                + more),
        body: Array(answerSDP.utf8))
}

func restartAnswer(tag: String? = "\"abccd\"", status: Int = 200) -> HTTPResponse {
    var fragment = TrickleFragment()
    fragment.credentials = serverCredentials
    var response = HTTPResponse(status: status, body: Array(fragment.text.utf8))
    response.fields.append("Content-Type", "application/trickle-ice-sdpfrag")
    if let tag { response.fields.append("ETag", tag) }
    return response
}

/// A client under test, with everything it has said.
struct ClientBench {
    var client: SignalingClient
    var random = SeededRandom(seed: 7)
    var now = Instant(nanoseconds: 1_000_000_000)
    let date = WallClock(rfc3339: "2024-10-09T10:00:00Z") ?? WallClock(millisecondsSince1970: 0)
    var said: [SignalingAction] = []

    init(
        _ role: SignalingRole = .whip, endpoint: String = "https://a.example/whip/live",
        bearer: String? = nil, anywhere: Bool = false, strict: Bool = false,
        waits: Duration? = nil
    ) throws {
        client = SignalingClient(
            SignalingOptions(
                role: role, endpoint: try URL(parsing: endpoint), bearer: bearer,
                sendsBearerAnywhere: anywhere, isStrict: strict, waitsForPublisher: waits))
    }

    /// With a session that is open.
    static func open(
        _ role: SignalingRole = .whip, bearer: String? = nil, strict: Bool = false,
        answer: HTTPResponse = created()
    ) throws -> ClientBench {
        var bench = try ClientBench(role, bearer: bearer, strict: strict)
        bench.start()
        bench.respond(answer)
        return bench
    }

    var requests: [(id: RequestID, request: HTTPRequest)] {
        said.compactMap { if case .send(let id, let request) = $0 { (id, request) } else { nil } }
    }

    var methods: [String] { requests.map(\.request.method) }
    var last: HTTPRequest? { requests.last?.request }
    var lastBody: String { String(decoding: last?.body ?? [], as: UTF8.self) }

    var notices: [SignalingNotice] {
        said.compactMap { if case .notice(let notice) = $0 { notice } else { nil } }
    }

    var failures: [SignalingFailure] {
        said.compactMap { if case .failed(let failure) = $0 { failure } else { nil } }
    }

    var restartFailures: [SignalingFailure] {
        said.compactMap { if case .restartFailed(let failure) = $0 { failure } else { nil } }
    }

    var accepted: AcceptedAnswer? {
        said.compactMap { if case .accepted(let answer) = $0 { answer } else { nil } }.last
    }

    var restarts: [TrickleFragment] {
        said.compactMap { if case .restarted(let fragment) = $0 { fragment } else { nil } }
    }

    mutating func start() { said += client.start(offer: offerSDP) }
    mutating func add(_ candidates: LocalCandidate...) { said += client.add(candidates) }
    mutating func end() { said += client.endCandidates() }
    mutating func close() { said += client.close() }

    mutating func restart(_ credentials: ICECredentials = newCredentials) {
        said += client.restart(credentials, candidates: [candidate(9)])
    }

    mutating func respond(_ response: HTTPResponse) {
        guard let id = requests.last?.id else { return }
        said += client.receive(response, for: id, now: now, date: date, using: &random)
    }

    mutating func respond(
        _ status: Int, _ pairs: [(String, String)] = [], body: String = ""
    ) {
        respond(HTTPResponse(status: status, fields: fields(pairs), body: Array(body.utf8)))
    }

    mutating func fall() {
        guard let id = requests.last?.id else { return }
        said += client.requestFailed(id, now: now, using: &random)
    }

    /// Goes on to the deadline and past it; gives the time that took.
    @discardableResult
    mutating func wait() -> Duration? {
        guard let deadline = client.deadline else { return nil }
        let waited = deadline - now
        now = deadline
        said += client.tick(now: now)
        return waited
    }
}
