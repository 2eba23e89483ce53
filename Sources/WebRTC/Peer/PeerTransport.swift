package import Primitives

/// ICE, DTLS and SRTP of one peer, without its media: what a relay has for each viewer.
///
/// Used as a `Peer` is: datagrams and times go in, what is to be sent goes into a sink while the
/// call lasts, and `deadline` says when to call `handleTimeout`.
package struct PeerTransport<Cryptography: PeerCryptography>: ~Copyable {
    package let cryptography: Cryptography
    package private(set) var state: PeerState = .new
    package internal(set) var ice: ICEAgent
    /// What seals and opens, once there are keys.
    package private(set) var srtp: Cryptography.SRTP?
    /// The keys of a connected peer.
    package private(set) var keys: SRTPKeys?

    private var dtls: Cryptography.DTLS?
    private var isRetired = false
    /// What an association that was let go would have said last.
    private var farewell: [[UInt8]] = []
    private var role: DTLSRole?
    private var fingerprints: [CertificateFingerprint] = []

    /// `random` must be one that cannot be guessed: credentials come of it.
    package init(
        _ settings: ICEAgent.Settings, _ cryptography: Cryptography,
        random: inout some RandomNumberGenerator
    ) {
        self.cryptography = cryptography
        ice = ICEAgent(settings, random: &random)
    }

    /// When `handleTimeout` is due; nil when only a datagram or a call can change anything.
    package var deadline: Instant? {
        guard state != .ended else { return nil }
        guard let due = dtls?.deadline else { return ice.deadline }
        return ice.deadline.map { min($0, due) } ?? due
    }

    package mutating func handleTimeout(now: Instant, into sink: inout some TransportSink) {
        guard state != .ended else { return }
        if let due = ice.deadline, due <= now { ice.handleTimeout(now: now) }
        if let dtls, let due = dtls.deadline, due <= now { dtls.handleTimeout(now: now) }
        advance(now, &sink)
    }

    /// What a session description says of us now.
    package var localTransport: LocalTransport {
        LocalTransport(
            credentials: ice.localCredentials, iceOptions: ["trickle"],
            isICELite: ice.settings.isLite,
            candidates: ice.localCandidates.map(\.text).map(Self.withoutName),
            hasEndOfCandidates: false, fingerprints: [cryptography.fingerprint])
    }

    private static func withoutName(_ text: String) -> String {
        String(text.dropFirst("candidate:".count))
    }

    /// What offer and answer have come to.
    package mutating func begin(
        _ session: NegotiatedSession, now: Instant, into sink: inout some TransportSink
    ) {
        guard state == .new else { return }
        state = .connecting
        role = session.role
        fingerprints = session.remoteFingerprints
        for text in session.remoteCandidates {
            guard let candidate = try? ICECandidate(text) else { continue }
            ice.add(remote: candidate, now: now)
        }
        if session.remoteHasEndOfCandidates { ice.endRemoteCandidates(now: now) }
        ice.setRemote(session.remoteCredentials, now: now)
        advance(now, &sink)
    }

    /// Gives a lite agent, before it begins, all candidates that it will ever have. They need not
    /// be told: the session description has them.
    package mutating func prepare(_ addresses: [SocketAddress], now: Instant) {
        for address in addresses { ice.add(socket: SocketID(0), address: address, now: now) }
        ice.endGathering(now: now)
        _ = ice.takeOutputs()
    }

    /// Tells ICE something, and passes on what comes of it.
    package mutating func withICE(
        now: Instant, into sink: inout some TransportSink, _ tell: (inout ICEAgent) -> Void
    ) {
        tell(&ice)
        advance(now, &sink)
    }

    // MARK: - What comes

    /// Takes a datagram. Of media the length is given: they lie at the beginning of `datagram`,
    /// still sealed.
    package mutating func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, on socket: SocketID,
        now: Instant, into sink: inout some TransportSink
    ) -> TransportReceipt {
        guard state != .ended else { return .consumed }
        switch ice.receive(datagram.span, from: remote, on: socket, now: now) {
        case .consumed:
            advance(now, &sink)
            return .consumed
        case .payload(let range, let route):
            // What came through a relay begins after the relay's header.
            if range.lowerBound > 0 {
                for index in range { datagram[index - range.lowerBound] = datagram[index] }
            }
            return receivePayload(datagram.span.extracting(0..<range.count), route, now, &sink)
        }
    }

    private mutating func receivePayload(
        _ datagram: Span<UInt8>, _ route: Route, _ now: Instant, _ sink: inout some TransportSink
    ) -> TransportReceipt {
        switch DatagramKind(of: datagram) {
        case .dtls:
            if isRetired { return datagram.isDTLSAlert ? .farewell : .consumed }
            // Until there are keys anybody could break the handshake with a forged alert.
            guard state == .connected || ice.hasHeard(by: route) else { return .stranger }
            startDTLS(now, &sink)
            dtls?.receive(datagram, now: now)
            advance(now, &sink)
            return .consumed
        case .rtp: return state == .connected ? .rtp(datagram.count) : .beforeKeys
        case .rtcp: return state == .connected ? .rtcp(datagram.count) : .beforeKeys
        case .stun, .turnChannel, .unknown: return .unknown
        }
    }

    /// Passes on what ICE and DTLS have come to.
    private mutating func advance(_ now: Instant, _ sink: inout some TransportSink) {
        // Nothing leaves after the end, whatever the host still tells us.
        guard state != .ended else {
            _ = ice.takeOutputs()
            return
        }
        drainICE(now, &sink)
        if ice.selected != nil { startDTLS(now, &sink) }
        drainDTLS(now, &sink)
    }

    private mutating func startDTLS(_ now: Instant, _ sink: inout some TransportSink) {
        guard dtls == nil, state == .connecting, let role else { return }
        do throws(DTLSFailure) {
            dtls = try cryptography.makeDTLS(role: role, expected: fingerprints)
        } catch {
            return end(.failed(.dtls(error)), now, &sink)
        }
        dtls?.start(now: now)
    }

    private mutating func drainICE(_ now: Instant, _ sink: inout some TransportSink) {
        for output in ice.takeOutputs() {
            switch output {
            case .send(let bytes, let route):
                sink.send(bytes.span, on: route.socket, to: route.remote)
            case .candidate(let candidate): sink.happened(.candidate(candidate))
            case .gathered: sink.happened(.gathered)
            case .route: break
            case .heard(let address): sink.happened(.heard(address))
            case .relayFailed(let place, let failure):
                sink.happened(.relayFailed(place, failure))
            case .state(let next):
                sink.happened(.ice(next))
                if case .failed(let failure) = next { end(.failed(.ice(failure)), now, &sink) }
            }
        }
    }

    private mutating func drainDTLS(_ now: Instant, _ sink: inout some TransportSink) {
        guard let dtls, state != .ended else { return }
        dtls.takeDatagrams { datagram in transmit(datagram.span, now, &sink) }
        switch dtls.state {
        case .handshaking: break
        case .connected(let keys): connect(keys, now, &sink)
        case .failed(let failure): end(.failed(.dtls(failure)), now, &sink)
        case .closed: end(.left, now, &sink)
        }
    }

    private mutating func connect(
        _ keys: SRTPKeys, _ now: Instant, _ sink: inout some TransportSink
    ) {
        guard state == .connecting else { return }
        do throws(SRTPProblem) {
            srtp = try cryptography.makeSRTP(keys)
        } catch {
            return end(.failed(.srtp(error)), now, &sink)
        }
        self.keys = keys
        state = .connected
        sink.happened(.connected(keys.sending.profile))
    }

    /// Lets the association go, which costs 40 kB, once the other side has shown that it has the
    /// keys: then all that it could still say is goodbye.
    package mutating func retire() {
        guard state == .connected else { return }
        isRetired = true
        dtls = nil
    }

    /// The same, and keeps its goodbye for when we leave.
    package mutating func retireWithFarewell() {
        guard state == .connected, let dtls else { return }
        dtls.close()
        dtls.takeDatagrams { farewell.append($0) }
        retire()
    }

    // MARK: - What goes

    /// Sends by the chosen route, without a copy where it goes straight.
    package mutating func transmit(
        _ datagram: Span<UInt8>, _ now: Instant, _ sink: inout some TransportSink
    ) {
        guard let route = ice.selected else { return }
        guard route.relay != nil else {
            return sink.send(datagram, on: route.socket, to: route.remote)
        }
        ice.transmit(Array(copying: datagram), route, now)
        for output in ice.takeOutputs() {
            guard case .send(let bytes, let outer) = output else { continue }
            sink.send(bytes.span, on: outer.socket, to: outer.remote)
        }
    }

    /// Says goodbye on each layer and stops.
    package mutating func close(now: Instant, into sink: inout some TransportSink) {
        guard state != .ended else { return }
        dtls?.close()
        finish(now, &sink)
    }

    private mutating func end(
        _ event: PeerEvent, _ now: Instant, _ sink: inout some TransportSink
    ) {
        guard state != .ended else { return }
        sink.happened(event)
        finish(now, &sink)
    }

    /// Lets each layer send what it has to say last, and stops.
    private mutating func finish(_ now: Instant, _ sink: inout some TransportSink) {
        state = .ended
        if let dtls {
            // Nobody acknowledges a goodbye, so it goes out twice; a second copy is passed over.
            dtls.takeDatagrams { datagram in
                transmit(datagram.span, now, &sink)
                transmit(datagram.span, now, &sink)
            }
        }
        for datagram in farewell {
            transmit(datagram.span, now, &sink)
            transmit(datagram.span, now, &sink)
        }
        ice.close(now: now)
        drainICE(now, &sink)
    }
}

/// How far a peer has come.
package enum PeerState: Sendable, Equatable {
    case new
    case connecting
    case connected
    case ended
}

/// What a datagram was to a transport.
package enum TransportReceipt: Sendable, Equatable {
    /// It was ICE's or DTLS's, and has been dealt with.
    case consumed
    /// Sealed RTP or RTCP of so many bytes.
    case rtp(Int)
    case rtcp(Int)
    case beforeKeys
    /// What may be a goodbye, which nobody can read any more.
    case farewell
    /// A handshake from an address that has shown no credentials.
    case stranger
    case unknown
}

extension Span<UInt8> {
    /// RFC 6347 4.1: the first byte says what is inside.
    fileprivate var isDTLSAlert: Bool { first == 21 }
}
