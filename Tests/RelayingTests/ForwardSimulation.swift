import Network
import Primitives
import SecureTransport
import Signaling
import WebRTC

@testable import Relaying

/// A relay, a publisher and viewers, and a network between them, all on one clock of its own.
final class ForwardSimulation {
    static let context = (try? Certificate()).flatMap { try? OpenSSLCryptography($0) }
    static let start = Instant(nanoseconds: 1_000_000_000)
    static let relayAddress = SocketAddress(ipv4: 0xC633_6401, port: 3478)

    struct Datagram {
        let at: Instant
        let order: Int
        let from: SocketAddress
        let to: SocketAddress
        let bytes: [UInt8]
    }

    /// A side of a session that is no relay.
    final class Client {
        var peer: Peer<OpenSSLCryptography>
        let address: SocketAddress
        var sink = ClientSink()
        let session: SessionID
        /// Out of 1000, of what it is sent and sends.
        var lost = 0
        var isGone = false

        init(
            _ peer: consuming Peer<OpenSSLCryptography>, _ address: SocketAddress,
            _ session: SessionID
        ) {
            self.peer = peer
            self.address = address
            self.session = session
        }
    }

    let core: RelayCore
    let outlet = RelayOutlet()
    var now = ForwardSimulation.start
    var random: SeededRandom
    var clients: [Client] = []
    var ended: [SessionID: RelayEnding] = [:]
    var changes: [ShowChange] = []
    var delay: ClosedRange<Int> = 1...5
    private var queue: [Datagram] = []
    private var order = 0
    private var nextAddress: UInt32 = 0x0A00_0001

    init(
        seed: UInt64, limits: RelayLimits = .standard,
        policy: RelaySettings.PublisherPolicy = .replace
    ) throws {
        guard let context = Self.context else { throw SimulationFailure("no cryptography") }
        random = SeededRandom(seed: seed)
        let anchor = WallClockAnchor(
            instant: Self.start, nanosecondsSince1970: 1_700_000_000_000_000_000)
        core = RelayCore(
            RelaySettings(
                address: Self.relayAddress, publicAddresses: [Self.relayAddress],
                socketBufferBytes: 1 << 20, usesSegmentation: true, publisherPolicy: policy,
                maximumLayers: 3, limits: limits, wallClock: anchor),
            [Self.relayAddress], outlet, FanOutCryptography(context),
            random: .seeded(SeededRandom(seed: seed &+ 7)), now: Self.start)
        core.onEnded = { [unowned self] session, ending in ended[session] = ending }
        core.onShowChanged = { [unowned self] _, change in changes.append(change) }
    }

    // MARK: - Clients

    struct ClientPlan {
        var video: CodecFormat? = .vp8
        var audio = true
        var usesRTX = true
        var delivery = PeerSettings.Delivery.frames(.annexB)
        var feedback: RTCPFeedbackSet = [.nack, .pli, .fir, .transportCC]
    }

    private func client(_ plan: ClientPlan) throws -> Client {
        guard let context = Self.context else { throw SimulationFailure("no cryptography") }
        let peer = Peer(
            PeerSettings(
                ice: .init(role: .controlling), delivery: plan.delivery,
                rates: RateLimits(minimum: 100_000, start: 4_000_000, maximum: 8_000_000),
                cname: "client",
                wallClock: WallClockAnchor(
                    instant: Self.start, nanosecondsSince1970: 1_600_000_000_000_000_000)),
            context, random: &random)
        let client = Client(
            peer, SocketAddress(ipv4: nextAddress, port: 5000), SessionID(using: &random))
        nextAddress += 1
        client.peer.add(
            socket: SocketID(0), address: client.address, now: now, into: &client.sink)
        client.peer.endGathering(now: now, into: &client.sink)
        return client
    }

