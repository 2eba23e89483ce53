import Primitives
import WebRTC

/// A connected peer, and a script of what meets it.
///
/// The first byte chooses its settings. Then, step by step: a byte that says what happens, a byte
/// of its length or time, and the bytes of a datagram, a frame or a candidate.
package func fuzzPeer(_ bytes: [UInt8]) {
    guard let choice = bytes.first else { return }
    var script = PeerScript(choice)
    script.connect()
    var place = 1
    while place + 2 <= bytes.count {
        let (kind, argument) = (bytes[place], bytes[place + 1])
        place += 2
        var length = 0
        if kind & 0x0F < 10 {
            length = min(Int(argument) + (kind & 0x80 == 0 ? 0 : 1024), bytes.count - place)
        }
        script.step(kind, argument, Array(bytes[place..<place + length]))
        place += length
    }
    script.finish()
}

/// A handshake that is done with the first datagram.
private final class OpenDTLS: DTLSTransport {
    private(set) var state: DTLSState = .handshaking
    private(set) var deadline: Instant?
    private var datagrams: [[UInt8]] = []

    func start(now: Instant) {
        datagrams.append([22, 1])
        deadline = now + .seconds(1)
    }

    func receive(_ datagram: Span<UInt8>, now: Instant) {
        guard datagram.count > 1 else { return }
        switch datagram[1] {
        case 1:
            guard state == .handshaking else { return }
            let key = SRTPKey(profile: .aeadAES128GCM, key: [], salt: [])
            state = .connected(SRTPKeys(sending: key, receiving: key))
            deadline = nil
        case 2: state = .closed
        case 3: state = .failed(.timedOut)
        default: datagrams.append([22, 0])
        }
    }

    func handleTimeout(now: Instant) { deadline = now + .seconds(1) }

    func close() {
        datagrams.append([21, 2])
        state = .closed
    }

    func takeDatagrams(_ take: ([UInt8]) -> Void) {
        let taken = datagrams
        datagrams = []
        for datagram in taken { take(datagram) }
    }
}

/// Every packet is taken for authentic: the worst that a peer can send.
private final class OpenSRTP: SRTPTransport {
    func seal(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func seal(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func open(
        rtp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
    func open(
        rtcp packet: inout MutableSpan<UInt8>, length: Int
    ) throws(SRTPProblem) -> Int { length }
}

private struct OpenCryptography: PeerCryptography {
    var fingerprint: CertificateFingerprint {
        CertificateFingerprint(algorithm: "sha-256", bytes: [UInt8](repeating: 7, count: 32))
    }

    func makeDTLS(
        role: DTLSRole, expected: [CertificateFingerprint]
    ) throws(DTLSFailure) -> OpenDTLS { OpenDTLS() }

    func makeSRTP(_ keys: SRTPKeys) throws(SRTPProblem) -> OpenSRTP { OpenSRTP() }
}

/// Keeps nothing but counts, and the promises of what it is given.
private struct CountingSink: PeerSink {
    var datagrams = 0
    var ends = 0
    var lastSent: [UInt8] = []

    mutating func send(_ datagram: Span<UInt8>, on socket: SocketID, to remote: SocketAddress) {
        precondition(!datagram.isEmpty && datagram.count <= 1200, "a datagram past its limit")
        datagrams += 1
        lastSent = copyOf(datagram)
    }

    mutating func receive(_ packet: Span<UInt8>, _ description: PacketDescription) {
        precondition(description.header.packetLength <= packet.count, "a header past its packet")
    }

    mutating func receive(_ frame: Span<UInt8>, _ description: ReceivedFrame) {
        precondition(!frame.isEmpty, "an empty frame")
    }

    mutating func happened(_ event: PeerEvent) {
        switch event {
        case .failed, .left: ends += 1
        default: break
        }
    }
}

private struct PeerScript: ~Copyable {
    private static let start = Instant(nanoseconds: 3_600_000_000_000)
    private static let local = SocketAddress(ipv4: 0x0A00_0001, port: 1000)
    private static let remote = SocketAddress(ipv4: 0x0A00_0002, port: 2000)
    private static let other = SocketAddress(ipv4: 0x0A00_0003, port: 3000)
    private static let theirs = ICECredentials(
        ufrag: "abcd", password: "abcdefghijklmnopqrstuvwxyz")
    private static let sessions = [MediaDirection.sendonly, .recvonly].map(makeSession)

    private var peer: Peer<OpenCryptography>
    private var sink = CountingSink()
    private var now = Self.start
    private var random = SeededRandom(seed: 1)
    private let isSender: Bool
    private var requests: UInt8 = 0

    init(_ choice: UInt8) {
        isSender = choice & 1 == 0
        peer = Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: .controlled, isLite: choice & 2 == 0),
                delivery: choice & 4 == 0 ? .frames(.annexB) : .packets,
                rates: RateLimits(minimum: 50_000, start: 1_000_000, maximum: 20_000_000),
                cname: "fuzz",
                wallClock: WallClockAnchor(instant: Self.start, nanosecondsSince1970: 0)),
            OpenCryptography(), random: &random)
    }

