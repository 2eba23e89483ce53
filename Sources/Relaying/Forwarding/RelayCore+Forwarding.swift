import Primitives
import SecureTransport
import WebRTC

/// How packets get from the rings to the viewers.
extension RelayCore {
    enum Gathering {
        /// Each packet that goes out alone costs a system call's share of its own. Where there are
        /// many viewers, the packets of a frame wait for each other, and sound waits for a frame:
        /// for so long at most.
        static func patience(viewers: Int) -> Duration {
            switch viewers {
            case ..<100: .zero
            case ..<500: .milliseconds(2)
            default: .milliseconds(8)
            }
        }
    }

    /// Notes that packets of a show are pending.
    func schedule(_ show: Show, isFrameEnd: Bool, _ now: Instant) {
        let patience = isFrameEnd ? .zero : Gathering.patience(viewers: show.viewers.count)
        let due = now + patience
        show.due = show.due.map { min($0, due) } ?? due
    }

    /// Forwards what is due; called when all datagrams that had come have been taken.
    func flushDue(_ now: Instant) {
        for place in shows.indices {
            if let due = shows[place].due, due <= now { flush(shows[place], now) }
        }
    }

    /// Forwards all that is pending of a show: for each viewer, all packets one after the other, so
    /// that those of one size leave in one piece.
    func flush(_ show: Show, _ now: Instant) {
        show.due = nil
        flushNumber += 1
        let count = show.viewers.count
        if count > 0 {
            // The one who is last waits for all others: it is not always the same.
            show.turn = (show.turn + 1) % count
            for track in show.tracks {
                for layer in track.layers { layer.ring.settle() }
            }
            for offset in 0..<count {
                var place = show.turn + offset
                if place >= count { place -= count }
                forward(to: show.viewers[place], show, now)
            }
        }
        for track in show.tracks {
            for layer in track.layers { layer.ring.forgetPending() }
        }
    }

    @inline(__always)
    private func forward(to viewer: RelayViewer, _ show: Show, _ now: Instant) {
        guard let address = viewer.address, let sealer = viewer.sealer else { return }
        let last = viewer.tracks.count - 1
        for step in 0...max(last, 0) where step <= last {
            // Only the last of a run may be shorter than the others: that is the sound.
            let place = viewer.beginsWithLast ? last - step : step
            if viewer.tracks[place].wantedLayer != nil { switchIfPossible(viewer, place, now) }
            switch viewer.tracks[place].phase {
            case .live: forward(viewer, place, show, sealer, address, now)
            case .waiting: joinIfPossible(viewer, place, now)
            case .catchingUp: break
            }
        }
    }

    private func forward(
        _ viewer: RelayViewer, _ place: Int, _ show: Show, _ sealer: FanOutSealer,
        _ address: SocketAddress, _ now: Instant
    ) {
        guard let mapping = viewer.tracks[place].mapping else { return }
        let ring = mapping.layer.ring
        guard !ring.pending.isEmpty else { return }
        let format = viewer.tracks[place].format
        format.render(ring, flush: flushNumber)
        let (ssrc, first) = (viewer.tracks[place].ssrc, viewer.tracks[place].cursor)
        var (packets, octets) = (0, 0)
        var highest = viewer.tracks[place].nextOut - 1
        var timestamp = viewer.tracks[place].lastTimestamp
        // Local, so that nothing is looked up or counted again for each packet.
        let (outlet, prepared, headers) = (outlet, format.prepared, format.headers)
        let (numberOffset, timestampOffset) = (mapping.numberOffset, mapping.timestampOffset)
        ring.withArena { arena in
            for index in prepared.indices where prepared[index].number >= first {
                let packet = prepared[index]
                let headerLength = Int(packet.headerLength)
                let length = headerLength + Int(packet.length)
                let out = packet.number + numberOffset
                timestamp = packet.timestamp &+ timestampOffset
                let outTimestamp = timestamp
                let stamp = stamp(viewer, format, length, now)
                let header = index * ForwardFormat.maximumHeader
                let start = Int(packet.start)
                let payload = arena.extracting(start..<start + Int(packet.length))
                outlet.send(to: address, maximumBytes: length + 16) { target in
                    target.overwrite(
                        at: 0, with: headers.span.extracting(header..<header + headerLength))
                    Self.address(&target, UInt16(truncatingIfNeeded: out), outTimestamp, ssrc)
                    stamp?.write(&target)
                    return
                        (try? sealer.seal(
                            payload: payload, headerLength: headerLength, use: .first,
                            in: &target)) ?? 0
                }
                packets += 1
                octets += Int(packet.octets)
                highest = max(highest, out)
            }
        }
        guard packets > 0 else { return }
        viewer.tracks[place].noteSent(packets, octets, highest, timestamp, now)
        counters.packetsForwarded += packets
        counters.bytesForwarded += octets
        show.packetsForwarded += packets
    }

    /// What a packet says of its leaving, where that was agreed on.
    struct Stamp {
        let sendTime: AbsoluteSendTime
        let number: UInt16
        let format: ForwardFormat

