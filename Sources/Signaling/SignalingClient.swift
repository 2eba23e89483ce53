package import HTTP
package import Primitives

/// A WHIP or WHEP client of one session, without sockets or clocks.
///
/// Inputs change it and return what is to be done; at most one request is outstanding. The numbers
/// in comments are those of the WHIP client checklist.
package struct SignalingClient: Sendable {
    enum Phase: Equatable {
        case idle
        case opening
        /// The server has offered; our answer is wanted by then.
        case countering(until: Instant)
        case open
        case closing
        case closed
    }

    /// One request, from when it is made until its answer has been dealt with.
    struct Exchange {
        var id: RequestID
        var step: SignalingFailure.Step
        var request: HTTPRequest
        var url: URL
        /// The ICE generation that it speaks of.
        var generation: Int
        var redirects = 0
        var attempts = 0
        var candidateCount = 0
        var retriedWithoutTag = false
    }

    enum Work {
        case none
        case sent(Exchange)
        case waiting(Exchange, until: Instant)
    }

    /// The session as the server named it.
    struct Session {
        var url: URL
        var entityTag: String?
    }

    struct RestartWish {
        var credentials: ICECredentials
        var before: ICECredentials?
        var wasTrickling: Bool
    }

    package let options: SignalingOptions
    var phase = Phase.idle
    var work = Work.none
    var session: Session?
    var isClosing = false
    /// Where the bearer token may go.
    var trustedOrigins: [URL] = []
    var offer = ""
    /// What our last description said.
    var outline = DescriptionOutline("")
    var credentials: ICECredentials?
    var generation = 0
    var wish: RestartWish?
    /// The restart that is being asked for.
    var restarting: RestartWish?
    var pending: [LocalCandidate] = []
    var endsCandidates = false
    var hasSentEnd = false
    var trickles = true
    var hasToldMissingTag = false
    var waitingSince: Instant?
    var actions: [SignalingAction] = []
    private var nextNumber = 1

    /// Candidates that wait for a PATCH; more are dropped.
    package static let maximumPending = 128
    package static let maximumRedirects = 5
    /// How often one request is sent again after 429, 503 or, where that is harmless, no answer.
    package static let maximumRetries = 5
    /// A server that asks for more is taken to refuse.
    package static let maximumRetryAfter = Duration.seconds(120)
    package static let firstBackoff = Duration.seconds(1)
    package static let maximumBackoff = Duration.seconds(30)
    /// Unless the server says otherwise (WHEP 2).
    package static let counterOfferValidity = Duration.seconds(30)
    package static let maximumCounterOfferValidity = Duration.seconds(600)

    package init(_ options: SignalingOptions) {
        self.options = options
        trustedOrigins = [options.endpoint]
    }

    package var isClosed: Bool { phase == .closed }

    /// When `tick` wants to be called.
    package var deadline: Instant? {
        var deadline: Instant?
        if case .waiting(_, let until) = work { deadline = until }
        if case .countering(let until) = phase, case .none = work { deadline = until }
        return deadline
    }

    /// Asks the endpoint for its ICE servers before there is an offer (10).
    package mutating func discover() -> [SignalingAction] {
        guard phase == .idle, case .none = work else { return [] }
        send(.discovery, "OPTIONS", to: options.endpoint, type: nil, body: "")
        return take()
    }

    /// Sends the offer at once, with the candidates at hand (1, 5).
    package mutating func start(offer: String) -> [SignalingAction] {
        guard phase == .idle else { return [] }
        cancelWork()
        phase = .opening
        self.offer = offer
        describe(offer)
        send(.offer, "POST", to: options.endpoint, type: MediaType.sdp, body: offer)
        return take()
    }

    /// Candidates found since; they wait for the session, and for the answer to a restart (5).
    package mutating func add(_ candidates: [LocalCandidate]) -> [SignalingAction] {
        guard phase != .closing, phase != .closed, trickles else { return [] }
        let usable = candidates.filter { $0.line != nil }
        let room = max(0, Self.maximumPending - pending.count)
        pending += usable.prefix(room)
        let dropped = candidates.count - min(usable.count, room)
        if dropped > 0 { actions.append(.notice(.candidatesDropped(dropped))) }
        flush()
        return take()
    }

    package mutating func endCandidates() -> [SignalingAction] {
        guard phase != .closing, phase != .closed else { return [] }
        endsCandidates = true
        flush()
        return take()
    }

    /// A new ICE generation with what has been gathered for it so far (7).
    package mutating func restart(
        _ credentials: ICECredentials, candidates: [LocalCandidate]
    ) -> [SignalingAction] {
        if phase == .closing || phase == .closed { return [] }
        guard phase == .open else {
            let failure = SignalingFailure(step: .restart, reason: .noSession, response: nil)
            return [.restartFailed(failure)]
        }
        let first = wish ?? restarting
        wish = RestartWish(
            credentials: credentials, before: first?.before ?? self.credentials,
            wasTrickling: first?.wasTrickling ?? trickles)
        self.credentials = credentials
        generation += 1
        pending = []
        endsCandidates = false
        hasSentEnd = false
        // Whatever waits to be sent again speaks of what is over.
        if case .waiting = work { work = .none }
        trickles = true
        return add(candidates)
    }

    /// Our answer to the server's own offer (WHEP 2).
    package mutating func answerCounterOffer(_ sdp: String) -> [SignalingAction] {
        guard case .countering = phase, case .none = work, let session else { return [] }
        let before = credentials
        describe(sdp)
        if before != credentials { pending = [] }
        send(
            .counterAnswer, "PATCH", to: session.url, type: MediaType.sdp, body: sdp,
            match: session.entityTag)
        return take()
    }

    /// Leaves, and tells the server (8).
    package mutating func close() -> [SignalingAction] {
        guard !isClosing, phase != .closed, phase != .closing else { return [] }
        isClosing = true
        switch (phase, work) {
        case (.opening, .sent):
            // It may make a session: its answer is awaited, or that session would be left behind.
            break
        default:
            finish()
        }
        return take()
    }

    /// To be called at `deadline`.
    package mutating func tick(now: Instant) -> [SignalingAction] {
        if case .countering(let until) = phase, case .none = work, until <= now {
            fail(.counterAnswer, .counterOfferExpired, nil)
        } else if case .waiting(let exchange, let until) = work, until <= now {
            resend(exchange)
        }
        return take()
    }

    /// There will be no answer to this request.
    package mutating func requestFailed(
        _ id: RequestID, now: Instant, using random: inout some RandomNumberGenerator
    ) -> [SignalingAction] {
        guard case .sent(let exchange) = work, exchange.id == id else { return [] }
        work = .none
        handleSilence(exchange, now: now, using: &random)
        flush()
        return take()
    }

    /// The answer to a request; `date` is for servers that name a time of day.
    package mutating func receive(
        _ response: HTTPResponse, for id: RequestID, now: Instant, date: WallClock,
        using random: inout some RandomNumberGenerator
    ) -> [SignalingAction] {
        guard case .sent(let exchange) = work, exchange.id == id else { return [] }
        work = .none
        if isOutdated(exchange) {
            if exchange.step == .restart { notice(.restartSuperseded) }
        } else if (300..<400).contains(response.status) {
            follow(response, exchange)
        } else if let delay = pause(response, exchange, now: now, date: date, using: &random) {
            var exchange = exchange
            exchange.attempts += 1
            waitingSince = waitingSince ?? now
            notice(.waiting(status: response.status, for: delay))
            work = .waiting(exchange, until: now + delay)
        } else {
            conclude(response, exchange, now: now, date: date)
        }
        flush()
        return take()
    }
}