    /// What offer and answer come to, with every codec that there is.
    private static func makeSession(_ direction: MediaDirection) -> NegotiatedSession? {
        let codecs: [[CodecFormat]] = [[.opus], [.vp8, .h265, .vp9(profile: 0), .av1]]
        func plans(_ direction: MediaDirection, _ sends: Bool) -> [MediaPlan] {
            codecs.enumerated().map { place, formats in
                let ssrc = UInt32(1000 * (place + 1))
                return MediaPlan(
                    kind: place == 0 ? .audio : .video, direction: direction, codecs: formats,
                    codecLimit: 5, feedback: [.nack, .pli, .fir, .transportCC],
                    usesRTX: place == 1,
                    extensions: [
                        .mid, .absoluteSendTime, .transportSequence, .absoluteCaptureTime,
                    ],
                    source: sends
                        ? MediaSource(
                            ssrc: ssrc, rtxSSRC: place == 1 ? ssrc + 1 : nil, cname: "c",
                            msid: MSID(stream: "s", track: nil)) : nil,
                    layers: .one)
            }
        }
        let transport = LocalTransport(
            credentials: theirs, iceOptions: [], isICELite: false,
            candidates: ["1 1 udp 2122260223 10.0.0.2 2000 typ host"], hasEndOfCandidates: false,
            fingerprints: [OpenCryptography().fingerprint])
        let origin = SessionOrigin(sessionID: 1, version: 1)
        let opposite: MediaDirection = direction == .sendonly ? .recvonly : .sendonly
        let offer = OfferPlan(
            origin: origin, transport: transport, setup: .actpass,
            media: plans(opposite, opposite == .sendonly)
        ).makeOffer()
        let answer = try? AnswerPlan(
            origin: origin, transport: transport, preferredRole: .client,
            media: plans(direction, direction == .sendonly), acceptsPart: true
        ).answer(to: SessionDescription(parsing: offer.text))
        return answer?.1
    }

    mutating func connect() {
        guard let session = Self.sessions[isSender ? 0 : 1] else {
            preconditionFailure("no session")
        }
        peer.add(socket: SocketID(0), address: Self.local, now: now, into: &sink)
        peer.endGathering(now: now, into: &sink)
        peer.begin(session, framing: .annexB, now: now, into: &sink)
        check(from: Self.remote, nominates: true)
        settle()
        deliver([22, 1], from: Self.remote)
        precondition(peer.state == .connected, "a peer that does not connect")
    }

    /// A check with right credentials; a full peer's own check is answered, too.
    private mutating func check(from remote: SocketAddress, nominates: Bool) {
        var request = STUNMessage(.request, .binding, .init(using: &random))
        request.username = "\(peer.ice.localCredentials.ufrag):\(Self.theirs.ufrag)"
        request.priority = 1
        request.role = .controlling(tieBreaker: 1)
        request.nominates = nominates
        let key = Array(peer.ice.localCredentials.password.utf8)
        deliver(request.bytes(key: key), from: remote)
        answer(from: remote)
    }

    private mutating func answer(from remote: SocketAddress) {
        guard let request = try? STUNMessage(parsing: sink.lastSent.span),
            request.messageClass == .request
        else { return }
        var response = request.answer(.success)
        response.mappedAddress = Self.local
        sink.lastSent = []
        deliver(response.bytes(key: Array(Self.theirs.password.utf8)), from: remote)
    }

    private mutating func deliver(_ bytes: [UInt8], from remote: SocketAddress) {
        var bytes = bytes
        var span = bytes.mutableSpan
        peer.receive(&span, from: remote, on: SocketID(0), now: now, into: &sink)
    }

