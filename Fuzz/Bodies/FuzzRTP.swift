import WebRTC

/// An RTP packet: its parts lie inside it, and rewriting and RTX bring back what went in.
package func fuzzRTP(_ bytes: [UInt8]) {
    _ = DatagramKind(of: bytes.span)
    guard let header = try? RTPHeader(parsing: bytes.span) else { return }
    precondition(header.payloadRange.upperBound <= bytes.count, "a payload beyond the packet")
    checkExtensions(bytes, header)
    checkRewriting(bytes, header)
    checkRTX(bytes, header)
}

private func checkExtensions(_ bytes: [UInt8], _ header: RTPHeader) {
    var map = RTPExtensionMap()
    for (index, kind) in RTPExtensionKind.allCases.enumerated() { map[kind] = UInt8(index + 1) }
    _ = RTPExtensionPlaces(bytes.span, header, map).readTransportSequence(bytes.span)
    guard let profile = header.extensionProfile, let form = RTPExtensionForm(profile: profile)
    else { return }
    var block = RTPExtensionBlock(form)
    var count = 0
    var cursor = RTPExtensionCursor(bytes.span, header)
    while let element = cursor.next() {
        precondition(header.extensionRange.contains(element.range), "an extension outside")
        let value = bytes.span.extracting(element.range)
        _ = rtpExtensionText(element.range, in: bytes.span)
        _ = AudioLevel(value)
        _ = AbsoluteSendTime(value)
        _ = AbsoluteCaptureTime(value)
        _ = PlayoutDelay(value)
        _ = VideoOrientation(value)
        if block.append(element.id, value) { count += 1 }
    }
    let written = [UInt8](capacity: 300) { output in
        try? header.write(extensions: block, into: &output)
    }
    guard let again = try? RTPHeader(parsing: written.span) else {
        preconditionFailure("a written header that does not parse")
    }
    precondition(again.ssrc == header.ssrc && again.marker == header.marker, "a changed header")
    var second = RTPExtensionCursor(written.span, again)
    while second.next() != nil { count -= 1 }
    precondition(count == 0, "written extensions that are not found")
}

private func checkRewriting(_ bytes: [UInt8], _ header: RTPHeader) {
    var copy = bytes
    var packet = copy.mutableSpan
    RTPRewrite.setSSRC(~header.ssrc, of: &packet)
    RTPRewrite.setTimestamp(~header.timestamp, of: &packet)
    RTPRewrite.setSequenceNumber(~header.sequenceNumber, of: &packet)
    RTPRewrite.setPayloadType(header.payloadType ^ 0x7F, of: &packet)
    RTPRewrite.setSSRC(header.ssrc, of: &packet)
    RTPRewrite.setTimestamp(header.timestamp, of: &packet)
    RTPRewrite.setSequenceNumber(header.sequenceNumber, of: &packet)
    RTPRewrite.setPayloadType(header.payloadType, of: &packet)
    precondition(copy == bytes, "rewriting touches what it should not")
}

private func checkRTX(_ bytes: [UInt8], _ header: RTPHeader) {
    let sent = [UInt8](capacity: bytes.count + RTX.overhead) { output in
        try? RTX.encapsulate(
            bytes.span, header, payloadType: 97, ssrc: 1, sequenceNumber: 2, into: &output)
    }
    guard let sentHeader = try? RTPHeader(parsing: sent.span) else {
        preconditionFailure("a retransmission that does not parse")
    }
    let back = [UInt8](capacity: bytes.count) { output in
        try? RTX.decapsulate(
            sent.span, sentHeader, payloadType: header.payloadType, ssrc: header.ssrc,
            into: &output)
    }
    guard let original = try? RTPHeader(parsing: back.span) else {
        preconditionFailure("an original that does not parse")
    }
    precondition(original.sequenceNumber == header.sequenceNumber, "another packet")
    precondition(
        back[original.payloadRange].elementsEqual(bytes[header.payloadRange]), "another payload")
}

extension Range<Int> {
    fileprivate func contains(_ inner: Range<Int>) -> Bool {
        inner.lowerBound >= lowerBound && inner.upperBound <= upperBound
    }
}
