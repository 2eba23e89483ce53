import Network
import Primitives
import SecureTransport
import Synchronization
import WebRTC

/// A peer whose only way out is a relay, by UDP, TCP or TLS.
final class TurnPeer: @unchecked Sendable {
    // All but `recorder` and `shared` belongs to the loop's thread.
    struct Settings: Sendable {
        var transport: TurnTransport
        var server: SocketAddress
        var password = TurnServerProgram.password
        /// Whom to believe by TLS; nil believes the system's authorities.
        var authority: String?
        /// False loses all requests for channels, so that data go in indications.
        var usesChannels = true
        var speed = 1

        init(_ transport: TurnTransport, _ program: TurnServerProgram) {
            self.transport = transport
            server = transport == .tls ? program.secure : program.plain
            authority = program.authority
        }
    }

    struct Traffic: Sendable {
        /// Datagrams that left, by their wrapping.
        var byChannel = 0
        var byIndication = 0
        var direct = 0
        var connectionEnd: StreamConnectionEnd?
        var sentFrames: [UInt32: [UInt8]] = [:]

        var counts: String { "\(byChannel) by channel, \(byIndication) by indication" }
    }

    private static let frameInterval = Duration.milliseconds(20)
    private static let socketID = SocketID(5)

    let recorder = LiveRecorder()
    private let shared = Mutex(Traffic())
    private let loop: EventLoop
    private let settings: Settings
    private let clock: FastClock
    private var peer: Peer<OpenSSLCryptography>
    private var sink: LiveSink
    private var reader = TURNStreamReader()
    private var socket: UDPSocket?
    private var connection: StreamConnection?
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var frameTimer: LoopTimer?
    private var frameNumber: UInt32 = 0
    private var wantsKeyframe = true

