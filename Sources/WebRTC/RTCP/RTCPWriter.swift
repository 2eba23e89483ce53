/// Appends RTCP packets to a buffer; a packet that does not fit is not begun.
package enum RTCPWriter {
    package static func senderReport(
        _ report: SenderReport, _ blocks: Span<ReportBlock>,
        into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard blocks.count <= ReportBlock.maximumCount else { throw .tooMany }
        try begin(
            RTCP.senderReport, UInt8(blocks.count), words: 6 + blocks.count * 6, &output)
        output.appendUInt32(report.ssrc)
        output.appendUInt64(report.ntp.rawValue)
        output.appendUInt32(report.rtpTimestamp)
        output.appendUInt32(report.packetCount)
        output.appendUInt32(report.octetCount)
        for index in 0..<blocks.count { append(blocks[index], to: &output) }
    }

    package static func receiverReport(
        ssrc: UInt32, _ blocks: Span<ReportBlock>, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard blocks.count <= ReportBlock.maximumCount else { throw .tooMany }
        try begin(
            RTCP.receiverReport, UInt8(blocks.count), words: 1 + blocks.count * 6, &output)
        output.appendUInt32(ssrc)
        for index in 0..<blocks.count { append(blocks[index], to: &output) }
    }

    /// A description of one source by its CNAME alone, which is what a compound needs.
    package static func cname(
        _ cname: Span<UInt8>, ssrc: UInt32, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard cname.count <= 255 else { throw .tooMany }
        // Type, length, text, and at least one zero.
        let padded = (2 + cname.count) / 4 * 4 + 4
        try begin(RTCP.sourceDescription, 1, words: 1 + padded / 4, &output)
        output.appendUInt32(ssrc)
        output.append(SourceText.cname)
        output.append(UInt8(cname.count))
        output.append(cname)
        output.append(repeating: 0, count: padded - 2 - cname.count)
    }

    package static func goodbye(
        _ sources: Span<UInt32>, reason: Span<UInt8>, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard sources.count <= 31, reason.count <= 255 else { throw .tooMany }
        let padded = reason.isEmpty ? 0 : (1 + reason.count + 3) / 4 * 4
        try begin(
            RTCP.goodbye, UInt8(sources.count), words: sources.count + padded / 4, &output)
        for index in 0..<sources.count { output.appendUInt32(sources[index]) }
        guard !reason.isEmpty else { return }
        output.append(UInt8(reason.count))
        output.append(reason)
        output.append(repeating: 0, count: padded - 1 - reason.count)
    }

    package static func nack(
        sender: UInt32, media: UInt32, _ entries: Span<NackEntry>,
        into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard !entries.isEmpty, entries.count <= 0xFFF0 else { throw .tooMany }
        try begin(
            RTCP.transportFeedback, RTCP.nackFormat, words: 2 + entries.count, &output)
        output.appendUInt32(sender)
        output.appendUInt32(media)
        for index in 0..<entries.count {
            output.appendUInt16(entries[index].first)
            output.appendUInt16(entries[index].following)
        }
    }

    /// The same from sequence numbers in sending order; masks are filled as far as they reach.
    package static func nack(
        sender: UInt32, media: UInt32, missing: Span<UInt16>,
        into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        var count = 0
        forEachEntry(missing) { _ in count += 1 }
        guard count > 0, count <= 0xFFF0 else { throw .tooMany }
        try begin(RTCP.transportFeedback, RTCP.nackFormat, words: 2 + count, &output)
        output.appendUInt32(sender)
        output.appendUInt32(media)
        var open: NackEntry?
        for index in 0..<missing.count {
            if open?.include(missing[index]) ?? false { continue }
            if let open { append(open, to: &output) }
            open = NackEntry(first: missing[index], following: 0)
        }
        if let open { append(open, to: &output) }
    }

    package static func pictureLoss(
        _ loss: PictureLoss, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        try begin(RTCP.payloadFeedback, RTCP.pictureLossFormat, words: 2, &output)
        output.appendUInt32(loss.sender)
        output.appendUInt32(loss.media)
    }

    package static func fullIntra(
        sender: UInt32, _ entries: Span<FullIntraEntry>, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard !entries.isEmpty, entries.count <= 0x7FF0 else { throw .tooMany }
        try begin(
            RTCP.payloadFeedback, RTCP.fullIntraFormat, words: 2 + entries.count * 2, &output)
        output.appendUInt32(sender)
        // RFC 5104 section 4.3.1.2: the media source is not used and zero.
        output.appendUInt32(0)
        for index in 0..<entries.count {
            output.appendUInt32(entries[index].ssrc)
            output.append(entries[index].number)
            output.appendUInt24(0)
        }
    }

    /// The bitrate is rounded down to what 18 bits of mantissa can say.
    package static func receiverEstimate(
        sender: UInt32, bitsPerSecond: UInt64, _ sources: Span<UInt32>,
        into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard sources.count <= 255 else { throw .tooMany }
        try begin(
            RTCP.payloadFeedback, RTCP.applicationFormat, words: 4 + sources.count, &output)
        output.appendUInt32(sender)
        output.appendUInt32(0)
        output.appendUInt32(RTCP.rembName)
        output.append(UInt8(sources.count))
        let exponent = max(0, 64 - bitsPerSecond.leadingZeroBitCount - 18)
        let mantissa = UInt32(truncatingIfNeeded: bitsPerSecond >> UInt64(exponent))
        output.appendUInt24(UInt32(exponent) << 18 | mantissa)
        for index in 0..<sources.count { output.appendUInt32(sources[index]) }
    }

    /// An extended report with a receiver's clock.
    package static func referenceTime(
        _ time: NTPTime, ssrc: UInt32, into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        try begin(RTCP.extendedReport, 0, words: 4, &output)
        output.appendUInt32(ssrc)
        output.appendUInt32(0x0400_0002)
        output.appendUInt64(time.rawValue)
    }

    /// An extended report that answers one receiver's clock.
    package static func delaySinceReference(
        to receiver: UInt32, last: UInt32, delay: UInt32, ssrc: UInt32,
        into output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        try begin(RTCP.extendedReport, 0, words: 5, &output)
        output.appendUInt32(ssrc)
        output.appendUInt32(0x0500_0003)
        output.appendUInt32(receiver)
        output.appendUInt32(last)
        output.appendUInt32(delay)
    }

    private static func forEachEntry(_ missing: Span<UInt16>, _ body: (NackEntry) -> Void) {
        var open: NackEntry?
        for index in 0..<missing.count {
            if open?.include(missing[index]) ?? false { continue }
            if let open { body(open) }
            open = NackEntry(first: missing[index], following: 0)
        }
        if let open { body(open) }
    }

    private static func append(_ entry: NackEntry, to output: inout OutputSpan<UInt8>) {
        output.appendUInt16(entry.first)
        output.appendUInt16(entry.following)
    }

    private static func append(_ block: ReportBlock, to output: inout OutputSpan<UInt8>) {
        output.appendUInt32(block.ssrc)
        output.append(block.fractionLost)
        output.appendUInt24(UInt32(bitPattern: block.cumulativeLost) & 0xFF_FFFF)
        output.appendUInt32(block.extendedHighest)
        output.appendUInt32(block.jitter)
        output.appendUInt32(block.lastSenderReport)
        output.appendUInt32(block.delaySinceLastSenderReport)
    }

    /// Writes the common header if all `words` that follow it fit too.
    static func begin(
        _ type: UInt8, _ format: UInt8, words: Int, _ output: inout OutputSpan<UInt8>
    ) throws(RTCPProblem) {
        guard output.freeCapacity >= RTCP.headerLength + words * 4 else { throw .noSpace }
        output.append(0x80 | format)
        output.append(type)
        output.appendUInt16(UInt16(truncatingIfNeeded: words))
    }
}
