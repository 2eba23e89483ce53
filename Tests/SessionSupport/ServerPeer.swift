import Glibc
import Network
import Primitives
import SecureTransport
import WebRTC

/// A test that cannot go on, and why.
struct LiveFailure: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}

/// What a server's peer has received so far.
struct ServerRecord: Sendable {
    struct Frame: Sendable {
        let media: Int
        let ssrc: UInt32
        let rid: String?
        let codec: Codec
        let isKeyframe: Bool
        let isDamaged: Bool
        let timestamp: UInt32
        let bytes: [UInt8]
    }

    static let maximumFrames = 8192

    var events: [PeerEvent] = []
    var frames: [Frame] = []
    /// By source, as the first packet that names one says.
    var rids: [UInt32: String] = [:]
    var packets = 0
    var capturedTimes = 0

    var isConnected: Bool {
        events.contains { if case .connected = $0 { true } else { false } }
    }

    func frames(_ kind: MediaKind) -> [Frame] { frames.filter { $0.codec.kind == kind } }
}

/// A peer of the server on its loop, with a socket that is its one candidate.
final class ServerPeer: @unchecked Sendable {
    // All belongs to the loop's thread.
    let loop: EventLoop
    var record: ServerRecord { sink.record }
    /// Nothing comes in and nothing goes out, as where the path is broken.
    var isMute = false
    /// Of the packets of media that come, one in so many is lost.
    var lossInterval: Int?
    private var peer: Peer<OpenSSLCryptography>
    private var sink = ServerSink()
    private let socket: UDPSocket
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var mediaPackets = 0

    static let cryptography = Result { try OpenSSLCryptography(try Certificate()) }

    init(on loop: EventLoop, ice: ICEAgent.Settings, host: SocketAddress) throws {
        self.loop = loop
        socket = try UDPSocket(at: host, bufferBytes: 1 << 20, usesSegmentation: true)
        var random = SystemRandomNumberGenerator()
        peer = Peer(
            PeerSettings(
                ice: ice, delivery: .frames(.annexB),
                rates: RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000),
                cname: "server",
                wallClock: WallClockAnchor(
                    instant: loop.now, nanosecondsSince1970: LiveClock.nanosecondsSince1970())),
            try Self.cryptography.get(), random: &random)
        timer = loop.timer { [weak self] in
            self?.change { peer, sink, now in peer.handleTimeout(now: now, into: &sink) }
        }
        watch = try socket.watch(on: loop) { [weak self] in self?.receive() }
        let address = socket.localAddress
        change { peer, sink, now in
            peer.add(socket: SocketID(0), address: address, now: now, into: &sink)
            peer.endGathering(now: now, into: &sink)
        }
    }

    var localTransport: LocalTransport {
        var transport = peer.localTransport
        transport.hasEndOfCandidates = true
        return transport
    }

    var selectedRemote: SocketAddress? { peer.ice.selected?.remote }

    func begin(_ session: NegotiatedSession) {
        change { peer, sink, now in
            peer.begin(session, framing: .annexB, now: now, into: &sink)
        }
    }

    func add(remote candidate: ICECandidate) {
        change { peer, sink, now in peer.add(remote: candidate, now: now, into: &sink) }
    }

    func restart(_ credentials: WebRTC.ICECredentials) -> LocalTransport {
        change { peer, sink, now in
            var random = SystemRandomNumberGenerator()
            peer.restartICE(now: now, random: &random, into: &sink)
            peer.setRemote(credentials, now: now, into: &sink)
        }
        return localTransport
    }

    func requestKeyframe(media: Int) {
        change { peer, sink, now in peer.requestKeyframe(media: media, now: now, into: &sink) }
    }

    /// Sends a frame of video, as a relay does to a viewer.
    func send(_ frame: [UInt8], media: Int, timestamp: UInt32, isKeyframe: Bool) {
        change { peer, sink, now in
            _ = peer.send(
                frame.span, media: media, timestamp: timestamp, isKeyframe: isKeyframe,
                captured: nil, now: now, into: &sink)
        }
    }

    func close() {
        change { peer, sink, now in peer.close(now: now, into: &sink) }
        vanish()
    }

    /// Goes without a goodbye, as a server that was killed.
    func vanish() {
        watch?.cancel()
        watch = nil
        timer?.cancel()
    }

    private func change(
        _ body: (inout Peer<OpenSSLCryptography>, inout ServerSink, Instant) -> Void
    ) {
        body(&peer, &sink, loop.now)
        if !isMute {
            for (bytes, remote) in sink.outbox { socket.send(bytes.span, to: remote) }
        }
        sink.outbox = []
        socket.flush()
        if let deadline = peer.deadline { timer?.set(at: deadline) } else { timer?.cancel() }
    }

    private func receive() {
        socket.receive { datagram, remote in
            guard !isMute, !isLost(datagram) else { return }
            var bytes = Array(copying: datagram)
            change { peer, sink, now in
                var span = bytes.mutableSpan
                peer.receive(&span, from: remote, on: SocketID(0), now: now, into: &sink)
            }
        }
    }

    private func isLost(_ datagram: Span<UInt8>) -> Bool {
        guard let lossInterval, DatagramKind(of: datagram) == .rtp else { return false }
        mediaPackets += 1
        return mediaPackets % lossInterval == 0
    }
}

private struct ServerSink: PeerSink {
    var record = ServerRecord()
    var outbox: [([UInt8], SocketAddress)] = []

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        outbox.append((Array(copying: datagram), remote))
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        record.packets += 1
        if description.extensions.absoluteCaptureTime != nil { record.capturedTimes += 1 }
        let ssrc = description.header.ssrc
        guard record.rids[ssrc] == nil, let range = description.extensions.rid else { return }
        record.rids[ssrc] = rtpExtensionText(range, in: packet)
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        guard record.frames.count < ServerRecord.maximumFrames else { return }
        record.frames.append(
            ServerRecord.Frame(
                media: description.media, ssrc: description.ssrc,
                rid: record.rids[description.ssrc], codec: description.codec,
                isKeyframe: description.frame.isKeyframe, isDamaged: description.frame.isDamaged,
                timestamp: description.frame.timestamp, bytes: Array(copying: frame)))
    }

    mutating func happened(_ event: PeerEvent) { record.events.append(event) }
}

/// The time of day.
enum LiveClock {
    static func nanosecondsSince1970() -> Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func now() -> WallClock {
        WallClock(millisecondsSince1970: nanosecondsSince1970() / 1_000_000)
    }
}

extension EventLoop {
    /// Runs work on the loop and waits for its answer; that the loop has ended is a failure, too.
    func answer<Answer: Sendable>(
        of work: @escaping @Sendable () throws -> Answer
    ) throws -> Answer {
        let result = perform { Result { try work() } }
        guard let result else { throw LiveFailure("the loop has ended") }
        return try result.get()
    }

    /// Stops the loop and waits for its end; not from the loop, whose last work may come by here.
    func end() {
        stop()
        if !isOnLoop { join() }
    }
}
