package import Primitives

/// One side of a WebRTC session: ICE, DTLS, SRTP and media, without a socket or a clock.
///
/// Datagrams, frames and times go in; what is to be sent, and what has come, goes into a sink while
/// the call lasts. After each call `deadline` says when to call `handleTimeout` at the latest.
package struct Peer<Cryptography: PeerCryptography>: ~Copyable {
    package let settings: PeerSettings
    package internal(set) var counters = PeerCounters()
    package internal(set) var session: NegotiatedSession?

    var random: SeededRandom
    let reportingSSRC: UInt32
    package var transport: PeerTransport<Cryptography>
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
        transport = PeerTransport(settings.ice, cryptography, random: &random)
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

    package var state: PeerState { transport.state }
    package var ice: ICEAgent { transport.ice }
    /// The keys of a connected peer.
    package var keys: SRTPKeys? { transport.keys }
    var srtp: Cryptography.SRTP? { transport.srtp }

    static func makeFeedback() -> TransportFeedbackMaker {
        TransportFeedbackMaker(interval: PeerLimits.feedbackInterval)
    }

    /// When `handleTimeout` is due; nil when only a datagram or a call can change anything.
    package var deadline: Instant? {
        guard state != .ended else { return nil }
        var next = transport.deadline
        func consider(_ instant: Instant?) {
            if let instant { next = next.map { min($0, instant) } ?? instant }
        }
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
        transport.handleTimeout(now: now, into: &sink)
        noteConnection(now, &sink)
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
        withICE(now, &sink) { $0.add(socket: socket, address: address, now: now) }
    }

    package mutating func add(
        stunServer: SocketAddress, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.add(stunServer: stunServer, now: now) }
    }

    package mutating func add(
        relay: TURNServer, over socket: SocketID, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.add(relay: relay, over: socket, now: now) }
    }

    package mutating func endGathering(now: Instant, into sink: inout some PeerSink) {
        withICE(now, &sink) { $0.endGathering(now: now) }
    }

    /// What a session description says of us now.
    package var localTransport: LocalTransport { transport.localTransport }

    /// What offer and answer have come to. Media flow once ICE and DTLS have done their part.
    package mutating func begin(
        _ session: NegotiatedSession, framing: NALFraming, now: Instant,
        into sink: inout some PeerSink
    ) {
        guard self.session == nil, state == .new else { return }
        self.session = session
        for (place, media) in session.media.enumerated() {
            for format in TransmissionFormat.all(of: media, place: place, using: &random) {
                transmissions.append(Transmission(format, framing: framing, using: &random))
            }
        }
        transport.begin(session, now: now, into: &sink)
        noteConnection(now, &sink)
    }

    package mutating func add(
        remote candidate: ICECandidate, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.add(remote: candidate, now: now) }
    }

    package mutating func endRemoteCandidates(now: Instant, into sink: inout some PeerSink) {
        withICE(now, &sink) { $0.endRemoteCandidates(now: now) }
    }

    /// Begins an ICE restart; the new credentials are in `localTransport`.
    package mutating func restartICE(
        now: Instant, random source: inout some RandomNumberGenerator,
        into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.restart(now: now, random: &source) }
    }

    /// Restarts with credentials that the other side knows already.
    package mutating func restartICE(
        as credentials: ICECredentials, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.restart(as: credentials, now: now) }
    }

    package mutating func setRemote(
        _ credentials: ICECredentials, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.setRemote(credentials, now: now) }
    }

    /// The connection of a socket of ours to a relay is gone.
    package mutating func lost(
        socket: SocketID, now: Instant, into sink: inout some PeerSink
    ) {
        withICE(now, &sink) { $0.close(socket: socket, now: now) }
    }

    /// Says goodbye on every layer and stops.
    package mutating func close(now: Instant, into sink: inout some PeerSink) {
        guard state != .ended else { return }
        if state == .connected { sendGoodbye(now, &sink) }
        transport.close(now: now, into: &sink)
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
        return longest ?? transport.ice.selectedRoundTrip ?? PeerLimits.assumedRoundTrip
    }

    /// How many packets of those who send to us did not come by themselves; some may have been
    /// repaired.
    package var packetsMissed: Int {
        var missed: Int64 = 0
        for place in receptions.indices { missed += max(receptions[place].statistics.lost, 0) }
        return Int(missed)
    }

    /// Whether every queue and table is as short as it is meant to stay; simulations ask.
    package var isWithinLimits: Bool {
        pacer.queuedBytes <= PeerLimits.pacer.maximumBytes
            && receptions.count <= PeerLimits.receptions
            && transport.ice.isWithinLimits
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