    /// On the loop's thread.
    init(on loop: EventLoop, _ settings: Settings, role: ICEAgent.Role) throws {
        self.loop = loop
        self.settings = settings
        clock = FastClock(start: loop.now, speed: settings.speed)
        var random = SystemRandomNumberGenerator()
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: role, isRelayOnly: true), delivery: .frames(.annexB),
                rates: RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000),
                cname: "relayed",
                wallClock: WallClockAnchor(
                    instant: loop.now, nanosecondsSince1970: LiveClock.nanosecondsSince1970())),
            try LivePeer.cryptography.get(), random: &random)
        sink = LiveSink(recorder) { _, _ in }
        sink = LiveSink(recorder) { [unowned self] datagram, remote in send(datagram, to: remote) }
        timer = loop.timer { [weak self] in
            self?.change { peer, sink, now in peer.handleTimeout(now: now, into: &sink) }
        }
        try connect()
        let server = TURNServer(
            address: settings.server, username: TurnServerProgram.username,
            password: settings.password, isStream: settings.transport != .udp)
        change { peer, sink, now in
            peer.add(relay: server, over: Self.socketID, now: now, into: &sink)
            peer.endGathering(now: now, into: &sink)
        }
    }

    // MARK: - From any thread

    var record: LiveRecord { recorder.value }
    var traffic: Traffic { shared.withLock { $0 } }

    // MARK: - On the loop

    static func negotiate(_ offerer: TurnPeer, _ answerer: TurnPeer) throws {
        let offer = OfferPlan(
            origin: LivePlans.origin, transport: offerer.transport, setup: .actpass,
            media: LivePlans.media(.sendonly, video: [.vp8])
        ).makeOffer()
        let (answer, theirs) = try AnswerPlan(
            origin: LivePlans.origin, transport: answerer.transport, preferredRole: .server,
            media: LivePlans.media(.recvonly, video: [.vp8]), acceptsPart: false
        ).answer(to: SessionDescription(parsing: offer.text))
        let ours = try NegotiatedSession(
            accepting: SessionDescription(parsing: answer.text), for: offer)
        answerer.begin(theirs)
        offerer.begin(ours)
        offerer.publish()
    }

    private var transport: LocalTransport {
        var transport = peer.localTransport
        transport.hasEndOfCandidates = true
        return transport
    }

    private func begin(_ session: NegotiatedSession) {
        change { peer, sink, now in peer.begin(session, framing: .annexB, now: now, into: &sink) }
    }

    func close() {
        change { peer, sink, now in peer.close(now: now, into: &sink) }
        watch?.cancel()
        timer?.cancel()
        frameTimer?.cancel()
        connection?.close()
        (watch, timer, frameTimer, connection, socket) = (nil, nil, nil, nil, nil)
    }

    private func connect() throws {
        guard settings.transport != .udp else {
            let socket = try UDPSocket(
                at: SocketAddress(ipv4: 0x7F00_0001, port: 0), bufferBytes: 1 << 20,
                usesSegmentation: true)
            watch = try socket.watch(on: loop) { [weak self, unowned socket] in
                socket.receive { datagram, remote in self?.receive(datagram, from: remote) }
            }
            self.socket = socket
            return
        }
        let trust =
            settings.transport == .tls ? try TLSTrust(authorityPath: settings.authority) : nil
        connection = try StreamConnection(
            to: settings.server, tls: trust.map { ($0, "localhost") }, limits: .relay, on: loop,
            onReceive: { [unowned self] bytes in
                let isRelay = reader.add(bytes) { receive($0, from: settings.server) }
                if !isRelay { lose(.damaged) }
            },
            onEvent: { [unowned self] event in
                if case .closed(let end) = event { lose(end) }
            })
    }

    private func lose(_ end: StreamConnectionEnd) {
        shared.withLock { $0.connectionEnd = end }
        connection?.close()
        change { peer, sink, now in peer.lost(socket: Self.socketID, now: now, into: &sink) }
    }

    private func change(
        _ body: (inout Peer<OpenSSLCryptography>, inout LiveSink, Instant) -> Void
    ) {
        body(&peer, &sink, clock.fast(loop.now))
        if !sink.takeWantedKeyframes().isEmpty { wantsKeyframe = true }
        socket?.flush()
        let counters = peer.counters
        recorder.change { $0.peerCounters = counters }
        if let deadline = peer.deadline {
            timer?.set(at: clock.slow(deadline))
        } else {
            timer?.cancel()
        }
    }

    private func receive(_ datagram: Span<UInt8>, from remote: SocketAddress) {
        var bytes = Array(copying: datagram)
        change { peer, sink, now in
            var span = bytes.mutableSpan
            peer.receive(&span, from: remote, on: Self.socketID, now: now, into: &sink)
        }
    }

    private func send(_ datagram: Span<UInt8>, to remote: SocketAddress) {
        guard remote == settings.server, datagram.count >= 4 else {
            return shared.withLock { $0.direct += 1 }
        }
        switch (datagram[0], datagram[1]) {
        case (0x40...0x4F, _): shared.withLock { $0.byChannel += 1 }
        case (0x00, 0x16): shared.withLock { $0.byIndication += 1 }
        case (0x00, 0x09): if !settings.usesChannels { return }
        default: break
        }
        socket?.send(datagram, to: remote)
        connection?.send(datagram)
    }

    // MARK: - Media

    private func publish() {
        let timer = loop.timer { [weak self] in self?.publishFrame() }
        frameTimer = timer
        timer.set(at: loop.now)
    }

    private func publishFrame() {
        frameTimer?.set(at: loop.now + Self.frameInterval)
        guard peer.state == .connected else { return }
        let (isKeyframe, number) = (wantsKeyframe, frameNumber)
        let frame = Self.frame(number, isKeyframe: isKeyframe)
        wantsKeyframe = false
        frameNumber += 1
        var result = Peer<OpenSSLCryptography>.Sending.heldBack
        change { peer, sink, now in
            result = peer.send(
                frame.span, media: 1, timestamp: number &* 1800, isKeyframe: isKeyframe,
                captured: NTPTime(rawValue: 77), now: now, into: &sink)
        }
        if result == .sent { shared.withLock { $0.sentFrames[number] = frame } }
    }

    /// VP8 says in its first bit whether it is a keyframe; the number is inside, to be compared.
    private static func frame(_ number: UInt32, isKeyframe: Bool) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(isKeyframe ? 0x10 : 0x11 as UInt8)
        writer.write(UInt16(0))
        for byte in [0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] as [UInt8] { writer.write(byte) }
        writer.write(number)
        // Of all lengths, so that padding on streams is met in every form.
        let size = isKeyframe ? 12_000 : 500 + Int(number) * 37 % 3001
        while writer.bytes.count < size {
            writer.write(UInt8(truncatingIfNeeded: writer.bytes.count &* 31 &+ Int(number)))
        }
        return writer.bytes
    }

    static func number(of frame: [UInt8]) -> UInt32 {
        frame.dropFirst(10).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }
}
