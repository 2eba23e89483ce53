import HTTP
import Network
import Primitives
import SecureTransport
import Signaling
import TestSupport
import WebRTC

@testable import Sessions
@testable import SessionSupport

/// A client's session on a loop of its own; as a publisher it sends video and sound once connected.
final class LiveSession: @unchecked Sendable {
    // All but `loop` belongs to the loop's thread.
    let loop: EventLoop
    private(set) var session: ClientSession?
    private var events: [SessionEvent] = []
    private var connectedAfter: Duration?
    private var isClosed = false
    private let receiver = Receiver()
    private var timer: LoopTimer?
    private var number: UInt32 = 0
    private var wanted: Set<Int> = []
    private var layers = 1

    private final class Receiver: SessionReceiver {
        var packets = 0
        var frames: [[UInt8]] = []

        func receive(_ packet: Span<UInt8>, _ description: PacketDescription) { packets += 1 }

        func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
            frames.append(Array(copying: frame))
        }
    }

    static let options = HTTPClientOptions(
        authorityPath: nil, verifiesPeer: true, usesEnvironmentProxy: false,
        userAgent: "live-commerce-toolkit/test", transfers: 4)

    static func settings(
        _ url: String, _ role: SignalingRole = .whip
    ) throws -> SessionSettings {
        let direction: MediaDirection = role == .whip ? .sendonly : .recvonly
        return SessionSettings(
            signaling: SignalingOptions(
                role: role, endpoint: try URL(parsing: url), bearer: nil,
                sendsBearerAnywhere: false, isStrict: false, waitsForPublisher: nil),
            media: [
                SessionPlans.plan(.audio, direction, [.opus]),
                SessionPlans.plan(.video, direction, [.vp8]),
            ],
            setup: .actpass, iceServers: [], isRelayOnly: false, gathering: .trickle,
            rates: RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000),
            delivery: .frames(.annexB), framing: { _, _ in .annexB }, cname: "test",
            http: options, limits: .usual,
            wallClock: WallClockAnchor(
                instant: Instant(nanoseconds: 0),
                nanosecondsSince1970: LiveClock.nanosecondsSince1970()))
    }

    /// `prepare` is called before the session starts.
    init(
        _ settings: SessionSettings,
        _ prepare: @escaping @Sendable (ClientSession) -> Void = { _ in }
    ) throws {
        loop = try EventLoop(name: "client", processor: nil)
        try loop.answer { [self] in try begin(settings, prepare) }
    }

    deinit { loop.end() }

    private func begin(
        _ settings: SessionSettings, _ prepare: (ClientSession) -> Void
    ) throws {
        if case .send(let rids) = settings.media.last?.layers { layers = rids.count }
        let started = loop.now
        let session = ClientSession(
            settings, FanOutCryptography(try ServerPeer.cryptography.get()), on: loop,
            receiver: receiver
        ) { [weak self] event in self?.take(event, started) }
        self.session = session
        let timer = loop.timer { [weak self] in self?.publish() }
        self.timer = timer
        if settings.signaling.role == .whip { timer.set(at: loop.now) }
        prepare(session)
        session.start()
    }

    private func take(_ event: SessionEvent, _ started: Instant) {
        if case .keyframeWanted(_, let layer) = event { wanted.insert(layer) }
        if event == .phase(.connected) { connectedAfter = loop.now - started }
        events.append(event)
    }

    private func publish() {
        timer?.set(at: loop.now + .milliseconds(20))
        guard let session, session.phase == .connected else { return }
        number += 1
        let sound: [UInt8] = [0xFC] + Array(repeating: UInt8(truncatingIfNeeded: number), count: 80)
        _ = session.send(
            sound.span, media: 0, layer: 0, timestamp: number &* 960, isKeyframe: true,
            captured: nil)
        for layer in 0..<layers {
            let isKeyframe = wanted.contains(layer)
            let frame = SessionPlans.frame(number, isKeyframe: isKeyframe)
            let result = session.send(
                frame.span, media: 1, layer: layer, timestamp: number &* 1800,
                isKeyframe: isKeyframe, captured: NTPTime(rawValue: 77))
            if result == .sent { wanted.remove(layer) }
        }
    }

    // MARK: - From any thread

    struct State: Sendable {
        var events: [SessionEvent]
        var connectedAfter: Duration?
        var isClosed: Bool
        var frames: [[UInt8]]
        var figures: SendingFigures?
        var restarts: Int

        var failure: SessionFailure? {
            for case .failed(let failure) in events { return failure }
            return nil
        }

        var isConnected: Bool { events.contains(.phase(.connected)) }
    }

    var state: State {
        let state = loop.perform { [self] in
            State(
                events: events, connectedAfter: connectedAfter, isClosed: isClosed,
                frames: receiver.frames, figures: session?.figures(),
                restarts: session?.restarts ?? 0)
        }
        return state
            ?? State(
                events: [], connectedAfter: nil, isClosed: true, frames: [], figures: nil,
                restarts: 0)
    }

    func reach(
        _ what: String, within limit: Duration = .seconds(15), _ condition: (State) -> Bool
    ) throws {
        do {
            try eventually(what, within: limit) { condition(state) }
        } catch {
            throw LiveFailure("\(error): \(state.events)")
        }
    }

    func onSession(_ body: @escaping @Sendable (ClientSession) -> Void) {
        _ = loop.perform { [self] in if let session { body(session) } }
    }

    func close() throws {
        _ = loop.perform { [self] in
            session?.close { [weak self] in self?.isClosed = true }
        }
        try reach("the session is closed") { $0.isClosed }
    }
}
