import Primitives
import SecureTransport
import Signaling
import WebRTC

/// The relay without a socket or a clock: datagrams and times go in, datagrams come out.
final class RelayCore {
    enum Limits {
        /// How often those are looked after who connect or catch up, and all others.
        static let fastTick: Duration = .milliseconds(10)
        static let slowTick: Duration = .milliseconds(100)
        /// How many slow ticks lie between two reports to a viewer.
        static let reportTicks = 10
        static let candidates = 16
        /// Whoever seems to have left has so long to be heard of.
        static let farewell: Duration = .seconds(3)
        static let publisherRates = RateLimits(
            minimum: 100_000, start: 1_000_000, maximum: 20_000_000)
        /// A viewer begins with the best layer, so it is believed to have a path for it.
        static let viewerRates = RateLimits(
            minimum: 50_000, start: 4_000_000, maximum: 20_000_000)
    }

    let settings: RelaySettings
    let outlet: RelayOutlet
    let addresses: [SocketAddress]
    let cryptography: FanOutCryptography
    var random: RelayRandom
    var directory: PeerDirectory<Int>
    var members: [RelayMember?] = []
    var freeSlots: [Int] = []
    var slots: [SessionID: Int] = [:]
    /// In the order in which they began.
    var shows: [Show] = []
    /// Publishers, and viewers that connect or catch up, by their slots.
    var publishers: [RelayPublisher] = []
    var busy: [RelayViewer] = []
    var handshakes: [HandshakePart] = []
    var counters = RelayCounters()
    var isDraining = false
    var flushNumber: UInt64 = 0
    var nextFastTick: Instant
    var nextSlowTick: Instant
    var slowTicks = 0
    /// Swapped out while it is used, so that nothing is allocated for a report.
    var scratch = [UInt8](repeating: 0, count: 2048)

    var onEnded: ((SessionID, RelayEnding) -> Void)?
    var onShowChanged: ((String, ShowChange) -> Void)?
    var tap: ((Publication) -> (any PublicationTap)?)?

    /// `addresses` is where others reach us; datagrams from anywhere come by one socket.
    init(
        _ settings: RelaySettings, _ addresses: [SocketAddress], _ outlet: RelayOutlet,
        _ cryptography: FanOutCryptography, random: RelayRandom, now: Instant
    ) {
        self.settings = settings
        self.addresses = Array(addresses.prefix(Limits.candidates))
        self.outlet = outlet
        self.cryptography = cryptography
        self.random = random
        directory = PeerDirectory(maximumPeers: settings.limits.sessions)
        nextFastTick = now
        nextSlowTick = now
    }

    // MARK: - Who comes

    func publish(
        show name: String, session: SessionID, offer text: String, now: Instant
    ) throws(RelayRefusal) -> Relay.Acceptance {
        let offer = try read(text)
        let former = shows.first { $0.name == name }?.publisher
        if former != nil, settings.publisherPolicy == .refuse { throw refuse(.alreadyPublished) }
        if !shows.contains(where: { $0.name == name }), shows.count >= settings.limits.shows {
            throw refuse(.tooManyShows(limit: settings.limits.shows))
        }
        // Before anybody has to go for it, it is known that the new one can stay.
        var peer = makePeer()
        prepare(&peer.transport, now)
        let plans = RelayPlans.publishing(offer, maximumLayers: settings.maximumLayers)
        let (answer, agreed) = try negotiate(peer.localTransport, plans, offer)
        if let former { end(former, .replaced(by: session.text), now) }
        let show = shows.first { $0.name == name } ?? addShow(name)
        let tracks = replaceTracks(of: show, by: agreed, now)
        let publication = Publication(
            show: name, session: session, begun: now,
            media: zip(agreed.media, tracks).map { media, track in
                PublishedMedia(
                    codec: track.codec, format: media.codecs[0].format,
                    layers: track.layers.map(\.rid))
            })
        let ufrag = peer.localTransport.credentials.ufrag
        let slot = try takeSlot(session, ufrag: ufrag)
        let publisher = RelayPublisher(
            slot: slot, publication, show, tracks, peer,
            allowance: settings.limits.publisherBitsPerSecond / 4, now: now)
        members[slot] = .publisher(publisher)
        publishers.append(publisher)
        show.publisher = publisher
        show.clockDifference = nil
        publisher.tap = tap?(publication)
        publisher.tap?.began(publication)
        counters.publishersAccepted += 1
        var sink = PublisherSink(core: self, publisher: publisher)
        publisher.peer.begin(agreed, framing: .annexB, now: now, into: &sink)
        settle(publisher, now)
        return Relay.Acceptance(answer: answer, replaced: former?.session)
    }

