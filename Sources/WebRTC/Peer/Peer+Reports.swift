package import Primitives

extension Peer {
    // MARK: - What comes

    mutating func receiveRTCP(
        _ datagram: inout MutableSpan<UInt8>, length: Int, _ now: Instant,
        _ sink: inout some PeerSink
    ) {
        guard let srtp, state == .connected else {
            counters.beforeKeys += 1
            return
        }
        do throws(SRTPProblem) {
            let opened = try srtp.open(rtcp: &datagram, length: length)
            try? receiveReports(datagram.span.extracting(0..<opened), now, &sink)
            drainPacer(now, &sink)
        } catch {
            count(error)
        }
    }

    private mutating func receiveReports(
        _ compound: Span<UInt8>, _ now: Instant, _ sink: inout some PeerSink
    ) throws(RTCPProblem) {
        var cursor = RTCPCursor(compound)
        while let packet = try cursor.next() {
            switch packet {
            case .senderReport(let report, let blocks):
                take(report, now, &sink)
                for index in 0..<blocks.count { take(blocks[index], now) }
            case .receiverReport(_, let blocks):
                for index in 0..<blocks.count { take(blocks[index], now) }
            case .nack(let nack):
                guard let place = transmission(nack.media) else { continue }
                nack.forEach { repair(place, $0, now) }
            case .pictureLoss(let loss): wantKeyframe(loss.media, now, &sink)
            case .fullIntra(let request):
                for index in 0..<request.count { takeFullIntra(request[index], now, &sink) }
            case .receiverEstimate(let estimate):
                control.receive(receiverEstimate: estimate.bitsPerSecond, at: now)
            case .transportFeedback(let feedback): control.receive(feedback, at: now)
            case .goodbye(let goodbye):
                for index in 0..<goodbye.count { forget(goodbye[index]) }
            case .sourceDescription, .extendedReport: break
            }
        }
    }

    /// A source that has said goodbye leaves its place to others.
    private mutating func forget(_ ssrc: UInt32) {
        receptions.removeAll { $0.ssrc == ssrc }
    }

    private func transmission(_ ssrc: UInt32) -> Int? {
        transmissions.firstIndex { $0.format.ssrc == ssrc }
    }

    private mutating func take(
        _ report: SenderReport, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let place = receptions.firstIndex(where: { $0.ssrc == report.ssrc }) else { return }
        receptions[place].statistics.receive(senderReport: report.ntp, at: now)
        receptions[place].clock.receive(ntp: report.ntp, rtpTimestamp: report.rtpTimestamp)
        sink.receive(
            report,
            ReportDescription(
                media: receptions[place].media, layer: receptions[place].layer, arrival: now))
    }

    private mutating func take(_ block: ReportBlock, _ now: Instant) {
        guard let place = transmission(block.ssrc) else { return }
        let time = settings.wallClock.ntp(at: now)
        if let roundTrip = SenderStatistics.roundTrip(block, now: time) {
            transmissions[place].roundTrip = roundTrip
        }
        if !isControlled, transmissions[place].format.codec.kind == .video {
            let last = transmissions[place].lastReportAt ?? now
            control.receive(
                fractionLost: block.fractionLost,
                secondsSinceLast: Double((now - last).wholeNanoseconds) / 1e9,
                roundTrip: transmissions[place].roundTrip, at: now)
        }
        transmissions[place].lastReport = block
        transmissions[place].lastReportAt = now
    }

    private mutating func wantKeyframe(
        _ ssrc: UInt32, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let place = transmission(ssrc) else { return }
        if let last = transmissions[place].lastWish,
            last <= now, now < last + PeerLimits.wishInterval
        {
            return
        }
        transmissions[place].lastWish = now
        let format = transmissions[place].format
        sink.happened(.keyframeWanted(media: format.media, layer: format.layer))
    }

