import HTTP
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import TestSupport
import WebRTC

@testable import Publishing
@testable import SessionSupport

/// A destination on a loop of its own, which is given a frame of picture and of sound every 20 ms.
final class DestinationHarness: @unchecked Sendable {
    // All but `loop` belongs to the loop's thread.
    struct State: Sendable {
        var states: [DestinationState] = []
        var notices: [DestinationNotice] = []
        var targets: [Double] = []
        var figures = DestinationFigures()
        var isClosed = false

        var isLive: Bool { live != nil }

        var live: LiveMedia? {
            if case .live(let live) = states.last { live } else { nil }
        }

        var failure: DestinationFailure? {
            if case .failed(let failure) = states.last { failure } else { nil }
        }
    }

    static let interval = Duration.milliseconds(20)

    let loop: EventLoop
    private var destination: (any Destination)?
    private var record = State()
    private var wanted: Set<Int> = []
    private var number: UInt32 = 0
    private var timer: LoopTimer?
    private let offer: DestinationOffer

    init(
        offer: DestinationOffer = DestinationHarness.offer,
        _ make: @escaping @Sendable (EventLoop) throws -> any Destination
    ) throws {
        self.offer = offer
        loop = try EventLoop(name: "push", processor: nil)
        try loop.answer { [self] in
            let destination = try make(loop)
            self.destination = destination
            destination.onEvent = { [weak self] in self?.take($0) }
            let timer = loop.timer { [weak self] in self?.publish() }
            self.timer = timer
            timer.set(at: loop.now)
            destination.start(offer)
        }
    }

    deinit { loop.end() }

    static let offer = DestinationOffer(
        video: [
            VideoChoice(
                codec: .vp8, format: .vp8, framing: .annexB, configuration: [],
                size: PictureSize(width: 320, height: 240), framesPerSecond: 50,
                hasReorderedFrames: false)
        ],
        audio: [AudioChoice(codec: .opus, channels: 2, sampleRate: 48_000, configuration: [])],
        layers: [
            LayerOffer(
                rid: "h", size: PictureSize(width: 320, height: 240),
                maximumBitsPerSecond: 1_000_000)
        ])

    static func settings(_ url: String) throws -> WHIPSettings {
        WHIPSettings(
            endpoint: try URL(parsing: url), bearer: nil, sendsBearerAnywhere: false,
            isStrict: false, iceServers: [], isRelayOnly: false,
            rates: RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000),
            cname: "test",
            http: HTTPClientOptions(
                authorityPath: nil, verifiesPeer: true, usesEnvironmentProxy: false,
                userAgent: "live-commerce-toolkit/test", transfers: 4),
            limits: .usual,
            reconnect: ReconnectLimits(
                firstTries: 1, tries: nil, firstDelay: .milliseconds(100),
                maximumDelay: .milliseconds(400), calm: .seconds(1)),
            wallClock: WallClockAnchor(
                instant: Instant(nanoseconds: 0),
                nanosecondsSince1970: LiveClock.nanosecondsSince1970()))
    }

    static func whip(
        _ url: String, _ change: @escaping @Sendable (inout WHIPSettings) -> Void = { _ in }
    ) -> @Sendable (EventLoop) throws -> any Destination {
        { loop in
            var settings = try Self.settings(url)
            change(&settings)
            return WHIPDestination(
                settings, FanOutCryptography(try ServerPeer.cryptography.get()), on: loop)
        }
    }

    private func take(_ event: DestinationEvent) {
        switch event {
        case .changed: if let state = destination?.state { record.states.append(state) }
        case .keyframeWanted(_, let layer): wanted.insert(layer)
        case .targetBitRate(_, let rate): record.targets.append(rate)
        case .notice(let notice): record.notices.append(notice)
        }
    }

    private func publish() {
        timer?.set(at: loop.now + Self.interval)
        guard let destination else { return }
        let mediaTime = Self.interval * Int(number)
        let sound: [UInt8] = [0xFC] + Array(repeating: UInt8(truncatingIfNeeded: number), count: 80)
        for wish in destination.wants where wish.kind == .audio {
            destination.send(
                sound.span, frame(.audio, wish.choice, 0, true, mediaTime), now: loop.now)
        }
        for wish in destination.wants where wish.kind == .video {
            for layer in wish.layers {
                let isKeyframe = wanted.contains(layer) || number % 50 == 0
                let bytes = SessionPlans.frame(number, isKeyframe: isKeyframe)
                destination.send(
                    bytes.span, frame(.video, wish.choice, layer, isKeyframe, mediaTime),
                    now: loop.now)
                wanted.remove(layer)
            }
        }
        number += 1
    }

    private func frame(
        _ kind: MediaKind, _ choice: Int, _ layer: Int, _ isKeyframe: Bool, _ time: Duration
    ) -> OutgoingFrame {
        OutgoingFrame(
            kind: kind, choice: choice, layer: layer, isKeyframe: isKeyframe, mediaTime: time,
            decodeTime: time, duration: Self.interval, captured: nil)
    }

    // MARK: - From any thread

    var state: State {
        loop.perform { [self] in
            var state = record
            state.figures = destination?.figures(now: loop.now) ?? DestinationFigures()
            return state
        } ?? State()
    }

    func reach(
        _ what: String, within limit: Duration = .seconds(20), _ condition: (State) -> Bool
    ) throws {
        do {
            try eventually(what, within: limit) { condition(state) }
        } catch {
            let state = state
            throw LiveFailure("\(error): \(state.states) \(state.notices)")
        }
    }

    func close() throws {
        _ = loop.perform { [self] in
            destination?.close { [weak self] in self?.record.isClosed = true }
        }
        try reach("the destination is closed") { $0.isClosed }
    }
}
