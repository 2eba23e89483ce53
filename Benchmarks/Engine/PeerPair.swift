import Primitives
import SecureTransport
import WebRTC

/// Where a peer of a benchmark puts its datagrams: one buffer, used again and again.
struct BenchSink: PeerSink {
    private(set) var arena: [UInt8] = []
    private(set) var ends: [Int] = []
    var frames = 0
    var frameBytes = 0
    var packets = 0
    var isConnected = false
    var wantsKeyframe = true

    init() {
        arena.reserveCapacity(1 << 20)
        ends.reserveCapacity(1024)
    }

    mutating func removeDatagrams() {
        arena.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
    }

    /// Where a datagram lies.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        arena.append(datagram)
        ends.append(arena.count)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) { packets += 1 }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        frames += 1
        frameBytes += frame.count
    }

    mutating func happened(_ event: PeerEvent) {
        switch event {
        case .connected: isConnected = true
        case .keyframeWanted: wantsKeyframe = true
        case .failed(let failure): preconditionFailure("a peer failed: \(failure)")
        default: break
        }
    }
}

/// A peer that sends video and one that receives it, with a clock that only they have.
final class PeerPair<Cryptography: PeerCryptography> {
    static var frameInterval: Duration { .nanoseconds(33_333_333) }

    private var sender: Peer<Cryptography>
    private var receiver: Peer<Cryptography>
    private var fromSender = BenchSink()
    private var fromReceiver = BenchSink()
    private let addresses = (
        SocketAddress(ipv4: 0x0A00_0001, port: 1000), SocketAddress(ipv4: 0x0A00_0002, port: 2000)
    )
    private var now = Instant(nanoseconds: 1_000_000_000)
    private var timestamp: UInt32 = 0
    private var datagram = [UInt8](repeating: 0, count: 2048)
    private let frame: [UInt8]
    private let keyframe: [UInt8]
    private(set) var framesSent = 0

    var framesReceived: Int { fromReceiver.frames }

    init(_ first: Cryptography, _ second: Cryptography) {
        var random = SeededRandom(seed: 1)
        sender = Peer(Self.settings(.controlling, now), first, random: &random)
        receiver = Peer(Self.settings(.controlled, now), second, random: &random)
        frame = CallMedia.vp8(isKeyframe: false, bytes: Media.frameBytes)
        keyframe = CallMedia.vp8(isKeyframe: true, bytes: Media.frameBytes)
        negotiate()
        var steps = 0
        while !(fromSender.isConnected && fromReceiver.isConnected) {
            steps += 1
            precondition(steps < 10_000, "the peers do not connect")
            var idle = (Stopwatch(), Stopwatch())
            step(until: now + Self.frameInterval, &idle.0, &idle.1)
        }
    }

    private static func settings(_ role: ICEAgent.Role, _ start: Instant) -> PeerSettings {
        PeerSettings(
            ice: ICEAgent.Settings(role: role), reception: .frames(.annexB),
            rates: RateLimits(minimum: 8_000_000, start: 8_000_000, maximum: 20_000_000),
            cname: "bench",
            wallClock: WallClockAnchor(
                instant: start, nanosecondsSince1970: 1_700_000_000_000_000_000))
    }

    private func negotiate() {
        sender.add(
            socket: SocketID(0), address: addresses.0, now: now, into: &fromSender)
        sender.endGathering(now: now, into: &fromSender)
        receiver.add(
            socket: SocketID(0), address: addresses.1, now: now, into: &fromReceiver)
        receiver.endGathering(now: now, into: &fromReceiver)
        let (ours, theirs) = CallMedia.negotiate(
            sender.localTransport, receiver.localTransport)
        receiver.begin(theirs, framing: .annexB, now: now, into: &fromReceiver)
        sender.begin(ours, framing: .annexB, now: now, into: &fromSender)
    }

    /// Sends one frame and runs until the next is due; gives the number of its packets.
    func sendFrame(_ sending: inout Stopwatch, _ receiving: inout Stopwatch) -> Int {
        let before = fromReceiver.packets
        let end = now + Self.frameInterval
        timestamp &+= 3000
        let isKeyframe = fromSender.wantsKeyframe
        fromSender.wantsKeyframe = false
        let bytes = isKeyframe ? keyframe : frame
        sending.start()
        let result = sender.send(
            bytes.span, media: 0, timestamp: timestamp,
            isKeyframe: isKeyframe, captured: nil, now: now, into: &fromSender)
        sending.stop()
        precondition(result == .sent, "a frame was not sent: \(result)")
        framesSent += 1
        step(until: end, &sending, &receiving)
        return fromReceiver.packets - before
    }

    /// Lets both sides do what is due until then; a network between them takes no time.
    private func step(
        until end: Instant, _ sending: inout Stopwatch, _ receiving: inout Stopwatch
    ) {
        while true {
            exchange(&sending, &receiving)
            let next = min(sender.deadline ?? end, receiver.deadline ?? end)
            guard next < end else { break }
            now = max(now, next)
            if let due = sender.deadline, due <= now {
                sending.start()
                sender.handleTimeout(now: now, into: &fromSender)
                sending.stop()
            }
            if let due = receiver.deadline, due <= now {
                receiving.start()
                receiver.handleTimeout(now: now, into: &fromReceiver)
                receiving.stop()
            }
        }
        now = end
    }

    private func exchange(_ sending: inout Stopwatch, _ receiving: inout Stopwatch) {
        while !(fromSender.ends.isEmpty && fromReceiver.ends.isEmpty) {
            let count = fromSender.ends.count
            receiving.start()
            for index in 0..<count {
                Self.copy(fromSender, index, &datagram)
                var span = datagram.mutableSpan
                receiver.receive(
                    &span, from: addresses.0, on: SocketID(0), now: now, into: &fromReceiver)
            }
            receiving.stop()
            fromSender.removeDatagrams()
            let answers = fromReceiver.ends.count
            guard answers > 0 else { continue }
            sending.start()
            for index in 0..<answers {
                Self.copy(fromReceiver, index, &datagram)
                var span = datagram.mutableSpan
                sender.receive(
                    &span, from: addresses.1, on: SocketID(0), now: now, into: &fromSender)
            }
            sending.stop()
            fromReceiver.removeDatagrams()
        }
    }

    private static func copy(_ sink: BenchSink, _ index: Int, _ datagram: inout [UInt8]) {
        let range = sink.range(index)
        datagram.removeAll(keepingCapacity: true)
        datagram.append(sink.arena.span.extracting(range))
    }
}
