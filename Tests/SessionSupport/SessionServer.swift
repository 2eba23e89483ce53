import HTTP
import Network
import Primitives
import Signaling
import TestSupport
import WebRTC

/// A WHIP and WHEP endpoint at `/whip/NAME` and `/whep/NAME`, with peers that record, on a loop of
/// its own; it can be made to refuse, to forget and to be silent.
final class SessionServer: @unchecked Sendable {
    // All but `loop` and `address` belongs to the loop's thread.
    struct Settings: Sendable {
        var host = SocketAddress(ipv4: 0x7F00_0001, port: 0)
        var isLite = true
        var preferredRole = DTLSRole.server
        var video: [CodecFormat] = SessionPlans.video
        var audio: [CodecFormat] = [.opus]
        var layers = 0
        var bearer: String?
        var iceServers: [ICEServer] = []
        var trickles = true
        var restarts = true
        /// Answers offers by offers of its own (WHEP 2).
        var counterOffers = false
    }

    struct Session: Sendable {
        let id: SessionID
        let peer: ServerPeer
        let offer: String
        let answer: String
    }

    let loop: EventLoop
    private(set) var address: SocketAddress
    private let settings: Settings
    private var http: HTTPServer?
    private var endpoints: [SignalingRole: SignalingEndpoint] = [:]
    private var peers: [SessionID: ServerPeer] = [:]
    private var made: [Session] = []
    private var ended = 0
    private var asked: [String] = []
    private var counterOffers: [SessionID: SessionDescription] = [:]
    /// Answers all requests with this status.
    private var refusal: HTTPResponse?
    /// Peers that are made from now on say and hear nothing.
    var mutesNew = false

    init(_ settings: Settings) throws {
        self.settings = settings
        address = settings.host
        loop = try EventLoop(name: "server", processor: nil)
        try loop.answer { [self] in try start() }
    }

    deinit { loop.end() }

    func stop() {
        _ = loop.perform { [self] in
            for peer in peers.values { peer.vanish() }
            http = nil
        }
    }

    // MARK: - From any thread

    func url(_ role: SignalingRole = .whip) -> String { "http://\(address)/\(role)/show" }

    var sessions: [Session] { loop.perform { [self] in made } ?? [] }
    var endedSessions: Int { loop.perform { [self] in ended } ?? 0 }
    var requests: [String] { loop.perform { [self] in asked } ?? [] }

    func record(_ place: Int) -> ServerRecord {
        loop.perform { [self] in made.indices.contains(place) ? made[place].peer.record : nil }
            .flatMap { $0 } ?? ServerRecord()
    }

    func change(_ body: @escaping @Sendable (SessionServer) -> Void) {
        _ = loop.perform { [self] in body(self) }
    }

    // MARK: - On the loop

    func refuse(_ response: HTTPResponse?) { refusal = response }

    func mute(_ isMute: Bool) {
        for session in made { session.peer.isMute = isMute }
    }

    func peer(_ place: Int) -> ServerPeer? {
        made.indices.contains(place) ? made[place].peer : nil
    }

    /// As a server that was killed and begun again: it knows no session, and says no goodbye.
    func forget() {
        for peer in peers.values { peer.vanish() }
        peers = [:]
        makeEndpoints()
    }

    /// No HTTP any more; connections to the port are refused.
    func closeHTTP() { http = nil }

    func openHTTP() throws {
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

    private func start() throws {
        makeEndpoints()
        try openHTTP()
    }

    private func makeEndpoints() {
        for role in [SignalingRole.whip, .whep] {
            endpoints[role] = SignalingEndpoint(
                EndpointOptions(
                    role: role, root: "/\(role)",
                    access: settings.bearer.map { [.init(name: nil, bearer: $0)] } ?? [],
                    pages: .any, iceServers: settings.iceServers, extensions: [],
                    trickles: settings.trickles, restarts: settings.restarts,
                    maximumSessions: 16, rate: RateLimit(burst: 1000, interval: .seconds(1)),
                    counterOfferValidity: .seconds(30)))
        }
    }

    private func answer(_ request: HTTPRequest, from client: SocketAddress) -> HTTPResponse {
        let path = request.target.split(separator: "?").first.map(String.init) ?? "/"
        asked.append("\(request.method) \(path)")
        if let refusal { return refusal }
        let role: SignalingRole = path.hasPrefix("/whep/") ? .whep : .whip
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
            ended += 1
        }
    }

