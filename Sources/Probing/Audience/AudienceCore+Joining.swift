import HTTP
import Measures
import Network
import Primitives
import Sessions
import Signaling
import WebRTC

/// How viewers come and go.
extension AudienceCore {
    /// Lets as many set out as the ramp says by now, and as may be on their way at once.
    func admit(_ now: Instant) {
        guard let begun, place != nil, !isOutOfSockets else { return }
        var wanted = min(plan.viewers, admitted)
        if let ramp = plan.ramp {
            let seconds = Double((now - begun).wholeNanoseconds) / 1e9
            wanted = min(wanted, 1 + Int(min(seconds * ramp, 1e9)))
        }
        while viewers.count < wanted, figures.joining < AudienceLimits.joining {
            guard join(now) else { return }
            if scouting == .wanted { scouting = .gone(isLast: false) }
        }
    }

    /// False where there is no socket for another one.
    func join(_ now: Instant) -> Bool {
        guard let place else { return false }
        let added: (member: Int, address: SocketAddress)
        do throws(NetworkError) {
            added = try group.add(at: place)
        } catch {
            refuseRest(error)
            return false
        }
        let options = SignalingOptions(
            role: .whep, endpoint: plan.endpoint, bearer: plan.network.bearer,
            sendsBearerAnywhere: false, isStrict: plan.network.isStrict,
            waitsForPublisher: plan.patience > .zero ? plan.patience : nil)
        let viewer = CountingViewer(
            member: added.member, address: added.address, cryptography, options, now: now)
        viewers.append(viewer)
        var row = ViewerRow()
        row.looksAlways = added.member < AudienceLimits.looking
        rows.append(row)
        dues.append(.max)
        if let impairment = plan.impairment {
            paths.append(ImpairedPath(impairment, number: plan.firstNumber + added.member))
        }
        figures.asked += 1
        figures.joining += 1
        log.current.count(.viewersAsked)
        let offer = viewer.makeOffer(plan.media, now: now, into: group)
        perform(viewer.signaling.start(offer: offer), viewer)
        setDue(viewer)
        return true
    }

    /// Nobody has a number who has no socket: the rest of them fail as one, and once.
    private func refuseRest(_ error: NetworkError) {
        isOutOfSockets = true
        let rest = plan.viewers - viewers.count
        figures.asked += rest
        figures.failed += rest
        log.current.count(.viewersAsked, Int64(rest))
        log.current.count(.viewersFailed, Int64(rest))
        note(
            AudienceFailure(
                number: plan.firstNumber + viewers.count, failure: .session(.noSocket(error)),
                hadJoined: false))
    }

    func setDue(_ viewer: CountingViewer) {
        guard viewer !== misled else { return }
        dues[viewer.member] = viewer.due?.nanoseconds ?? .max
        if viewer.phase == .connecting, let answered = viewer.start.answered {
            let end = (answered + AudienceLimits.connecting).nanoseconds
            dues[viewer.member] = min(dues[viewer.member], end)
        }
    }

    // MARK: - Signalling

    func perform(_ actions: [SignalingAction], _ viewer: CountingViewer) {
        for action in actions {
            switch action {
            case .send(let id, let request): send(id, request, viewer)
            case .cancel: viewer.transfer?.cancel()
            case .accepted(let accepted): take(accepted, viewer)
            case .failed(let failure): fail(viewer, .session(worded(failure, viewer)))
            case .closed: left(viewer)
            case .counterOffered(let counter, _): refuse(counter, viewer)
            case .servers, .counterAnswerTaken, .restarted, .restartFailed, .notice: break
            }
        }
        setDue(viewer)
    }

    private func worded(
        _ failure: SignalingFailure, _ viewer: CountingViewer
    ) -> SessionFailure {
        guard failure.reason == .transport, let problem = viewer.httpProblem else {
            return .signaling(failure)
        }
        return .http(failure.step, problem)
    }

    /// Who counts does not answer offers of a server.
    private func refuse(_ counter: AcceptedAnswer, _ viewer: CountingViewer) {
        fail(viewer, .session(.badAnswer(.nothingAcceptable)))
    }

    private func send(_ id: RequestID, _ request: HTTPRequest, _ viewer: CountingViewer) {
        if request.method == "POST" { viewer.start.setOut = loop.now }
        do throws(HTTPClientProblem) {
            viewer.transfer = try http.send(request, limits: .signaling) {
                [weak self, weak viewer] result in
                guard let self, let viewer else { return }
                receive(result, id, viewer)
            }
        } catch {
            viewer.httpProblem = error
            let problem = error
            let timer = loop.timer { [weak self, weak viewer] in
                guard let self, let viewer else { return }
                receive(.failure(problem), id, viewer)
            }
            timer.set(at: loop.now)
        }
    }

    private func receive(
        _ result: Result<HTTPReply, HTTPClientProblem>, _ id: RequestID, _ viewer: CountingViewer
    ) {
        viewer.transfer = nil
        var random = SystemRandomNumberGenerator()
        switch result {
        case .success(let reply):
            if viewer.phase == .posting { viewer.start.timings = reply.timings }
            perform(
                viewer.signaling.receive(
                    reply.response, for: id, now: loop.now, date: date, using: &random), viewer)
        case .failure(.cancelled): break
        case .failure(let problem):
            viewer.httpProblem = problem
            perform(
                viewer.signaling.requestFailed(id, now: loop.now, using: &random), viewer)
        }
    }