        func write(_ packet: inout MutableSpan<UInt8>) {
            RTPRewrite.setTransportSequence(number, at: format.transportPlace, of: &packet)
            RTPRewrite.setAbsoluteSendTime(sendTime, at: format.sendTimePlace, of: &packet)
        }
    }

    @inline(__always)
    private func stamp(
        _ viewer: RelayViewer, _ format: ForwardFormat, _ bytes: Int, _ now: Instant
    ) -> Stamp? {
        guard format.key.usesTransportSequence,
            let number = viewer.control?.send(bytes: bytes, at: now)
        else { return nil }
        return Stamp(
            sendTime: AbsoluteSendTime(settings.wallClock.ntp(at: now)), number: number,
            format: format)
    }

    /// Puts in what is the viewer's own.
    @inline(__always)
    static func address(
        _ packet: inout MutableSpan<UInt8>, _ sequence: UInt16, _ timestamp: UInt32,
        _ ssrc: UInt32
    ) {
        RTPRewrite.setSequenceNumber(sequence, of: &packet)
        RTPRewrite.setTimestamp(timestamp, of: &packet)
        RTPRewrite.setSSRC(ssrc, of: &packet)
    }

    /// Sends one packet of a ring, now or again; false where it is not there any more.
    @discardableResult
    func sendOne(
        _ viewer: RelayViewer, _ place: Int, _ mapping: ViewerTrack.Mapping, _ number: Int64,
        use: FanOutSealer.Use, _ now: Instant
    ) -> Bool {
        guard let address = viewer.address, let sealer = viewer.sealer,
            let entry = mapping.layer.ring.entry(number)
        else { return false }
        let ring = mapping.layer.ring
        let format = viewer.tracks[place].format
        let ssrc = viewer.tracks[place].ssrc
        let timestamp = entry.timestamp &+ mapping.timestampOffset
        let sequence = mapping.sequence(number)
        let count = Int(entry.length) + Int(entry.padding)
        let maximum = ForwardFormat.maximumHeader + count + 16
        let stamp = stamp(viewer, format, count + ForwardFormat.usualHeader, now)
        outlet.send(to: address, maximumBytes: maximum) { target in
            let headerLength = format.writeHeader(of: entry, to: &target)
            Self.address(&target, sequence, timestamp, ssrc)
            stamp?.write(&target)
            return ring.withPaddedPayload(of: entry) { payload in
                (try? sealer.seal(
                    payload: payload, headerLength: headerLength, use: use, in: &target)) ?? 0
            }
        }
        guard use == .first else { return true }
        let out = number + mapping.numberOffset
        viewer.tracks[place].noteSent(1, Int(entry.length), out, timestamp, now)
        counters.packetsForwarded += 1
        counters.bytesForwarded += Int(entry.length)
        viewer.show.packetsForwarded += 1
        return true
    }

    // MARK: - Repairs

    /// Answers a viewer's request for one packet: as a retransmission where that was agreed on, and
    /// the same packet once more otherwise.
    func repair(_ viewer: RelayViewer, _ place: Int, _ sequence: UInt16, _ now: Instant) {
        counters.repairsAsked += 1
        guard let (mapping, number) = viewer.tracks[place].find(sequence),
            viewer.repairs.isAllowed(now)
        else { return }
        guard let rtxSSRC = viewer.tracks[place].rtxSSRC,
            let type = viewer.tracks[place].format.key.rtxPayloadType
        else {
            // What the viewer has never been sent is sent for the first time.
            if !sendOne(viewer, place, mapping, number, use: .again, now) { return }
            counters.repairsSent += 1
            return
        }
        guard let address = viewer.address, let sealer = viewer.sealer,
            let entry = mapping.layer.ring.entry(number)
        else { return }
        let rtxSequence = viewer.tracks[place].rtxSequence
        viewer.tracks[place].rtxSequence &+= 1
        let format = viewer.tracks[place].format
        let timestamp = entry.timestamp &+ mapping.timestampOffset
        let count = Int(entry.length) + RTX.overhead
        let stamp = stamp(viewer, format, count + ForwardFormat.usualHeader, now)
        outlet.send(
            to: address, maximumBytes: ForwardFormat.maximumHeader + count + 16
        ) { target in
            let headerLength = format.writeHeader(of: entry, to: &target)
            Self.address(&target, rtxSequence, timestamp, rtxSSRC)
            RTPRewrite.setPayloadType(type, of: &target)
            // A repair has no need of padding.
            target[0] &= ~0x20
            stamp?.write(&target)
            target[headerLength] = UInt8(sequence >> 8)
            target[headerLength + 1] = UInt8(truncatingIfNeeded: sequence)
            mapping.layer.ring.withPayload(of: entry) { payload in
                target.overwrite(at: headerLength + RTX.overhead, with: payload)
            }
            return
                (try? sealer.seal(
                    rtp: &target, length: headerLength + count, headerLength: headerLength,
                    use: .first)) ?? 0
        }
        counters.repairsSent += 1
    }
}
