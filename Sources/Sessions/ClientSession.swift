package import Network
package import Primitives
package import SecureTransport
package import Signaling
package import WebRTC

/// A client's session with a WHIP or WHEP endpoint: signalling, sockets and peer, live on a loop.
///
/// For the loop's thread only. It ends by failing, once, or by `close`; either way the endpoint is
/// told, and it keeps itself until that is done.
package final class ClientSession {
    package let settings: SessionSettings
    package internal(set) var phase = SessionPhase.idle
    package internal(set) var negotiated: NegotiatedSession?
    /// What was offered last.
    package internal(set) var offer: SessionDescription?
    /// When nothing was heard any more.
    package internal(set) var stalledSince: Instant?
    package internal(set) var restarts = 0
    /// Where the endpoint says more than the standard has: event streams, choice of layers.
    package internal(set) var answer: AcceptedAnswer?
    package internal(set) var marks = SessionMarks()

    let loop: EventLoop
    let sockets: SessionSockets
    var peer: Peer<FanOutCryptography>
    var signaling: SignalingClient
    var http: HTTPClient?
    var random = SystemRandomNumberGenerator()
    private var sink: SessionSink
    private let news: LoopNews<SessionEvent>
    private var isInPeer = false
    private var isSettling = false
    private var datagram: [UInt8] = []
    private var peerTimer: LoopTimer?
    var signalingTimer: LoopTimer?
    var phaseTimer: LoopTimer?
    var watchTimer: LoopTimer?
    var restartTimer: LoopTimer?
    var closingTimer: LoopTimer?

    // Signalling
    var httpProblem: HTTPClientProblem?
    var transfers: [RequestID: HTTPTransfer] = [:]
    /// The offer that is under way.
    var offerRequest: RequestID?
    var onClosed: [() -> Void] = []

    // Addresses and servers
    /// Tests have other ideas of what addresses the host has.
    var lookUp: () throws(NetworkError) -> [SocketAddress] = Names.interfaceAddresses
    var hosts: [(address: SocketAddress, socket: SocketID)] = []
    var relays: [Relay] = []
    var relayFailures: [RelayFailure] = []
    /// Names that are being resolved.
    var unresolved = 0
    var isOffered = false
    /// Candidates were told after the offer, so that their end is told, too.
    var hasTrickled = false
    var hasGathered = false

    // Restarts
    var restart: Restart?
    /// The address that the other side knows is not ours any more.
    var hasLostRoute = false
    /// The endpoint has said that it does not restart.
    var cannotRestart = false

    /// A relay that the peer knows, by its place in the peer's list.
    struct Relay {
        let url: String
        let socket: SocketID
    }

    /// A restart that the endpoint has been asked for.
    struct Restart {
        let credentials: WebRTC.ICECredentials
        let cause: SessionRestartCause
        /// The endpoint has agreed; the new way is being looked for.
        var isTaken = false
    }

    package init(
        _ settings: SessionSettings, _ cryptography: FanOutCryptography, on loop: EventLoop,
        receiver: (any SessionReceiver)?, onEvent: @escaping (SessionEvent) -> Void
    ) {
        self.settings = settings
        self.loop = loop
        news = LoopNews(on: loop)
        sockets = SessionSockets(on: loop, impairment: settings.impairment)
        sink = SessionSink(sockets: sockets, receiver: receiver)
        signaling = SignalingClient(settings.signaling)
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: .controlling, isRelayOnly: settings.isRelayOnly),
                delivery: settings.delivery, rates: settings.rates, cname: settings.cname,
                wallClock: settings.wallClock),
            cryptography, random: &random)
        peerTimer = loop.timer { [weak self] in
            self?.change { peer, sink, now in peer.handleTimeout(now: now, into: &sink) }
        }
        news.onEvent = onEvent
        sockets.onReceive = { [weak self] in self?.receive($0, $1, $2) }
        sockets.onLost = { [weak self] in self?.lost($0, $1) }
    }

    // MARK: - Media

    /// Sends a frame on an m-line, by its place among those that were agreed on.
    package func send(
        _ frame: Span<UInt8>, media: Int, layer: Int, timestamp: UInt32, isKeyframe: Bool,
        captured: NTPTime?
    ) -> Peer<FanOutCryptography>.Sending {
        guard phase == .connected, !isInPeer else { return .heldBack }
        isInPeer = true
        let result = peer.send(
            frame, media: media, layer: layer, timestamp: timestamp, isKeyframe: isKeyframe,
            captured: captured, now: loop.now, into: &sink)
        isInPeer = false
        settle()
        return result
    }

    /// Adds a parameter set that the frames of an m-line do not carry.
    package func adopt(parameterSet unit: [UInt8], media: Int) {
        guard !isInPeer else { return }
        peer.adopt(parameterSet: unit.span, media: media)
    }

    /// Asks the other side for a keyframe; not from within a receiver's call.
    package func requestKeyframe(media: Int) {
        change { peer, sink, now in peer.requestKeyframe(media: media, now: now, into: &sink) }
    }

    package var counters: PeerCounters { peer.counters }

    package func figures() -> SendingFigures { peer.sendingFigures(now: loop.now) }

    /// The way that was chosen; nil where there is none.
    package var route: SessionRoute? { peer.ice.selectedKinds.map(SessionRoute.init) }

    /// There and back, as checks of the way have measured it last.
    package var roundTrip: Duration? { peer.ice.selectedRoundTrip }

    /// Of the media that come, once there are keys.
    package var profile: SRTPProfile? { peer.keys?.receiving.profile }

    package var targetBitsPerSecond: Double { peer.targetBitsPerSecond(now: loop.now) }

    // MARK: - The peer

    /// Calls the peer, and does what follows from that.
    func change(
        _ body: (inout Peer<FanOutCryptography>, inout SessionSink, Instant) -> Void
    ) {
        guard !isInPeer, phase != .ended else { return }
        isInPeer = true
        body(&peer, &sink, loop.now)
        isInPeer = false
        if marks.selected == nil, peer.ice.selected != nil { marks.selected = loop.now }
        settle()
    }

    /// Deals with what the peer has told, sends what it has to send, and sets its timer.
    private func settle() {
        guard !isSettling else { return }
        isSettling = true
        while !sink.events.isEmpty {
            var events: [PeerEvent] = []
            swap(&events, &sink.events)
            for event in events { handle(event) }
        }
        isSettling = false
        sockets.flush()
        guard phase != .ended, let deadline = peer.deadline else {
            peerTimer?.cancel()
            return
        }
        peerTimer?.set(at: deadline)
    }

    private func receive(
        _ bytes: Span<UInt8>, _ remote: SocketAddress, _ socket: SocketID
    ) {
        guard !isInPeer else { return }
        // Swapped out, so that nothing is allocated for a datagram.
        var copy: [UInt8] = []
        swap(&copy, &datagram)
        copy.removeAll(keepingCapacity: true)
        copy.append(bytes)
        change { peer, sink, now in
            var span = copy.mutableSpan
            peer.receive(&span, from: remote, on: socket, now: now, into: &sink)
        }
        swap(&copy, &datagram)
    }

    /// Leaves the peer as it is: whatever comes is not heard any more.
    func quietPeer() {
        for timer in [peerTimer, phaseTimer, watchTimer, restartTimer] { timer?.cancel() }
    }

    /// Says goodbye to the other side by every layer, and lets go of the sockets.
    func endPeer() {
        isInPeer = true
        peer.close(now: loop.now, into: &sink)
        isInPeer = false
        sink.events = []
        sockets.flush()
        sockets.closeAll()
    }

    // MARK: - News

    func tell(_ event: SessionEvent) { news.tell(event) }

    func enter(_ next: SessionPhase) {
        guard phase != next else { return }
        phase = next
        tell(.phase(next))
    }
}