    mutating func step(_ kind: UInt8, _ argument: UInt8, _ bytes: [UInt8]) {
        let remote = kind & 0x40 == 0 ? Self.remote : Self.other
        switch kind & 0x0F {
        case 0...4: deliver(bytes, from: remote)
        case 5: sendFrame(bytes, media: 0, kind)
        case 6, 7: sendFrame(bytes, media: 1, kind)
        case 8: addCandidate(bytes)
        case 9: deliver(rtp(bytes, kind), from: remote)
        case 10: now = now + .milliseconds(Int64(argument))
        // Clocks of hosts do not go back, but instants of two threads may cross.
        case 11: now = now + .milliseconds(-Int64(argument & 15))
        case 12:
            check(from: remote, nominates: argument & 1 == 0)
            answer(from: remote)
        case 13: other(argument)
        case 14: now = now + .seconds(Int64(argument))
        default: peer.handleTimeout(now: now, into: &sink)
        }
        if kind & 0x20 == 0 { settle() }
        look()
    }

    private mutating func other(_ argument: UInt8) {
        switch argument & 7 {
        case 0: peer.close(now: now, into: &sink)
        case 1: peer.restartICE(now: now, random: &random, into: &sink)
        case 2: peer.setRemote(Self.theirs, now: now, into: &sink)
        case 3: peer.requestKeyframe(media: Int(argument >> 3), now: now, into: &sink)
        case 4: peer.add(stunServer: Self.other, now: now, into: &sink)
        case 5: peer.endRemoteCandidates(now: now, into: &sink)
        case 6: peer.lost(socket: SocketID(0), now: now, into: &sink)
        default:
            peer.add(
                relay: TURNServer(
                    address: Self.other, username: "u", password: "p",
                    isStream: argument & 8 == 0),
                over: SocketID(0), now: now, into: &sink)
        }
    }

    private mutating func sendFrame(_ bytes: [UInt8], media: Int, _ kind: UInt8) {
        requests &+= 1
        _ = peer.send(
            bytes.span, media: media, timestamp: UInt32(requests) &* 3000,
            isKeyframe: kind & 0x10 == 0, captured: NTPTime(rawValue: 1), now: now, into: &sink)
    }

    private mutating func addCandidate(_ bytes: [UInt8]) {
        guard let candidate = try? ICECandidate(String(decoding: bytes, as: UTF8.self)) else {
            return
        }
        peer.add(remote: candidate, now: now, into: &sink)
    }

    /// A packet of a source that the session knows, so that its payload is looked at.
    private func rtp(_ bytes: [UInt8], _ kind: UInt8) -> [UInt8] {
        guard let session = Self.sessions[isSender ? 0 : 1], bytes.count > 4 else { return bytes }
        let media = session.media[min(Int(bytes[0] & 1), session.media.count - 1)]
        let codec = media.codecs[Int(bytes[0] >> 4) % media.codecs.count]
        let isRepair = bytes[0] & 2 != 0
        let type = isRepair ? codec.rtxPayloadType ?? 0 : codec.payloadType
        let source = UInt32(bytes[0] & 1 == 0 ? 1000 : 2000) + (isRepair ? 1 : 0)
        var packet: [UInt8] = [0x80, type | (kind & 0x10 == 0 ? 0 : 0x80), bytes[1], bytes[2]]
        packet += [0, 0, bytes[3], 0]
        for shift in [24, 16, 8, 0] as [UInt32] {
            packet.append(UInt8(truncatingIfNeeded: source >> shift))
        }
        // Layers of one source are told apart by more bits of the source's number.
        packet[8] = bytes[0] >> 2 & 3
        return packet + bytes.dropFirst(4)
    }

    /// Time may not stand still: after some calls at one instant the next is later.
    private mutating func settle() {
        var calls = 0
        while let due = peer.deadline, due <= now {
            calls += 1
            precondition(calls <= 64, "a deadline that does not move")
            peer.handleTimeout(now: now, into: &sink)
        }
    }

    private func look() {
        precondition(sink.ends <= 1, "an end after the end")
        precondition(peer.state != .ended || peer.deadline == nil, "a deadline after the end")
        precondition(peer.ice.pairs.count <= ICEAgent.Limits.pairs, "too many pairs")
        precondition(peer.isWithinLimits, "a queue past its limit")
    }

    mutating func finish() {
        now = max(now, Self.start) + .seconds(60)
        settle()
        peer.close(now: now, into: &sink)
        look()
        precondition(peer.state == .ended && peer.deadline == nil, "a peer that does not end")
    }
}

private func copyOf(_ span: Span<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(span)
    return bytes
}
