import Primitives
import SecureTransport
import Signaling
import WebRTC

/// Who has a session at the relay.
enum RelayMember {
    case publisher(RelayPublisher)
    case viewer(RelayViewer)
}

/// Somebody who sends a show to the relay.
final class RelayPublisher {
    let slot: Int
    let session: SessionID
    let show: Show
    let acceptedAt: Instant
    var peer: Peer<FanOutCryptography>
    /// The tracks of the show by the m-lines of the session.
    let tracks: [ShowTrack]
    let publication: Publication
    var tap: (any PublicationTap)?
    /// What has happened in a call of the peer, to be dealt with behind it.
    var events: [PeerEvent] = []
    var lastHeard: Instant
    var isConnected = false
    var checksAnswered = 0
    /// Bytes that came since the limit was looked at.
    var allowance: Int
    var allowanceAt: Instant
    var repaired = 0
    /// Media and layers whose keyframe somebody waits for.
    var wishes: [(media: Int, layer: Int)] = []

    init(
        slot: Int, _ publication: Publication, _ show: Show, _ tracks: [ShowTrack],
        _ peer: consuming Peer<FanOutCryptography>, allowance: Int, now: Instant
    ) {
        self.slot = slot
        session = publication.session
        self.publication = publication
        self.show = show
        self.tracks = tracks
        self.peer = peer
        self.allowance = allowance
        acceptedAt = now
        lastHeard = now
        allowanceAt = now
    }
}

/// Where a publisher's peer puts what it has.
struct PublisherSink: PeerSink {
    let core: RelayCore
    let publisher: RelayPublisher

    func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        core.outlet.send(datagram, to: remote)
    }

    func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        core.take(packet, description, from: publisher)
    }

    func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {}

    func receive(_ report: SenderReport, _ description: ReportDescription) {
        core.take(report, description, from: publisher)
    }

    func happened(_ event: PeerEvent) {
        publisher.events.append(event)
    }
}

/// Somebody who watches a show.
final class RelayViewer {
    let slot: Int
    let session: SessionID
    let show: Show
    let acceptedAt: Instant
    var transport: PeerTransport<FanOutCryptography>
    var tracks: [ViewerTrack]
    /// Where its packets go; nil before it is connected.
    var address: SocketAddress?
    var sealer: FanOutSealer?
    var events: [PeerEvent] = []
    var lastHeard: Instant
    var checksAnswered = 0
    var repairs = RepairAllowance()
    /// Only where there are layers to choose from.
    var control: CongestionController?
    var chooser = LayerChooser()
    /// Whether the viewer has said which layer it wants.
    var isLayerChosen = false
    /// Whether something that nobody can read may have said that it has left.
    var isDoubtful = false
    /// Whether it has said so under its keys.
    var hasSaidGoodbye = false
    /// Whether the shell looks after it often: it connects or catches up.
    var isBusy = true
    let reportingSSRC: UInt32

    init(
        slot: Int, _ session: SessionID, _ show: Show, _ tracks: [ViewerTrack],
        _ transport: consuming PeerTransport<FanOutCryptography>, reportingSSRC: UInt32,
        now: Instant
    ) {
        self.slot = slot
        self.session = session
        self.show = show
        self.tracks = tracks
        self.transport = transport
        self.reportingSSRC = reportingSSRC
        if tracks.contains(where: { $0.format.key.usesTransportSequence }) {
            control = CongestionController(RelayCore.Limits.viewerRates)
        }
        acceptedAt = now
        lastHeard = now
    }
}

/// Where a viewer's transport puts what it has.
struct ViewerSink: TransportSink {
    let outlet: RelayOutlet
    let viewer: RelayViewer

    func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        outlet.send(datagram, to: remote)
    }

    func happened(_ event: PeerEvent) {
        viewer.events.append(event)
    }
}
