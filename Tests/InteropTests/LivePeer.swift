import Glibc
import Network
import Primitives
import SecureTransport
import TestSupport
import WebRTC

/// A test that cannot go on, and why.
struct LiveFailure: Error, CustomStringConvertible {
    let description: String

    init(_ words: String) { description = words }
}

/// Waits for a condition; when the deadline passes it fails with the phase that was reached.
func reach(
    _ what: String, within limit: Duration, _ phase: () -> String, _ condition: () throws -> Bool
) throws {
    do {
        try eventually(what, within: limit, condition)
    } catch let failure as ProcessFailure {
        throw LiveFailure("\(failure.words): \(phase())")
    }
}

/// A peer on a loop, with a socket that is its one candidate.
///
/// It plays clips once it is connected, and notes what it receives in `record`.
final class LivePeer: @unchecked Sendable {
    // All but `recorder` belongs to the loop's thread; other threads come by way of `onLoop`.
    struct Settings: Sendable {
        var ice = ICEAgent.Settings(role: .controlled)
        /// Where its socket is; port 0 takes a free one.
        var host = SocketAddress(ipv4: 0x7F00_0001, port: 0)
        var rates = RateLimits(minimum: 300_000, start: 3_000_000, maximum: 8_000_000)
        /// Of the packets of media that leave and that come, one in so many is lost on purpose.
        var dropInterval: Int?
        var lossInterval: Int?
        /// What is sent where an m-line sends, by its codec.
        var clips: [TestMedia] = []
    }

    /// Made once: keys are the slow part, and all peers of a process may share them.
    static let cryptography = Result {
        try OpenSSLCryptography(try Certificate())
    }

    let loop: EventLoop
    let recorder = LiveRecorder()
    private let socket: UDPSocket
    private let settings: Settings
    private var peer: Peer<OpenSSLCryptography>
    private var sink: LiveSink
    private var watch: DescriptorWatch?
    private var timer: LoopTimer?
    private var players: [LivePlayer] = []
    private var scratch: [UInt8] = []
    private var mediaPackets = 0

    /// On the loop's thread.
    init(on loop: EventLoop, _ settings: Settings) throws {
        self.loop = loop
        self.settings = settings
        let socket = try UDPSocket(
            at: settings.host, bufferBytes: 1 << 20,
            usesSegmentation: true)
        self.socket = socket
        var random = SystemRandomNumberGenerator()
        peer = Peer(
            PeerSettings(
                ice: settings.ice, delivery: .frames(.annexB), rates: settings.rates,
                cname: "interop",
                wallClock: WallClockAnchor(
                    instant: loop.now, nanosecondsSince1970: LiveClock.nanosecondsSince1970())),
            try Self.cryptography.get(), random: &random)
        sink = LiveSink(recorder) { datagram, remote in socket.send(datagram, to: remote) }
        sink.dropInterval = settings.dropInterval
        timer = loop.timer { [weak self] in
            self?.change { peer, sink, now in peer.handleTimeout(now: now, into: &sink) }
        }
        watch = try socket.watch(on: loop) { [weak self] in self?.receive() }
        change { peer, sink, now in
            peer.add(
                socket: SocketID(0), address: socket.localAddress, now: now, into: &sink)
            peer.endGathering(now: now, into: &sink)
        }
    }

    // MARK: - From any thread

    var record: LiveRecord { recorder.value }

    func onLoop<Answer: Sendable>(
        _ work: @escaping @Sendable (LivePeer) -> Answer
    ) throws -> Answer {
        try loop.answer { work(self) }
    }

    /// Asks the other side for a keyframe.
    func requestKeyframe(media: Int) throws {
        try onLoop { live in
            live.change { peer, sink, now in
                peer.requestKeyframe(media: media, now: now, into: &sink)
            }
        }
    }

    /// Loses the next packets of video for good: no repair leaves any more.
    func loseForGood(videoPackets count: Int) throws {
        try onLoop { live in live.sink.loseForGood(videoPackets: count) }
    }

    /// Waits until the record meets a condition; fails with the phase that was reached.
    func await(
        _ what: String, within limit: Duration, _ condition: (LiveRecord) -> Bool
    ) throws {
        try reach(what, within: limit, { record.phase }) {
            let record = record
            if record.events.contains(where: { if case .failed = $0 { true } else { false } }) {
                throw LiveFailure("\(what): \(record.phase)")
            }
            return condition(record)
        }
    }

    // MARK: - On the loop

    /// What the descriptions say of us; the one candidate is known from the beginning.
    var localTransport: LocalTransport {
        var transport = peer.localTransport
        transport.hasEndOfCandidates = true
        return transport
    }

