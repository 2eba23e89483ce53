package import Primitives

/// One side of a WebRTC session: ICE, DTLS, SRTP and media, without a socket or a clock.
///
/// Datagrams, frames and times go in; what is to be sent, and what has come, goes into a sink while
/// the call lasts. After each call `deadline` says when to call `handleTimeout` at the latest.
package struct Peer<Cryptography: PeerCryptography>: ~Copyable {
    package enum State: Sendable, Equatable {
        case new
        case connecting
        case connected
        case ended
    }

    package let settings: PeerSettings
    package let cryptography: Cryptography
    package internal(set) var state: State = .new
    package internal(set) var ice: ICEAgent
    package internal(set) var counters = PeerCounters()
    /// The keys of a connected peer, for whoever seals for many viewers himself.
    package internal(set) var keys: SRTPKeys?
    package internal(set) var session: NegotiatedSession?

    var random: SeededRandom
    let reportingSSRC: UInt32
    var dtls: Cryptography.DTLS?
    var srtp: Cryptography.SRTP?
    var transmissions: [Transmission] = []
    var receptions: [Reception] = []
    var pacer: Pacer<PacedPacket>
    var control: CongestionController
    /// Taken out while it writes.
    var feedback: TransportFeedbackMaker? = Self.makeFeedback()
    var feedbackSource: UInt32?
    var nextReport: Instant?
    /// Swapped out while it is used, so that nothing is allocated for a packet.
    var scratch: [UInt8] = []
    var report: [UInt8] = []
    var missing: [UInt16] = []
    let cname: [UInt8]

    /// `random` must be one that cannot be guessed: credentials and keys of ICE come of it.
    package init(
        _ settings: PeerSettings, _ cryptography: Cryptography,
        random: inout some RandomNumberGenerator
    ) {
        self.settings = settings
        self.cryptography = cryptography
        ice = ICEAgent(settings.ice, random: &random)
        self.random = SeededRandom(seed: random.next())
        reportingSSRC = random.next()
        cname = Array(settings.cname.utf8.prefix(255))
        control = CongestionController(settings.rates)
        pacer = Pacer(
            PeerLimits.pacer, bitsPerSecond: settings.rates.start * PeerLimits.pacingFactor)
        scratch.reserveCapacity(PeerLimits.datagram + 64)
        report.reserveCapacity(PeerLimits.datagram + 64)
        missing.reserveCapacity(PeerLimits.nackBatch)
    }

    static func makeFeedback() -> TransportFeedbackMaker {
        TransportFeedbackMaker(interval: PeerLimits.feedbackInterval)
    }

    /// When `handleTimeout` is due; nil when only a datagram or a call can change anything.
    package var deadline: Instant? {
        guard state != .ended else { return nil }
        var next = ice.deadline
        func consider(_ instant: Instant?) {
            if let instant { next = next.map { min($0, instant) } ?? instant }
        }
        consider(dtls?.deadline)
        guard state == .connected else { return next }
        consider(nextReport)
        consider(pacer.deadline)
        consider(feedback?.deadline)
        consider(control.deadline)
        for index in receptions.indices {
            consider(receptions[index].nack?.deadline)
            consider(receptions[index].order?.deadline)
        }
        return next
    }

    package mutating func handleTimeout(now: Instant, into sink: inout some PeerSink) {
        guard state != .ended else { return }
        if let due = ice.deadline, due <= now {
            ice.handleTimeout(now: now)
        }
        if let dtls, let due = dtls.deadline, due <= now {
            dtls.handleTimeout(now: now)
        }
        advance(now, &sink)
        guard state == .connected else { return }
        runReceptions(now, &sink)
        sendReports(now, &sink)
        control.handleSilence(now: now)
        drainPacer(now, &sink)
    }

    // MARK: - What the host tells

    package mutating func add(
        socket: SocketID, address: SocketAddress, now: Instant, into sink: inout some PeerSink
    ) {
        ice.add(socket: socket, address: address, now: now)
        advance(now, &sink)
    }

    package mutating func add(
        stunServer: SocketAddress, now: Instant, into sink: inout some PeerSink
    ) {
        ice.add(stunServer: stunServer, now: now)
        advance(now, &sink)
    }

    package mutating func add(
        relay: TURNServer, over socket: SocketID, now: Instant, into sink: inout some PeerSink
    ) {
        ice.add(relay: relay, over: socket, now: now)
        advance(now, &sink)
    }

    package mutating func endGathering(now: Instant, into sink: inout some PeerSink) {
        ice.endGathering(now: now)
        advance(now, &sink)
    }

    /// What a session description says of us now.
    package var localTransport: LocalTransport {
        LocalTransport(
            credentials: ice.localCredentials, iceOptions: ["trickle"],
            isICELite: settings.ice.isLite,
            candidates: ice.localCandidates.map(\.text).map(Self.withoutName),
            hasEndOfCandidates: false, fingerprints: [cryptography.fingerprint])
    }

    private static func withoutName(_ text: String) -> String {
        String(text.dropFirst("candidate:".count))
    }

    /// What offer and answer have come to. Media flow once ICE and DTLS have done their part.
    package mutating func begin(
        _ session: NegotiatedSession, framing: NALFraming, now: Instant,
        into sink: inout some PeerSink
    ) {
        guard self.session == nil, state == .new else { return }
        self.session = session
        state = .connecting
        for (place, media) in session.media.enumerated() {
            for format in TransmissionFormat.all(of: media, place: place, using: &random) {
                transmissions.append(Transmission(format, framing: framing, using: &random))
            }
        }
        for text in session.remoteCandidates {
            guard let candidate = try? ICECandidate(text) else { continue }
            ice.add(remote: candidate, now: now)
        }
        if session.remoteHasEndOfCandidates { ice.endRemoteCandidates(now: now) }
        ice.setRemote(session.remoteCredentials, now: now)
        advance(now, &sink)
    }

    package mutating func add(
        remote candidate: ICECandidate, now: Instant, into sink: inout some PeerSink
    ) {
        ice.add(remote: candidate, now: now)
        advance(now, &sink)
    }

    package mutating func endRemoteCandidates(now: Instant, into sink: inout some PeerSink) {
        ice.endRemoteCandidates(now: now)
        advance(now, &sink)
    }

    /// Begins an ICE restart; the new credentials are in `localTransport`.
    package mutating func restartICE(
        now: Instant, random source: inout some RandomNumberGenerator,
        into sink: inout some PeerSink
    ) {
        ice.restart(now: now, random: &source)
        advance(now, &sink)
    }

    /// Restarts with credentials that the other side knows already.
    package mutating func restartICE(
        as credentials: ICECredentials, now: Instant, into sink: inout some PeerSink
    ) {
        ice.restart(as: credentials, now: now)
        advance(now, &sink)
    }

    package mutating func setRemote(
        _ credentials: ICECredentials, now: Instant, into sink: inout some PeerSink
    ) {
        ice.setRemote(credentials, now: now)
        advance(now, &sink)
    }

    /// The connection of a socket of ours to a relay is gone.
    package mutating func lost(
        socket: SocketID, now: Instant, into sink: inout some PeerSink
    ) {
        ice.close(socket: socket, now: now)
        advance(now, &sink)
    }

    /// Says goodbye on every layer and stops.
    package mutating func close(now: Instant, into sink: inout some PeerSink) {
        guard state != .ended else { return }
        if state == .connected { sendGoodbye(now, &sink) }
        dtls?.close()
        finish(now, &sink)
    }

    /// What can be sent now without queueing, in bits per second.
    package func targetBitsPerSecond(now: Instant) -> Double {
        control.targetBitsPerSecond(now: now)
    }

    package var roundTrip: Duration {
        var longest: Duration?
        for place in transmissions.indices {
            guard let next = transmissions[place].roundTrip else { continue }
            longest = longest.map { max($0, next) } ?? next
        }
        return longest ?? ice.selectedRoundTrip ?? PeerLimits.assumedRoundTrip
    }

    /// Whether every queue and table is as short as it is meant to stay; simulations ask.
    package var isWithinLimits: Bool {
        pacer.queuedBytes <= PeerLimits.pacer.maximumBytes
            && receptions.count <= PeerLimits.receptions
            && ice.remotes.count <= ICEAgent.Limits.remoteCandidates
            && ice.triggered.count <= ICEAgent.Limits.triggered + 1
            && ice.transactions.count <= 2 * ICEAgent.Limits.pairs + 4 * ICEAgent.Limits.servers
            && ice.outputs.isEmpty
            && receptions.allSatisfy {
                $0.order?.held ?? 0 <= PeerLimits.videoJitter.maximumPackets
                    && $0.nack?.missingCount ?? 0 <= NackGenerator.Limits.video.maximumMissing
            }
    }

    // By place throughout: a closure over elements would copy each of them, for each packet.
    var isControlled: Bool {
        transmissions.indices.contains { transmissions[$0].format.usesTransportSequence }
    }
}
