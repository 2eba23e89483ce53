package import HTTP
import Primitives

/// How responses look.
extension SignalingEndpoint {
    mutating func respond(
        to answer: EndpointAnswer, _ question: Question, _ session: inout Session, now: Instant,
        date: WallClock
    ) -> HTTPResponse {
        switch answer {
        case .accepted(let sdp, let replaced):
            guard session.phase == .opening else { return .internalError }
            if let replaced { end(replaced) }
            session.phase = .open
            session.ours = DescriptionOutline(sdp)
            return created(sdp, session, status: 201, type: MediaType.sdp)
        case .counterOffer(let sdp):
            guard session.phase == .opening, options.role == .whep else { return .internalError }
            let until = now + options.counterOfferValidity
            session.phase = .countering(until: until)
            session.wasCountered = true
            session.ours = DescriptionOutline(sdp)
            counterOffers.append((session.id, until))
            let end = (date + options.counterOfferValidity).httpDate
            return created(
                sdp, session, status: 406, type: "\(MediaType.sdp); valid-until=\"\(end)\"")
        case .counterAnswerTaken:
            guard case .countering = session.phase else { return .internalError }
            session.phase = .open
            session.credentials = question.credentials
            counterOffers.removeAll { $0.id == session.id }
            return HTTPResponse(status: 204)
        case .restarted(let fragment):
            return restarted(fragment, question, &session)
        case .malformed(let problem): return .problem(400, problem)
        case .notAcceptable(let problem): return .problem(422, problem)
        case .unknownName: return .problem(404, "nothing of this name is on the air")
        case .conflict(let problem, let wait): return .problem(409, problem, retryAfter: wait)
        case .busy(let wait): return .problem(503, "too busy", retryAfter: wait)
        case .elsewhere(let url):
            var response = HTTPResponse(status: 307)
            response.fields.append("Location", url)
            return response
        }
    }

    private func created(
        _ sdp: String, _ session: Session, status: Int, type: String
    ) -> HTTPResponse {
        var response = HTTPResponse(status: status, body: Array(sdp.utf8))
        let location = path(of: session)
        response.fields.append("Content-Type", type)
        response.fields.append("Location", location)
        response.fields.append("ETag", session.entityTag)
        if options.trickles || options.restarts {
            response.fields.append("Accept-Patch", MediaType.trickle)
        }
        for server in options.iceServers { response.fields.append("Link", server.link.text) }
        for part in options.extensions {
            let link = LinkField(
                target: "\(location)/\(part.path)",
                parameters: [FieldParameter(name: "rel", value: part.relation)] + part.parameters)
            response.fields.append("Link", link.text)
        }
        return response
    }

    private func restarted(
        _ fragment: TrickleFragment, _ question: Question, _ session: inout Session
    ) -> HTTPResponse {
        guard session.phase == .open, fragment.credentials != nil else { return .internalError }
        var fragment = fragment
        fragment.options = session.ours.options
        fragment.isLite = session.ours.isLite
        fragment.group = session.ours.group
        session.entityTag = question.entityTag
        session.credentials = question.credentials
        var response = HTTPResponse(status: 200, body: Array(fragment.text.utf8))
        response.fields.append("Content-Type", MediaType.trickle)
        response.fields.append("ETag", session.entityTag)
        session.lastRestart = response
        return response
    }

    private func path(of session: Session) -> String {
        "\(options.root)/\(session.name)/\(session.id.text)"
    }

    func notAllowed(_ place: EndpointRoute.Place) -> HTTPResponse {
        var response = HTTPResponse.problem(405, "this method has no meaning here")
        response.fields.append("Allow", methods(place))
        return response
    }

    private func methods(_ place: EndpointRoute.Place) -> String {
        switch place {
        case .endpoint: "GET, HEAD, OPTIONS, POST"
        case .session:
            takesPatches
                ? "DELETE, GET, HEAD, OPTIONS, PATCH" : "DELETE, GET, HEAD, OPTIONS"
        case .extension: "DELETE, GET, OPTIONS, POST"
        }
    }