    /// The same request comes again until a keyframe does (RFC 5104 4.3.1): once is enough.
    private mutating func takeFullIntra(
        _ entry: FullIntraEntry, _ now: Instant, _ sink: inout some PeerSink
    ) {
        guard let place = transmission(entry.ssrc),
            transmissions[place].lastFullIntraNumber != entry.number
        else { return }
        transmissions[place].lastFullIntraNumber = entry.number
        wantKeyframe(entry.ssrc, now, &sink)
    }

    // MARK: - What goes

    /// Asks the sender of an m-line for a keyframe, as often as it makes sense.
    package mutating func requestKeyframe(
        media: Int, layer: Int? = nil, now: Instant, into sink: inout some PeerSink
    ) {
        for place in receptions.indices where receptions[place].media == media {
            if let layer, receptions[place].layer != layer { continue }
            requestKeyframe(place, now, &sink)
        }
    }

    mutating func requestKeyframe(_ place: Int, _ now: Instant, _ sink: inout some PeerSink) {
        guard now >= receptions[place].lastKeyframeRequest + PeerLimits.keyframeInterval,
            let line = session?.media[receptions[place].media],
            let agreed = line.codecs.first(where: {
                $0.payloadType == receptions[place].payloadType
            })
        else { return }
        receptions[place].lastKeyframeRequest = now
        counters.keyframesAsked += 1
        let media = receptions[place].media
        let (ssrc, number) = (receptions[place].ssrc, receptions[place].firNumber)
        receptions[place].firNumber &+= 1
        // A peer that has promised neither may still know the older and wider known of them.
        if agreed.feedback.contains(.fir), !agreed.feedback.contains(.pli) {
            let entries = [FullIntraEntry(ssrc: ssrc, number: number)]
            sendFeedback(media, now, &sink) { sender, output throws(RTCPProblem) in
                try RTCPWriter.fullIntra(sender: sender, entries.span, into: &output)
            }
        } else {
            sendFeedback(media, now, &sink) { sender, output throws(RTCPProblem) in
                try RTCPWriter.pictureLoss(
                    PictureLoss(sender: sender, media: ssrc), into: &output)
            }
        }
    }

    mutating func sendNack(_ place: Int, _ now: Instant, _ sink: inout some PeerSink) {
        let roundTrip = roundTrip
        var missing: [UInt16] = []
        swap(&missing, &self.missing)
        defer { swap(&missing, &self.missing) }
        missing.removeAll(keepingCapacity: true)
        missing.append(addingCapacity: PeerLimits.nackBatch) { output in
            receptions[place].nack?.poll(now: now, roundTrip: roundTrip, into: &output)
        }
        if receptions[place].nack?.takeKeyframeRequest() ?? false,
            receptions[place].codec.isPredictive
        {
            requestKeyframe(place, now, &sink)
        }
        guard !missing.isEmpty else { return }
        counters.nacksSent += 1
        let (ssrc, media) = (receptions[place].ssrc, receptions[place].media)
        sendFeedback(media, now, &sink) { sender, output throws(RTCPProblem) in
            try RTCPWriter.nack(
                sender: sender, media: ssrc, missing: missing.span, into: &output)
        }
    }

    /// What is due: reports once a second or so, transport-wide feedback more often.
    mutating func sendReports(_ now: Instant, _ sink: inout some PeerSink) {
        if let due = nextReport, due <= now {
            let spread = Double.random(in: 0.8...1.2, using: &random)
            nextReport = now + PeerLimits.reportInterval * spread
            sendCompound(now, &sink) { _, _ throws(RTCPProblem) in }
        }
        var rounds = 0
        guard var maker = feedback.take() else { return }
        while let due = maker.deadline, due <= now, rounds < 8 {
            rounds += 1
            let media = feedbackSource ?? 0
            let before = maker.untold
            sendFeedback(nil, now, &sink) { sender, output throws(RTCPProblem) in
                try maker.write(now: now, sender: sender, media: media, into: &output)
            }
            // What cannot be written must not be tried for ever.
            if maker.untold == before { maker = Self.makeFeedback() }
        }
        feedback = maker
    }

