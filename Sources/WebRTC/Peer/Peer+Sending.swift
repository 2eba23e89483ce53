package import Primitives

extension Peer {
    /// What became of a frame that was to be sent.
    package enum Sending: Sendable, Equatable {
        case sent
        /// Nobody could see it yet: not connected, or no keyframe has been sent before it.
        case heldBack
        /// This m-line sends nothing, or has no such layer.
        case notOurs
        case refused(PacketiserProblem)
    }

    /// Sends a frame on an m-line. `timestamp` counts in the codec's clock from any start.
    ///
    /// `layer` is a place among the rids that were agreed on, 0 where there are none.
    package mutating func send(
        _ frame: Span<UInt8>, media: Int, layer: Int = 0, timestamp: UInt32, isKeyframe: Bool,
        captured: NTPTime?,
        now: Instant, into sink: inout some PeerSink
    ) -> Sending {
        let place = transmissions.indices.first {
            transmissions[$0].format.media == media && transmissions[$0].format.layer == layer
        }
        guard let place else {
            return .notOurs
        }
        let isFirst = !transmissions[place].hasStarted
        guard state == .connected,
            isKeyframe || !isFirst || !transmissions[place].format.codec.isPredictive
        else {
            counters.framesHeldBack += 1
            return .heldBack
        }
        guard var packetiser = transmissions[place].packetiser.take() else { return .notOurs }
        defer { transmissions[place].packetiser = packetiser }
        transmissions[place].hasStarted = true
        do throws(PacketiserProblem) {
            try packetiser.packetise(frame, maximumPayload: PeerLimits.payload) { payload, isLast in
                enqueue(payload, isLast, place, timestamp, captured, now)
            }
        } catch {
            return .refused(error)
        }
        drainPacer(now, &sink)
        return .sent
    }

    /// Adds a parameter set of H.264 or H.265 that the frames of an m-line do not carry.
    package mutating func adopt(parameterSet unit: Span<UInt8>, media: Int) {
        for place in transmissions.indices where transmissions[place].format.media == media {
            transmissions[place].packetiser?.adopt(parameterSet: unit)
        }
    }

    /// Writes the packet into its source's ring, from where the pacer takes it.
    private mutating func enqueue(
        _ payload: Span<UInt8>, _ isLast: Bool, _ place: Int, _ timestamp: UInt32,
        _ captured: NTPTime?, _ now: Instant
    ) {
        let sequence = transmissions[place].sequence
        transmissions[place].sequence &+= 1
        let format = transmissions[place].format
        let header = RTPHeader(
            marker: isLast && format.codec.kind == .video, payloadType: format.payloadType,
            sequenceNumber: sequence, timestamp: timestamp &+ format.timestampOffset,
            ssrc: format.ssrc)
        var packet: [UInt8] = []
        swap(&packet, &scratch)
        packet.removeAll(keepingCapacity: true)
        packet.append(addingCapacity: PeerLimits.datagram) { output in
            try? header.write(extensions: format.extensions, into: &output)
        }
        packet.append(payload)
        if let captured { stamp(&packet, format.map, captured) }
        transmissions[place].ring.store(packet.span, sequence: sequence, at: now)
        transmissions[place].statistics.sent(
            timestamp: header.timestamp, payloadBytes: payload.count,
            at: captureInstant(captured, now))
        let length = packet.count
        swap(&packet, &scratch)
        pacer.enqueue(
            PacedPacket(transmission: place, sequence: sequence, isRepair: false), bytes: length,
            format.codec.kind == .audio ? .audio : .video, at: now)
    }

    /// Sound and picture take their times differently long to encode: reports tell when they were
    /// captured, or they would be played apart.
    private func captureInstant(_ captured: NTPTime?, _ now: Instant) -> Instant {
        guard let captured else { return now }
        let age = settings.wallClock.ntp(at: now).nanoseconds(since: captured)
        return now + .nanoseconds(-min(max(age, 0), PeerLimits.oldestCapture.wholeNanoseconds))
    }

    private func stamp(_ packet: inout [UInt8], _ map: RTPExtensionMap, _ captured: NTPTime) {
        guard map[.absoluteCaptureTime] != nil, let header = try? RTPHeader(parsing: packet.span),
            let range = RTPExtensionPlaces(packet.span, header, map).absoluteCaptureTime
        else { return }
        for index in 0..<8 {
            packet[range.lowerBound + index] = UInt8(
                truncatingIfNeeded: captured.rawValue >> UInt64(56 - 8 * index))
        }
    }

