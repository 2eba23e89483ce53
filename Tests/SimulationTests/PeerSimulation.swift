import Primitives
import SecureTransport

@testable import WebRTC

/// A peer that offers and sends, one that answers and receives, and a network between them.
struct PeerSimulation: ~Copyable {
    /// Made once: keys are the slow part, and every seed may share them.
    static let contexts: [OpenSSLCryptography] = (0..<2).compactMap { _ in
        (try? Certificate()).flatMap { try? OpenSSLCryptography($0) }
    }

    struct Options {
        var receiverIsLite = false
        /// The answerer's part in the handshake.
        var receiverRole = DTLSRole.server
        /// The sender is behind a NAT.
        var hasNAT = false
        /// The sender expects another certificate than the receiver's.
        var expectsWrongCertificate = false
        var reducedRTCP = true
        var usesRTX = true
        /// Where the numbers of packets begin; chance says where it is nil.
        var firstSequence: UInt16?
        /// Between two frames of audio; every second one there is one of video.
        var tick = 20
        /// Of the video; the same picture in sizes that differ. Nothing is sent of it where empty.
        var layers: [String] = []
        /// How many of them the receiver takes.
        var takenLayers = 0
    }

    struct Side: ~Copyable {
        var peer: Peer<OpenSSLCryptography>
        var sink = SimulatedSink()
        let address: SocketAddress
    }

    let options: Options
    let seed: UInt64
    var network: VirtualNetwork
    var sender: Side
    var receiver: Side
    var now = Self.start
    var random: SeededRandom
    var largestDatagram = 0
    var frameNumber = 0
    var nextFrame = Self.start
    var isPublishing = true
    /// By layer.
    var wantedKeyframes: Set = [0]
    /// Video follows what the path is believed to carry, as an encoder would.
    var followsRate = false
    var sentFrames: [UInt32: [UInt8]] = [:]
    var levels = Levels()
    /// Every datagram that came to the receiver, where somebody is listening.
    var captured: [[UInt8]]?

    static let start = Instant(nanoseconds: 1_000_000_000)

    init(
        _ conditions: VirtualNetwork.Conditions, seed: UInt64, _ options: Options = Options()
    ) {
        self.options = options
        self.seed = seed
        network = VirtualNetwork(conditions, seed: seed)
        random = SeededRandom(seed: seed &+ 99)
        sender = Side(
            peer: Self.peer(.init(role: .controlling), 0, &random),
            address: address("192.168.1.2:1000"))
        receiver = Side(
            peer: Self.peer(
                .init(role: .controlled, isLite: options.receiverIsLite), 1, &random),
            address: address("198.51.100.1:2000"))
        if options.hasNAT {
            network.add(
                VirtualNAT(
                    publicHost: address("203.0.113.1:0"), inside: address("192.168.1.0:0")))
        }
        negotiate()
    }

    private static func peer(
        _ ice: ICEAgent.Settings, _ context: Int, _ random: inout SeededRandom
    ) -> Peer<OpenSSLCryptography> {
        Peer(
            PeerSettings(
                ice: ice, delivery: .frames(.annexB),
                rates: RateLimits(minimum: 100_000, start: 2_000_000, maximum: 8_000_000),
                cname: "simulation",
                wallClock: WallClockAnchor(
                    instant: start, nanosecondsSince1970: 1_700_000_000_000_000_000)),
            contexts[context], random: &random)
    }

    private func plans(_ direction: MediaDirection, sends: Bool) -> [MediaPlan] {
        let msid = MSID(stream: "s", track: nil)
        let usesRTX = options.usesRTX
        let layers: MediaPlan.Layers =
            options.layers.isEmpty
            ? .one : sends ? .send(options.layers) : .receive(upTo: options.takenLayers)
        func plan(_ kind: MediaKind, _ format: CodecFormat, _ ssrc: UInt32) -> MediaPlan {
            let repairs = kind == .video && usesRTX
            return MediaPlan(
                kind: kind, direction: direction, codecs: [format], codecLimit: 1,
                feedback: kind == .video ? [.nack, .pli, .fir, .transportCC] : [.transportCC],
                usesRTX: repairs,
                extensions: [.mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime]
                    + (layers == .one ? [] : [.rid, .repairedRID]),
                source: sends
                    ? MediaSource(
                        ssrc: ssrc, rtxSSRC: repairs ? ssrc + 1 : nil, cname: "c", msid: msid)
                    : nil,
                layers: kind == .video ? layers : .one)
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
            media: plans(.sendonly, sends: true)
        ).makeOffer()
        do {
            let (answer, theirs) = try AnswerPlan(
                origin: origin, transport: receiver.peer.localTransport,
                preferredRole: options.receiverRole,
                media: plans(.recvonly, sends: false), acceptsPart: false
            ).answer(to: SessionDescription(parsing: text(offer.text)))
            var ours = try NegotiatedSession(
                accepting: SessionDescription(parsing: text(answer.text)), for: offer)
            if options.expectsWrongCertificate {
                ours = ours.expecting(Self.contexts[0].fingerprint)
            }
            receiver.peer.begin(theirs, framing: .annexB, now: now, into: &receiver.sink)
            sender.peer.begin(ours, framing: .annexB, now: now, into: &sender.sink)
        } catch {
            preconditionFailure("no negotiation: \(error)")
        }
        if let first = options.firstSequence {
            for place in sender.peer.transmissions.indices {
                sender.peer.transmissions[place].sequence = first
                sender.peer.transmissions[place].lastLeft = first &- 1
                sender.peer.transmissions[place].rtxSequence = first
            }
        }
        drain()
    }

