package import Network
package import Signaling
package import WebRTC

/// What a client's session is to be, before it begins.
package struct SessionSettings: Sendable {
    /// When the offer is sent.
    package enum Gathering: Sendable, Equatable {
        /// At once; what STUN and TURN servers say follows.
        case trickle
        /// Once all servers have answered: for endpoints that do not trickle and cannot be reached
        /// directly. It costs their answer, and that to an OPTIONS where no server is named.
        case complete
    }

    package var signaling: SignalingOptions
    /// What is offered, an m-line each.
    package var media: [MediaPlan]
    package var setup: DTLSSetup
    /// Beside those that the endpoint names.
    package var iceServers: [ICEServer]
    /// Only relays are used: the other side does not learn our addresses.
    package var isRelayOnly: Bool
    package var gathering: Gathering
    package var rates: RateLimits
    package var delivery: PeerSettings.Delivery
    /// How frames of H.264 and H.265 that are sent are framed, by what was offered and agreed on.
    package var framing: @Sendable (SessionDescription, NegotiatedSession) -> NALFraming
    package var cname: String
    package var http: HTTPClientOptions
    package var limits: SessionLimits
    /// The time of day, one for all that a process sends.
    package var wallClock: WallClockAnchor
    /// What is done to what arrives, before anybody sees it; nil leaves it as it is.
    package var impairment: Impairment?

    package init(
        signaling: SignalingOptions, media: [MediaPlan], setup: DTLSSetup,
        iceServers: [ICEServer], isRelayOnly: Bool, gathering: Gathering, rates: RateLimits,
        delivery: PeerSettings.Delivery,
        framing: @escaping @Sendable (SessionDescription, NegotiatedSession) -> NALFraming,
        cname: String,
        http: HTTPClientOptions,
        limits: SessionLimits, wallClock: WallClockAnchor
    ) {
        self.signaling = signaling
        self.media = media
        self.setup = setup
        self.iceServers = iceServers
        self.isRelayOnly = isRelayOnly
        self.gathering = gathering
        self.rates = rates
        self.delivery = delivery
        self.framing = framing
        self.cname = cname
        self.http = http
        self.limits = limits
        self.wallClock = wallClock
    }
}

/// Bounds of a session's waits and tables.
package struct SessionLimits: Sendable {
    /// For STUN and TURN servers, where the offer waits for them.
    package var gathering: Duration
    /// From the answer to the first key.
    package var connecting: Duration
    /// For the answer to DELETE.
    package var closing: Duration
    /// How often the host's own addresses are looked at.
    package var addressInterval: Duration
    /// Between two tries of an ICE restart that got no answer.
    package var restartInterval: Duration
    /// How long a silent other side may come back by itself once it has refused a restart.
    package var refusalPatience: Duration
    /// Sockets for our own addresses.
    package var sockets: Int
    package var iceServers: Int
    /// For the offer.
    package var offer: HTTPTransferLimits
    /// For what follows: a path that is gone is to be found out soon.
    package var patch: HTTPTransferLimits

    package init(
        gathering: Duration, connecting: Duration, closing: Duration, addressInterval: Duration,
        restartInterval: Duration, refusalPatience: Duration, sockets: Int, iceServers: Int,
        offer: HTTPTransferLimits, patch: HTTPTransferLimits
    ) {
        self.gathering = gathering
        self.connecting = connecting
        self.closing = closing
        self.addressInterval = addressInterval
        self.restartInterval = restartInterval
        self.refusalPatience = refusalPatience
        self.sockets = sockets
        self.iceServers = iceServers
        self.offer = offer
        self.patch = patch
    }

    package static let usual = SessionLimits(
        gathering: .seconds(3), connecting: .seconds(15), closing: .seconds(3),
        addressInterval: .seconds(2), restartInterval: .seconds(2), refusalPatience: .seconds(5),
        sockets: 8, iceServers: 8, offer: .signaling,
        patch: HTTPTransferLimits(
            connectTimeout: .seconds(4), totalTimeout: .seconds(8), headerBytes: 65_536,
            bodyBytes: 1 << 18))
}

/// What happens to a session.
package enum SessionEvent: Sendable, Equatable {
    case phase(SessionPhase)
    case keyframeWanted(media: Int, layer: Int)
    /// Nothing is heard of the other side any more; a way to it is looked for.
    case stalled
    case resumed
    case notice(SessionNotice)
    /// It is over; the endpoint is told in the background.
    case failed(SessionFailure)
}

/// Where a session puts what it receives, while it is being called.
package protocol SessionReceiver: AnyObject {
    func receive(_ packet: Span<UInt8>, _ description: PacketDescription)
    func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame)
    /// What the sender says of its clock, for one of its sources.
    func receive(_ report: SenderReport, _ description: ReportDescription)
}

extension SessionReceiver {
    package func receive(_ report: SenderReport, _ description: ReportDescription) {}
}