    private func media(_ plan: ClientPlan, _ direction: MediaDirection) -> [MediaPlan] {
        var media: [MediaPlan] = []
        func add(_ kind: MediaKind, _ format: CodecFormat) {
            let ssrc: UInt32 = random.next() | 1
            let repairs = kind == .video && plan.usesRTX
            media.append(
                MediaPlan(
                    kind: kind, direction: direction, codecs: [format], codecLimit: 1,
                    feedback: kind == .video ? plan.feedback : [.transportCC], usesRTX: repairs,
                    extensions: [
                        .mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime,
                    ],
                    source: direction.sends
                        ? MediaSource(
                            ssrc: ssrc, rtxSSRC: repairs ? ssrc &+ 1 : nil, cname: "c",
                            msid: MSID(stream: "s", track: nil)) : nil,
                    layers: .one))
        }
        if plan.audio { add(.audio, .opus) }
        if let video = plan.video { add(.video, video) }
        return media
    }

    @discardableResult
    func publish(_ plan: ClientPlan = ClientPlan(), show: String = "show") throws -> Client {
        try join(plan, .sendonly) {
            try self.core.publish(
                show: show, session: $0, offer: $1, now: self.now)
        }
    }

    @discardableResult
    func play(_ plan: ClientPlan = ClientPlan(), show: String = "show") throws -> Client {
        try join(plan, .recvonly) {
            try self.core.play(
                show: show, session: $0, offer: $1, now: self.now)
        }
    }

    private func join(
        _ plan: ClientPlan, _ direction: MediaDirection,
        _ ask: (SessionID, String) throws -> Relay.Acceptance
    ) throws -> Client {
        let client = try client(plan)
        let offer = OfferPlan(
            origin: SessionOrigin(sessionID: 1, version: 1),
            transport: client.peer.localTransport, setup: .actpass,
            media: media(plan, direction)
        ).makeOffer()
        let text = offer.text
        let acceptance = try ask(client.session, text)
        let agreed = try NegotiatedSession(
            accepting: SessionDescription(parsing: acceptance.answer), for: offer)
        clients.append(client)
        client.peer.begin(agreed, framing: .annexB, now: now, into: &client.sink)
        drain()
        return client
    }

    // MARK: - The network

    func drain() {
        for datagram in outlet.takeKept() {
            send(datagram.bytes, from: Self.relayAddress, to: datagram.address)
        }
        for client in clients {
            for datagram in client.sink.takeDatagrams() {
                send(datagram.bytes, from: client.address, to: datagram.remote)
            }
        }
    }

    private func send(_ bytes: [UInt8], from: SocketAddress, to: SocketAddress) {
        order += 1
        let client = clients.first { $0.address == from || $0.address == to }
        guard let client, !client.isGone,
            Int.random(in: 0..<1000, using: &random) >= client.lost
        else { return }
        let at = now + .milliseconds(Int.random(in: delay, using: &random))
        let datagram = Datagram(at: at, order: order, from: from, to: to, bytes: bytes)
        let place = queue.firstIndex { $0.at > at } ?? queue.count
        queue.insert(datagram, at: place)
    }

    func run(milliseconds: Int, _ each: (() -> Void)? = nil) {
        let end = now + .milliseconds(milliseconds)
        var still = 0
        while now < end {
            var next = min(core.deadline, end)
            if let first = queue.first { next = min(next, first.at) }
            for client in clients where !client.isGone {
                if let due = client.peer.deadline { next = min(next, due) }
            }
            next = max(next, now)
            still = next == now ? still + 1 : 0
            precondition(still < 200, "time stands still at \(now)")
            now = next
            step()
            each?()
        }
    }

    private func step() {
        for client in clients where !client.isGone {
            if let due = client.peer.deadline, due <= now {
                client.peer.handleTimeout(now: now, into: &client.sink)
            }
        }
        drain()
        while let first = queue.first, first.at <= now {
            queue.removeFirst()
            var bytes = first.bytes
            var span = bytes.mutableSpan
            if first.to == Self.relayAddress {
                core.receive(&span, from: first.from, now: now)
            } else if let client = clients.first(where: { $0.address == first.to }), !client.isGone
            {
                client.peer.receive(
                    &span, from: first.from, on: SocketID(0), now: now, into: &client.sink)
            }
        }
        core.handleTimeout(now: now)
        drain()
    }

    // MARK: - Media

    private var frameNumber: UInt32 = 0
    /// Whether the next frame is a keyframe.
    var wantsKeyframe = false
    private(set) var sentFrames: [[UInt8]] = []

