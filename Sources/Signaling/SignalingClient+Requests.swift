import HTTP
import Primitives

/// How requests are made, redirected and sent again.
extension SignalingClient {
    mutating func send(
        _ step: SignalingFailure.Step, _ method: String, to url: URL, type: String?,
        body: String, match: String? = nil, candidateCount: Int = 0
    ) {
        var fields = HTTPFields()
        if let type { fields.append("Content-Type", type) }
        if let match { fields.append("If-Match", match) }
        let request = HTTPRequest(
            method: method, target: url.text, fields: fields, body: Array(body.utf8))
        var exchange = Exchange(
            id: RequestID(number: 0), step: step, request: request, url: url,
            generation: generation)
        exchange.candidateCount = candidateCount
        resend(exchange)
    }

    /// Under a new number, to where the exchange's URL says, with the token if it may go there (9).
    mutating func resend(_ exchange: Exchange) {
        var exchange = exchange
        exchange.id = newID()
        let url = exchange.url.withoutFragment
        exchange.request.target = url.text
        let mayBear = allowsBearer(url)
        let bearer = options.bearer.flatMap { mayBear ? "Bearer " + $0 : nil }
        exchange.request.fields.set("Authorization", bearer)
        if options.bearer != nil, !mayBear { notice(.bearerWithheld(from: url.text)) }
        work = .sent(exchange)
        actions.append(.send(exchange.id, exchange.request))
    }

    func allowsBearer(_ url: URL) -> Bool {
        options.sendsBearerAnywhere || isTrusted(url)
    }

    func isTrusted(_ url: URL) -> Bool {
        trustedOrigins.contains { $0.hasSameOrigin(as: url) }
    }

    /// 307 and 308 keep method and body; others would make a GET of it (1).
    mutating func follow(_ response: HTTPResponse, _ exchange: Exchange) {
        if isClosing, exchange.step != .close { return finish() }
        let location = response.fields["Location"]
        guard response.status == 307 || response.status == 308 else {
            return giveUp(exchange, .redirectRefused(location: location), response)
        }
        guard let location,
            let target = try? exchange.url.resolving(location).withoutFragment, target.isHTTP
        else {
            return giveUp(exchange, .badRedirect(location: location), response)
        }
        if exchange.url.scheme == "https", target.scheme == "http" {
            return giveUp(exchange, .redirectRefused(location: location), response)
        }
        guard exchange.redirects < Self.maximumRedirects else {
            return giveUp(exchange, .tooManyRedirects, response)
        }
        notice(.redirected(to: target.text))
        var exchange = exchange
        exchange.redirects += 1
        exchange.url = target
        resend(exchange)
    }

    /// How long to wait before the same request goes out again; nil where it should not.
    func pause(
        _ response: HTTPResponse, _ exchange: Exchange, now: Instant, date: WallClock,
        using random: inout some RandomNumberGenerator
    ) -> Duration? {
        if isClosing, exchange.step != .close { return nil }
        let asked = RetryAfter.duration(
            response.fields["Retry-After"], answered: response.fields["Date"], date: date)
        switch response.status {
        case 429, 503:
            guard exchange.step != .discovery, exchange.attempts < Self.maximumRetries,
                asked ?? .zero <= Self.maximumRetryAfter
            else { return nil }
            return backoff(exchange.attempts, asked: asked, using: &random)
        case 404, 409:
            guard exchange.step == .offer, options.role == .whep,
                let limit = options.waitsForPublisher, asked ?? .zero <= Self.maximumRetryAfter
            else { return nil }
            let delay = backoff(exchange.attempts, asked: asked, using: &random)
            let since = waitingSince ?? now
            return (now + delay) - since <= limit ? delay : nil
        default:
            return nil
        }
    }

    /// Doubles from what the server asked for first, and never falls short of what it asks.
    func backoff(
        _ attempts: Int, asked: Duration?, using random: inout some RandomNumberGenerator
    ) -> Duration {
        let base = max(asked ?? Self.firstBackoff, Self.firstBackoff)
        let doubled = base * (1 << min(attempts, 10))
        let delay = max(min(doubled, Self.maximumBackoff), asked ?? .zero)
        // Up to an eighth more, so that a crowd that was refused together comes back apart.
        return delay + delay * Int.random(in: 0..<128, using: &random) / 1024
    }

    /// No answer: what can be repeated without harm is, a POST is not.
    mutating func handleSilence(
        _ exchange: Exchange, now: Instant, using random: inout some RandomNumberGenerator
    ) {
        if isClosing, exchange.step != .close { return finish() }
        if exchange.generation != generation {
            if exchange.step == .restart { notice(.restartSuperseded) }
            return
        }
        let limit =
            switch exchange.step {
            case .discovery, .offer, .counterAnswer: 0
            case .close: 1
            case .trickle, .restart: 2
            }
        guard exchange.attempts >= limit else {
            var exchange = exchange
            let delay = backoff(exchange.attempts, asked: nil, using: &random)
            exchange.attempts += 1
            notice(.waiting(status: nil, for: delay))
            work = .waiting(exchange, until: now + delay)
            return
        }
        giveUp(exchange, .transport, nil)
    }

    /// What the end of one exchange means for the session.
    mutating func giveUp(
        _ exchange: Exchange, _ reason: SignalingFailure.Reason, _ response: HTTPResponse?
    ) {
        switch exchange.step {
        case .discovery:
            notice(response.map { .discoveryRefused($0.status) } ?? .discoveryUnanswered)
            actions.append(.servers([]))
        case .offer, .counterAnswer:
            fail(exchange.step, reason, response)
        case .trickle:
            stopTrickling()
            notice(response.map { .trickleRefused($0.status) } ?? .trickleUnanswered)
        case .restart:
            failRestart(reason, response)
        case .close:
            notice(response.map { .deleteRefused($0.status) } ?? .deleteUnanswered)
            end()
        }
    }

    mutating func end() {
        phase = .closed
        actions.append(.closed)
    }
}