extension SignalingClient {
    mutating func take() -> [SignalingAction] {
        defer { actions = [] }
        return actions
    }

    mutating func newID() -> RequestID {
        defer { nextNumber += 1 }
        return RequestID(number: nextNumber)
    }

    /// A PATCH's answer counts only if no later restart has been wanted (7).
    private func isOutdated(_ exchange: Exchange) -> Bool {
        (exchange.step == .restart || exchange.step == .trickle)
            && exchange.generation != generation
    }

    private mutating func describe(_ sdp: String) {
        outline = DescriptionOutline(sdp)
        credentials = outline.credentials
    }

    mutating func cancelWork() {
        if case .sent(let exchange) = work { actions.append(.cancel(exchange.id)) }
        work = .none
    }

    /// Deletes the session if there is one (8).
    mutating func finish() {
        cancelWork()
        guard let session else {
            phase = .closed
            actions.append(.closed)
            return
        }
        phase = .closing
        send(.close, "DELETE", to: session.url, type: nil, body: "")
    }

    mutating func fail(
        _ step: SignalingFailure.Step, _ reason: SignalingFailure.Reason,
        _ response: HTTPResponse?
    ) {
        if !isClosing {
            actions.append(
                .failed(SignalingFailure(step: step, reason: reason, response: response)))
        }
        isClosing = true
        finish()
    }

    mutating func notice(_ notice: SignalingNotice) {
        actions.append(.notice(notice))
    }
}
