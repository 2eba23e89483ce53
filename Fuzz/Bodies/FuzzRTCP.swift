import WebRTC

/// A compound of RTCP: what parses writes, and what is written parses to the same.
package func fuzzRTCP(_ bytes: [UInt8]) {
    let once = rewritten(bytes)
    precondition(rewritten(once) == once, "RTCP that does not survive")
}

/// The known packets of a datagram, written anew.
private func rewritten(_ bytes: [UInt8]) -> [UInt8] {
    // Nothing that is written here is longer than ten times what was read.
    [UInt8](capacity: bytes.count * 10 + 64) { output in
        var cursor = RTCPCursor(bytes.span)
        while let packet = try? cursor.next() {
            do throws(RTCPProblem) {
                try write(packet, into: &output)
            } catch {
                precondition(error == .tooMany, "room that was promised is missing")
            }
        }
    }
}

private func write(
    _ packet: borrowing RTCPPacket, into output: inout OutputSpan<UInt8>
) throws(RTCPProblem) {
    switch packet {
    case .senderReport(let report, let blocks):
        try RTCPWriter.senderReport(report, copied(blocks).span, into: &output)
    case .receiverReport(let ssrc, let blocks):
        try RTCPWriter.receiverReport(ssrc: ssrc, copied(blocks).span, into: &output)
    case .sourceDescription(let description):
        var texts = description
        while let text = texts.next() {
            guard text.type == SourceText.cname else { continue }
            try RTCPWriter.cname(text.text, ssrc: text.ssrc, into: &output)
        }
    case .goodbye(let goodbye):
        let sources = (0..<goodbye.count).map { goodbye[$0] }
        try RTCPWriter.goodbye(sources.span, reason: goodbye.reason, into: &output)
    case .nack(let nack):
        let entries = (0..<nack.count).map { nack[$0] }
        try RTCPWriter.nack(
            sender: nack.sender, media: nack.media, entries.span, into: &output)
    case .pictureLoss(let loss):
        try RTCPWriter.pictureLoss(loss, into: &output)
    case .fullIntra(let request):
        let entries = (0..<request.count).map { request[$0] }
        try RTCPWriter.fullIntra(sender: request.sender, entries.span, into: &output)
    case .receiverEstimate(let estimate):
        let sources = (0..<estimate.count).map { estimate[$0] }
        try RTCPWriter.receiverEstimate(
            sender: estimate.sender, bitsPerSecond: estimate.bitsPerSecond, sources.span,
            into: &output)
    case .transportFeedback(let feedback):
        try write(feedback, into: &output)
    case .extendedReport(let report):
        try write(report, into: &output)
    }
}

private func copied(_ blocks: borrowing ReportBlocks) -> [ReportBlock] {
    var copy: [ReportBlock] = []
    for index in 0..<blocks.count { copy.append(blocks[index]) }
    return copy
}

private func write(
    _ feedback: borrowing TransportFeedback, into output: inout OutputSpan<UInt8>
) throws(RTCPProblem) {
    var arrivals: [Int64] = []
    var cursor = feedback.arrivals()
    while let arrival = cursor.next() {
        arrivals.append(arrival.ticks ?? RTCPWriter.missingArrival)
    }
    // A few bytes can promise thousands of packets: what is written of them is bounded here.
    if arrivals.count > 64 { arrivals.removeSubrange(64...) }
    _ = try RTCPWriter.transportFeedback(
        sender: feedback.sender, media: feedback.media, base: feedback.baseSequence,
        feedbackCount: feedback.feedbackCount, arrivals.span, into: &output)
}

private func write(
    _ report: borrowing ExtendedReport, into output: inout OutputSpan<UInt8>
) throws(RTCPProblem) {
    var blocks = copy report
    while let block = blocks.next() {
        switch block {
        case .referenceTime(let time):
            try RTCPWriter.referenceTime(time, ssrc: report.ssrc, into: &output)
        case .delaySinceReference(let receiver, let last, let delay):
            try RTCPWriter.delaySinceReference(
                to: receiver, last: last, delay: delay, ssrc: report.ssrc, into: &output)
        }
    }
}
