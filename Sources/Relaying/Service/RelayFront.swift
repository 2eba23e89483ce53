import HTTP
import Network
import Primitives
import Signaling

/// The HTTP side of a relay: endpoints, pages and figures, on a loop of its own.
final class RelayFront {
    /// A session that has been accepted.
    struct LiveSession {
        let client: ServiceEvent.Client
        let began: Instant
        /// The m-line of the picture, as events name it.
        let pictureMID: String
    }

    /// Carried by those who must not keep the front alive.
    final class Holder {
        weak var front: RelayFront?
    }

    let loop: EventLoop
    let gate: RelayGate
    let log: ServiceLog
    var whip: SignalingEndpoint
    var whep: SignalingEndpoint
    var sessions: [SessionID: LiveSession] = [:]
    let feed: EventFeed
    private(set) var access: ServiceAccess
    private(set) var isDraining = false
    private(set) var server: HTTPServer?
    let home: LoopBound<Holder>
    let wallClock: () -> WallClock
    let clock: @Sendable () -> HostTime
    /// Requests whose answer the relay is thinking about; each has its connection, which are
    /// limited.
    private var waiting: [Int: HTTPResponder] = [:]
    private var waitingNumber = 0

    init(
        on loop: EventLoop, _ settings: ServiceSettings, _ gate: RelayGate, _ log: ServiceLog,
        tls: TLSIdentity?, wallClock: @escaping () -> WallClock
    ) throws(NetworkError) {
        self.loop = loop
        self.gate = gate
        self.log = log
        self.wallClock = wallClock
        clock = settings.clock
        access = settings.access
        whip = SignalingEndpoint(Self.options(.whip, settings))
        whep = SignalingEndpoint(Self.options(.whep, settings))
        feed = EventFeed(loop: loop)
        let holder = Holder()
        home = LoopBound(holder, loop: loop)
        var options = HTTPServerOptions.signaling
        options.connections = ServiceLimits.connections
        options.connectionsPerAddress = settings.connectionsPerAddress
        server = try HTTPServer(
            on: loop, at: settings.http, tls: tls, options: options, wallClock: wallClock
        ) { request, responder in
            holder.front?.take(request, responder)
        }
        holder.front = self
        feed.ask = { [weak self] show in self?.refresh(show) }
    }

    private static func options(
        _ role: SignalingRole, _ settings: ServiceSettings
    ) -> EndpointOptions {
        EndpointOptions(
            role: role, root: role == .whip ? ServicePlace.whipRoot : ServicePlace.whepRoot,
            access: role == .whip ? settings.access.publish : settings.access.play,
            pages: settings.pages, iceServers: settings.iceServers,
            extensions: role == .whip ? [] : WHEPExtension.all, trickles: true, restarts: true,
            maximumSessions: settings.limits.sessions, rate: settings.rate,
            counterOfferValidity: .seconds(30))
    }

    var address: SocketAddress? { server?.localAddress }

    // MARK: the owner's wishes

    func replace(_ access: ServiceAccess) {
        self.access = access
        whip.replace(access: access.publish)
        whep.replace(access: access.play)
    }

    func use(_ identity: TLSIdentity) { server?.use(identity) }

    func drain() {
        guard !isDraining else { return }
        isDraining = true
        log.add(.draining(sessions: sessions.count))
    }

    func close(_ completion: @escaping () -> Void) {
        feed.close()
        guard let server else { return completion() }
        server.stop(within: ServiceLimits.closing, completion)
    }

    // MARK: requests

    private func take(_ request: HTTPRequest, _ responder: HTTPResponder) {
        switch ServicePlace(request.target) {
        case .signaling(let role): signal(role, request, responder)
        case .health: respondToRead(request, responder, health)
        case .index: respondToRead(request, responder, Page.index)
        case .player(let show): respondToRead(request, responder, Page.player(show))
        case .publisher(let show): respondToRead(request, responder, Page.publisher(show))
        case .metrics: giveFigures(request, responder) { $0.metrics($1) }
        case .shows: giveFigures(request, responder) { $0.shows($1) }
        case .clock:
            // Pages may compare clocks, too, by the rule that viewers' pages have.
            if isRead(request, responder) {
                responder.respond(whep.dressed(clockAnswer, for: request))
            }
        case .nothing: responder.respond(.problem(404, "there is nothing here"))
        }
    }

    private func respondToRead(
        _ request: HTTPRequest, _ responder: HTTPResponder,
        _ response: @autoclosure () -> HTTPResponse
    ) {
        if isRead(request, responder) { responder.respond(response()) }
    }

    /// Whether somebody only reads; who wants anything else is told that it has no meaning.
    private func isRead(_ request: HTTPRequest, _ responder: HTTPResponder) -> Bool {
        guard request.method != "GET", request.method != "HEAD" else { return true }
        var refusal = HTTPResponse.problem(405, "this method has no meaning here")
        refusal.fields.append("Allow", "GET, HEAD")
        responder.respond(refusal)
        return false
    }

    private var health: HTTPResponse {
        HTTPResponse(
            status: isDraining ? 503 : 200,
            fields: HTTPFields([("Content-Type", "text/plain"), ("Cache-Control", "no-store")]),
            body: Array((isDraining ? "draining\n" : "ok\n").utf8))
    }

    private func giveFigures(
        _ request: HTTPRequest, _ responder: HTTPResponder,
        _ response: @escaping @Sendable (RelayFront, RelayReport) -> HTTPResponse
    ) {
        guard mayReadFigures(request, responder.peer) else {
            var refusal = HTTPResponse.problem(401, "a bearer token is needed")
            refusal.fields.append("WWW-Authenticate", "Bearer realm=\"status\"")
            return responder.respond(refusal)
        }
        guard isRead(request, responder) else { return }
        hand(responder, { $0.report }) { front, responder, report in
            responder.respond(response(front, report))
        }
    }

    /// Figures name shows: where anything needs a token they need one, too, or to be asked for
    /// on the host itself.
    private func mayReadFigures(_ request: HTTPRequest, _ client: SocketAddress) -> Bool {
        if access.isOpen { return true }
        if access.status.isEmpty { return client.isLoopback }
        return SignalingEndpoint.carries(request, oneOf: access.status)
    }

    /// Has the relay do something for a request, and goes on with it here.
    func hand<Answer: Sendable>(
        _ responder: HTTPResponder, _ work: @escaping @Sendable (Relay) -> Answer,
        _ completion: @escaping @Sendable (RelayFront, HTTPResponder, Answer) -> Void
    ) {
        waitingNumber += 1
        let number = waitingNumber
        waiting[number] = responder
        let (home, loop) = (home, loop)
        let isTold = gate.tell { relay in
            let answer = work(relay)
            loop.submit {
                guard let front = home.value.front,
                    let responder = front.waiting.removeValue(forKey: number)
                else { return }
                completion(front, responder, answer)
            }
        }
        guard !isTold else { return }
        waiting[number] = nil
        responder.respond(.problem(503, "too busy", retryAfter: ServiceLimits.busyRetry))
    }
}
