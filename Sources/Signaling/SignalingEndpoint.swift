package import HTTP
package import Primitives

/// The server side of WHIP or WHEP: endpoints, sessions and their rules, without sockets or clocks.
///
/// A request comes in and a decision goes out; what only the host knows is asked of it. The numbers
/// in comments are those of the endpoint checklist, or of WHEP's.
package struct SignalingEndpoint: Sendable {
    enum Phase: Equatable {
        case opening
        case countering(until: Instant)
        case open
    }

    struct Session {
        let id: SessionID
        let name: String
        var phase = Phase.opening
        var entityTag: String
        /// The client's, of the ICE session that is.
        var credentials: ICECredentials?
        /// What a restart must repeat of our description (6).
        var ours = DescriptionOutline("")
        var wasCountered = false
        var question: Question?
        /// A client that lost the answer to its restart asks again.
        var lastRestart: HTTPResponse?
    }

    struct Question {
        let number: Int
        let request: HTTPRequest
        /// For the ICE session that it would begin.
        let entityTag: String
        let credentials: ICECredentials?
    }

    package private(set) var options: EndpointOptions
    var sessions: [SessionID: Session] = [:]
    /// Counter-offers in the order in which they lapse.
    var counterOffers: [(id: SessionID, until: Instant)] = []
    private var limiter: RateLimiter
    private var nextNumber = 1

    package static let maximumFields = 128
    /// Bytes of all header fields together.
    package static let maximumFieldLength = 32_768
    package static let maximumTargetLength = 2048
    package static let maximumNameLength = 128

    package init(_ options: EndpointOptions) {
        self.options = options
        limiter = RateLimiter(options.rate)
    }

    /// From now on other tokens are needed, also for sessions that are.
    package mutating func replace(access: [EndpointOptions.Access]) {
        options.access = access
    }

    package var sessionCount: Int { sessions.count }

    /// When `expire` wants to be called.
    package var deadline: Instant? { counterOffers.first?.until }

    /// Decides about one request.
    package mutating func receive(
        _ request: HTTPRequest, from client: SocketAddress, now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        let decision = decide(request, from: client, now: now, using: &random)
        switch decision {
        case .respond(let response): return .respond(dressed(response, for: request))
        case .tell(let news, let response): return .tell(news, dressed(response, for: request))
        case .ask, .delegate: return decision
        }
    }

    /// Turns the host's answer to a question into the response.
    package mutating func answer(
        _ id: QuestionID, _ answer: EndpointAnswer, now: Instant, date: WallClock
    ) -> HTTPResponse {
        guard var session = sessions[id.session], let question = session.question,
            question.number == id.number
        else { return .problem(404, "the session has ended") }
        session.question = nil
        let response = respond(to: answer, question, &session, now: now, date: date)
        if session.phase == .opening {
            sessions[id.session] = nil
        } else {
            sessions[id.session] = session
        }
        return dressed(response, for: question.request)
    }

    /// The host has ended a session by itself.
    package mutating func end(_ id: SessionID) {
        sessions[id] = nil
        counterOffers.removeAll { $0.id == id }
    }

    /// Counter-offers that nobody has answered in time; their sessions are over (WHEP 2).
    package mutating func expire(now: Instant) -> [SessionID] {
        var ended: [SessionID] = []
        while let first = counterOffers.first, first.until <= now {
            counterOffers.removeFirst()
            guard let session = sessions[first.id] else { continue }
            if session.question != nil {
                // The host is looking at an answer that came in time.
                counterOffers.append((first.id, now + options.counterOfferValidity))
                continue
            }
            sessions[first.id] = nil
            ended.append(first.id)
        }
        return ended
    }
}

