import Primitives

/// Whose a packet is, by the place of the reception.
private enum PacketOrigin {
    case source(Int)
    case repair(of: Int)
}

extension Peer {
    mutating func receiveRTP(
        _ datagram: inout MutableSpan<UInt8>, length: Int, _ now: Instant,
        _ sink: inout some PeerSink
    ) {
        guard let srtp, state == .connected else {
            counters.beforeKeys += 1
            return
        }
        do throws(SRTPProblem) {
            let opened = try srtp.open(rtp: &datagram, length: length)
            receivePlain(datagram.span.extracting(0..<opened), isRepaired: false, now, &sink)
        } catch {
            count(error)
        }
    }

    mutating func count(_ problem: SRTPProblem) {
        switch problem {
        case .replayed: counters.replayed += 1
        case .forged: counters.forged += 1
        case .tooManySources: counters.unknownSources += 1
        case .malformed, .noRoom, .keyExhausted: counters.malformed += 1
        }
    }

    private mutating func receivePlain(
        _ packet: Span<UInt8>, isRepaired: Bool, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let header = try? RTPHeader(parsing: packet), let session else {
            counters.malformed += 1
            return
        }
        let repaired = receptions.indices.first { receptions[$0].rtxSSRC == header.ssrc }
        if let place = repaired, !isRepaired {
            return receiveRepair(packet, header, place, now, &sink)
        }
        let place: Int
        switch origin(of: packet, header, session, now) {
        case nil:
            counters.unknownSources += 1
            return
        case .repair(let repaired):
            return receiveRepair(packet, header, repaired, now, &sink)
        case .source(let known): place = known
        }
        let media = receptions[place].media
        let places = RTPExtensionPlaces(packet, header, session.media[media].extensions)
        if !isRepaired { noteArrival(packet, places, header.ssrc, now) }
        guard header.payloadType == receptions[place].payloadType else {
            counters.malformed += 1
            return
        }
        counters.packetsReceived += 1
        let isCounted =
            isRepaired
            || receptions[place].statistics.receive(
                sequence: header.sequenceNumber, timestamp: header.timestamp,
                bytes: header.payloadLength, at: now)
        guard isCounted else { return }
        let asked = receptions[place].nack?.receive(header.sequenceNumber, at: now)
        receptions[place].lastHeard = now
        let isNew = receptions[place].seen.insert(header.sequenceNumber, isLate: isRepaired)
        // A packet without payload is padding: a probe of the path.
        if isNew, header.payloadLength > 0 || settings.delivery == .everyPacket {
            sink.receive(
                packet,
                PacketDescription(
                    media: media, layer: receptions[place].layer, header: header,
                    extensions: places, arrival: now,
                    isRepaired: isRepaired || isAnswer(asked, now)))
        }
        order(packet, header, place, now, &sink)
    }

    /// Whether a packet that was asked for came because of that. Without RTX only the time tells it
    /// from one that was merely overtaken: no answer is there in less than half a round trip.
    private func isAnswer(_ asked: Instant?, _ now: Instant) -> Bool {
        asked.map { now - $0 >= roundTrip / 2 } ?? false
    }

    private mutating func noteArrival(
        _ packet: Span<UInt8>, _ places: RTPExtensionPlaces, _ ssrc: UInt32, _ now: Instant
    ) {
        guard let number = places.readTransportSequence(packet) else { return }
        feedback?.receive(number, at: now)
        feedbackSource = ssrc
    }

    // MARK: - Sources

    /// Whose a packet is; a source that is heard for the first time is added. Nil for a stranger's.
    private mutating func origin(
        of packet: Span<UInt8>, _ header: RTPHeader, _ session: NegotiatedSession, _ now: Instant
    ) -> PacketOrigin? {
        let known = receptions.indices.first { receptions[$0].ssrc == header.ssrc }
        if let known { return .source(known) }
        guard let media = media(of: packet, header, session) else { return nil }
        let line = session.media[media]
        guard line.direction == .recvonly || line.direction == .sendrecv else { return nil }
        let places = RTPExtensionPlaces(packet, header, line.extensions)
        if let codec = line.codecs.first(where: { $0.rtxPayloadType == header.payloadType }) {
            let layer = Self.layer(named: places.repairedRID, packet, line)
            // A repair without a name or a declared group is of the one source that has its codec.
            let place = receptions.firstIndex {
                $0.media == media && $0.payloadType == codec.payloadType
                    && (layer == nil ? $0.rtxSSRC == nil : layer == $0.layer)
            }
            guard let place, line.rids.isEmpty || layer != nil else { return nil }
            receptions[place].rtxSSRC = header.ssrc
            return .repair(of: place)
        }
        guard let agreed = line.codecs.first(where: { $0.payloadType == header.payloadType }),
            let codec = agreed.format.codec,
            let layer = line.rids.isEmpty ? 0 : Self.layer(named: places.rid, packet, line),
            makeRoom(now)
        else { return nil }
        let declared = line.remoteSources.first { $0.ssrc == header.ssrc }
        receptions.append(
            Reception(
                media: media, layer: layer, ssrc: header.ssrc, codec: codec, agreed,
                rtxSSRC: declared?.rtxSSRC, settings.delivery, now: now))
        return .source(receptions.count - 1)
    }

