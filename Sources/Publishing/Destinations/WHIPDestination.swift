package import HTTP
package import Network
package import Primitives
package import SecureTransport
package import Sessions
package import Signaling
package import WebRTC

/// What a push to a WHIP endpoint is to be.
package struct WHIPSettings: Sendable {
    package var endpoint: URL
    package var bearer: String?
    package var sendsBearerAnywhere: Bool
    package var isStrict: Bool
    package var iceServers: [ICEServer]
    package var isRelayOnly: Bool
    /// Of all that is sent; where nothing is known of the path it begins in the middle.
    package var rates: RateLimits
    /// Ties sound to picture; one for a push.
    package var cname: String
    package var http: HTTPClientOptions
    package var limits: SessionLimits
    package var reconnect: ReconnectLimits
    package var wallClock: WallClockAnchor

    package init(
        endpoint: URL, bearer: String?, sendsBearerAnywhere: Bool, isStrict: Bool,
        iceServers: [ICEServer], isRelayOnly: Bool, rates: RateLimits, cname: String,
        http: HTTPClientOptions, limits: SessionLimits, reconnect: ReconnectLimits,
        wallClock: WallClockAnchor
    ) {
        self.endpoint = endpoint
        self.bearer = bearer
        self.sendsBearerAnywhere = sendsBearerAnywhere
        self.isStrict = isStrict
        self.iceServers = iceServers
        self.isRelayOnly = isRelayOnly
        self.rates = rates
        self.cname = cname
        self.http = http
        self.limits = limits
        self.reconnect = reconnect
        self.wallClock = wallClock
    }
}

