import Primitives
import SecureTransport

@testable import WebRTC

/// What a peer of a simulation has put out.
struct SimulatedSink: PeerSink {
    var datagrams: [(bytes: [UInt8], socket: SocketID, remote: SocketAddress)] = []
    var packets: [(media: Int, sequence: UInt16, isRepaired: Bool)] = []
    var frames: [(description: ReceivedFrame, bytes: [UInt8])] = []
    var events: [PeerEvent] = []

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        datagrams.append((Array(copying: datagram), socket, remote))
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        packets.append(
            (description.media, description.header.sequenceNumber, description.isRepaired))
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        frames.append((description, Array(copying: frame)))
    }

    mutating func happened(_ event: PeerEvent) { events.append(event) }
}

/// A peer that offers and sends, one that answers and receives, and a network between them.
struct PeerSimulation: ~Copyable {
    /// Made once: keys are the slow part, and every seed may share them.
    static let contexts: [OpenSSLCryptography] = (0..<2).compactMap { _ in
        (try? Certificate()).flatMap { try? OpenSSLCryptography($0) }
    }

    struct Side: ~Copyable {
        var peer: Peer<OpenSSLCryptography>
        var sink = SimulatedSink()
        let address: SocketAddress
    }

    var network: VirtualNetwork
    var sender: Side
    var receiver: Side
    var now = Instant(nanoseconds: 1_000_000_000)
    var random: SeededRandom
    var largestDatagram = 0
    var frameNumber = 0
    var isPublishing = true
    var wantsKeyframe = true
    var sentFrames: [UInt32: [UInt8]] = [:]

    static let start = Instant(nanoseconds: 1_000_000_000)

    init(_ conditions: VirtualNetwork.Conditions, seed: UInt64, receiverIsLite: Bool = false) {
        network = VirtualNetwork(conditions, seed: seed)
        random = SeededRandom(seed: seed &+ 99)
        sender = Side(
            peer: Self.peer(.init(role: .controlling), 0, &random),
            address: address("192.168.1.2:1000"))
        receiver = Side(
            peer: Self.peer(.init(role: .controlled, isLite: receiverIsLite), 1, &random),
            address: address("198.51.100.1:2000"))
        negotiate()
    }

    private static func peer(
        _ ice: ICEAgent.Settings, _ context: Int, _ random: inout SeededRandom
    ) -> Peer<OpenSSLCryptography> {
        Peer(
            PeerSettings(
                ice: ice, reception: .frames(.annexB),
                rates: RateLimits(minimum: 100_000, start: 2_000_000, maximum: 8_000_000),
                cname: "simulation",
                wallClock: WallClockAnchor(
                    instant: start, nanosecondsSince1970: 1_700_000_000_000_000_000)),
            contexts[context], random: &random)
    }

    static func plans(_ direction: MediaDirection, sends: Bool) -> [MediaPlan] {
        let msid = MSID(stream: "s", track: nil)
        func plan(_ kind: MediaKind, _ format: CodecFormat, _ ssrc: UInt32) -> MediaPlan {
            MediaPlan(
                kind: kind, direction: direction, codecs: [format], codecLimit: 1,
                feedback: kind == .video ? [.nack, .pli, .fir, .transportCC] : [.transportCC],
                usesRTX: kind == .video,
                extensions: [.mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime],
                source: sends
                    ? MediaSource(ssrc: ssrc, rtxSSRC: ssrc + 1, cname: "c", msid: msid) : nil,
                layers: .one)
        }
        return [plan(.audio, .opus, 1000), plan(.video, .vp8, 2000)]
    }

    private mutating func negotiate() {
        sender.peer.add(
            socket: SocketID(0), address: sender.address, now: now, into: &sender.sink)
        sender.peer.endGathering(now: now, into: &sender.sink)
        receiver.peer.add(
            socket: SocketID(0), address: receiver.address, now: now, into: &receiver.sink)
        receiver.peer.endGathering(now: now, into: &receiver.sink)
        let origin = SessionOrigin(sessionID: 1, version: 1)
        let offer = OfferPlan(
            origin: origin, transport: sender.peer.localTransport, setup: .actpass,
            media: Self.plans(.sendonly, sends: true)
        ).makeOffer()
        do {
            let (answer, theirs) = try AnswerPlan(
                origin: origin, transport: receiver.peer.localTransport, preferredRole: .server,
                media: Self.plans(.recvonly, sends: false), acceptsPart: false
            ).answer(to: SessionDescription(parsing: offer.text))
            let ours = try NegotiatedSession(
                accepting: SessionDescription(parsing: answer.text), for: offer)
            receiver.peer.begin(theirs, framing: .annexB, now: now, into: &receiver.sink)
            sender.peer.begin(ours, framing: .annexB, now: now, into: &sender.sink)
        } catch {
            preconditionFailure("no negotiation: \(error)")
        }
        drain()
    }

    // MARK: - Running

    mutating func drain() {
        for datagram in sender.sink.datagrams {
            send(datagram.bytes, from: sender.address, to: datagram.remote)
        }
        sender.sink.datagrams.removeAll(keepingCapacity: true)
        for datagram in receiver.sink.datagrams {
            send(datagram.bytes, from: receiver.address, to: datagram.remote)
        }
        receiver.sink.datagrams.removeAll(keepingCapacity: true)
        if sender.sink.events.contains(.keyframeWanted(media: 1)) {
            wantsKeyframe = true
            sender.sink.events.removeAll { $0 == .keyframeWanted(media: 1) }
        }
    }