    private var date: WallClock {
        let nanoseconds = plan.wallClock.ntp(at: loop.now).nanosecondsSince1970
        return WallClock(millisecondsSince1970: nanoseconds / 1_000_000)
    }

    private func take(_ accepted: AcceptedAnswer, _ viewer: CountingViewer) {
        guard viewer.phase == .posting, let offer = viewer.offer else { return }
        let session: NegotiatedSession
        do {
            let description = try SessionDescription(parsing: accepted.sdp)
            session = try NegotiatedSession(accepting: description, for: offer)
        } catch let problem as NegotiationProblem {
            return fail(viewer, .session(.badAnswer(problem)))
        } catch let problem as SDPProblem {
            return fail(viewer, .session(.unreadableAnswer(problem)))
        } catch {
            return
        }
        if plan.network.isStrict, !session.deviations.isEmpty {
            return fail(viewer, .session(.deviations(session.deviations)))
        }
        guard isWellPlaced(viewer, session) else { return }
        let now = loop.now
        viewer.start.answered = now
        viewer.phase = .connecting
        viewer.agreement = agreement(session.media)
        viewer.change(group, now) { $0.begin(session, now: now, into: &$1) }
        viewer.settle()
        settle(viewer, now)
        group.flush()
    }

    private func agreement(_ media: [NegotiatedMedia]) -> Agreement {
        if let known = agreements.last(where: { $0.media == media }) { return known }
        let made = Agreement(media)
        // Answers name sources that are each viewer's: those of the last few are enough to share.
        if agreements.count >= 8 { agreements.removeFirst() }
        agreements.append(made)
        return made
    }

    // MARK: - What the transport tells

    func settle(_ viewer: CountingViewer, _ now: Instant) {
        if viewer.start.selected == nil, viewer.transport.ice.selected != nil {
            viewer.start.selected = now
        }
        while !viewer.events.isEmpty {
            var events: [PeerEvent] = []
            swap(&events, &viewer.events)
            for event in events { take(event, viewer, now) }
        }
        setDue(viewer)
    }

    private func take(_ event: PeerEvent, _ viewer: CountingViewer, _ now: Instant) {
        switch event {
        case .connected(let profile):
            guard viewer.phase == .connecting, let agreement = viewer.agreement else { return }
            viewer.phase = .watching
            viewer.start.connected = now
            rows[viewer.member].begin(agreement)
            figures.joining -= 1
            figures.watching += 1
            log.current.count(.viewersJoined)
            if figures.profile == nil { figures.profile = profile.rawValue }
            if figures.route == nil, let kinds = viewer.transport.ice.selectedKinds {
                figures.route = "\(kinds.local.rawValue)-\(kinds.remote.rawValue)/udp"
            }
        case .failed(.ice(let failure)): fail(viewer, .session(.ice(failure, relays: [])))
        case .failed(.dtls(let failure)): fail(viewer, .session(.dtls(failure)))
        case .failed(.srtp(let problem)): fail(viewer, .session(.srtp(problem)))
        case .left: fail(viewer, .session(.left))
        case .ice, .candidate, .gathered, .relayFailed, .heard, .keyframeWanted: break
        }
    }

    // MARK: - Going

    func fail(_ viewer: CountingViewer, _ failure: ProbeFailure) {
        let hadJoined = viewer.phase == .watching
        guard viewer.isJoining || hadJoined else { return }
        if hadJoined {
            figures.watching -= 1
            figures.lost += 1
            log.current.count(.viewersLost)
            endWatch(of: viewer.member)
        } else {
            figures.joining -= 1
            figures.failed += 1
            log.current.count(.viewersFailed)
        }
        note(
            AudienceFailure(
                number: plan.firstNumber + viewer.member, failure: failure,
                hadJoined: hadJoined))
        // Whoever comes to nothing at the first step tells nothing of places.
        if scouting != .done { scouting = .done }
        rows[viewer.member].end()
        viewer.settle()
        goodbye(viewer, loop.now)
        viewer.phase = .ended(failure)
        // The endpoint is told in the background.
        perform(viewer.signaling.close(), viewer)
        dues[viewer.member] = .max
    }

    private func note(_ failure: AudienceFailure) {
        if figures.failures.count < AudienceLimits.failures { figures.failures.append(failure) }
    }

    /// Says goodbye by every layer.
    func goodbye(_ viewer: CountingViewer, _ now: Instant) {
        sayGoodbye(viewer, now)
        viewer.change(group, now) { $0.close(now: now, into: &$1) }
        viewer.events = []
    }

    /// Those that are there leave a few at a time.
    func leaveNext() {
        for viewer in viewers where leaving < AudienceLimits.leaving {
            guard viewer.isJoining || viewer.phase == .watching else { continue }
            viewer.phase = .leaving
            leaving += 1
            perform(viewer.signaling.close(), viewer)
        }
        if leaving == 0 { finish() }
    }

    /// The endpoint knows: goodbye comes second, for a server that hears it first knows no session
    /// to delete any more.
    private func left(_ viewer: CountingViewer) {
        guard viewer.phase == .leaving else { return }
        rows[viewer.member].end()
        goodbye(viewer, loop.now)
        group.flush()
        viewer.phase = .ended(nil)
        dues[viewer.member] = .max
        leaving -= 1
        if isLeaving { leaveNext() }
    }
}