extension SignalingEndpoint {
    private mutating func decide(
        _ request: HTTPRequest, from client: SocketAddress, now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        if let refusal = refusal(ofSizesOf: request) { return .respond(refusal) }
        if request.method == "OPTIONS", request.target == "*" {
            return .respond(HTTPResponse(status: 200))
        }
        guard let route = EndpointRoute(request.target, options) else {
            return .respond(.problem(404, "there is nothing here"))
        }
        if request.method == "OPTIONS" { return .respond(optionsResponse(request, route)) }
        let isHarmless = request.method == "GET" || request.method == "HEAD"
        if !isHarmless, let wait = limiter.take(client, now: now) {
            return .respond(.problem(429, "too many requests", retryAfter: wait))
        }
        if !(isHarmless && route.place == .endpoint) {
            let isAllowed = allows(request, name: route.name)
            if !isAllowed {
                // Whoever tries tokens one after the other does so by the cheapest method.
                if isHarmless, let wait = limiter.take(client, now: now) {
                    return .respond(.problem(429, "too many requests", retryAfter: wait))
                }
                return .respond(unauthorized(request))
            }
        }
        switch route.place {
        case .endpoint:
            return endpointDecision(request, route, using: &random)
        case .session(let id), .extension(let id, _):
            guard let session = sessions[id], session.name == route.name,
                session.phase != .opening, !hasLapsed(session, now: now)
            else { return .respond(.problem(404, "there is no such session")) }
            if case .extension(_, let relation) = route.place {
                return .delegate(id, relation: relation)
            }
            return sessionDecision(request, session, using: &random)
        }
    }

    private func refusal(ofSizesOf request: HTTPRequest) -> HTTPResponse? {
        if request.target.utf8.count > Self.maximumTargetLength {
            return .problem(414, "the URL is too long")
        }
        let fields = request.fields.all
        let length = fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        if fields.count > Self.maximumFields || length > Self.maximumFieldLength {
            return .problem(431, "too many header fields")
        }
        return nil
    }

    private func hasLapsed(_ session: Session, now: Instant) -> Bool {
        if case .countering(let until) = session.phase { until <= now } else { false }
    }

    private mutating func endpointDecision(
        _ request: HTTPRequest, _ route: EndpointRoute,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        switch request.method {
        case "POST":
            return offerDecision(request, route.name, using: &random)
        case "HEAD" where options.role == .whep:
            // So that players can tell what it is (WHEP 4).
            var response = HTTPResponse(status: 200)
            response.fields.append("Content-Type", MediaType.sdp)
            return .respond(response)
        case "GET", "HEAD":
            return .respond(HTTPResponse(status: 204))
        default:
            return .respond(notAllowed(.endpoint))
        }
    }

    private mutating func offerDecision(
        _ request: HTTPRequest, _ name: String, using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        guard request.fields.contentType?.name == MediaType.sdp else {
            var response = HTTPResponse.problem(415, "an offer is application/sdp")
            response.fields.append("Accept-Post", MediaType.sdp)
            return .respond(response)
        }
        let offer: String
        switch description(request) {
        case .success(let text): offer = text
        case .failure(let refusal): return .respond(refusal.response)
        }
        guard sessions.count < options.maximumSessions else {
            return .respond(.problem(503, "no more sessions", retryAfter: .seconds(5)))
        }
        var id = SessionID(using: &random)
        while sessions[id] != nil { id = SessionID(using: &random) }
        let tag = entityTag(using: &random)
        var session = Session(id: id, name: name, entityTag: tag)
        session.credentials = DescriptionOutline(offer).credentials
        let question = ask(&session, request, tag: tag, credentials: session.credentials)
        sessions[id] = session
        return .ask(question, .newSession(id, name: name, offer: offer))
    }

    struct Refusal: Error {
        let response: HTTPResponse
    }

    /// The body as a session description.
    func description(_ request: HTTPRequest) -> Result<String, Refusal> {
        guard request.body.count <= DescriptionOutline.maximumLength else {
            return .failure(Refusal(response: .problem(413, "the description is too long")))
        }
        guard let text = String(validating: request.body.span),
            DescriptionOutline.isPlausible(text)
        else {
            return .failure(Refusal(response: .problem(400, "this is no session description")))
        }
        return .success(text)
    }

    mutating func ask(
        _ session: inout Session, _ request: HTTPRequest, tag: String,
        credentials: ICECredentials?
    ) -> QuestionID {
        defer { nextNumber += 1 }
        var request = request
        request.body = []
        session.question = Question(
            number: nextNumber, request: request, entityTag: tag, credentials: credentials)
        return QuestionID(session: session.id, number: nextNumber)
    }

    func entityTag(using random: inout some RandomNumberGenerator) -> String {
        "\"\(String(hexadecimal: random.next()))\""
    }
}
