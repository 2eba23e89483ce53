import HTTP
import Primitives

/// What is done to a session that exists (5, 6, 7, and WHEP 2).
extension SignalingEndpoint {
    mutating func sessionDecision(
        _ request: HTTPRequest, _ session: Session,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        switch request.method {
        case "GET", "HEAD":
            return .respond(HTTPResponse(status: 204))
        case "DELETE":
            // Whatever If-Match says (7).
            end(session.id)
            return .tell(.ended(session.id), HTTPResponse(status: 200))
        case "PATCH" where takesPatches:
            return patchDecision(request, session, using: &random)
        default:
            return .respond(notAllowed(.session(session.id)))
        }
    }

    var takesPatches: Bool {
        options.trickles || options.restarts || options.role == .whep
    }

    private mutating func patchDecision(
        _ request: HTTPRequest, _ session: Session,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        switch request.fields.contentType?.name {
        case MediaType.trickle where options.trickles || options.restarts:
            return fragmentDecision(request, session, using: &random)
        case MediaType.sdp where session.wasCountered:
            return counterAnswerDecision(request, session)
        default:
            var response = HTTPResponse.problem(415, "a session does not take this type")
            response.fields.append("Accept-Patch", MediaType.trickle)
            return .respond(response)
        }
    }

    private mutating func counterAnswerDecision(
        _ request: HTTPRequest, _ session: Session
    ) -> EndpointDecision {
        guard case .countering = session.phase else {
            return .respond(.problem(409, "the offer has been answered"))
        }
        guard session.question == nil else { return .respond(.tooSoon) }
        let conditions = request.fields.values("If-Match")
        if !conditions.isEmpty, !Precondition(conditions).holds(for: session.entityTag) {
            return .respond(.problem(412, "this is another ICE session"))
        }
        switch description(request) {
        case .failure(let refusal):
            return .respond(refusal.response)
        case .success(let sdp):
            var session = session
            let question = ask(
                &session, request, tag: session.entityTag,
                credentials: DescriptionOutline(sdp).credentials)
            sessions[session.id] = session
            return .ask(question, .counterAnswer(session.id, sdp))
        }
    }

    private mutating func fragmentDecision(
        _ request: HTTPRequest, _ session: Session,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        guard session.phase == .open else {
            return .respond(.problem(409, "the offer has not been answered"))
        }
        guard request.body.count <= TrickleFragment.maximumLength else {
            return .respond(.problem(413, "the fragment is too long"))
        }
        guard let text = String(validating: request.body.span),
            let fragment = try? TrickleFragment(parsing: text)
        else { return .respond(.problem(400, "this is no fragment")) }
        let conditions = request.fields.values("If-Match")
        guard !conditions.isEmpty else {
            return .respond(.problem(428, "which ICE session is meant? If-Match is missing"))
        }
        guard Precondition(conditions).holds(for: session.entityTag) else {
            return .respond(.problem(412, "this is another ICE session"))
        }
        // New credentials make it a restart (RFC 9725 4.3.3).
        if let credentials = fragment.credentials, credentials != session.credentials {
            return restartDecision(request, session, fragment, using: &random)
        }
        guard options.trickles else {
            return .respond(.problem(422, "there is no trickle ICE here"))
        }
        let news = EndpointNews.candidates(session.id, fragment)
        if let lastRestart = session.lastRestart, Precondition(conditions).isAny {
            return .tell(news, lastRestart)
        }
        return .tell(news, HTTPResponse(status: 204))
    }

    private mutating func restartDecision(
        _ request: HTTPRequest, _ session: Session, _ fragment: TrickleFragment,
        using random: inout some RandomNumberGenerator
    ) -> EndpointDecision {
        guard options.restarts else {
            return .respond(.problem(422, "there is no ICE restart here"))
        }
        guard session.question == nil else { return .respond(.tooSoon) }
        var session = session
        let question = ask(
            &session, request, tag: entityTag(using: &random), credentials: fragment.credentials)
        sessions[session.id] = session
        return .ask(question, .restart(session.id, fragment))
    }
}

/// The conditions of If-Match fields (RFC 9110 13.1.1).
struct Precondition {
    /// Also where it is in quotes, as in the RFC's own example.
    let isAny: Bool
    private let tags: [EntityTag]

    static let maximumTags = 32

    init(_ fields: [String]) {
        let parts = fields.flatMap { $0.split(separator: ",") }.map { part in
            String(part.drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " }.reversed())
        }
        isAny = parts.contains { $0 == "*" || $0 == "\"*\"" }
        tags = parts.prefix(Self.maximumTags).compactMap { EntityTag($0) }
    }

    /// By strong comparison.
    func holds(for tag: String) -> Bool {
        isAny || tags.contains { !$0.isWeak && $0.text == tag }
    }
}
