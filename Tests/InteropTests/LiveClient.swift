import HTTP
import Network
import Primitives
import Signaling
import Synchronization
import TestSupport
import WebRTC

/// A WHIP publisher or a WHEP viewer on a loop of its own.
final class LiveClient: @unchecked Sendable {
    // All but `shared` and `peer`, which is whole from the beginning, belongs to the loop's thread.
    struct Settings: Sendable {
        var role: SignalingRole
        var url: String
        var video = LivePlans.videoFormats
        var usesRTX = true
        var setup = DTLSSetup.actpass
        var dropInterval: Int?
        var clips: [TestMedia] = []

        init(_ role: SignalingRole, _ url: String) {
            self.role = role
            self.url = url
        }
    }

    private struct Shared {
        var actions: [String] = []
        var failure: String?
        var answer = ""
        var isClosed = false
    }

    let loop: EventLoop
    let peer: LivePeer
    private let settings: Settings
    private let shared = Mutex(Shared())
    private var http: HTTPClient?
    private var signaling: SignalingClient
    private var offer: SessionDescription
    private var timer: LoopTimer?

    private static let options = HTTPClientOptions(
        authorityPath: nil, verifiesPeer: true, usesEnvironmentProxy: false,
        userAgent: "live-commerce-toolkit/test", transfers: 4)

    init(_ settings: Settings) throws {
        guard let endpoint = try? URL(parsing: settings.url) else { throw LiveFailure("a bad URL") }
        self.settings = settings
        signaling = SignalingClient(
            SignalingOptions(
                role: settings.role, endpoint: endpoint, bearer: nil, sendsBearerAnywhere: false,
                isStrict: false, waitsForPublisher: .seconds(10)))
        let loop = try EventLoop(name: "live client", processor: nil)
        self.loop = loop
        var live = LivePeer.Settings()
        live.ice = ICEAgent.Settings(role: .controlling)
        live.dropInterval = settings.dropInterval
        live.clips = settings.clips
        let peerSettings = live
        peer = try loop.answer { try LivePeer(on: loop, peerSettings) }
        offer = SessionDescription(origin: LivePlans.origin)
        try loop.answer { [self] in try start() }
    }

    deinit { loop.end() }

    // MARK: - From any thread

    var answer: String { shared.withLock { $0.answer } }

    var phase: String {
        let (actions, failure) = shared.withLock { ($0.actions, $0.failure) }
        return "\(failure ?? "no failure") after \(actions); \(peer.record.phase)"
    }

    /// Waits until the peer's record meets a condition; fails with the phase that was reached.
    func await(
        _ what: String, within limit: Duration, _ condition: (LiveRecord) -> Bool
    ) throws {
        try reach(what, within: limit, { phase }) {
            if let failure = shared.withLock({ $0.failure }) {
                throw LiveFailure("\(what): HTTP: \(failure)")
            }
            return condition(peer.record)
        }
    }

    /// Deletes the session, and waits until the server has answered.
    func close(within limit: Duration = .seconds(10)) throws {
        _ = loop.perform { [self] in
            perform(signaling.close())
            peer.close()
        }
        try reach("the session is deleted", within: limit, { phase }) {
            shared.withLock { $0.isClosed }
        }
    }

    // MARK: - On the loop

    private func start() throws {
        http = try HTTPClient(on: loop, options: Self.options)
        timer = loop.timer { [weak self] in
            guard let self else { return }
            perform(signaling.tick(now: loop.now))
        }
        offer = OfferPlan(
            origin: LivePlans.origin, transport: peer.localTransport, setup: settings.setup,
            media: LivePlans.media(
                settings.role == .whip ? .sendonly : .recvonly, video: settings.video,
                usesRTX: settings.usesRTX)
        ).makeOffer()
        perform(signaling.start(offer: offer.text))
    }

    private func perform(_ actions: [SignalingAction]) {
        for action in actions {
            note(action)
            switch action {
            case .send(let id, let request): send(id, request)
            case .accepted(let accepted): take(accepted)
            case .failed(let failure): fail("\(failure)")
            case .closed: shared.withLock { $0.isClosed = true }
            case .cancel, .servers, .counterOffered, .counterAnswerTaken, .restarted,
                .restartFailed, .notice:
                break
            }
        }
        if let deadline = signaling.deadline { timer?.set(at: deadline) } else { timer?.cancel() }
    }

    private func note(_ action: SignalingAction) {
        let words: String =
            switch action {
            case .send(_, let request): "\(request.method) \(request.target)"
            case .accepted: "an answer"
            case .notice(let notice): "\(notice)"
            default: "\(action)"
            }
        shared.withLock { $0.actions.append(words) }
    }

    private func send(_ id: RequestID, _ request: HTTPRequest) {
        do {
            try http?.send(request, limits: .signaling) { [weak self] result in
                self?.receive(result, id)
            }
        } catch {
            fail("\(error)")
        }
    }

    private func receive(_ result: Result<HTTPReply, HTTPClientProblem>, _ id: RequestID) {
        var random = SystemRandomNumberGenerator()
        switch result {
        case .success(let reply):
            perform(
                signaling.receive(
                    reply.response, for: id, now: loop.now, date: LiveClock.now(), using: &random))
        case .failure(let problem):
            shared.withLock { $0.actions.append("\(problem)") }
            perform(signaling.requestFailed(id, now: loop.now, using: &random))
        }
    }

    private func take(_ accepted: AcceptedAnswer) {
        shared.withLock { $0.answer = accepted.sdp }
        do {
            let answer = try SessionDescription(parsing: accepted.sdp)
            peer.begin(try NegotiatedSession(accepting: answer, for: offer))
        } catch {
            fail("\(error) in \(accepted.sdp)")
        }
    }

    private func fail(_ words: String) {
        shared.withLock { $0.failure = words }
    }
}
