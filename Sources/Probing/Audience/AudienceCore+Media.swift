import Measures
import Network
import Primitives
import SecureTransport
import Sessions
import WebRTC

/// What comes to viewers.
extension AudienceCore {
    /// What a socket has received: at once, or as each viewer's bad network lets it through.
    func arrive(
        _ datagram: inout MutableSpan<UInt8>, _ member: Int, _ remote: SocketAddress,
        _ at: Instant, _ now: Instant
    ) {
        guard member < viewers.count else { return }
        guard paths.isEmpty else {
            guard let due = paths[member].fate(ofBytes: datagram.count, now: at) else { return }
            guard plan.impairment?.holdsBack == true else {
                return receive(&datagram, member, remote, at, now)
            }
            return delayed.push(
                datagram.span, Delayed(member: member, remote: remote, due: due), due: due)
        }
        receive(&datagram, member, remote, at, now)
    }

    func passOn(_ now: Instant) {
        guard delayed.count > 0 else { return }
        var waiting = DatagramDelay<Delayed>(maximumDatagrams: 0, maximumBytes: 0)
        swap(&waiting, &delayed)
        while waiting.pop(
            now: now,
            { datagram, tag in receive(&datagram, tag.member, tag.remote, tag.due, now) })
        {}
        swap(&waiting, &delayed)
    }

    private func receive(
        _ datagram: inout MutableSpan<UInt8>, _ member: Int, _ remote: SocketAddress,
        _ at: Instant, _ now: Instant
    ) {
        if rows[member].isWatching, DatagramKind(of: datagram.span) == .rtp {
            return count(&datagram, member, at, now)
        }
        let viewer = viewers[member]
        var receipt = TransportReceipt.consumed
        viewer.change(group, now) { transport, sink in
            receipt = transport.receive(
                &datagram, from: remote, on: SocketID(0), now: now, into: &sink)
        }
        switch receipt {
        case .rtcp(let length): takeReports(&datagram, length, viewer, now)
        case .farewell: if viewer.doubtfulSince == nil { viewer.doubtfulSince = now }
        case .consumed, .rtp, .beforeKeys, .stranger, .unknown: break
        }
        settle(viewer, now)
    }

    // MARK: - Media

    @inline(__always)
    private func count(
        _ datagram: inout MutableSpan<UInt8>, _ member: Int, _ at: Instant, _ now: Instant
    ) {
        guard let wants = rows[member].take(datagram.span, at: at.nanoseconds) else { return }
        if wants.gap > 0 || wants.isLate || wants.isRepair || wants.sample || wants.look
            || rows[member].isAsking
        {
            return countSlowly(&datagram, wants, member, at, now)
        }
        if wants.endsFrame, !rows[member].awaitsKeyframe {
            finishFrame(member, at, isKeyframe: rows[member].isFrameKey)
        }
    }

    private func countSlowly(
        _ datagram: inout MutableSpan<UInt8>, _ wants: ViewerRow.Wants, _ member: Int,
        _ at: Instant, _ now: Instant
    ) {
        let viewer = viewers[member]
        if wants.gap > 0 { miss(wants, viewer, at) }
        if wants.isRepair || wants.sample || wants.look {
            open(&datagram, wants, viewer)
        }
        if wants.isLate {
            let isRepaired = rows[member].isAsking && viewer.agreement?.hasRTX == false
            if wants.isVideo {
                rows[member].video.countLate(isRepaired: isRepaired)
            } else {
                rows[member].audio.countLate(isRepaired: isRepaired)
            }
        }
        if rows[member].isAsking, !wants.isRepair {
            if wants.isVideo {
                viewer.videoGaps?.receive(wants.sequence, at: at)
            } else {
                viewer.audioGaps?.receive(wants.sequence, at: at)
            }
        }
        if wants.endsFrame, !rows[member].awaitsKeyframe {
            if wants.isLate {
                hold(wants.sequence, viewer, isKeyframe: false)
            } else if let gaps = viewer.videoGaps, gaps.missingCount > 0 {
                hold(wants.sequence, viewer, isKeyframe: rows[member].isFrameKey)
            } else {
                finishFrame(member, at, isKeyframe: rows[member].isFrameKey)
            }
        }
        release(viewer, at)
    }

    private func open(
        _ datagram: inout MutableSpan<UInt8>, _ wants: ViewerRow.Wants, _ viewer: CountingViewer
    ) {
        let member = viewer.member
        guard let srtp = viewer.transport.srtp,
            let length = try? srtp.open(rtp: &datagram, length: datagram.count),
            let header = try? RTPHeader(parsing: datagram.span.extracting(0..<length))
        else {
            rows[member].forged += 1
            return
        }
        rows[member].opened += 1
        if !viewer.isRetired {
            // The other side has the keys: all that the association could still say is goodbye.
            viewer.isRetired = true
            viewer.transport.retireWithFarewell()
        }
        let packet = datagram.span.extracting(0..<length)
        if wants.isRepair { return takeRepair(packet, header, viewer) }
        guard wants.look, let codec = viewer.agreement?.codec(wants.type) else { return }
        let payload = packet.extracting(header.payloadRange)
        if PayloadInspection.isKeyframeStart(codec, payload: payload) {
            rows[member].isFrameKey = true
            rows[member].awaitsKeyframe = false
        }
    }