    private func decide(_ question: EndpointQuestion, _ role: SignalingRole) -> EndpointAnswer {
        switch question {
        case .newSession(let id, _, let offer):
            do {
                if settings.counterOffers {
                    return .counterOffer(sdp: try counterOffer(id, role))
                }
                return .accepted(sdp: try accept(id, offer, role), replacing: nil)
            } catch {
                return .notAcceptable(ProblemDocument(title: "no", detail: "\(error)"))
            }
        case .restart(let id, let fragment):
            guard let peer = peers[id], let theirs = fragment.credentials else {
                return .unknownName
            }
            let transport = peer.restart(
                WebRTC.ICECredentials(ufrag: theirs.usernameFragment, password: theirs.password))
            for text in fragment.sections.flatMap(\.candidates) {
                if let candidate = try? ICECandidate(text) { peer.add(remote: candidate) }
            }
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
        case .counterAnswer(let id, let answer):
            guard let offer = counterOffers.removeValue(forKey: id), let peer = peers[id],
                let description = try? SessionDescription(parsing: answer),
                let session = try? NegotiatedSession(accepting: description, for: offer)
            else { return .unknownName }
            peer.begin(session)
            made.append(Session(id: id, peer: peer, offer: offer.text, answer: answer))
            return .counterAnswerTaken
        }
    }

    private func counterOffer(_ id: SessionID, _ role: SignalingRole) throws -> String {
        let peer = try ServerPeer(
            on: loop, ice: .init(role: .controlled, isLite: settings.isLite),
            host: settings.host.with(port: 0))
        let offer = OfferPlan(
            origin: SessionPlans.origin, transport: peer.localTransport, setup: .actpass,
            media: media(role)
        ).makeOffer()
        peers[id] = peer
        counterOffers[id] = offer
        return offer.text
    }

    private func media(_ role: SignalingRole) -> [MediaPlan] {
        let direction: MediaDirection = role == .whip ? .recvonly : .sendonly
        var media: [MediaPlan] = []
        if !settings.audio.isEmpty {
            media.append(SessionPlans.plan(.audio, direction, settings.audio))
        }
        if !settings.video.isEmpty {
            media.append(SessionPlans.plan(.video, direction, settings.video))
            if settings.layers > 0 {
                media[media.count - 1].layers = .receive(upTo: settings.layers)
            }
        }
        return media
    }

    private func accept(
        _ id: SessionID, _ offer: String, _ role: SignalingRole
    ) throws -> String {
        let peer = try ServerPeer(
            on: loop, ice: .init(role: .controlled, isLite: settings.isLite),
            host: settings.host.with(port: 0))
        let (answer, session) = try AnswerPlan(
            origin: SessionPlans.origin, transport: peer.localTransport,
            preferredRole: settings.preferredRole, media: media(role), acceptsPart: true
        ).answer(to: SessionDescription(parsing: offer))
        peers[id] = peer
        peer.isMute = mutesNew
        peer.begin(session)
        made.append(Session(id: id, peer: peer, offer: offer, answer: answer.text))
        return answer.text
    }
}

/// What both ends of a test offer and answer.
enum SessionPlans {
    static let video: [CodecFormat] = [
        .h264(.constrainedBaseline), .h264(.baseline), .vp8, .vp9(profile: 0), .av1,
    ]

    static func plan(
        _ kind: MediaKind, _ direction: MediaDirection, _ codecs: [CodecFormat]
    ) -> MediaPlan {
        var random = SystemRandomNumberGenerator()
        let source = MediaSource(
            ssrc: random.next() | 1, rtxSSRC: kind == .video ? random.next() & ~1 : nil,
            cname: "test", msid: MSID(stream: "show", track: kind.rawValue))
        return MediaPlan(
            kind: kind, direction: direction, codecs: codecs, codecLimit: 1,
            feedback: kind == .video ? [.nack, .pli, .fir, .transportCC] : [.transportCC],
            usesRTX: kind == .video,
            extensions: [
                .mid, .rid, .repairedRID, .absoluteSendTime, .transportSequence,
                .absoluteCaptureTime,
            ],
            source: direction.sends ? source : nil, layers: .one)
    }

    static var origin: SessionOrigin {
        var random = SystemRandomNumberGenerator()
        return SessionOrigin(sessionID: random.next() >> 2, version: 1)
    }

    /// VP8 says in its first bit whether it is a keyframe; the number is inside, to be compared.
    static func frame(_ number: UInt32, isKeyframe: Bool, size: Int = 2000) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(isKeyframe ? 0x10 : 0x11 as UInt8)
        writer.write(UInt16(0))
        for byte in [0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] as [UInt8] { writer.write(byte) }
        writer.write(number)
        while writer.bytes.count < size {
            writer.write(UInt8(truncatingIfNeeded: writer.bytes.count &* 31 &+ Int(number)))
        }
        return writer.bytes
    }

    static func number(of frame: [UInt8]) -> UInt32 {
        frame.dropFirst(10).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
