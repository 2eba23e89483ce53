import HTTP
import Network
import Primitives
import Signaling
import WebRTC

extension ClientSession {
    /// Begins: opens sockets and sends the offer, or asks servers first.
    package func start() {
        guard phase == .idle else { return }
        marks.setOut = loop.now
        signalingTimer = loop.timer { [weak self] in
            guard let self else { return }
            perform(signaling.tick(now: loop.now))
        }
        phaseTimer = loop.timer { [weak self] in self?.runOut() }
        watchTimer = loop.timer { [weak self] in self?.watchAddresses() }
        restartTimer = loop.timer { [weak self] in self?.restartAgain() }
        guard openHTTP() else { return }
        do throws(SessionFailure) {
            try openHosts()
        } catch {
            return fail(error)
        }
        guard settings.isRelayOnly || settings.gathering == .complete else {
            post()
            add(settings.iceServers)
            return
        }
        enter(.gathering)
        phaseTimer?.set(at: loop.now + settings.limits.gathering)
        if settings.iceServers.isEmpty {
            perform(signaling.discover())
        } else {
            add(settings.iceServers)
            endGatheringIfDone()
        }
    }

    /// Leaves: `done` is called once the endpoint has been told, or has had its time.
    package func close(_ done: @escaping () -> Void) {
        onClosed.append(done)
        if phase != .ended {
            shut()
        } else if closingTimer == nil {
            tellClosed()
        }
    }

    /// Ends the session and says why.
    func fail(_ failure: SessionFailure) {
        guard phase != .ended else { return }
        tell(.failed(failure))
        shut()
    }

    private func shut() {
        quietPeer()
        phase = .ended
        tell(.phase(.ended))
        // The session must live until the endpoint has been told, whoever lets go of it now.
        let timer = loop.timer { self.finish() }
        closingTimer = timer
        timer.set(at: loop.now + settings.limits.closing)
        if signaling.isClosed {
            finish()
        } else {
            perform(signaling.close())
        }
    }

    private func finish() {
        guard let timer = closingTimer else { return }
        timer.cancel()
        closingTimer = nil
        // After the endpoint has been told: a server that hears the goodbye first knows no session
        // to delete any more.
        endPeer()
        signalingTimer?.cancel()
        transfers = [:]
        http = nil
        tellClosed()
    }

    private func tellClosed() {
        let timer = loop.timer { [self] in
            let told = onClosed
            onClosed = []
            for done in told { done() }
        }
        timer.set(at: loop.now)
    }

    /// Sends the offer with the candidates at hand.
    func post() {
        guard !isOffered else { return }
        isOffered = true
        var transport = peer.localTransport
        transport.hasEndOfCandidates = hasGathered
        let made = OfferPlan(
            origin: SessionOrigin(sessionID: random.next() >> 2, version: 1), transport: transport,
            setup: settings.setup, media: settings.media
        ).makeOffer()
        offer = made
        phaseTimer?.cancel()
        enter(.signalling)
        perform(signaling.start(offer: made.text))
    }

    // MARK: - Requests

    /// A client with no connection of an older path; false after having failed.
    @discardableResult
    func openHTTP() -> Bool {
        do throws(HTTPClientProblem) {
            http = try HTTPClient(on: loop, options: settings.http)
            return true
        } catch {
            fail(.http(.offer, error))
            return false
        }
    }

    func perform(_ actions: [SignalingAction]) {
        for action in actions {
            switch action {
            case .send(let id, let request): send(id, request)
            case .cancel(let id): transfers.removeValue(forKey: id)?.cancel()
            case .servers(let servers):
                add(servers)
                endGatheringIfDone()
            case .accepted(let accepted): take(accepted)
            case .counterOffered(let counter, _): answer(counter)
            case .counterAnswerTaken: break
            case .restarted(let fragment): restarted(fragment)
            case .restartFailed(let failure): restartFailed(failure)
            case .notice(let notice):
                if case .waiting = notice { marks.mustWait = true }
                tell(.notice(.signaling(notice)))
            case .failed(let failure): fail(worded(failure))
            case .closed: finishIfEnded()
            }
        }
        if let deadline = signaling.deadline {
            signalingTimer?.set(at: deadline)
        } else {
            signalingTimer?.cancel()
        }
    }