    /// Publishes frames at 30 a second for so long; a keyframe each so many, and when one is asked
    /// for unless the publisher can't make any.
    func publish(
        from client: Client, milliseconds: Int, keyframeEach: Int = 1_000_000,
        answersRequests: Bool = true, size: Int = 3000
    ) {
        let end = now + .milliseconds(milliseconds)
        if sentFrames.isEmpty { wantsKeyframe = true }
        while now < end {
            if client.sink.events.contains(where: {
                if case .keyframeWanted = $0 { true } else { false }
            }) {
                client.sink.events.removeAll {
                    if case .keyframeWanted = $0 { true } else { false }
                }
                if answersRequests { wantsKeyframe = true }
            }
            frameNumber += 1
            if Int(frameNumber) % keyframeEach == 0 { wantsKeyframe = true }
            sendFrame(from: client, isKeyframe: wantsKeyframe, size: size)
            wantsKeyframe = false
            run(milliseconds: 33)
        }
    }

    private func sendFrame(from client: Client, isKeyframe: Bool, size: Int) {
        let sound: [UInt8] =
            [0xFC] + Array(repeating: UInt8(truncatingIfNeeded: frameNumber), count: 80)
        let ticks = UInt32((now - Self.start).wholeNanoseconds / 1_000_000)
        _ = client.peer.send(
            sound.span, media: 0, timestamp: ticks &* 48, isKeyframe: true, captured: nil,
            now: now, into: &client.sink)
        let frame = Self.vp8Frame(number: frameNumber, isKeyframe: isKeyframe, size: size)
        let result = client.peer.send(
            frame.span, media: 1, timestamp: ticks &* 90, isKeyframe: isKeyframe,
            captured: NTPTime(rawValue: UInt64(frameNumber)), now: now, into: &client.sink)
        if result == .sent { sentFrames.append(frame) }
        drain()
    }

    /// VP8 says in its first bit whether it is a keyframe; the number is inside.
    static func vp8Frame(number: UInt32, isKeyframe: Bool, size: Int) -> [UInt8] {
        var writer = ByteWriter(reserving: size)
        writer.write(isKeyframe ? 0x10 : 0x11 as UInt8)
        writer.write(UInt16(0))
        for byte in [0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] as [UInt8] { writer.write(byte) }
        writer.write(number)
        let full = isKeyframe ? size * 4 : size
        let filler = [UInt8](
            repeating: UInt8(truncatingIfNeeded: number &* 31),
            count: max(full - writer.bytes.count, 0))
        writer.write(filler.span)
        return writer.bytes
    }
}

struct SimulationFailure: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

/// Notes what a client sends and gets.
struct ClientSink: PeerSink {
    private var datagrams: [(bytes: [UInt8], remote: SocketAddress)] = []
    var events: [PeerEvent] = []
    /// Frames of video, in the order in which they came, and the timestamps of sound.
    var frames: [[UInt8]] = []
    var frameTimes: [(timestamp: UInt32, sender: NTPTime?)] = []
    var soundTimes: [(timestamp: UInt32, sender: NTPTime?)] = []
    var packets: [(number: UInt16, timestamp: UInt32, ssrc: UInt32, media: Int)] = []
    var captured = 0

    mutating func takeDatagrams() -> [(bytes: [UInt8], remote: SocketAddress)] {
        defer { datagrams = [] }
        return datagrams
    }

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        datagrams.append((Array(copying: datagram), remote))
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        let header = description.header
        packets.append(
            (header.sequenceNumber, header.timestamp, header.ssrc, description.media))
        if description.extensions.absoluteCaptureTime != nil { captured += 1 }
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        let time = (description.frame.timestamp, description.senderTime)
        if description.codec.kind == .video {
            frames.append(Array(copying: frame))
            frameTimes.append(time)
        } else {
            soundTimes.append(time)
        }
    }

    mutating func happened(_ event: PeerEvent) {
        events.append(event)
    }

    var isConnected: Bool {
        events.contains { if case .connected = $0 { true } else { false } }
    }

    /// Whether what came is an unbroken part of what was sent.
    func isPart(of sent: [[UInt8]]) -> Bool {
        guard let first = frames.first, let start = sent.firstIndex(of: first) else { return false }
        return zip(frames, sent[start...]).allSatisfy { $0 == $1 }
            && frames.count <= sent.count - start
    }
}