    func play(
        show name: String, session: SessionID, offer text: String, now: Instant
    ) throws(RelayRefusal) -> Relay.Acceptance {
        let offer = try read(text)
        guard let show = shows.first(where: { $0.name == name }), show.publisher != nil else {
            throw refuse(.notOnAir)
        }
        guard show.viewers.count < settings.limits.viewersPerShow else {
            throw refuse(.tooManyViewers(limit: settings.limits.viewersPerShow))
        }
        let plans = RelayPlans.playing(offer, show, random: &random)
        guard !plans.isEmpty else { throw refuse(.noCommonCodec) }
        var transport = PeerTransport(
            ICEAgent.Settings(role: .controlled, isLite: true), cryptography, random: &random)
        prepare(&transport, now)
        let (answer, agreed) = try negotiate(transport.localTransport, plans, offer)
        let slot = try takeSlot(session, ufrag: transport.localTransport.credentials.ufrag)
        var tracks: [ViewerTrack] = []
        for media in agreed.media {
            guard let track = show.track(media.kind), let source = media.localSource,
                media.direction.sends
            else { continue }
            tracks.append(
                ViewerTrack(
                    track, track.format(media.formatKey(track.codec)), ssrc: source.ssrc,
                    rtxSSRC: media.codecs[0].rtxPayloadType == nil ? nil : source.rtxSSRC,
                    now: now, random: &random))
        }
        let viewer = RelayViewer(
            slot: slot, session, show, tracks, transport, reportingSSRC: random.next(), now: now)
        members[slot] = .viewer(viewer)
        show.viewers.append(viewer)
        busy.append(viewer)
        counters.viewersAccepted += 1
        var sink = ViewerSink(outlet: outlet, viewer: viewer)
        viewer.transport.begin(agreed, now: now, into: &sink)
        settle(viewer, now)
        onShowChanged?(name, .viewerCount(show.viewers.count))
        return Relay.Acceptance(answer: answer, replaced: nil)
    }

    func refuse(_ refusal: RelayRefusal) -> RelayRefusal {
        counters.refused += 1
        return refusal
    }

    private func read(_ text: String) throws(RelayRefusal) -> SessionDescription {
        guard !isDraining else { throw refuse(.draining) }
        guard slots.count < settings.limits.sessions else {
            throw refuse(.tooManySessions(limit: settings.limits.sessions))
        }
        do throws(SDPProblem) {
            return try SessionDescription(parsing: text)
        } catch {
            throw refuse(.unreadable(error))
        }
    }

    private func negotiate(
        _ local: LocalTransport, _ plans: [MediaPlan], _ offer: SessionDescription
    ) throws(RelayRefusal) -> (String, NegotiatedSession) {
        var local = local
        local.hasEndOfCandidates = true
        do throws(NegotiationProblem) {
            let (answer, session) = try AnswerPlan(
                origin: SessionOrigin(sessionID: random.next() >> 2, version: 1),
                transport: local, preferredRole: .server, media: plans, acceptsPart: true
            ).answer(to: offer)
            return (answer.text, session)
        } catch {
            throw refuse(.notAcceptable(error))
        }
    }

    private func makePeer() -> Peer<FanOutCryptography> {
        Peer(
            PeerSettings(
                ice: ICEAgent.Settings(role: .controlled, isLite: true), delivery: .everyPacket,
                rates: Limits.publisherRates, cname: RelayPlans.cname,
                wallClock: settings.wallClock), cryptography, random: &random)
    }

    /// A lite agent's candidates are all there from the start.
    private func prepare(
        _ transport: inout PeerTransport<FanOutCryptography>, _ now: Instant
    ) {
        let addresses = addresses
        transport.prepare(addresses, now: now)
    }

    private func takeSlot(
        _ session: SessionID, ufrag: String
    ) throws(RelayRefusal) -> Int {
        let slot = freeSlots.popLast() ?? members.count
        if slot == members.count { members.append(nil) }
        guard slots[session] == nil, directory.add(slot, ufrag: ufrag) else {
            freeSlots.append(slot)
            throw refuse(.tooManySessions(limit: settings.limits.sessions))
        }
        slots[session] = slot
        return slot
    }

    private func addShow(_ name: String) -> Show {
        let show = Show(name)
        shows.append(show)
        return show
    }

    /// The tracks that the publisher's m-lines feed. A track goes on under another publisher if it
    /// has the same codec and layers; viewers of one that cannot are to come again.
    private func replaceTracks(
        of show: Show, by session: NegotiatedSession, _ now: Instant
    ) -> [ShowTrack] {
        var tracks: [ShowTrack] = []
        for media in session.media {
            guard let codec = media.codecs[0].format.codec else { continue }
            let rids = media.rids.isEmpty ? [""] : media.rids
            if let known = show.track(media.kind), known.codec == codec,
                known.layers.map(\.rid) == rids
            {
                known.format = media.codecs[0].format
                tracks.append(known)
            } else {
                tracks.append(ShowTrack(codec, media.codecs[0].format, rids: media.rids))
            }
        }
        show.tracks = tracks
        for viewer in show.viewers {
            let isServed = viewer.tracks.allSatisfy { mine in
                tracks.contains { $0 === mine.track } || show.track(mine.track.kind) == nil
            }
            if !isServed { end(viewer, .codecsChanged, now) }
        }
        return tracks
    }
}

/// Where a relay's secrets come from: the system, or a seed in a simulation.
enum RelayRandom: RandomNumberGenerator {
    case system
    case seeded(SeededRandom)

    mutating func next() -> UInt64 {
        switch self {
        case .system:
            var source = SystemRandomNumberGenerator()
            return source.next()
        case .seeded(var source):
            defer { self = .seeded(source) }
            return source.next()
        }
    }
}