    mutating func sendGoodbye(_ now: Instant, _ sink: inout some PeerSink) {
        var sources = transmissions.map(\.format.ssrc)
        if sources.isEmpty { sources = [reportingSSRC] }
        let reason: [UInt8] = []
        sendCompound(now, &sink) { _, output throws(RTCPProblem) in
            try RTCPWriter.goodbye(sources.span, reason: reason.span, into: &output)
        }
    }

    private typealias Writing =
        (_ sender: UInt32, _ output: inout OutputSpan<UInt8>) throws(RTCPProblem) -> Void

    /// Alone where both sides have agreed on that (RFC 5506), behind an empty report otherwise.
    ///
    /// They agree by m-line, and some do so for video only, and overlook what stands behind a
    /// report. What concerns no m-line goes alone only where all of them agree.
    private mutating func sendFeedback(
        _ media: Int?, _ now: Instant, _ sink: inout some PeerSink, _ write: Writing
    ) {
        let isReduced =
            if let media {
                session?.media[media].usesReducedSizeRTCP ?? false
            } else {
                session?.media.allSatisfy(\.usesReducedSizeRTCP) ?? false
            }
        let sender = transmissions.first?.format.ssrc ?? reportingSSRC
        let cname = cname
        sendRTCP(now, &sink) { output throws(RTCPProblem) in
            // An empty report: a block that is told so often would say nothing of losses.
            if !isReduced {
                try RTCPWriter.receiverReport(ssrc: sender, Span(), into: &output)
                try RTCPWriter.cname(cname.span, ssrc: sender, into: &output)
            }
            try write(sender, &output)
        }
    }

    /// A report for each source we send, or one that only receives, the name, and what is written.
    private mutating func sendCompound(
        _ now: Instant, _ sink: inout some PeerSink, _ write: Writing
    ) {
        var blocks: [ReportBlock] = []
        for place in receptions.indices {
            let block = receptions[place].statistics.reportBlock(
                ssrc: receptions[place].ssrc, now: now)
            if let block { blocks.append(block) }
        }
        let time = settings.wallClock.ntp(at: now)
        var reports: [SenderReport] = []
        for transmission in transmissions {
            let report = transmission.statistics.senderReport(
                ssrc: transmission.format.ssrc, now: now, ntp: time)
            if let report { reports.append(report) }
        }
        let sender = reports.first?.ssrc ?? transmissions.first?.format.ssrc ?? reportingSSRC
        let cname = cname
        let none: [ReportBlock] = []
        sendRTCP(now, &sink) { output throws(RTCPProblem) in
            if reports.isEmpty {
                try RTCPWriter.receiverReport(ssrc: sender, blocks.span, into: &output)
            }
            for (index, report) in reports.enumerated() {
                let told = index == 0 ? blocks : none
                try RTCPWriter.senderReport(report, told.span, into: &output)
            }
            try RTCPWriter.cname(cname.span, ssrc: sender, into: &output)
            try write(sender, &output)
        }
    }

    private mutating func sendRTCP(
        _ now: Instant, _ sink: inout some PeerSink,
        _ write: (inout OutputSpan<UInt8>) throws(RTCPProblem) -> Void
    ) {
        guard let srtp, state == .connected else { return }
        var packet: [UInt8] = []
        swap(&packet, &report)
        defer { swap(&packet, &report) }
        packet.removeAll(keepingCapacity: true)
        packet.append(addingCapacity: PeerLimits.rtcp) { output in try? write(&output) }
        let length = packet.count
        guard length > 0 else { return }
        for _ in 0..<20 { packet.append(0) }
        var span = packet.mutableSpan
        guard let sealed = try? srtp.seal(rtcp: &span, length: length) else { return }
        transmit(span.span.extracting(0..<sealed), now, &sink)
    }
}
