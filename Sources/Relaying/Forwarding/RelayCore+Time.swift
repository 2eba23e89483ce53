import Primitives
import SecureTransport
import WebRTC

/// What is due by time alone.
extension RelayCore {
    /// When `handleTimeout` is due.
    var deadline: Instant {
        var next = nextSlowTick
        if !busy.isEmpty { next = min(next, nextFastTick) }
        for publisher in publishers {
            if let due = publisher.peer.deadline { next = min(next, due) }
        }
        for show in shows {
            if let due = show.due { next = min(next, due) }
        }
        return next
    }

    /// Called when all datagrams that had come have been taken, and at the deadline.
    func handleTimeout(now: Instant) {
        for publisher in publishers {
            guard let due = publisher.peer.deadline, due <= now else { continue }
            var sink = PublisherSink(core: self, publisher: publisher)
            publisher.peer.handleTimeout(now: now, into: &sink)
            settle(publisher, now)
        }
        flushDue(now)
        if nextFastTick <= now {
            nextFastTick = now + Limits.fastTick
            runBusy(now)
        }
        if nextSlowTick <= now {
            nextSlowTick = now + Limits.slowTick
            runAll(now)
        }
        grantWishes(now)
        outlet.flush()
    }

    private func runBusy(_ now: Instant) {
        for viewer in busy {
            for place in viewer.tracks.indices { joinIfPossible(viewer, place, now) }
            runTransport(viewer, now)
        }
        catchUp(now)
        busy.removeAll { viewer in
            let isDone =
                viewer.sealer != nil && viewer.tracks.allSatisfy { $0.phase == .live }
            if isDone { viewer.isBusy = false }
            return isDone
        }
    }

    private func runTransport(_ viewer: RelayViewer, _ now: Instant) {
        guard let due = viewer.transport.deadline, due <= now else { return }
        var sink = ViewerSink(outlet: outlet, viewer: viewer)
        viewer.transport.handleTimeout(now: now, into: &sink)
        settle(viewer, now)
    }

    private func runAll(_ now: Instant) {
        slowTicks &+= 1
        for member in members {
            switch member {
            case .viewer(let viewer): run(viewer, now)
            case .publisher(let publisher): run(publisher, now)
            case nil: break
            }
        }
        if slowTicks % Limits.reportTicks == 0 {
            for show in shows {
                for track in show.tracks {
                    for layer in track.layers { layer.measure(now) }
                }
            }
        }
    }

    private func run(_ viewer: RelayViewer, _ now: Instant) {
        runTransport(viewer, now)
        guard slots[viewer.session] == viewer.slot else { return }
        if viewer.sealer == nil, now >= viewer.acceptedAt + settings.limits.connecting {
            return end(viewer, .neverConnected, now)
        }
        if viewer.sealer != nil, now >= viewer.lastHeard + settings.limits.silence {
            return end(viewer, viewer.isDoubtful || viewer.hasSaidGoodbye ? .left : .silent, now)
        }
        if (slowTicks + viewer.slot) % Limits.reportTicks == 0 { sendReport(viewer, now) }
        if viewer.control != nil {
            viewer.control?.handleSilence(now: now)
            chooseLayers(viewer, now)
        }
    }

    private func run(_ publisher: RelayPublisher, _ now: Instant) {
        if !publisher.isConnected, now >= publisher.acceptedAt + settings.limits.connecting {
            return end(publisher, .neverConnected, now)
        }
        if publisher.isConnected, now >= publisher.lastHeard + settings.limits.silence {
            end(publisher, .silent, now)
        }
    }

    // MARK: - Reports to viewers

    /// Says of each track what time it is on its clock, so that sound and picture stay together.
    private func sendReport(_ viewer: RelayViewer, _ now: Instant) {
        guard let address = viewer.address, let srtp = viewer.transport.srtp else { return }
        let ours = settings.wallClock.ntp(at: now)
        var packet: [UInt8] = []
        swap(&packet, &scratch)
        defer { swap(&packet, &scratch) }
        var length = 0
        packet.withOutput(limit: 1000) { output in
            for place in viewer.tracks.indices {
                guard let report = report(viewer.show, viewer.tracks[place], ours, now) else {
                    continue
                }
                try? RTCPWriter.senderReport(report, Span(), into: &output)
            }
            guard output.count > 0 else { return }
            try? RTCPWriter.cname(
                Self.cname.span, ssrc: viewer.tracks[0].ssrc, into: &output)
            length = output.count
        }
        guard length > 0 else { return }
        let plain = packet.span.extracting(0..<length)
        outlet.send(to: address, maximumBytes: length + 20) { target in
            target.overwrite(at: 0, with: plain)
            return (try? srtp.seal(rtcp: &target, length: length)) ?? 0
        }
    }

    private static let cname = Array(RelayPlans.cname.utf8)

    /// Says goodbye to a viewer, whose association may be gone.
    func sendGoodbye(_ viewer: RelayViewer) {
        guard let address = viewer.address, let srtp = viewer.transport.srtp else { return }
        let sources = viewer.tracks.map(\.ssrc)
        let reason: [UInt8] = []
        var packet: [UInt8] = []
        packet.append(addingCapacity: 200) { output in
            try? RTCPWriter.receiverReport(
                ssrc: viewer.reportingSSRC, Span(), into: &output)
            try? RTCPWriter.cname(Self.cname.span, ssrc: viewer.reportingSSRC, into: &output)
            try? RTCPWriter.goodbye(sources.span, reason: reason.span, into: &output)
        }
        let length = packet.count
        outlet.send(to: address, maximumBytes: length + 20) { target in
            target.overwrite(at: 0, with: packet.span)
            return (try? srtp.seal(rtcp: &target, length: length)) ?? 0
        }
    }

    private func report(
        _ show: Show, _ track: ViewerTrack, _ ours: NTPTime, _ now: Instant
    ) -> SenderReport? {
        guard track.packets > 0, let mapping = track.mapping,
            let timestamp = timestamp(show, mapping.layer, ours, now)
        else { return nil }
        return SenderReport(
            ssrc: track.ssrc, ntp: ours, rtpTimestamp: timestamp &+ mapping.timestampOffset,
            packetCount: track.packets, octetCount: track.octets)
    }

    /// The ring's timestamp now: by the publisher's clock, or by arrivals where he says nothing.
    private func timestamp(
        _ show: Show, _ layer: ShowLayer, _ ours: NTPTime, _ now: Instant
    ) -> UInt32? {
        if let difference = show.clockDifference {
            let ticks = (Int128(difference) << 32) / 1_000_000_000
            let theirs = NTPTime(rawValue: ours.rawValue &- UInt64(truncatingIfNeeded: ticks))
            if let timestamp = layer.timestamp(at: theirs) { return timestamp }
        }
        guard let newest = layer.ring.entry(layer.ring.newest) else { return nil }
        let passed = (now - newest.arrival).wholeNanoseconds / 1000
        return newest.timestamp
            &+ UInt32(truncatingIfNeeded: passed * layer.ring.clockRate / 1_000_000)
    }
}

extension [UInt8] {
    /// Lets bytes be written from the start, over what is there.
    fileprivate mutating func withOutput(
        limit: Int, _ write: (inout OutputSpan<UInt8>) -> Void
    ) {
        let count = count
        removeAll(keepingCapacity: true)
        append(addingCapacity: limit) { output in write(&output) }
        append(contentsOf: repeatElement(0, count: Swift.max(count - self.count, 0)))
    }
}