    /// Repairs have a source of their own (RFC 4588); which one they are of is sealed.
    private func takeRepair(
        _ packet: Span<UInt8>, _ header: RTPHeader, _ viewer: CountingViewer
    ) {
        guard let original = RTX.originalSequence(packet, header) else { return }
        let member = viewer.member
        if rows[member].video.repair(original) {
            viewer.videoGaps?.receive(original, at: loop.now)
            // It keeps the marker of what it repairs: the end of a frame may have come with it.
            if header.marker, !rows[member].awaitsKeyframe {
                hold(original, viewer, isKeyframe: false)
            }
        } else {
            rows[member].countRepeatedRepair()
        }
    }

    // MARK: - Gaps

    private func miss(_ wants: ViewerRow.Wants, _ viewer: CountingViewer, _ at: Instant) {
        let member = viewer.member
        lossRuns.add(Int64(wants.gap))
        guard let agreement = viewer.agreement else { return }
        let isAsked = wants.isVideo ? agreement.repairsVideo : agreement.repairsAudio
        guard isAsked else {
            if wants.isVideo { loseFrames(viewer) }
            return
        }
        let before = wants.sequence &- UInt16(truncatingIfNeeded: wants.gap) &- 1
        var limits = wants.isVideo ? NackGenerator.Limits.video : .audio
        limits.maximumMissing = AudienceLimits.missing
        if wants.isVideo, viewer.videoGaps == nil {
            viewer.videoGaps = NackGenerator(limits)
            viewer.videoGaps?.receive(before, at: at)
        } else if !wants.isVideo, viewer.audioGaps == nil {
            viewer.audioGaps = NackGenerator(limits)
            viewer.audioGaps?.receive(before, at: at)
        }
        if !rows[member].isAsking {
            rows[member].isAsking = true
            asking.append(member)
        }
    }

    /// Keeps the end of a frame, in the order of frames, until nothing is missing before it.
    private func hold(_ end: UInt16, _ viewer: CountingViewer, isKeyframe: Bool) {
        guard viewer.held.count < AudienceLimits.heldFrames else { return loseFrames(viewer) }
        let place = viewer.held.lastIndex { !$0.end.isNewer(than: end) }
        viewer.held.insert((end, isKeyframe), at: place.map { $0 + 1 } ?? 0)
    }

    /// Frames before which nothing is missing any more have arrived.
    func release(_ viewer: CountingViewer, _ at: Instant) {
        guard !viewer.held.isEmpty else { return }
        let missing = viewer.videoGaps?.firstMissing
        while let first = viewer.held.first {
            if let missing, !missing.isNewer(than: first.end) { return }
            viewer.held.removeFirst()
            finishFrame(viewer.member, at, isKeyframe: first.isKeyframe)
        }
    }

    /// What is lost for good costs all pictures up to the next keyframe.
    func loseFrames(_ viewer: CountingViewer) {
        viewer.held = []
        rows[viewer.member].awaitsKeyframe = true
    }

    func finishFrame(_ member: Int, _ at: Instant, isKeyframe: Bool) {
        let shown = rows[member].pictures.add(at: at.nanoseconds, isKeyframe: isKeyframe)
        guard let gap = shown.gap else { return }
        frameGaps.add(gap)
        if let interval = shown.keyframeInterval, rows[member].looksAlways {
            keyframeIntervals.add(interval)
        }
        note(shown, member)
    }

    /// Nobody is told of a picture that never comes: what stands still at the end counts as far as
    /// it has gone.
    func endWatch() {
        for member in rows.indices where rows[member].isWatching { endWatch(of: member) }
    }

    func endWatch(of member: Int) {
        note(rows[member].pictures.finish(at: loop.now.nanoseconds), member)
    }

    private func note(_ shown: PictureCount.Shown, _ member: Int) {
        guard shown.freeze != nil || shown.rebuffer != nil else { return }
        let viewer = viewers[member]
        if let freeze = shown.freeze {
            freezes.add(freeze)
            if viewer.freezes.count < AudienceLimits.freezes { viewer.freezes.append(freeze) }
        }
        if let rebuffer = shown.rebuffer {
            rebuffers.add(rebuffer)
            if viewer.rebuffers.count < AudienceLimits.freezes {
                viewer.rebuffers.append(rebuffer)
            }
        }
    }
}
