import Network
import Primitives
import SecureTransport
import WebRTC

/// What viewers say of what they get, as any viewer does: the server works for them as for others.
extension AudienceCore {
    private static let reportBytes = 1140
    /// What sealing a report adds at most.
    private static let sealBytes = 20
    private static let name = Array("whep-probe".utf8)

    func sayReports(_ now: Instant) {
        let feedback = AudienceLimits.feedbackSweeps
        // Each has its turn: a tenth of them in each sweep.
        var member = feedback - 1 - sweeps % feedback
        while member < rows.count {
            if rows[member].isWatching {
                let isWhole = (sweeps + member) % AudienceLimits.reportSweeps == 0
                sayReport(viewers[member], isWhole: isWhole, now)
            }
            member += feedback
        }
    }

    private func sayReport(_ viewer: CountingViewer, isWhole: Bool, _ now: Instant) {
        let member = viewer.member
        guard isWhole || !rows[member].arrivals.isEmpty else { return }
        if isWhole, askForKeyframe(viewer, now) { return }
        say(viewer, isReport: isWhole, now) { output throws(RTCPProblem) in
            try rows[member].arrivals.write(
                sender: viewer.reportingSSRC, media: rows[member].video.ssrc, into: &output)
        }
    }

    /// Where pictures wait for a keyframe that does not come by itself; whether one was asked for.
    @discardableResult
    private func askForKeyframe(_ viewer: CountingViewer, _ now: Instant) -> Bool {
        let member = viewer.member
        guard rows[member].awaitsKeyframe, rows[member].video.isStarted,
            viewer.agreement?.asksPictureLoss == true,
            now >= viewer.lastKeyframeRequest + AudienceLimits.keyframeInterval
        else { return false }
        viewer.lastKeyframeRequest = now
        rows[member].keyframesAsked += 1
        let loss = PictureLoss(sender: viewer.reportingSSRC, media: rows[member].video.ssrc)
        say(viewer, isReport: true, now) { output throws(RTCPProblem) in
            try RTCPWriter.pictureLoss(loss, into: &output)
        }
        return true
    }

    // MARK: - Repairs

    func askForMissing(_ now: Instant) {
        guard !asking.isEmpty else { return }
        var kept = 0
        for place in asking.indices {
            let member = asking[place]
            guard rows[member].isWatching, isAsking(viewers[member], now) else {
                rows[member].isAsking = false
                viewers[member].videoGaps = nil
                viewers[member].audioGaps = nil
                continue
            }
            asking[kept] = member
            kept += 1
        }
        asking.removeLast(asking.count - kept)
    }

    /// Asks for what is due; false once nothing is missing.
    private func isAsking(_ viewer: CountingViewer, _ now: Instant) -> Bool {
        let roundTrip = viewer.transport.ice.selectedRoundTrip ?? .milliseconds(100)
        numbers.removeAll(keepingCapacity: true)
        numbers.append(addingCapacity: AudienceLimits.missing) { output in
            viewer.videoGaps?.poll(now: now, roundTrip: roundTrip, into: &output)
        }
        ask(viewer, rows[viewer.member].video.ssrc, now)
        if viewer.videoGaps?.takeKeyframeRequest() == true {
            loseFrames(viewer)
            askForKeyframe(viewer, now)
        }
        numbers.removeAll(keepingCapacity: true)
        numbers.append(addingCapacity: AudienceLimits.missing) { output in
            viewer.audioGaps?.poll(now: now, roundTrip: roundTrip, into: &output)
        }
        ask(viewer, rows[viewer.member].audio.ssrc, now)
        release(viewer, now)
        return (viewer.videoGaps?.missingCount ?? 0) + (viewer.audioGaps?.missingCount ?? 0) > 0
    }

    private func ask(_ viewer: CountingViewer, _ ssrc: UInt32, _ now: Instant) {
        guard !numbers.isEmpty else { return }
        rows[viewer.member].nacks += 1
        var missing: [UInt16] = []
        swap(&missing, &numbers)
        defer { swap(&missing, &numbers) }
        say(viewer, isReport: false, now) { output throws(RTCPProblem) in
            try RTCPWriter.nack(
                sender: viewer.reportingSSRC, media: ssrc, missing: missing.span, into: &output)
        }
    }