    /// The place of the layer that a packet names, where it does.
    private static func layer(
        named range: Range<Int>?, _ packet: Span<UInt8>, _ line: NegotiatedMedia
    ) -> Int? {
        guard let range, let rid = rtpExtensionText(range, in: packet) else { return nil }
        return line.rids.firstIndex(of: rid)
    }

    /// Whether another source may be heard; the one that has been silent for longest goes for it.
    private mutating func makeRoom(_ now: Instant) -> Bool {
        guard receptions.count >= PeerLimits.receptions else { return true }
        let oldest = receptions.indices.min {
            receptions[$0].lastHeard < receptions[$1].lastHeard
        }
        guard let oldest, receptions[oldest].lastHeard + PeerLimits.sourceSilence <= now else {
            return false
        }
        receptions.remove(at: oldest)
        return true
    }

    /// By the mid it carries, by what was declared, or by a payload type that only one m-line has.
    private func media(
        of packet: Span<UInt8>, _ header: RTPHeader, _ session: NegotiatedSession
    ) -> Int? {
        for (place, line) in session.media.enumerated() {
            guard let mid = line.mid, let id = line.extensions[.mid],
                let range = header.extensionValue(id, in: packet)
            else { continue }
            if rtpExtensionText(range, in: packet) == mid { return place }
        }
        let declared = session.media.firstIndex { line in
            line.remoteSources.contains { $0.ssrc == header.ssrc || $0.rtxSSRC == header.ssrc }
        }
        if let declared { return declared }
        let matching = session.media.indices.filter { place in
            session.media[place].codecs.contains {
                $0.payloadType == header.payloadType || $0.rtxPayloadType == header.payloadType
            }
        }
        return matching.count == 1 ? matching[0] : nil
    }

    // MARK: - Repairs

    private mutating func receiveRepair(
        _ packet: Span<UInt8>, _ header: RTPHeader, _ place: Int, _ now: Instant,
        _ sink: inout some PeerSink
    ) {
        if let session {
            let map = session.media[receptions[place].media].extensions
            noteArrival(packet, RTPExtensionPlaces(packet, header, map), header.ssrc, now)
        }
        let (type, ssrc) = (receptions[place].payloadType, receptions[place].ssrc)
        var original: [UInt8] = []
        swap(&original, &scratch)
        defer { swap(&original, &scratch) }
        original.removeAll(keepingCapacity: true)
        original.append(addingCapacity: PeerLimits.datagram) { output in
            try? RTX.decapsulate(packet, header, payloadType: type, ssrc: ssrc, into: &output)
        }
        guard !original.isEmpty else { return }
        receivePlain(original.span, isRepaired: true, now, &sink)
    }

    // MARK: - Frames

    private mutating func order(
        _ packet: Span<UInt8>, _ header: RTPHeader, _ place: Int, _ now: Instant,
        _ sink: inout some PeerSink
    ) {
        guard receptions[place].order != nil else { return }
        let repairDelay =
            receptions[place].nack == nil ? .zero : roundTrip * 2 + PeerLimits.repairPatience
        receptions[place].order?.repairDelay = repairDelay
        // A source begins with a keyframe, whose first packet may have been overtaken.
        let codec = receptions[place].codec
        if receptions[place].order?.hasBegun == false, codec.isPredictive,
            !PayloadInspection.isFrameStart(
                codec, payload: packet.extracting(header.payloadRange))
        {
            receptions[place].order?.expectForerunners(
                PeerLimits.forerunners, of: header.sequenceNumber)
        }
        for _ in 0..<2 {
            let insertion = receptions[place].order?.insert(
                packet, sequence: header.sequenceNumber, timestamp: header.timestamp, at: now)
            release(place, now, &sink)
            guard insertion == .full else { return }
        }
    }

    /// Takes out what is in order, or need not be waited for any more.
    mutating func release(_ place: Int, _ now: Instant, _ sink: inout some PeerSink) {
        guard var order = receptions[place].order.take(),
            var depacketiser = receptions[place].depacketiser.take()
        else { return }
        defer {
            receptions[place].order = order
            receptions[place].depacketiser = depacketiser
        }
        let (media, ssrc, codec) = (
            receptions[place].media, receptions[place].ssrc, receptions[place].codec
        )
        let clock = receptions[place].clock
        while let next = order.pop(now: now) {
            let packet = order.packet(next)
            guard let header = try? RTPHeader(parsing: packet) else { continue }
            // What has been passed over comes too late now, and need not be asked for.
            if next.missingBefore > 0 {
                receptions[place].nack?.receiveKeyframe(startingAt: header.sequenceNumber)
            }
            depacketiser.receive(
                payload: packet.extracting(header.payloadRange), marker: header.marker,
                timestamp: header.timestamp, isAfterGap: next.missingBefore > 0
            ) { frame, bytes in
                sink.receive(
                    bytes,
                    ReceivedFrame(
                        media: media, ssrc: ssrc, codec: codec, frame: frame,
                        arrival: next.arrival, senderTime: clock.senderTime(of: frame.timestamp)))
            }
        }
        if depacketiser.needsKeyframe, codec.isPredictive { requestKeyframe(place, now, &sink) }
    }

    /// What is due by time alone.
    mutating func runReceptions(_ now: Instant, _ sink: inout some PeerSink) {
        for place in receptions.indices {
            if let due = receptions[place].nack?.deadline, due <= now {
                sendNack(place, now, &sink)
            }
            if let due = receptions[place].order?.deadline, due <= now {
                release(place, now, &sink)
            }
        }
    }
}
