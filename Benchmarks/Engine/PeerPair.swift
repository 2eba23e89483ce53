import Primitives
import SecureTransport
import WebRTC

/// Where a peer of a benchmark puts its datagrams: one buffer, used again and again.
struct BenchSink: PeerSink {
    private(set) var arena: [UInt8] = []
    private(set) var ends: [Int] = []
    /// When each datagram left.
    private(set) var times: [Instant] = []
    var now = Instant(nanoseconds: 0)
    /// What a datagram is opened in.
    var incoming: [UInt8] = []
    var frames = 0
    var frameBytes = 0
    var packets = 0
    var isConnected = false
    var wantsKeyframe = true

    init() {
        arena.reserveCapacity(1 << 20)
        ends.reserveCapacity(1024)
        times.reserveCapacity(1024)
    }

    mutating func removeDatagrams() {
        arena.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
    }

    /// Where a datagram lies.
    func range(_ index: Int) -> Range<Int> { (index == 0 ? 0 : ends[index - 1])..<ends[index] }

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        arena.append(datagram)
        ends.append(arena.count)
        times.append(now)
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
            step(&idle.0, &idle.1)
        }
    }

    private static func settings(_ role: ICEAgent.Role, _ start: Instant) -> PeerSettings {
        PeerSettings(
            ice: ICEAgent.Settings(role: role), delivery: .frames(.annexB),
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
            sender.localTransport, receiver.localTransport, hasAudio: false)
        receiver.begin(theirs, framing: .annexB, now: now, into: &fromReceiver)
        sender.begin(ours, framing: .annexB, now: now, into: &fromSender)
    }

    /// Sends one frame and runs until the next is due; gives the number of its packets.
    func sendFrame(_ sending: inout Stopwatch, _ receiving: inout Stopwatch) -> Int {
        let before = fromReceiver.packets
        timestamp &+= 3000
        let isKeyframe = fromSender.wantsKeyframe
        fromSender.wantsKeyframe = false
        let bytes = isKeyframe ? keyframe : frame
        sending.start()
        fromSender.now = now
        let result = sender.send(
            bytes.span, media: 0, timestamp: timestamp, isKeyframe: isKeyframe, captured: nil,
            now: now, into: &fromSender)
        sending.stop()
        precondition(result == .sent, "a frame was not sent: \(result)")
        framesSent += 1
        step(&sending, &receiving)
        return fromReceiver.packets - before
    }

    /// Lets the one side run for a frame, then the other with what the first has sent, at the times
    /// at which it has: so a side is measured in one go, not a packet at a time.
    private func step(_ sending: inout Stopwatch, _ receiving: inout Stopwatch) {
        let end = now + Self.frameInterval
        sending.start()
        Self.run(&sender, from: fromReceiver, at: addresses.1, until: end, into: &fromSender)
        sending.stop()
        fromReceiver.removeDatagrams()
        receiving.start()
        Self.run(&receiver, from: fromSender, at: addresses.0, until: end, into: &fromReceiver)
        receiving.stop()
        fromSender.removeDatagrams()
        now = end
    }

    private static func run(
        _ peer: inout Peer<Cryptography>, from other: BenchSink, at address: SocketAddress,
        until end: Instant, into sink: inout BenchSink
    ) {
        var next = 0
        while true {
            let arrival = next < other.ends.count ? other.times[next] : end
            let due = peer.deadline ?? end
            guard min(arrival, due) < end else { return }
            sink.now = max(sink.now, min(arrival, due))
            if arrival <= due, next < other.ends.count {
                var bytes: [UInt8] = []
                swap(&bytes, &sink.incoming)
                bytes.removeAll(keepingCapacity: true)
                bytes.append(other.arena.span.extracting(other.range(next)))
                var span = bytes.mutableSpan
                peer.receive(
                    &span, from: address, on: SocketID(0), now: sink.now, into: &sink)
                swap(&bytes, &sink.incoming)
                next += 1
            } else {
                peer.handleTimeout(now: sink.now, into: &sink)
            }
        }
    }
}
