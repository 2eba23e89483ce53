import Network
import Primitives
import SecureTransport
import WebRTC

/// Publishes the show by WHIP, on a loop of its own, and notes when its packets leave.
final class LoadPublisher {
    private enum Limits {
        /// Media leave at 2.5 times this, as a sender's pacer lets them: a keyframe takes 80 ms.
        static let rates = RateLimits(minimum: 300_000, start: 1_200_000, maximum: 1_200_000)
        static let bufferBytes = 1 << 20
    }

    private let loop: EventLoop
    private let http: LoadHTTP
    private let socket: UDPSocket
    private let state: LoadState
    private var peer: Peer<OpenSSLCryptography>
    private var sink: PublisherSink
    private var watch: DescriptorWatch?
    private var peerTimer: LoopTimer?
    private var mediaTimer: LoopTimer?
    private var scratch: [UInt8] = []
    private var show = LoadShow()
    private var start: Instant?
    private var frames = 0
    private var sounds = 0
    private var session: String?

    /// On the loop's thread.
    init(
        on loop: EventLoop, options: LoadOptions, cryptography: OpenSSLCryptography,
        times: ShowTimes, state: LoadState
    ) throws {
        self.loop = loop
        self.state = state
        http = try LoadHTTP(on: loop, bearer: options.bearer)
        socket = try UDPSocket(
            at: SocketAddress(ipv4: 0x7F00_0001, port: 0), bufferBytes: Limits.bufferBytes,
            usesSegmentation: true)
        let socket = socket
        sink = PublisherSink(video: times.video, audio: times.audio, state: state) {
            socket.send($0, to: $1)
        }
        var random = SystemRandomNumberGenerator()
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: .controlling), delivery: .packets,
                rates: Limits.rates, cname: "relay-load",
                wallClock: WallClockAnchor(
                    instant: loop.now, nanosecondsSince1970: LoadClock.wallNanoseconds)),
            cryptography, random: &random)
        peerTimer = loop.timer { [weak self] in
            self?.change { peer, sink, now in peer.handleTimeout(now: now, into: &sink) }
        }
        mediaTimer = loop.timer { [weak self] in self?.turn() }
        watch = try socket.watch(on: loop) { [weak self] in self?.receive() }
        change { peer, sink, now in
            peer.add(socket: SocketID(0), address: socket.localAddress, now: now, into: &sink)
            peer.endGathering(now: now, into: &sink)
        }
        offer(to: options.whip)
    }

    /// Deletes the session and then calls back.
    func close(_ completion: @escaping () -> Void) {
        change { peer, sink, now in peer.close(now: now, into: &sink) }
        mediaTimer?.cancel()
        guard let session else { return completion() }
        http.delete(session, completion)
    }

    private func offer(to url: String) {
        var transport = peer.localTransport
        transport.hasEndOfCandidates = true
        let offer = OfferPlan(
            origin: LoadPlans.origin, transport: transport, setup: .actpass,
            media: LoadPlans.media(.sendonly, isPlain: false)
        ).makeOffer()
        http.post(offer.text, to: url) { [weak self] result in
            guard let self else { return }
            switch result {
            case .failure(let problem): state.fail("publishing: \(problem)")
            case .success(let accepted):
                session = accepted.session
                do {
                    let answer = try SessionDescription(parsing: accepted.sdp)
                    begin(try NegotiatedSession(accepting: answer, for: offer))
                } catch {
                    state.fail("publishing: \(error)")
                }
            }
        }
    }

    private func begin(_ session: NegotiatedSession) {
        for (place, media) in session.media.enumerated() {
            let source = media.localSource?.ssrc
            if media.kind == .video {
                sink.video.ssrc = source
                sink.video.media = place
            } else {
                sink.audio.ssrc = source
                sink.audio.media = place
            }
        }
        change { peer, sink, now in
            peer.begin(session, framing: .annexB, now: now, into: &sink)
        }
        mediaTimer?.set(at: loop.now)
    }

    /// Sends what is due by the clock; what cannot be sent yet waits for the connection.
    private func turn() {
        let now = loop.now
        guard peer.state == .connected else {
            if peer.state == .ended { return state.fail("the publisher's peer has ended") }
            mediaTimer?.set(at: now + .milliseconds(5))
            return
        }
        let begun = start ?? now
        start = begun
        while Self.due(sounds, LoadShow.soundsPerSecond, begun) <= now {
            let sound = show.sound(sounds)
            send(sound, number: sounds, sink.audio.media, LoadShow.ticksPerSound, isKey: true)
            sounds += 1
        }
        while Self.due(frames, LoadShow.framesPerSecond, begun) <= now {
            let frame = show.frame(frames)
            send(
                frame, number: frames, sink.video.media, LoadShow.ticksPerFrame,
                isKey: LoadShow.isKeyframe(frames))
            frames += 1
        }
        mediaTimer?.set(
            at: min(
                Self.due(sounds, LoadShow.soundsPerSecond, begun),
                Self.due(frames, LoadShow.framesPerSecond, begun)))
    }

    private static func due(_ number: Int, _ rate: Int, _ start: Instant) -> Instant {
        start + .nanoseconds(Int64(number) * 1_000_000_000 / Int64(rate))
    }

    private func send(
        _ bytes: [UInt8], number: Int, _ media: Int, _ ticks: UInt32, isKey: Bool
    ) {
        sink.current = (media, number)
        change { peer, sink, now in
            _ = peer.send(
                bytes.span, media: media, timestamp: UInt32(truncatingIfNeeded: number) &* ticks,
                isKeyframe: isKey, captured: nil, now: now, into: &sink)
        }
    }

    private func change(
        _ body: (inout Peer<OpenSSLCryptography>, inout PublisherSink, Instant) -> Void
    ) {
        body(&peer, &sink, loop.now)
        socket.flush()
        if let deadline = peer.deadline {
            peerTimer?.set(at: deadline)
        } else {
            peerTimer?.cancel()
        }
    }

    private func receive() {
        socket.receive { datagram, remote in
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
}

/// Where a publisher's packets go: on the wire, and into the table of times.
struct PublisherSink: PeerSink {
    /// One source, and where its frames are.
    struct Source {
        let times: SentTimes
        let ticks: UInt32
        var ssrc: UInt32?
        var media = 0
        /// The timestamp of frame 0.
        var timestampStart: UInt32?
        private var frame = -1
        private var firstSequence: UInt16 = 0

        init(times: SentTimes, ticks: UInt32) {
            self.times = times
            self.ticks = ticks
        }

        /// True for a packet of a new number.
        mutating func note(_ header: RTPHeader, current: Int, at time: Int64) -> Bool {
            let start =
                timestampStart
                ?? header.timestamp &- UInt32(truncatingIfNeeded: current) &* ticks
            timestampStart = start
            let number = Int((header.timestamp &- start) / ticks)
            if number > frame {
                frame = number
                firstSequence = header.sequenceNumber
            }
            let packet = Int(header.sequenceNumber &- firstSequence)
            guard number == frame, times.time(frame: number, packet: packet) == nil else {
                return false
            }
            times.note(frame: number, packet: packet, at: time)
            return true
        }
    }

    var video: Source
    var audio: Source
    /// The m-line and the number of what is being sent.
    var current = (media: 0, number: 0)
    private let state: LoadState
    private let output: (Span<UInt8>, SocketAddress) -> Void

    init(
        video: SentTimes, audio: SentTimes, state: LoadState,
        output: @escaping (Span<UInt8>, SocketAddress) -> Void
    ) {
        self.video = Source(times: video, ticks: LoadShow.ticksPerFrame)
        self.audio = Source(times: audio, ticks: LoadShow.ticksPerSound)
        self.state = state
        self.output = output
    }

    mutating func send(
        _ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress
    ) {
        if DatagramKind(of: datagram) == .rtp, let header = try? RTPHeader(parsing: datagram) {
            let time = LoadClock.wallNanoseconds
            var isNew = false
            if header.ssrc == video.ssrc {
                isNew = video.note(header, current: current.number, at: time)
            } else if header.ssrc == audio.ssrc {
                isNew = audio.note(header, current: current.number, at: time)
            }
            if isNew { state.published(bytes: datagram.count) }
        }
        output(datagram, remote)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {}
    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {}

    mutating func happened(_ event: PeerEvent) {
        switch event {
        case .connected: state.publisherConnected()
        case .failed(let failure): state.fail("publishing: \(failure)")
        case .left: state.fail("the server has closed the publisher's session")
        case .keyframeWanted: state.keyframeWanted()
        case .ice, .candidate, .gathered, .relayFailed, .heard: break
        }
    }
}