    // MARK: - Writing

    func sayGoodbye(_ viewer: CountingViewer, _ now: Instant) {
        let sources = [viewer.reportingSSRC]
        let reason: [UInt8] = []
        say(viewer, isReport: true, now) { output throws(RTCPProblem) in
            try RTCPWriter.goodbye(sources.span, reason: reason.span, into: &output)
        }
    }

    /// Behind a report where one is due, behind an empty one where the server wants that.
    private func say(
        _ viewer: CountingViewer, isReport: Bool, _ now: Instant,
        _ write: (inout OutputSpan<UInt8>) throws(RTCPProblem) -> Void
    ) {
        guard let srtp = viewer.transport.srtp else { return }
        let isReduced = viewer.agreement?.isReduced ?? false
        var bytes: [UInt8] = []
        swap(&bytes, &packet)
        defer { swap(&bytes, &packet) }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(addingCapacity: Self.reportBytes) { output in
            if isReport || !isReduced { try? open(viewer, isReport, now, &output) }
            try? write(&output)
        }
        let length = bytes.count
        guard length > 0 else { return }
        for _ in 0..<Self.sealBytes { bytes.append(0) }
        var span = bytes.mutableSpan
        guard let sealed = try? srtp.seal(rtcp: &span, length: length) else { return }
        viewer.change(group, now) { transport, sink in
            transport.transmit(span.span.extracting(0..<sealed), now, &sink)
        }
    }

    private func open(
        _ viewer: CountingViewer, _ hasBlocks: Bool, _ now: Instant,
        _ output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        var blocks: [ReportBlock] = []
        if hasBlocks {
            if let block = Self.block(&rows[viewer.member].video, now) { blocks.append(block) }
            if let block = Self.block(&rows[viewer.member].audio, now) { blocks.append(block) }
        }
        try RTCPWriter.receiverReport(ssrc: viewer.reportingSSRC, blocks.span, into: &output)
        try RTCPWriter.cname(Self.name.span, ssrc: viewer.reportingSSRC, into: &output)
    }

    private static func block(_ source: inout SourceCount, _ now: Instant) -> ReportBlock? {
        guard source.isStarted else { return nil }
        let loss = source.takeReport()
        let since = source.reportAt == 0 ? 0 : now.nanoseconds - source.reportAt
        return ReportBlock(
            ssrc: source.ssrc, fractionLost: loss.fraction,
            cumulativeLost: Int32(clamping: loss.lost),
            extendedHighest: UInt32(truncatingIfNeeded: source.highest),
            jitter: source.jitterTicks, lastSenderReport: source.reportMiddle,
            delaySinceLastSenderReport: UInt32(clamping: since / 15_259))
    }

    // MARK: - What the server says

    func takeReports(
        _ datagram: inout MutableSpan<UInt8>, _ length: Int, _ viewer: CountingViewer,
        _ now: Instant
    ) {
        guard let srtp = viewer.transport.srtp,
            let opened = try? srtp.open(rtcp: &datagram, length: length)
        else { return }
        try? read(datagram.span.extracting(0..<opened), viewer, now)
    }

    private func read(
        _ compound: Span<UInt8>, _ viewer: CountingViewer, _ now: Instant
    ) throws(RTCPProblem) {
        var cursor = RTCPCursor(compound)
        let member = viewer.member
        while let packet = try cursor.next() {
            switch packet {
            case .senderReport(let report, _):
                if report.ssrc == rows[member].video.ssrc {
                    rows[member].video.reportMiddle = report.ntp.middle32
                    rows[member].video.reportAt = now.nanoseconds
                } else if report.ssrc == rows[member].audio.ssrc {
                    rows[member].audio.reportMiddle = report.ntp.middle32
                    rows[member].audio.reportAt = now.nanoseconds
                }
            case .goodbye: if viewer.doubtfulSince == nil { viewer.doubtfulSince = now }
            default: break
            }
        }
    }
}
