import HTTP
import Network
import Primitives
import Signaling
import Synchronization
import TestSupport
import WebRTC

/// WHIP at `/whip/NAME`, WHEP at `/whep/NAME`, and pages for browsers, on a loop of its own.
///
/// Each session is a `LivePeer`: a publisher's receives, a viewer's sends the clips.
final class LiveServer: @unchecked Sendable {
    // All but `shared` belongs to the loop's thread.
    struct Settings: Sendable {
        /// Where it listens and its peers are; some programs do not use loopback.
        var host = SocketAddress(ipv4: 0x7F00_0001, port: 0)
        var isLite = true
        var preferredRole = DTLSRole.server
        var video = LivePlans.videoFormats
        var usesRTX = true
        var dropInterval: Int?
        var clips: [TestMedia] = []
        /// Every so many packets of media that come one is lost on purpose.
        var lossInterval: Int?
    }

    struct Session: Sendable {
        let role: SignalingRole
        let peer: LivePeer
        let offer: String
        let answer: String
    }

    private struct Shared {
        var sessions: [Session] = []
        var ended = 0
        var refusals: [String] = []
        var requests: [String] = []
        var posts: [(path: String, body: String)] = []
        var pages: [String: String] = [:]
    }

    let loop: EventLoop
    private(set) var address: SocketAddress
    private let settings: Settings
    private let shared = Mutex(Shared())
    private var http: HTTPServer?
    private var endpoints: [SignalingRole: SignalingEndpoint] = [:]
    private var peers: [SessionID: LivePeer] = [:]

    init(_ settings: Settings) throws {
        self.settings = settings
        address = settings.host
        loop = try EventLoop(name: "live server", processor: nil)
        try loop.answer { [self] in try start() }
    }

    deinit { loop.end() }

    /// Says goodbye to all peers; the loop ends with the server.
    func stop() {
        _ = loop.perform { [self] in
            for session in shared.withLock({ $0.sessions }) { session.peer.close() }
            http = nil
        }
    }

    // MARK: - From any thread

    var origin: String { "http://\(address)" }
    var whip: String { "\(origin)/whip/show" }
    var whep: String { "\(origin)/whep/show" }
    var sessions: [Session] { shared.withLock { $0.sessions } }
    /// Sessions that their clients have deleted.
    var endedSessions: Int { shared.withLock { $0.ended } }
    /// What was sent by POST to paths other than those of WHIP and WHEP.
    func posts(_ path: String) -> [String] {
        shared.withLock { $0.posts.filter { $0.path == path }.map(\.body) }
    }

    /// Lets browsers load a text from now on.
    func serve(_ text: String, at path: String) {
        shared.withLock { $0.pages[path] = text }
    }

    /// What was asked for and refused, for whoever waits in vain.
    var phase: String {
        shared.withLock {
            """
            reached \($0.sessions.isEmpty ? "no session" : "HTTP"); requests \
            \($0.requests.suffix(12)), refused \($0.refusals), told \($0.posts.suffix(4))
            """
        }
    }

    /// Waits for the next session after those there were.
    func awaitSession(after count: Int = 0, within limit: Duration) throws -> Session {
        try reach("a session begins", within: limit, { phase }) { sessions.count > count }
        return sessions[count]
    }

    // MARK: - On the loop

    private func start() throws {
        for role in [SignalingRole.whip, .whep] {
            endpoints[role] = SignalingEndpoint(
                EndpointOptions(
                    role: role, root: role == .whip ? "/whip" : "/whep", access: [], pages: .any,
                    iceServers: [], extensions: [], trickles: true, restarts: true,
                    maximumSessions: 16, rate: RateLimit(burst: 100, interval: .seconds(1)),
                    counterOfferValidity: .seconds(30)))
        }
        let server = try HTTPServer(
            on: loop, at: address, tls: nil, options: .signaling, wallClock: LiveClock.now
        ) { [weak self] request, responder in
            if let response = self?.answer(request, from: responder.peer) {
                responder.respond(response)
            }
        }
        address = server.localAddress
        http = server
    }

