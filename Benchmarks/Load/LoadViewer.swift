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

    private(set) var video: SourceCount
    private(set) var audio: SourceCount
    private var videoType: UInt8 = 0
    private var audioType: UInt8 = 0
    private var extensions = RTPExtensionMap()
    private var usesFeedback = false
    private var arrivals = ArrivalNotes()
    private let reportingSSRC: UInt32
    private(set) var repairs = 0
    private var report: [UInt8] = []

    /// On the clock of the day.
    let postedAt = LoadClock.wallNanoseconds
    private(set) var connectedAt: Int64?
    private(set) var firstPacketAt: Int64?
    private(set) var firstKeyframeAt: Int64?

    init(
        address: UInt32, socket: LoadSocket, isSampled: Bool, isPlain: Bool,
        shared: OpenSSLCryptography, times: (video: SentTimes, audio: SentTimes), now: Instant
    ) {
        self.address = address
        self.socket = socket
        self.isSampled = isSampled
        self.isPlain = isPlain
        cryptography = ViewerCryptography(shared)
        video = SourceCount(times: times.video, ticks: LoadShow.ticksPerFrame)
        audio = SourceCount(times: times.audio, ticks: LoadShow.ticksPerSound)
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
        for media in session.media {
            let type = media.codecs[0].payloadType
            if media.kind == .video { videoType = type } else { audioType = type }
            extensions = media.extensions
            usesFeedback =
                usesFeedback
                || media.extensions[.transportSequence] != nil
                    && media.codecs[0].feedback.contains(.transportCC)
        }
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
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, at arrival: Int64,
        now: Instant, _ window: LoadWindow
    ) {
        if datagram.count >= RTPHeader.fixedLength, datagram[0] & 0xC0 == 0x80 {
            if !(192...223 ~= datagram[1]) { count(datagram.span, arrival, window) }
            guard isSampled else { return }
        }
        change(now) { peer, sink in
            peer.receive(&datagram, from: remote, on: SocketID(0), now: now, into: &sink)
        }
    }

    private func count(_ packet: Span<UInt8>, _ arrival: Int64, _ window: LoadWindow) {
        guard let transport = cryptography.transport,
            let header = try? RTPHeader(parsing: packet)
        else { return }
        if usesFeedback, !isSampled {
            let places = RTPExtensionPlaces(packet, header, extensions)
            if let sequence = places.readTransportSequence(packet) {
                arrivals.note(sequence, nanoseconds: arrival)
            }
        }
        let taken: (frame: Int, sent: Int64?)?
        if header.payloadType == videoType {
            taken = video.take(header)
            if taken == nil, let number = transport.number(in: packet, header) {
                video.learn(frame: number, timestamp: header.timestamp)
            }
        } else if header.payloadType == audioType {
            taken = audio.take(header)
            if taken == nil, let number = transport.number(in: packet, header) {
                audio.learn(frame: number, timestamp: header.timestamp)
            }
        } else {
            return repairs += 1
        }
        window.packets += 1
        window.bytes += packet.count
        if firstPacketAt == nil { firstPacketAt = arrival }
        if firstKeyframeAt == nil { noteKeyframe(header, arrival, transport) }
        // What was sent before we were there came from a cache: its age is none of the relay's.
        if let sent = taken?.sent, let connectedAt, sent > connectedAt {
            window.delays.add(nanoseconds: arrival - sent)
        }
    }

    private func noteKeyframe(_ header: RTPHeader, _ arrival: Int64, _ transport: ViewerSRTP) {
        guard header.payloadType == videoType, let start = video.timestampStart else { return }
        let number = Int((header.timestamp &- start) / LoadShow.ticksPerFrame)
        if LoadShow.isKeyframe(number) { firstKeyframeAt = arrival }
        if audio.timestampStart != nil, firstKeyframeAt != nil { transport.stopLooking() }
    }

    func openWindow() {
        video.openWindow()
        audio.openWindow()
    }

    // MARK: - What goes

    /// Says what is due: arrivals every tenth of a second, a receiver report every second.
    func sayReports(isWhole: Bool) {
        guard isWatching, !isSampled, isWhole || !arrivals.isEmpty,
            let transport = cryptography.transport, let remote = sink.remote
        else { return }
        var packet: [UInt8] = []
        swap(&packet, &report)
        defer { swap(&packet, &report) }
        packet.removeAll(keepingCapacity: true)
        let sender = reportingSSRC
        packet.append(addingCapacity: Limits.reportBytes) { output in
            try? write(sender, isWhole: isWhole, into: &output)
        }
        let length = packet.count
        guard length > 0 else { return }
        for _ in 0..<20 { packet.append(0) }
        var span = packet.mutableSpan
        guard let sealed = try? transport.seal(rtcp: &span, length: length) else { return }
        socket.send(span.span.extracting(0..<sealed), from: address, to: remote)
    }

    private func write(
        _ sender: UInt32, isWhole: Bool, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        if isWhole {
            var blocks: [ReportBlock] = []
            if let block = video.report() { blocks.append(block) }
            if let block = audio.report() { blocks.append(block) }
            try RTCPWriter.receiverReport(ssrc: sender, blocks.span, into: &output)
            let name = Array("relay-load".utf8)
            try RTCPWriter.cname(name.span, ssrc: sender, into: &output)
        }
        try arrivals.write(sender: sender, media: video.ssrc ?? 0, into: &output)
    }
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
    var bytes = 0

    func open() {
        delays = LoadHistogram()
        lag = LoadHistogram()
        packets = 0
        bytes = 0
    }
}