    private mutating func send(
        _ bytes: [UInt8], from: SocketAddress, to: SocketAddress
    ) {
        largestDatagram = max(largestDatagram, bytes.count)
        network.send(bytes, from: from, to: to, now: now)
    }

    /// Runs for so long; a frame of video every 40 ms and of audio every 20 ms where media are on.
    mutating func run(milliseconds: Int) {
        let end = now + .milliseconds(milliseconds)
        var steps = 0
        while now < end {
            steps += 1
            precondition(steps < 200_000 + 1000 * milliseconds, "stuck")
            let times = [
                sender.peer.deadline, receiver.peer.deadline, network.next,
                Self.start + .milliseconds(20 * frameNumber), end,
            ].compactMap { $0 }
            now = max(now, times.min() ?? end)
            if Self.start + .milliseconds(20 * frameNumber) <= now { publish() }
            if let due = sender.peer.deadline, due <= now {
                sender.peer.handleTimeout(now: now, into: &sender.sink)
            }
            if let due = receiver.peer.deadline, due <= now {
                receiver.peer.handleTimeout(now: now, into: &receiver.sink)
            }
            drain()
            while let (bytes, from, to) = network.receive(by: now) {
                deliver(bytes, from, to)
                drain()
            }
        }
    }

    mutating func deliver(_ bytes: [UInt8], _ from: SocketAddress, _ to: SocketAddress) {
        var bytes = bytes
        var span = bytes.mutableSpan
        if to == sender.address {
            sender.peer.receive(
                &span, from: from, on: SocketID(0), now: now, into: &sender.sink)
        } else if to == receiver.address {
            receiver.peer.receive(
                &span, from: from, on: SocketID(0), now: now, into: &receiver.sink)
        }
    }

    private mutating func publish() {
        defer { frameNumber += 1 }
        guard isPublishing else { return }
        let audio: [UInt8] =
            [0xFC] + Array(repeating: UInt8(truncatingIfNeeded: frameNumber), count: 80)
        _ = sender.peer.send(
            audio.span, media: 0, timestamp: UInt32(truncatingIfNeeded: frameNumber * 960),
            isKeyframe: true, captured: nil, now: now, into: &sender.sink)
        guard frameNumber % 2 == 0 else { return }
        let isKeyframe = wantsKeyframe
        let frame = videoFrame(isKeyframe: isKeyframe)
        let timestamp = UInt32(truncatingIfNeeded: frameNumber * 1800)
        let result = sender.peer.send(
            frame.span, media: 1, timestamp: timestamp, isKeyframe: isKeyframe,
            captured: NTPTime(rawValue: 77), now: now, into: &sender.sink)
        if result == .sent {
            wantsKeyframe = false
            sentFrames[UInt32(frameNumber)] = frame
        }
    }

    /// VP8 says in its first bit whether it is a keyframe; the number is inside, to be compared.
    private mutating func videoFrame(isKeyframe: Bool) -> [UInt8] {
        let size = isKeyframe ? 12_000 : Int.random(in: 500...4000, using: &random)
        var writer = ByteWriter(reserving: size)
        writer.write(isKeyframe ? 0x10 : 0x11 as UInt8)
        writer.write(UInt16(0))
        for byte in [0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] as [UInt8] { writer.write(byte) }
        writer.write(UInt32(frameNumber))
        while writer.bytes.count < size {
            writer.write(UInt8(truncatingIfNeeded: writer.bytes.count &* 31 &+ frameNumber))
        }
        return writer.bytes
    }

    /// What has come of it, as a value that the macros of the tests can hold.
    struct Outcome {
        var isConnected = false
        var video: [(number: UInt32, isDamaged: Bool)] = []
        var wrongFrames = 0
        var sentVideo = 0
        var audio = 0
        var hasSenderTime = false
        var largestDatagram = 0
        var sender = PeerCounters()
        var receiver = PeerCounters()
        var senderEvents: [PeerEvent] = []
        var receiverEvents: [PeerEvent] = []
        var inFlight = 0
        var pacerQueue = 0
    }

    func outcome() -> Outcome {
        var outcome = Outcome()
        outcome.isConnected = sender.peer.state == .connected && receiver.peer.state == .connected
        for (description, bytes) in receiver.sink.frames {
            guard description.media == 1 else {
                outcome.audio += 1
                continue
            }
            let number = bytes.dropFirst(10).prefix(4).reduce(0 as UInt32) { $0 << 8 | UInt32($1) }
            if sentFrames[number] == bytes {
                outcome.video.append((number, description.frame.isDamaged))
            } else {
                outcome.wrongFrames += 1
            }
        }
        outcome.sentVideo = sentFrames.count
        outcome.hasSenderTime = receiver.sink.frames.last?.description.senderTime != nil
        outcome.largestDatagram = largestDatagram
        outcome.sender = sender.peer.counters
        outcome.receiver = receiver.peer.counters
        outcome.senderEvents = sender.sink.events
        outcome.receiverEvents = receiver.sink.events
        outcome.inFlight = network.inFlight
        outcome.pacerQueue = sender.peer.pacer.queuedPackets
        return outcome
    }
}
