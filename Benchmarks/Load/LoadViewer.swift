import Primitives
import SecureTransport
import WebRTC

/// A viewer: a whole peer for the handshake, and afterwards what keeps a server content.
///
/// Of its media it reads headers alone: counts, delays, arrivals for feedback. A sampled viewer
/// opens everything as well, so that what is counted is known to be real.
final class LoadViewer {
    enum Phase {
        case posting
        case connecting
        case watching
        case failed(String)
        case closed
    }

    private enum Limits {
        static let rates = RateLimits(minimum: 30_000, start: 30_000, maximum: 30_000)
        static let reportBytes = 1200
        /// What sealing a report adds at most.
        static let sealBytes = 20
    }

    let address: UInt32
    let isSampled: Bool
    private let socket: LoadSocket
    private let cryptography: ViewerCryptography
    private let isPlain: Bool
    private var peer: Peer<ViewerCryptography>
    private var sink: ViewerSink
    private(set) var phase = Phase.posting
    var session: String?
    /// When the peer wants to be called, at the latest.
    private(set) var due: Instant?
    private(set) var offer = SessionDescription(origin: LoadPlans.origin)

    private let reportingSSRC: UInt32
    private var report: [UInt8] = []

    /// On the clock of the day.
    let postedAt = LoadClock.wallNanoseconds
    private(set) var connectedAt: Int64?

    init(
        address: UInt32, socket: LoadSocket, isSampled: Bool, isPlain: Bool,
        shared: OpenSSLCryptography, now: Instant
    ) {
        self.address = address
        self.socket = socket
        self.isSampled = isSampled
        self.isPlain = isPlain
        cryptography = ViewerCryptography(shared)
        sink = ViewerSink(socket: socket, address: address, dropsReports: !isSampled)
        var random = SystemRandomNumberGenerator()
        reportingSSRC = random.next()
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: .controlling), delivery: .packets,
                rates: Limits.rates, cname: "relay-load",
                wallClock: WallClockAnchor(
                    instant: now, nanosecondsSince1970: LoadClock.wallNanoseconds)),
            cryptography, random: &random)
        change(now) { peer, sink in
            peer.add(
                socket: SocketID(0), address: SocketAddress(ipv4: address, port: socket.port),
                now: now, into: &sink)
            peer.endGathering(now: now, into: &sink)
        }
        var transport = peer.localTransport
        transport.hasEndOfCandidates = true
        offer = OfferPlan(
            origin: LoadPlans.origin, transport: transport, setup: .actpass,
            media: LoadPlans.media(.recvonly, isPlain: isPlain)
        ).makeOffer()
    }

    var serverPort: UInt16? { sink.remote?.port }

    var isJoining: Bool {
        switch phase {
        case .posting, .connecting: true
        case .watching, .failed, .closed: false
        }
    }

    var isWatching: Bool {
        if case .watching = phase { true } else { false }
    }

    /// Packets that a sampled viewer could not open.
    var damaged: Int { isSampled ? peer.counters.forged + peer.counters.malformed : 0 }

    func begin(_ session: NegotiatedSession, now: Instant) {
        phase = .connecting
        change(now) { peer, sink in
            peer.begin(session, framing: .annexB, now: now, into: &sink)
        }
    }

    func fail(_ words: String) { phase = .failed(words) }

    func close(now: Instant) {
        change(now) { peer, sink in peer.close(now: now, into: &sink) }
        phase = .closed
        due = nil
    }

    func handleTimeout(now: Instant) {
        change(now) { peer, sink in peer.handleTimeout(now: now, into: &sink) }
    }

    private func change(
        _ now: Instant, _ body: (inout Peer<ViewerCryptography>, inout ViewerSink) -> Void
    ) {
        body(&peer, &sink)
        due = peer.deadline
        if let failure = sink.failure {
            phase = .failed(failure)
        } else if sink.isConnected, isJoining {
            phase = .watching
            connectedAt = LoadClock.wallNanoseconds
        }
    }

    // MARK: - What comes

    func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, now: Instant
    ) {
        change(now) { peer, sink in
            peer.receive(&datagram, from: remote, on: SocketID(0), now: now, into: &sink)
        }
    }

    /// Looks into a packet for the number of the frame that begins in it.
    func number(in packet: Span<UInt8>, _ header: RTPHeader) -> Int? {
        cryptography.transport?.number(in: packet, header)
    }

    func stopLooking() { cryptography.transport?.stopLooking() }

    // MARK: - What goes

    /// Says what is due: arrivals every tenth of a second, a receiver report every second.
    func sayReports(_ row: inout ViewerRow, isWhole: Bool) {
        guard isWatching, !isSampled, isWhole || !row.arrivals.isEmpty,
            let transport = cryptography.transport, let remote = sink.remote
        else { return }
        var packet: [UInt8] = []
        swap(&packet, &report)
        defer { swap(&packet, &report) }
        packet.removeAll(keepingCapacity: true)
        packet.append(addingCapacity: Limits.reportBytes) { output in
            try? write(&row, isWhole: isWhole, into: &output)
        }
        let length = packet.count
        guard length > 0 else { return }
        for _ in 0..<Limits.sealBytes { packet.append(0) }
        var span = packet.mutableSpan
        guard let sealed = try? transport.seal(rtcp: &span, length: length) else { return }
        socket.send(span.span.extracting(0..<sealed), from: address, to: remote)
    }

    private func write(
        _ row: inout ViewerRow, isWhole: Bool, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        if isWhole {
            var blocks: [ReportBlock] = []
            if let block = row.video.report() { blocks.append(block) }
            if let block = row.audio.report() { blocks.append(block) }
            try RTCPWriter.receiverReport(ssrc: reportingSSRC, blocks.span, into: &output)
            try RTCPWriter.cname(Self.name.span, ssrc: reportingSSRC, into: &output)
        }
        try row.arrivals.write(
            sender: reportingSSRC, media: row.video.ssrc ?? 0, into: &output)
    }

    private static let name = Array("relay-load".utf8)
}

/// Where a viewer's peer puts what it sends.
struct ViewerSink: PeerSink {
    let socket: LoadSocket
    let address: UInt32
    /// The viewer says its reports itself: its peer has not seen the packets.
    let dropsReports: Bool
    private(set) var isConnected = false
    private(set) var failure: String?
    private(set) var remote: SocketAddress?

    init(socket: LoadSocket, address: UInt32, dropsReports: Bool) {
        self.socket = socket
        self.address = address
        self.dropsReports = dropsReports
    }

    mutating func send(
        _ datagram: Span<UInt8>, on _: SocketID, to remote: SocketAddress
    ) {
        switch DatagramKind(of: datagram) {
        case .rtcp where dropsReports: return
        case .dtls: self.remote = remote
        default: break
        }
        socket.send(datagram, from: address, to: remote)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {}
    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {}

    mutating func happened(_ event: PeerEvent) {
        switch event {
        case .connected: isConnected = true
        case .failed(let reason): failure = "\(reason)"
        case .left: failure = "the server has left"
        case .ice, .candidate, .gathered, .relayFailed, .heard, .keyframeWanted: break
        }
    }
}

/// What all viewers have received since it was opened.
final class LoadWindow {
    var delays = LoadHistogram()
    /// From the kernel's arrival to our reading: how far the generator itself is behind.
    var lag = LoadHistogram()
    var packets = 0

    func open() {
        delays = LoadHistogram()
        lag = LoadHistogram()
        packets = 0
    }
}
