import HTTP
import Network
import Primitives
import Signaling
import WebRTC

/// WHIP and WHEP: what the endpoints ask is asked of the relay.
extension RelayFront {
    func signal(_ role: SignalingRole, _ request: HTTPRequest, _ responder: HTTPResponder) {
        var random = SystemRandomNumberGenerator()
        let decision =
            role == .whip
            ? whip.receive(request, from: responder.peer, now: loop.now, using: &random)
            : whep.receive(request, from: responder.peer, now: loop.now, using: &random)
        switch decision {
        case .respond(let response): finish(response, role, responder)
        case .tell(let news, let response):
            take(news)
            finish(response, role, responder)
        case .ask(let id, let question): ask(id, question, role, responder)
        case .delegate(let session, let relation):
            extend(session, relation, request, responder)
        }
    }

    private func take(_ news: EndpointNews) {
        switch news {
        case .candidates(let id, let fragment):
            gate.tell { $0.add(candidates: fragment, to: id) }
        case .ended(let id):
            gate.tell { $0.end(id) }
            forget(id, .deleted)
        }
    }

    private func ask(
        _ id: QuestionID, _ question: EndpointQuestion, _ role: SignalingRole,
        _ responder: HTTPResponder
    ) {
        let isRefused = isDraining && question.isNewSession
        hand(responder) { relay in
            isRefused ? RelayRefusal.draining.answer : relay.answer(to: question, as: role)
        } _: { front, responder, answer in
            front.answered(id, question, answer, role, responder)
        }
    }

    private func answered(
        _ id: QuestionID, _ question: EndpointQuestion, _ answer: EndpointAnswer,
        _ role: SignalingRole, _ responder: HTTPResponder
    ) {
        if case .newSession(_, let show, _) = question,
            case .accepted(let sdp, let replaced) = answer
        {
            if let replaced { forget(replaced, .replaced) }
            let client = ServiceEvent.Client(
                role: role, show: show, session: String(id.session.text.prefix(8)),
                address: responder.peer)
            sessions[id.session] = LiveSession(
                client: client, began: loop.now, pictureMID: Self.pictureMID(sdp))
            log.add(.sessionBegan(client))
        }
        let date = wallClock()
        let response =
            role == .whip
            ? whip.answer(id, answer, now: loop.now, date: date)
            : whep.answer(id, answer, now: loop.now, date: date)
        finish(response, role, responder)
    }

    private func finish(
        _ response: HTTPResponse, _ role: SignalingRole, _ responder: HTTPResponder
    ) {
        if response.status >= 400 {
            let title = ProblemDocument(response)?.title
            log.add(
                .refused(
                    role: role, responder.peer, status: response.status, title: title))
        }
        responder.respond(response)
    }

    /// A session has ended by itself.
    func ended(_ id: SessionID, _ ending: RelayEnding) {
        whip.end(id)
        whep.end(id)
        forget(id, SessionEnding(ending))
    }

    private func forget(_ id: SessionID, _ ending: SessionEnding) {
        feed.remove(id)
        guard let session = sessions.removeValue(forKey: id) else { return }
        log.add(.sessionEnded(session.client, ending, lasted: loop.now - session.began))
    }

    private static func pictureMID(_ sdp: String) -> String {
        let media = (try? SessionDescription(parsing: sdp))?.media ?? []
        return media.first { $0.kind == .media(.video) }?.mid ?? "0"
    }
}

extension EndpointQuestion {
    fileprivate var isNewSession: Bool {
        if case .newSession = self { true } else { false }
    }
}

extension Relay {
    /// What becomes of a question that an endpoint has.
    fileprivate func answer(
        to question: EndpointQuestion, as role: SignalingRole
    ) -> EndpointAnswer {
        do throws(RelayRefusal) {
            switch question {
            case .newSession(let id, let show, let offer):
                let acceptance =
                    role == .whip
                    ? try publish(show: show, session: id, offer: offer)
                    : try play(show: show, session: id, offer: offer)
                return .accepted(sdp: acceptance.answer, replacing: acceptance.replaced)
            case .restart(let id, let fragment):
                return .restarted(try restart(id, fragment))
            case .counterAnswer:
                // Nobody is made a counter-offer.
                return .unknownName
            }
        } catch {
            return error.answer
        }
    }
}