    private func answer(_ request: HTTPRequest, from client: SocketAddress) -> HTTPResponse {
        let path = request.target.split(separator: "?").first.map(String.init) ?? "/"
        shared.withLock { $0.requests.append("\(request.method) \(path)") }
        if path.hasPrefix("/whip/") { return signal(.whip, request, client) }
        if path.hasPrefix("/whep/") { return signal(.whep, request, client) }
        if request.method == "POST" {
            let body = String(decoding: request.body, as: UTF8.self)
            shared.withLock { $0.posts.append((path, body)) }
            return HTTPResponse(status: 204)
        }
        guard let page = shared.withLock({ $0.pages[path] }) else {
            return HTTPResponse(status: 404)
        }
        let type = path.hasSuffix(".html") ? "text/html; charset=utf-8" : "application/json"
        return HTTPResponse(
            status: 200, fields: HTTPFields([("Content-Type", type)]), body: Array(page.utf8))
    }

    private func signal(
        _ role: SignalingRole, _ request: HTTPRequest, _ client: SocketAddress
    ) -> HTTPResponse {
        guard var endpoint = endpoints.removeValue(forKey: role) else {
            return HTTPResponse(status: 500)
        }
        defer { endpoints[role] = endpoint }
        var random = SystemRandomNumberGenerator()
        switch endpoint.receive(request, from: client, now: loop.now, using: &random) {
        case .respond(let response): return response
        case .delegate: return HTTPResponse(status: 404)
        case .tell(let news, let response):
            take(news)
            return response
        case .ask(let question, let asked):
            return endpoint.answer(
                question, decide(asked, role), now: loop.now, date: LiveClock.now())
        }
    }

    private func take(_ news: EndpointNews) {
        switch news {
        case .candidates(let id, let fragment):
            for text in fragment.sections.flatMap(\.candidates) {
                if let candidate = try? ICECandidate(text) { peers[id]?.add(remote: candidate) }
            }
        case .ended(let id):
            peers.removeValue(forKey: id)?.close()
            shared.withLock { $0.ended += 1 }
        }
    }

    private func decide(_ question: EndpointQuestion, _ role: SignalingRole) -> EndpointAnswer {
        switch question {
        case .newSession(let id, _, let offer):
            do {
                return .accepted(sdp: try accept(id, offer, role), replacing: nil)
            } catch {
                shared.withLock { $0.refusals.append("\(error) to \(offer)") }
                return .notAcceptable(ProblemDocument(title: "no", detail: "\(error)"))
            }
        case .restart(let id, let fragment):
            guard let peer = peers[id], let theirs = fragment.credentials else {
                return .unknownName
            }
            let transport = peer.restart(
                WebRTC.ICECredentials(ufrag: theirs.usernameFragment, password: theirs.password))
            var answer = TrickleFragment()
            answer.credentials = Signaling.ICECredentials(
                usernameFragment: transport.credentials.ufrag,
                password: transport.credentials.password)
            answer.sections = [
                TrickleFragment.Section(
                    media: "audio 9 UDP/TLS/RTP/SAVPF 0", mid: "0",
                    candidates: transport.candidates.map { "candidate:" + $0 },
                    endsCandidates: true)
            ]
            return .restarted(answer)
        case .counterAnswer: return .unknownName
        }
    }

    private func accept(
        _ id: SessionID, _ offer: String, _ role: SignalingRole
    ) throws -> String {
        var live = LivePeer.Settings()
        live.ice = ICEAgent.Settings(role: .controlled, isLite: settings.isLite)
        live.host = settings.host
        live.dropInterval = settings.dropInterval
        live.lossInterval = settings.lossInterval
        live.clips = settings.clips
        let peer = try LivePeer(on: loop, live)
        let (answer, session) = try AnswerPlan(
            origin: LivePlans.origin, transport: peer.localTransport,
            preferredRole: settings.preferredRole,
            media: LivePlans.media(
                role == .whip ? .recvonly : .sendonly, video: settings.video,
                usesRTX: settings.usesRTX),
            acceptsPart: true
        ).answer(to: SessionDescription(parsing: offer))
        peers[id] = peer
        peer.begin(session)
        let made = Session(role: role, peer: peer, offer: offer, answer: answer.text)
        shared.withLock { $0.sessions.append(made) }
        return answer.text
    }
}
