import Primitives
import SecureTransport
import Signaling
import WebRTC

/// What is done to sessions that are there.
extension RelayCore {
    func add(candidates texts: [String], to session: SessionID, now: Instant) {
        guard let member = member(session) else { return }
        let candidates = texts.compactMap { try? ICECandidate($0) }
        withICE(of: member, now) { ice in
            for candidate in candidates { ice.add(remote: candidate, now: now) }
        }
    }

    /// Gives our new credentials.
    func restart(
        _ session: SessionID, _ theirs: WebRTC.ICECredentials, now: Instant
    ) throws(RelayRefusal) -> LocalTransport {
        guard let member = member(session) else { throw refuse(.unknownSession) }
        var source = random
        withICE(of: member, now) { ice in
            ice.restart(now: now, random: &source)
            ice.setRemote(theirs, now: now)
        }
        random = source
        var (slot, local): (Int, LocalTransport)
        switch member {
        case .publisher(let publisher):
            (slot, local) = (publisher.slot, publisher.peer.localTransport)
        case .viewer(let viewer):
            (slot, local) = (viewer.slot, viewer.transport.localTransport)
        }
        _ = directory.add(slot, ufrag: local.credentials.ufrag)
        local.hasEndOfCandidates = true
        return local
    }

    func end(_ session: SessionID, now: Instant) {
        switch member(session) {
        case .publisher(let publisher): end(publisher, nil, now)
        case .viewer(let viewer): end(viewer, nil, now)
        case nil: break
        }
    }

    func closeAll(now: Instant) {
        isDraining = true
        for slot in members.indices {
            switch members[slot] {
            case .publisher(let publisher): end(publisher, .drained, now)
            case .viewer(let viewer): end(viewer, .drained, now)
            case nil: break
            }
        }
        outlet.flush()
    }

    func member(_ session: SessionID) -> RelayMember? {
        slots[session].flatMap { members[$0] }
    }

    private func withICE(
        of member: RelayMember, _ now: Instant, _ tell: (inout ICEAgent) -> Void
    ) {
        switch member {
        case .publisher(let publisher):
            var sink = PublisherSink(core: self, publisher: publisher)
            publisher.peer.withICE(now: now, into: &sink, tell)
            settle(publisher, now)
        case .viewer(let viewer):
            var sink = ViewerSink(outlet: outlet, viewer: viewer)
            viewer.transport.withICE(now: now, into: &sink, tell)
            settle(viewer, now)
        }
    }

    // MARK: - What has happened

    /// Deals with what a call of a publisher's peer has come to.
    func settle(_ publisher: RelayPublisher, _ now: Instant) {
        while !publisher.events.isEmpty {
            var events: [PeerEvent] = []
            swap(&events, &publisher.events)
            for event in events {
                switch event {
                case .heard(let address): directory.learn(address, for: publisher.slot)
                case .connected: publisher.isConnected = true
                case .failed(let failure): return end(publisher, .failed(failure), now)
                case .left: return end(publisher, .left, now)
                default: break
                }
            }
        }
    }

    /// The same for a viewer.
    func settle(_ viewer: RelayViewer, _ now: Instant) {
        guard !viewer.events.isEmpty else { return }
        while !viewer.events.isEmpty {
            var events: [PeerEvent] = []
            swap(&events, &viewer.events)
            for event in events {
                switch event {
                case .heard(let address): directory.learn(address, for: viewer.slot)
                case .connected:
                    viewer.sealer = viewer.transport.srtp?.sealer
                    counters.viewersConnected += 1
                    viewer.address = viewer.transport.ice.selected?.remote
                    join(viewer, now)
                case .failed(let failure): return end(viewer, .failed(failure), now)
                case .left: return end(viewer, .left, now)
                default: break
                }
            }
        }
        if !viewer.isBusy {
            viewer.isBusy = true
            busy.append(viewer)
        }
    }

    // MARK: - Who goes

    func end(_ publisher: RelayPublisher, _ ending: RelayEnding?, _ now: Instant) {
        guard slots[publisher.session] == publisher.slot else { return }
        release(publisher.slot, publisher.session)
        publishers.removeAll { $0 === publisher }
        var sink = PublisherSink(core: self, publisher: publisher)
        publisher.peer.close(now: now, into: &sink)
        counters.keyframeRequests += publisher.peer.counters.keyframesAsked
        publisher.events = []
        publisher.tap?.ended(at: now)
        publisher.tap = nil
        let show = publisher.show
        if show.publisher === publisher {
            flush(show, now)
            show.publisher = nil
            for track in show.tracks {
                for layer in track.layers { layer.endSource() }
            }
            // Each begins the next publisher's with a keyframe, and sees no gap in its numbers:
            // the ring leaves room before it that nobody could ever repair.
            for viewer in show.viewers {
                for place in viewer.tracks.indices {
                    viewer.tracks[place].phase = .waiting(since: now)
                }
            }
            if show.activeSince != nil {
                show.activeSince = nil
                onShowChanged?(show.name, .inactive)
            }
        }
        removeIfUnused(show)
        if let ending { onEnded?(publisher.session, ending) }
    }

    func end(_ viewer: RelayViewer, _ ending: RelayEnding?, _ now: Instant) {
        guard slots[viewer.session] == viewer.slot else { return }
        release(viewer.slot, viewer.session)
        sendGoodbye(viewer)
        var sink = ViewerSink(outlet: outlet, viewer: viewer)
        viewer.transport.close(now: now, into: &sink)
        viewer.events = []
        viewer.address = nil
        busy.removeAll { $0 === viewer }
        let show = viewer.show
        show.viewers.removeAll { $0 === viewer }
        removeIfUnused(show)
        onShowChanged?(show.name, .viewerCount(show.viewers.count))
        if let ending { onEnded?(viewer.session, ending) }
    }

    private func release(_ slot: Int, _ session: SessionID) {
        directory.remove(slot)
        slots[session] = nil
        members[slot] = nil
        freeSlots.append(slot)
        counters.sessionsEnded += 1
    }

    private func removeIfUnused(_ show: Show) {
        if show.isUnused { shows.removeAll { $0 === show } }
    }
}