    /// A browser's question before it asks, or a client's for what there is (4).
    func optionsResponse(_ request: HTTPRequest, _ route: EndpointRoute) -> HTTPResponse {
        var response = HTTPResponse(status: 200)
        response.fields.append("Allow", methods(route.place))
        switch route.place {
        case .endpoint: response.fields.append("Accept-Post", MediaType.sdp)
        case .session: response.fields.append("Accept-Patch", MediaType.trickle)
        case .extension: break
        }
        let isPreflight =
            request.fields["Origin"] != nil
            && request.fields["Access-Control-Request-Method"] != nil
        if isPreflight {
            response.fields.append("Access-Control-Allow-Methods", methods(route.place))
            response.fields.append(
                "Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
            response.fields.append("Access-Control-Max-Age", "86400")
        } else if allows(request, name: route.name) {
            // Credentials of TURN servers are for those who may use them.
            for server in options.iceServers { response.fields.append("Link", server.link.text) }
        }
        return response
    }

    /// What every response has: what pages may read, and nothing in the body of a HEAD.
    package func dressed(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
        var response = response
        if request.method == "HEAD" { response.body = [] }
        switch options.pages {
        case .any:
            response.fields.set("Access-Control-Allow-Origin", "*")
        case .only(let origins):
            response.fields.set("Vary", "Origin")
            guard let origin = request.fields["Origin"], origins.contains(origin) else {
                return response
            }
            response.fields.set("Access-Control-Allow-Origin", origin)
        }
        response.fields.set(
            "Access-Control-Expose-Headers",
            "Location, ETag, Link, Accept-Patch, Accept-Post, Retry-After")
        return response
    }
}

extension SignalingEndpoint {
    /// Every token is compared to its end, so that the time taken tells nothing (8).
    func allows(_ request: HTTPRequest, name: String) -> Bool {
        guard !options.access.isEmpty else { return true }
        let presented = Self.bearer(in: request)
        var isAllowed = false
        for access in options.access {
            let isSame = Self.areSame(Array(access.bearer.utf8), presented)
            isAllowed = isAllowed || isSame && (access.name == nil || access.name == name)
        }
        return isAllowed && !presented.isEmpty
    }

    /// Whether a request carries one of some tokens, for what a host guards beside its endpoints.
    package static func carries(_ request: HTTPRequest, oneOf tokens: [String]) -> Bool {
        let presented = bearer(in: request)
        var isAllowed = false
        for token in tokens {
            let isSame = areSame(Array(token.utf8), presented)
            isAllowed = isAllowed || isSame
        }
        return isAllowed && !presented.isEmpty
    }

    func unauthorized(_ request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse.problem(401, "a bearer token is needed")
        let realm = options.role == .whip ? "whip" : "whep"
        let error = Self.bearer(in: request).isEmpty ? "" : ", error=\"invalid_token\""
        response.fields.append("WWW-Authenticate", "Bearer realm=\"\(realm)\"\(error)")
        return response
    }

    private static func bearer(in request: HTTPRequest) -> [UInt8] {
        let fields = request.fields.values("Authorization")
        guard fields.count == 1, let field = fields.first, let space = field.firstIndex(of: " "),
            field[..<space].equalsIgnoringCase("Bearer")
        else { return [] }
        return Array(field[space...].utf8.drop { $0 == UInt8(ascii: " ") })
    }

    /// Takes as long as what is presented is long, whatever it says.
    static func areSame(_ secret: [UInt8], _ presented: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = secret.count ^ presented.count
        for index in presented.indices {
            difference |= Int(presented[index] ^ secret[index % secret.count])
        }
        return difference == 0
    }
}

extension HTTPResponse {
    package static func problem(
        _ status: Int, _ title: String, retryAfter: Duration? = nil
    ) -> HTTPResponse {
        problem(status, ProblemDocument(title: title), retryAfter: retryAfter)
    }

    static func problem(
        _ status: Int, _ problem: ProblemDocument, retryAfter: Duration? = nil
    ) -> HTTPResponse {
        var problem = problem
        problem.status = status
        var response = HTTPResponse(status: status, body: Array(problem.json.text.utf8))
        response.fields.append("Content-Type", MediaType.problem)
        if let retryAfter {
            let (seconds, attoseconds) = retryAfter.components
            let whole = max(1, seconds + (attoseconds > 0 ? 1 : 0))
            response.fields.append("Retry-After", String(whole))
        }
        return response
    }

    static var tooSoon: HTTPResponse {
        .problem(503, "the last request is still being dealt with", retryAfter: .seconds(1))
    }

    /// The host has answered another question than it was asked.
    static var internalError: HTTPResponse { .problem(500, "this server has a fault") }
}