    private func text(_ description: String) -> String {
        options.reducedRTCP
            ? description : description.replacing("a=rtcp-rsize\r\n", with: "")
    }

    /// New credentials for both sides, told as signalling would, without a loss.
    mutating func restartICE() {
        sender.peer.restartICE(now: now, random: &random, into: &sender.sink)
        receiver.peer.restartICE(now: now, random: &random, into: &receiver.sink)
        let (theirs, ours) = (receiver.peer.localTransport, sender.peer.localTransport)
        for text in theirs.candidates {
            guard let candidate = try? ICECandidate(text) else { continue }
            sender.peer.add(remote: candidate, now: now, into: &sender.sink)
        }
        for text in ours.candidates {
            guard let candidate = try? ICECandidate(text) else { continue }
            receiver.peer.add(remote: candidate, now: now, into: &receiver.sink)
        }
        receiver.peer.setRemote(ours.credentials, now: now, into: &receiver.sink)
        sender.peer.setRemote(theirs.credentials, now: now, into: &sender.sink)
        drain()
    }

    // MARK: - Running

    mutating func drain() {
        levels.note(sender.sink.datagrams.count, receiver.sink.datagrams.count)
        for datagram in sender.sink.datagrams {
            send(datagram.bytes, from: sender.address, to: datagram.remote)
        }
        sender.sink.datagrams.removeAll(keepingCapacity: true)
        for datagram in receiver.sink.datagrams {
            send(datagram.bytes, from: receiver.address, to: datagram.remote)
        }
        receiver.sink.datagrams.removeAll(keepingCapacity: true)
        sender.sink.events.removeAll { event in
            guard case .keyframeWanted(1, let layer) = event else { return false }
            wantedKeyframes.insert(layer)
            return true
        }
    }

    private mutating func send(
        _ bytes: [UInt8], from: SocketAddress, to: SocketAddress
    ) {
        largestDatagram = max(largestDatagram, bytes.count)
        network.send(bytes, from: from, to: to, now: now)
    }

    mutating func run(milliseconds: Int) {
        let end = now + .milliseconds(milliseconds)
        var stepsNow = 0
        while now < end {
            let times = [
                sender.peer.deadline, receiver.peer.deadline, network.next, nextFrame, end,
            ].compactMap { $0 }
            let next = max(now, times.min() ?? end)
            stepsNow = next == now ? stepsNow + 1 : 0
            precondition(stepsNow < 64, "seed \(seed): time stands still at \(now)")
            now = next
            step()
        }
    }

    private mutating func step() {
        if nextFrame <= now {
            nextFrame = nextFrame + .milliseconds(options.tick)
            publish()
        }
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
        levels.note(sender.peer)
        levels.note(receiver.peer)
    }

    mutating func deliver(_ bytes: [UInt8], _ from: SocketAddress, _ to: SocketAddress) {
        var bytes = bytes
        if to == receiver.address { captured?.append(bytes) }
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
            audio.span, media: 0,
            timestamp: UInt32(truncatingIfNeeded: frameNumber * 48 * options.tick),
            isKeyframe: true, captured: nil, now: now, into: &sender.sink)
        guard frameNumber % 2 == 0 else { return }
        for layer in 0..<max(options.layers.count, 1) { publish(layer) }
    }

    private mutating func publish(_ layer: Int) {
        let isKeyframe = wantedKeyframes.contains(layer)
        let frame = videoFrame(layer, isKeyframe: isKeyframe)
        let timestamp = UInt32(truncatingIfNeeded: frameNumber * 90 * options.tick)
        let result = sender.peer.send(
            frame.span, media: 1, layer: layer, timestamp: timestamp, isKeyframe: isKeyframe,
            captured: NTPTime(rawValue: 77), now: now, into: &sender.sink)
        if result == .sent {
            wantedKeyframes.remove(layer)
            sentFrames[Self.name(frameNumber, layer)] = frame
        }
    }

    private static func name(_ number: Int, _ layer: Int) -> UInt32 {
        UInt32(layer) << 24 | UInt32(number)
    }

    /// VP8 says in its first bit whether it is a keyframe; the number is inside, to be compared.
    private mutating func videoFrame(_ layer: Int, isKeyframe: Bool) -> [UInt8] {
        var size = isKeyframe ? 12_000 : Int.random(in: 500...4000, using: &random)
        if followsRate {
            let rate = sender.peer.targetBitsPerSecond(now: now)
            size = max(Int(rate * 0.9) * 2 * options.tick / 8000, 100) * (isKeyframe ? 2 : 1)
        }
        var writer = ByteWriter(reserving: size)
        writer.write(isKeyframe ? 0x10 : 0x11 as UInt8)
        writer.write(UInt16(0))
        for byte in [0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00] as [UInt8] { writer.write(byte) }
        writer.write(Self.name(frameNumber, layer))
        let filler = [UInt8](
            repeating: UInt8(truncatingIfNeeded: frameNumber &* 31),
            count: max(size - writer.bytes.count, 0))
        writer.write(filler.span)
        return writer.bytes
    }
}

extension NegotiatedSession {
    fileprivate func expecting(_ fingerprint: CertificateFingerprint) -> NegotiatedSession {
        NegotiatedSession(
            remoteCredentials: remoteCredentials, remoteCandidates: remoteCandidates,
            remoteHasEndOfCandidates: remoteHasEndOfCandidates,
            remoteICEOptions: remoteICEOptions, isRemoteICELite: isRemoteICELite,
            remoteFingerprints: [fingerprint], role: role, media: media, deviations: deviations)
    }
}