    func begin(_ session: NegotiatedSession) {
        change { peer, sink, now in
            peer.begin(session, framing: .annexB, now: now, into: &sink)
        }
        for (place, media) in session.media.enumerated() where media.direction.sends {
            if media.kind == .video { sink.video = media.localSource }
            let codec = media.codecs[0].format.codec
            guard let clip = settings.clips.first(where: { $0.codec == codec }) else { continue }
            let number = players.count
            let timer = loop.timer { [weak self] in self?.play(number) }
            players.append(LivePlayer(clip, media: place, start: loop.now, timer: timer))
            timer.set(at: loop.now)
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

    func close() {
        change { peer, sink, now in peer.close(now: now, into: &sink) }
        watch?.cancel()
        watch = nil
        timer?.cancel()
        for player in players { player.timer.cancel() }
        players = []
    }

    /// Calls the peer, and does what follows from that.
    func change(
        _ body: (inout Peer<OpenSSLCryptography>, inout LiveSink, Instant) -> Void
    ) {
        body(&peer, &sink, loop.now)
        for media in sink.takeWantedKeyframes() {
            for index in players.indices where players[index].media == media {
                players[index].seekKeyframe()
            }
        }
        socket.flush()
        let counters = peer.counters
        let iceCounters = peer.ice.counters
        recorder.change {
            $0.peerCounters = counters
            $0.iceCounters = iceCounters
        }
        if let deadline = peer.deadline { timer?.set(at: deadline) } else { timer?.cancel() }
    }

    private func receive() {
        socket.receive { datagram, remote in
            guard !isLost(datagram) else { return }
            scratch.removeAll(keepingCapacity: true)
            for index in 0..<datagram.count { scratch.append(datagram[index]) }
            var bytes: [UInt8] = []
            swap(&bytes, &scratch)
            change { peer, sink, now in
                var span = bytes.mutableSpan
                peer.receive(&span, from: remote, on: SocketID(0), now: now, into: &sink)
            }
            swap(&bytes, &scratch)
        }
    }

    private func isLost(_ datagram: Span<UInt8>) -> Bool {
        // Repairs get through: how many tries one takes is for simulations to test.
        guard let interval = settings.lossInterval, DatagramKind(of: datagram) == .rtp,
            let header = try? RTPHeader(parsing: datagram), !isRepair(header.ssrc)
        else { return false }
        mediaPackets += 1
        return mediaPackets % interval == 0
    }

    private func isRepair(_ ssrc: UInt32) -> Bool {
        peer.session?.media.contains { media in
            media.remoteSources.contains { $0.rtxSSRC == ssrc }
        } ?? false
    }

    private func play(_ number: Int) {
        guard players.indices.contains(number), peer.state != .ended else { return }
        defer { players[number].setTimer() }
        guard peer.state == .connected else { return players[number].skip() }
        let player = players[number]
        let frame = player.frame
        let timestamp = player.timestamp
        let captured = NTPTime(nanosecondsSince1970: LiveClock.nanosecondsSince1970())
        var result = Peer<OpenSSLCryptography>.Sending.heldBack
        // The player moves on first, since the peer may ask for a keyframe while it sends.
        players[number].advance()
        change { peer, sink, now in
            result = peer.send(
                frame.bytes.span, media: player.media, timestamp: timestamp,
                isKeyframe: frame.isKeyframe, captured: captured, now: now, into: &sink)
        }
        recorder.change {
            if result == .sent { $0.sentFrames += 1 } else { $0.refusedFrames += 1 }
        }
    }
}

/// Where a clip that is being played stands; clips begin again when they end.
struct LivePlayer {
    let clip: TestMedia
    let media: Int
    let start: Instant
    let timer: LoopTimer
    private var place = 0
    /// Frames since the start, played or skipped.
    private var number = 0

    init(_ clip: TestMedia, media: Int, start: Instant, timer: LoopTimer) {
        self.clip = clip
        self.media = media
        self.start = start
        self.timer = timer
    }

    var frame: TestMedia.Frame { clip.frames[place] }

    var timestamp: UInt32 {
        UInt32(truncatingIfNeeded: number * clip.ticksPerFrame)
    }

    mutating func advance() {
        place = (place + 1) % clip.frames.count
        number += 1
    }

    /// Time passes, and nobody is there to see it.
    mutating func skip() { number += 1 }

    mutating func seekKeyframe() {
        let next = clip.frames[place...].firstIndex(where: \.isKeyframe)
        place = next ?? clip.frames.firstIndex(where: \.isKeyframe) ?? 0
    }

    func setTimer() {
        let ticks = Int64(number) * Int64(clip.ticksPerFrame)
        let due = Duration.nanoseconds(ticks * 1_000_000_000 / Int64(clip.codec.clockRate))
        timer.set(at: start + due)
    }
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
