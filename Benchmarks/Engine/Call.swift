import CEngineBench
import Network
import Primitives
import SecureTransport
import WebRTC

/// One end of a call over loopback: a peer, its socket and its timer.
final class CallEnd {
    private var peer: Peer<OpenSSLCryptography>
    private var sink: CallSink
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var watch: DescriptorWatch?
    private var bytes: [UInt8] = []

    var localTransport: LocalTransport { peer.localTransport }
    var isConnected: Bool { sink.isConnected }
    var frames: Int { sink.frames }
    var counters: PeerCounters { peer.counters }

    init(_ loop: EventLoop, _ role: ICEAgent.Role) throws {
        self.loop = loop
        var random = SystemRandomNumberGenerator()
        let socket = try UDPSocket(
            at: SocketAddress(ipv4: 0x7F00_0001, port: 0), bufferBytes: 1 << 20,
            usesSegmentation: true)
        sink = CallSink(socket: socket)
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: role), delivery: .frames(.annexB),
                rates: RateLimits(minimum: 4_000_000, start: 4_000_000, maximum: 20_000_000),
                cname: "bench",
                wallClock: WallClockAnchor(
                    instant: loop.now, nanosecondsSince1970: 1_700_000_000_000_000_000)),
            try OpenSSLCryptography(Certificate()), random: &random)
        bytes.reserveCapacity(UDPSocket.placeBytes)
        peer.add(socket: SocketID(0), address: socket.localAddress, now: loop.now, into: &sink)
        peer.endGathering(now: loop.now, into: &sink)
        timer = loop.timer { [unowned self] in
            peer.handleTimeout(now: loop.now, into: &sink)
            settle()
        }
        watch = try socket.watch(on: loop) { [unowned self] in receive() }
    }

    func begin(_ session: NegotiatedSession) {
        peer.begin(session, framing: .annexB, now: loop.now, into: &sink)
        settle()
    }

    func send(_ frame: [UInt8], media: Int, timestamp: UInt32) {
        _ = peer.send(
            frame.span, media: media, timestamp: timestamp, isKeyframe: true, captured: nil,
            now: loop.now, into: &sink)
        settle()
    }

    private func receive() {
        sink.socket.receive { datagram, remote in
            bytes.removeAll(keepingCapacity: true)
            bytes.append(datagram)
            var span = bytes.mutableSpan
            peer.receive(&span, from: remote, on: SocketID(0), now: loop.now, into: &sink)
        }
        settle()
    }

    private func settle() {
        sink.socket.flush()
        if let deadline = peer.deadline { timer?.set(at: deadline) } else { timer?.cancel() }
    }
}

/// Sends through a socket and counts what came.
struct CallSink: PeerSink {
    let socket: UDPSocket
    var frames = 0
    var isConnected = false

    mutating func send(_ datagram: Span<UInt8>, on id: SocketID, to remote: SocketAddress) {
        socket.send(datagram, to: remote)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {}

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) { frames += 1 }

    mutating func happened(_ event: PeerEvent) {
        switch event {
        case .connected: isConnected = true
        case .failed(let failure): preconditionFailure("a peer failed: \(failure)")
        default: break
        }
    }
}

/// A call of so many seconds, both ends on one thread, as aiortc has them.
final class Call {
    private enum Limits {
        static let handshake: Duration = .seconds(10)
        static let warmUp: Duration = .seconds(1)
    }

    private let loop: EventLoop
    private let sender: CallEnd
    private let receiver: CallEnd
    private let video: [UInt8]
    private let audio: [UInt8]
    private let seconds: Int
    private let start: Instant
    private var media: LoopTimer?
    private var mediaStart: Instant?
    private var sentVideo = 0
    private var sentAudio = 0
    private var measured: (at: Instant, used: Int64, frames: Int)?

    private init(
        _ loop: EventLoop, seconds: Int, frameBytes: Int, soundBytes: Int
    ) throws {
        self.loop = loop
        self.seconds = seconds
        sender = try CallEnd(loop, .controlling)
        receiver = try CallEnd(loop, .controlled)
        video = CallMedia.vp8(isKeyframe: true, bytes: frameBytes)
        audio = [UInt8](repeating: 0xFC, count: soundBytes)
        start = loop.now
        let (ours, theirs) = CallMedia.negotiate(
            sender.localTransport, receiver.localTransport, hasAudio: true)
        receiver.begin(theirs)
        sender.begin(ours)
        // The timer holds the call.
        media = loop.timer { self.turn() }
        media?.set(at: loop.now)
    }

    /// Prints the CPU seconds of this process for a second of the call, and the frames that came
    /// in one.
    static func run(seconds: Int, frameBytes: Int, soundBytes: Int) throws {
        let loop = try EventLoop(name: "call", processor: nil)
        loop.submit {
            do {
                _ = try Call(loop, seconds: seconds, frameBytes: frameBytes, soundBytes: soundBytes)
            } catch {
                preconditionFailure("no call: \(error)")
            }
        }
        loop.join()
    }

    private func turn() {
        let now = loop.now
        guard sender.isConnected, receiver.isConnected else {
            precondition(now - start < Limits.handshake, "the ends of the call do not connect")
            media?.set(at: now + .milliseconds(10))
            return
        }
        let begun = mediaStart ?? now
        mediaStart = begun
        while begun + .milliseconds(20 * sentAudio) <= now {
            sender.send(audio, media: 0, timestamp: UInt32(truncatingIfNeeded: sentAudio * 960))
            sentAudio += 1
        }
        while begun + .nanoseconds(33_333_333 * sentVideo) <= now {
            sender.send(video, media: 1, timestamp: UInt32(truncatingIfNeeded: sentVideo * 3000))
            sentVideo += 1
        }
        guard !measure(now, begun) else {
            // The timers of both ends may still fire in this turn: the call stays until the end.
            media?.cancel()
            return
        }
        media?.set(
            at: min(
                begun + .milliseconds(20 * sentAudio),
                begun + .nanoseconds(33_333_333 * sentVideo)))
    }

    /// True when the call has lasted long enough.
    private func measure(_ now: Instant, _ begun: Instant) -> Bool {
        let used = lc_bench_process_nanoseconds()
        guard let measured else {
            if now - begun >= Limits.warmUp { measured = (now, used, receiver.frames) }
            return false
        }
        let lasted = now - measured.at
        guard lasted >= .seconds(seconds) else { return false }
        let nanoseconds = Double(lasted.wholeNanoseconds)
        print(
            fixed(Double(used - measured.used) / nanoseconds, 5),
            fixed(Double(receiver.frames - measured.frames) / nanoseconds * 1e9, 1))
        loop.stop()
        return true
    }
}
