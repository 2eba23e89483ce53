import HTTP
import Network
import Primitives
import SecureTransport
import Sessions
import Signaling
import WebRTC

/// A viewer that counts: signalling, ICE, DTLS and keys as any viewer has them, and no decoder.
///
/// What is touched for each packet is in its row. For the packet loop's thread.
final class CountingViewer {
    enum Phase: Equatable {
        case posting
        case connecting
        case watching
        case leaving
        case ended(ProbeFailure?)
    }

    /// When what had been done, for the report of the start.
    struct Start {
        var setOut: Instant
        var timings: HTTPTimings?
        var answered: Instant?
        var selected: Instant?
        var connected: Instant?
    }

    let member: Int
    let address: SocketAddress
    var phase = Phase.posting
    var start: Start
    var transport: PeerTransport<FanOutCryptography>
    var signaling: SignalingClient
    var offer: SessionDescription?
    var agreement: Agreement?
    var events: [PeerEvent] = []
    var transfer: HTTPTransfer?
    var httpProblem: HTTPClientProblem?
    let reportingSSRC: UInt32
    /// Made for the first gap, and let go when nothing is missing any more.
    var videoGaps: NackGenerator?
    var audioGaps: NackGenerator?
    /// Ends of frames that wait for what is missing before them, and whether they are keyframes.
    var held: [(end: UInt16, isKeyframe: Bool)] = []
    var lastKeyframeRequest: Instant
    /// It may have said goodbye, by something that nobody can read any more.
    var doubtfulSince: Instant?
    var isRetired = false
    /// In microseconds, the first ones.
    var freezes: [Int64] = []
    var rebuffers: [Int64] = []

    init(
        member: Int, address: SocketAddress, _ cryptography: FanOutCryptography,
        _ options: SignalingOptions, now: Instant
    ) {
        var random = SystemRandomNumberGenerator()
        self.member = member
        self.address = address
        transport = PeerTransport(
            ICEAgent.Settings(role: .controlling), cryptography, random: &random)
        signaling = SignalingClient(options)
        reportingSSRC = random.next()
        start = Start(setOut: now)
        lastKeyframeRequest = now
    }

    var isJoining: Bool { phase == .posting || phase == .connecting }

    /// When it wants to be called, at the latest.
    var due: Instant? {
        let next = transport.deadline
        guard let signalled = signaling.deadline else { return next }
        return next.map { min($0, signalled) } ?? signalled
    }

    /// The offer with the one address that it has.
    func makeOffer(_ media: [MediaPlan], now: Instant, into group: UDPGroup) -> String {
        var random = SystemRandomNumberGenerator()
        change(group, now) { transport, sink in
            transport.withICE(now: now, into: &sink) { ice in
                ice.add(socket: SocketID(0), address: address, now: now)
                ice.endGathering(now: now)
            }
        }
        events = []
        var local = transport.localTransport
        local.hasEndOfCandidates = true
        let made = OfferPlan(
            origin: SessionOrigin(sessionID: random.next() >> 2, version: 1), transport: local,
            setup: .actpass, media: media
        ).makeOffer()
        offer = made
        return made.text
    }

    func change(
        _ group: UDPGroup, _ now: Instant,
        _ body: (inout PeerTransport<FanOutCryptography>, inout AudienceSink) -> Void
    ) {
        var sink = AudienceSink(group: group, viewer: self)
        body(&transport, &sink)
    }

    /// Lets go of what only joining needs.
    func settle() {
        offer = nil
        transfer = nil
    }
}

/// Where a viewer's transport puts what it sends.
struct AudienceSink: TransportSink {
    let group: UDPGroup
    let viewer: CountingViewer

    func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        group.send(datagram, from: viewer.member, to: remote)
    }

    func happened(_ event: PeerEvent) { viewer.events.append(event) }
}