    private func finishIfEnded() {
        if phase == .ended { finish() }
    }

    /// What the client that speaks no HTTP could not know.
    private func worded(_ failure: SignalingFailure) -> SessionFailure {
        if failure.reason == .transport, let httpProblem {
            return .http(failure.step, httpProblem)
        }
        return .signaling(failure)
    }

    private func send(_ id: RequestID, _ request: HTTPRequest) {
        let limits = request.method == "POST" ? settings.limits.offer : settings.limits.patch
        if request.method == "POST" {
            offerRequest = id
            marks.offer(at: loop.now)
        }
        do throws(HTTPClientProblem) {
            guard let http else { throw .cancelled }
            transfers[id] = try http.send(request, limits: limits) { [weak self] result in
                self?.receive(result, id)
            }
        } catch {
            let problem = error
            httpProblem = problem
            // In a turn of its own, as an answer would come.
            let timer = loop.timer { [weak self] in self?.receive(.failure(problem), id) }
            timer.set(at: loop.now)
        }
    }

    private func receive(_ result: Result<HTTPReply, HTTPClientProblem>, _ id: RequestID) {
        transfers[id] = nil
        switch result {
        case .success(let reply):
            if id == offerRequest { marks.answer(reply, at: loop.now) }
            perform(
                signaling.receive(
                    reply.response, for: id, now: loop.now, date: date, using: &random))
        case .failure(.cancelled): break
        case .failure(let problem):
            httpProblem = problem
            perform(signaling.requestFailed(id, now: loop.now, using: &random))
        }
    }

    private var date: WallClock {
        let nanoseconds = settings.wallClock.ntp(at: loop.now).nanosecondsSince1970
        return WallClock(millisecondsSince1970: nanoseconds / 1_000_000)
    }

    // MARK: - Answers

    private func take(_ accepted: AcceptedAnswer) {
        guard phase != .ended, let offer else { return }
        answer = accepted
        do throws(SessionFailure) {
            let description = try Self.parse(accepted.sdp)
            let session: NegotiatedSession
            do throws(NegotiationProblem) {
                session = try NegotiatedSession(accepting: description, for: offer)
            } catch {
                throw .badAnswer(error)
            }
            try begin(session)
        } catch {
            return fail(error)
        }
        // Servers that are named only now are of use until a way has been found without them.
        if settings.gathering == .trickle { add(accepted.iceServers) }
        endGatheringIfDone()
    }

    /// Answers an offer of the server (WHEP 2).
    private func answer(_ counter: AcceptedAnswer) {
        guard phase != .ended else { return }
        answer = counter
        do throws(SessionFailure) {
            let theirs = try Self.parse(counter.sdp)
            let plan = AnswerPlan(
                origin: SessionOrigin(sessionID: random.next() >> 2, version: 1),
                transport: peer.localTransport, preferredRole: .client, media: settings.media,
                acceptsPart: true)
            let (ours, session): (SessionDescription, NegotiatedSession)
            do throws(NegotiationProblem) {
                (ours, session) = try plan.answer(to: theirs)
            } catch {
                throw .badAnswer(error)
            }
            offer = ours
            perform(signaling.answerCounterOffer(ours.text))
            try begin(session)
        } catch {
            return fail(error)
        }
        endGatheringIfDone()
    }

    private static func parse(_ text: String) throws(SessionFailure) -> SessionDescription {
        do throws(SDPProblem) {
            return try SessionDescription(parsing: text)
        } catch {
            throw .unreadableAnswer(error)
        }
    }

    private func begin(_ session: NegotiatedSession) throws(SessionFailure) {
        if settings.signaling.isStrict, !session.deviations.isEmpty {
            throw .deviations(session.deviations)
        }
        for deviation in session.deviations { tell(.notice(.deviation(deviation))) }
        let unusable = session.remoteCandidates.count { (try? ICECandidate($0)) == nil }
        if unusable > 0 { tell(.notice(.candidatesIgnored(unusable))) }
        negotiated = session
        let framing = offer.map { settings.framing($0, session) } ?? .annexB
        enter(.connecting)
        phaseTimer?.set(at: loop.now + settings.limits.connecting)
        change { peer, sink, now in
            peer.begin(session, framing: framing, now: now, into: &sink)
        }
    }
}