/// A WHIP endpoint: a session that is made anew when it is lost and cannot be mended.
package final class WHIPDestination: Destination {
    package private(set) var state = DestinationState.idle
    package var onEvent: ((DestinationEvent) -> Void)? {
        get { news.onEvent }
        set { news.onEvent = newValue }
    }

    let loop: EventLoop
    let settings: WHIPSettings
    private let cryptography: FanOutCryptography
    private let news: LoopNews<DestinationEvent>
    private var random = SystemRandomNumberGenerator()
    private var rules: ReconnectRules
    private var plan: WHIPPlan?
    private var session: ClientSession?
    /// What goes where, once it is agreed on.
    private var routes = WHIPRoutes()
    private var timer: LoopTimer?
    private var rateTimer: LoopTimer?
    private var meter = RateMeter()
    private var toldTarget = 0.0
    /// Candidates that come later have been of no use.
    private var waitsForServers = false

    private var sent = DestinationFigures()
    /// Of sessions that are over.
    private var past = DestinationFigures()

    private static let rateInterval = Duration.milliseconds(200)
    /// A change by less is not told.
    private static let targetGrain = 0.03

    package init(
        _ settings: WHIPSettings, _ cryptography: FanOutCryptography, on loop: EventLoop
    ) {
        self.settings = settings
        self.cryptography = cryptography
        self.loop = loop
        news = LoopNews(on: loop)
        rules = ReconnectRules(settings.reconnect)
        timer = loop.timer { [weak self] in self?.connect() }
        rateTimer = loop.timer { [weak self] in self?.watchRate() }
    }

    package var wants: [MediaWish] {
        guard case .live = state else { return [] }
        return routes.wishes
    }

    package func start(_ offer: DestinationOffer) {
        guard state == .idle else { return }
        guard let plan = WHIPPlan(offer, cname: settings.cname, using: &random) else {
            return enter(.failed(.nothingToGive))
        }
        self.plan = plan
        connect()
    }

    package func close(_ done: @escaping () -> Void) {
        timer?.cancel()
        rateTimer?.cancel()
        news.silence()
        state = .ended
        guard let session else {
            let timer = loop.timer(done)
            return timer.set(at: loop.now)
        }
        self.session = nil
        session.close(done)
    }

    // MARK: - Media

    package func send(_ bytes: Span<UInt8>, _ frame: OutgoingFrame, now: Instant) {
        guard case .live = state, let session,
            let route = routes.route(frame.kind, choice: frame.choice, layer: frame.layer)
        else { return }
        let result = session.send(
            bytes, media: route.media, layer: route.layer,
            timestamp: frame.mediaTime.ticks(rate: route.clockRate), isKeyframe: frame.isKeyframe,
            captured: frame.captured)
        guard result == .sent else {
            sent.framesDropped += 1
            return
        }
        sent.frames += 1
        meter.add(bytes.count, isAudio: frame.kind == .audio)
    }

    package func figures(now: Instant) -> DestinationFigures {
        var figures = sent
        figures.packets = past.packets
        figures.bytes = past.bytes
        figures.retransmits = past.retransmits
        figures.restarts = past.restarts
        figures.sentBitsPerSecond = meter.bitsPerSecond
        figures.codec = routes.videoCodec ?? routes.audioCodec
        guard let session else { return figures }
        let own = session.figures()
        figures.packets += Int(own.packets)
        figures.bytes += Int(own.payloadBytes)
        figures.retransmits += own.retransmits
        figures.restarts += session.restarts
        figures.lostFraction = own.lostFraction
        figures.roundTrip = own.roundTrip
        figures.jitter = own.jitter
        figures.targetBitsPerSecond = own.targetBitsPerSecond
        figures.queuedBytes = own.queuedBytes
        return figures
    }

    // MARK: - Sessions

    private func connect() {
        guard let plan else { return }
        if rules.attempts > 0 {
            sent.reconnects += 1
            news.tell(.notice(.reconnecting(attempt: rules.attempts)))
        }
        let session = ClientSession(
            SessionSettings(
                signaling: SignalingOptions(
                    role: .whip, endpoint: settings.endpoint, bearer: settings.bearer,
                    sendsBearerAnywhere: settings.sendsBearerAnywhere,
                    isStrict: settings.isStrict, waitsForPublisher: nil),
                media: plan.media(using: &random), setup: .actpass,
                iceServers: settings.iceServers, isRelayOnly: settings.isRelayOnly,
                gathering: waitsForServers ? .complete : .trickle, rates: settings.rates,
                delivery: .packets, framing: { plan.framing($0, $1) }, cname: settings.cname,
                http: settings.http, limits: settings.limits, wallClock: settings.wallClock),
            cryptography, on: loop, receiver: nil
        ) { [weak self] event in self?.take(event) }
        self.session = session
        enter(.connecting)
        session.start()
    }

    private func take(_ event: SessionEvent) {
        guard state != .ended else { return }
        switch event {
        case .phase(.connected): begin()
        case .phase: break
        case .keyframeWanted(let media, let layer): wantKeyframe(media, layer)
        case .stalled, .resumed:
            guard case .live(var live) = state else { return }
            live.stalledSince = session?.stalledSince
            enter(.live(live))
        case .notice(let notice): news.tell(.notice(.session(notice)))
        case .failed(let failure): lose(failure)
        }
    }

    private func begin() {
        guard let session, let plan, let negotiated = session.negotiated, let offer = session.offer
        else { return }
        routes = WHIPRoutes(plan, offer, negotiated)
        for (unit, media) in routes.parameterSets {
            session.adopt(parameterSet: unit, media: media)
        }
        rules.becameLive(now: loop.now)
        meter = RateMeter()
        toldTarget = 0
        rateTimer?.set(at: loop.now + Self.rateInterval)
        if routes.layers < plan.offer.layers.count, routes.video != nil {
            news.tell(.notice(.layersRefused(taken: routes.layers)))
        }
        enter(
            .live(
                LiveMedia(
                    video: routes.video, audio: routes.audio, layers: routes.layers,
                    stalledSince: nil, isFallback: false)))
    }

    private func wantKeyframe(_ media: Int, _ layer: Int) {
        guard let place = routes.place(media: media, layer: layer) else { return }
        sent.keyframesWanted += 1
        news.tell(.keyframeWanted(choice: place.choice, layer: place.layer))
    }

    private func lose(_ failure: SessionFailure) {
        remember()
        session = nil
        rateTimer?.cancel()
        if case .ice = failure, !rules.hasBeenLive { waitsForServers = true }
        let reason = DestinationFailure.session(failure)
        let isFinal = reason.isFinal(hasBeenLive: rules.hasBeenLive)
        switch rules.failed(isFinal: isFinal, now: loop.now, using: &random) {
        case .never: enter(.failed(reason))
        case .again(let delay):
            let until = loop.now + delay
            timer?.set(at: until)
            enter(.waiting(until: until, after: reason, attempts: rules.attempts))
        }
    }

    /// Keeps what the session has counted.
    private func remember() {
        guard let session else { return }
        let own = session.figures()
        past.packets += Int(own.packets)
        past.bytes += Int(own.payloadBytes)
        past.retransmits += own.retransmits
        past.restarts += session.restarts
    }

    private func enter(_ next: DestinationState) {
        state = next
        news.tell(.changed)
    }

    // MARK: - Rates

    private func watchRate() {
        guard case .live = state, let session else { return }
        rateTimer?.set(at: loop.now + Self.rateInterval)
        meter.tick(every: Self.rateInterval)
        guard let choice = routes.video else { return }
        let target = max(session.targetBitsPerSecond - meter.audioBitsPerSecond, 0)
        guard abs(target - toldTarget) > toldTarget * Self.targetGrain else { return }
        toldTarget = target
        news.tell(.targetBitRate(choice: choice, bitsPerSecond: target))
    }
}

/// Bytes a second, over the last second.
struct RateMeter: Sendable {
    private static let buckets = 5
    private var all = [Int](repeating: 0, count: buckets)
    private var audio = [Int](repeating: 0, count: buckets)
    private var place = 0
    private var interval: Duration = .milliseconds(200)

    mutating func add(_ bytes: Int, isAudio: Bool) {
        all[place] += bytes
        if isAudio { audio[place] += bytes }
    }

    mutating func tick(every interval: Duration) {
        self.interval = interval
        place = (place + 1) % Self.buckets
        all[place] = 0
        audio[place] = 0
    }

    var bitsPerSecond: Double { rate(all) }
    var audioBitsPerSecond: Double { rate(audio) }

    /// The bucket that is being filled does not count.
    private func rate(_ buckets: [Int]) -> Double {
        var sum = 0
        for index in buckets.indices where index != place { sum += buckets[index] }
        let span = Double(interval.wholeNanoseconds) * Double(Self.buckets - 1) / 1e9
        return Double(sum) * 8 / span
    }
}

extension Duration {
    /// In ticks of an RTP clock, to the nearest one, as 32 bits hold them.
    func ticks(rate: Int) -> UInt32 {
        let scaled = Int128(wholeNanoseconds) * Int128(rate)
        let half: Int128 = scaled < 0 ? -500_000_000 : 500_000_000
        return UInt32(truncatingIfNeeded: (scaled + half) / 1_000_000_000)
    }
}
