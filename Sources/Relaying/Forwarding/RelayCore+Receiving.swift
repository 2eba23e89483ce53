import Primitives
import SecureTransport
import WebRTC

/// What comes from publishers and viewers.
extension RelayCore {
    private static let socket = SocketID(0)

    /// Takes a datagram; what it holds is opened in place.
    func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, now: Instant
    ) {
        guard let slot = directory.peer(for: datagram.span, from: remote),
            let member = members[slot]
        else {
            counters.strangers += 1
            return
        }
        switch member {
        case .publisher(let publisher):
            receive(&datagram, from: remote, publisher, now)
        case .viewer(let viewer):
            receive(&datagram, from: remote, viewer, now)
        }
    }

    // MARK: - Publishers

    private func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress,
        _ publisher: RelayPublisher, _ now: Instant
    ) {
        guard isAllowed(publisher, bytes: datagram.count, now) else {
            counters.overRate += 1
            return
        }
        var sink = PublisherSink(core: self, publisher: publisher)
        publisher.peer.receive(
            &datagram, from: remote, on: Self.socket, now: now, into: &sink)
        let answered = publisher.peer.transport.ice.counters.checksAnswered
        if answered != publisher.checksAnswered {
            publisher.checksAnswered = answered
            publisher.lastHeard = now
            if slots[publisher.session] == publisher.slot {
                directory.learn(remote, for: publisher.slot)
            }
        }
        if !publisher.events.isEmpty { settle(publisher, now) }
    }

    /// A quarter of a second may come at once; what is beyond that is not looked at.
    private func isAllowed(_ publisher: RelayPublisher, bytes: Int, _ now: Instant) -> Bool {
        let limit = settings.limits.publisherBitsPerSecond
        let passed = min((now - publisher.allowanceAt).wholeNanoseconds, 1_000_000_000)
        if passed > 1_000_000 {
            let granted = Int(passed / 1000) * (limit / 8000) / 1000
            publisher.allowance = min(publisher.allowance + granted, limit / 32)
            publisher.allowanceAt = now
        }
        guard publisher.allowance >= bytes else { return false }
        publisher.allowance -= bytes
        return true
    }

    /// A packet that a publisher's peer has opened.
    func take(
        _ packet: Span<UInt8>, _ description: PacketDescription, from publisher: RelayPublisher
    ) {
        let now = description.arrival
        publisher.lastHeard = now
        counters.packetsReceived += 1
        if description.isRepaired { publisher.repaired += 1 }
        guard description.media < publisher.tracks.count else { return }
        let track = publisher.tracks[description.media]
        guard description.layer < track.layers.count else { return }
        let values = ForwardedValues(packet, description.extensions)
        if description.header.payloadLength > 0 {
            publisher.tap?.packet(
                packet,
                PublishedPacket(
                    media: description.media, layer: description.layer,
                    header: description.header, arrival: now, isRepaired: description.isRepaired,
                    captured: values.captured.map(NTPTime.init(rawValue:))))
        }
        let show = publisher.show
        let ring = track.layers[description.layer].ring
        if ring.isFull { flush(show, now) }
        let isFirst = ring.lastArrival == nil
        guard ring.store(packet, description.header, values, at: now) != nil else { return }
        schedule(show, isFrameEnd: description.header.marker || track.kind == .audio, now)
        if show.activeSince == nil {
            show.activeSince = now
            onShowChanged?(show.name, .active)
        } else if isFirst, track.layers.count > 1 {
            onShowChanged?(show.name, .layers)
        }
    }

    /// What a publisher says of its clock.
    func take(
        _ report: SenderReport, _ description: ReportDescription,
        from publisher: RelayPublisher
    ) {
        publisher.lastHeard = description.arrival
        publisher.tap?.report(
            report, media: description.media, layer: description.layer,
            arrival: description.arrival)
        guard report.ntp.rawValue != 0, description.media < publisher.tracks.count else { return }
        let track = publisher.tracks[description.media]
        guard description.layer < track.layers.count else { return }
        track.layers[description.layer].clock.receive(
            ntp: report.ntp, rtpTimestamp: report.rtpTimestamp)
        let ours = settings.wallClock.ntp(at: description.arrival)
        let difference = ours.nanoseconds(since: report.ntp)
        let show = publisher.show
        // The quickest report tells best; a clock that drifts is followed by a millisecond each.
        let known = show.clockDifference ?? difference
        show.clockDifference = min(difference, known + 1_000_000)
    }

    // MARK: - Viewers

    private func receive(
        _ datagram: inout MutableSpan<UInt8>, from remote: SocketAddress, _ viewer: RelayViewer,
        _ now: Instant
    ) {
        var sink = ViewerSink(outlet: outlet, viewer: viewer)
        let receipt = viewer.transport.receive(
            &datagram, from: remote, on: Self.socket, now: now, into: &sink)
        switch receipt {
        case .consumed:
            let answered = viewer.transport.ice.counters.checksAnswered
            if answered != viewer.checksAnswered {
                viewer.checksAnswered = answered
                viewer.lastHeard = now
                viewer.isDoubtful = false
                // Another session may have claimed the address as its own meanwhile.
                directory.learn(remote, for: viewer.slot)
            }
            // A NAT may have given it another address.
            if viewer.sealer != nil { viewer.address = viewer.transport.ice.selected?.remote }
            if !viewer.events.isEmpty { settle(viewer, now) }
        case .rtcp(let length): receiveReports(&datagram, length, viewer, now)
        case .farewell:
            if viewer.hasSaidGoodbye { return end(viewer, .left, now) }
            doubt(viewer, now)
        case .rtp, .beforeKeys, .stranger, .unknown: counters.malformed += 1
        }
    }

    /// Whoever may have left has to be heard of soon, or has.
    private func doubt(_ viewer: RelayViewer, _ now: Instant) {
        let soon = Limits.farewell - settings.limits.silence
        viewer.lastHeard = min(viewer.lastHeard, now + soon)
        viewer.isDoubtful = true
    }

    private func receiveReports(
        _ datagram: inout MutableSpan<UInt8>, _ length: Int, _ viewer: RelayViewer,
        _ now: Instant
    ) {
        guard let srtp = viewer.transport.srtp,
            let opened = try? srtp.open(rtcp: &datagram, length: length)
        else {
            counters.malformed += 1
            return
        }
        viewer.lastHeard = now
        viewer.transport.retire()
        defer {
            // Goodbye under the keys, beside one that only the association could read, is one.
            if viewer.hasSaidGoodbye, viewer.isDoubtful { end(viewer, .left, now) }
        }
        do throws(RTCPProblem) {
            try read(datagram.span.extracting(0..<opened), viewer, now)
        } catch {
            counters.malformed += 1
        }
    }

    private func read(
        _ compound: Span<UInt8>, _ viewer: RelayViewer, _ now: Instant
    ) throws(RTCPProblem) {
        var cursor = RTCPCursor(compound)
        while let packet = try cursor.next() {
            switch packet {
            case .nack(let nack):
                guard let place = viewer.tracks.firstIndex(where: { $0.ssrc == nack.media })
                else { continue }
                nack.forEach { repair(viewer, place, $0, now) }
            case .pictureLoss(let loss): wantKeyframe(viewer, loss.media, now)
            case .fullIntra(let request):
                for index in 0..<request.count { wantKeyframe(viewer, request[index].ssrc, now) }
            case .receiverEstimate(let estimate):
                viewer.control?.receive(receiverEstimate: estimate.bitsPerSecond, at: now)
            case .transportFeedback(let feedback): viewer.control?.receive(feedback, at: now)
            case .goodbye:
                viewer.hasSaidGoodbye = true
                viewer.lastHeard = min(
                    viewer.lastHeard, now + (Limits.farewell - settings.limits.silence))
            case .senderReport, .receiverReport, .sourceDescription, .extendedReport: break
            }
        }
    }
}