    /// Sends what the pacer lets go.
    mutating func drainPacer(_ now: Instant, _ sink: inout some PeerSink) {
        guard state == .connected else { return }
        pacer.setRate(bitsPerSecond: pacingRate(now))
        while let next = pacer.pop(now: now) { leave(next, now, &sink) }
    }

    /// Without feedback nothing is known of the path, and the most that is allowed is used.
    private func pacingRate(_ now: Instant) -> Double {
        let rate = isControlled ? control.targetBitsPerSecond(now: now) : settings.rates.maximum
        // What waits goes out in time even over a path that is believed to carry little: media that
        // are late are of no use, and what is dropped here is only asked for again.
        let needed = Double(pacer.queuedBytes) * 8 / PeerLimits.queueTime.seconds
        return max(rate * PeerLimits.pacingFactor, needed)
    }

    private mutating func leave(
        _ next: PacedPacket, _ now: Instant, _ sink: inout some PeerSink
    ) {
        let place = next.transmission
        guard let range = transmissions[place].ring.find(next.sequence) else {
            counters.overrun += 1
            return
        }
        var packet: [UInt8] = []
        swap(&packet, &scratch)
        defer { swap(&packet, &scratch) }
        packet.removeAll(keepingCapacity: true)
        let isWritten =
            next.isRepair
            ? transmissions[place].appendRepair(range, to: &packet)
            : transmissions[place].appendOriginal(range, to: &packet)
        guard isWritten else { return }
        if !next.isRepair {
            setSendTimes(&packet, place, now)
            transmissions[place].lastLeft = next.sequence
            // A repair under the old number must be the same to the last bit: under one nonce two
            // packets would give the key of the seal away (RFC 7714 8.4).
            if transmissions[place].format.rtxSSRC == nil {
                transmissions[place].ring.replace(range, with: packet.span)
            }
        } else if transmissions[place].format.rtxSSRC != nil {
            setSendTimes(&packet, place, now)
        }
        seal(&packet, now, &sink)
    }

    private mutating func setSendTimes(_ packet: inout [UInt8], _ place: Int, _ now: Instant) {
        let format = transmissions[place].format
        let map = format.map
        guard format.usesTransportSequence || map[.absoluteSendTime] != nil,
            let header = try? RTPHeader(parsing: packet.span)
        else { return }
        let places = RTPExtensionPlaces(packet.span, header, map)
        let length = packet.count
        var span = packet.mutableSpan
        if let range = places.absoluteSendTime {
            let time = AbsoluteSendTime(settings.wallClock.ntp(at: now))
            RTPRewrite.setAbsoluteSendTime(time, at: range, of: &span)
        }
        if let range = places.transportSequence, format.usesTransportSequence {
            let number = control.send(bytes: length, at: now)
            RTPRewrite.setTransportSequence(number, at: range, of: &span)
        }
    }

    private mutating func seal(
        _ packet: inout [UInt8], _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let srtp else { return }
        let length = packet.count
        for _ in 0..<16 { packet.append(0) }
        var span = packet.mutableSpan
        guard let sealed = try? srtp.seal(rtp: &span, length: length) else { return }
        counters.packetsSent += 1
        transmit(span.span.extracting(0..<sealed), now, &sink)
    }

    // MARK: - Repairs

    /// Answers a NACK from the ring, through the pacer.
    mutating func repair(_ place: Int, _ sequence: UInt16, _ now: Instant) {
        // What still waits for its turn is not lost.
        guard !sequence.isNewer(than: transmissions[place].lastLeft) else {
            counters.notInRing += 1
            return
        }
        let roundTrip = transmissions[place].roundTrip ?? PeerLimits.assumedRoundTrip / 10
        switch transmissions[place].ring.resend(sequence, now: now, roundTrip: roundTrip) {
        case .packet(let range):
            counters.retransmitted += 1
            pacer.enqueue(
                PacedPacket(transmission: place, sequence: sequence, isRepair: true),
                bytes: range.count, .retransmission, at: now)
        case .tooSoon: break
        case .gone: counters.notInRing += 1
        }
    }
}
