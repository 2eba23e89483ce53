/// Numbers that RTCP's registries give.
package enum RTCP {
    static let senderReport: UInt8 = 200
    static let receiverReport: UInt8 = 201
    static let sourceDescription: UInt8 = 202
    static let goodbye: UInt8 = 203
    static let transportFeedback: UInt8 = 205
    static let payloadFeedback: UInt8 = 206
    static let extendedReport: UInt8 = 207

    static let nackFormat: UInt8 = 1
    static let transportWideFormat: UInt8 = 15
    static let pictureLossFormat: UInt8 = 1
    static let fullIntraFormat: UInt8 = 4
    static let applicationFormat: UInt8 = 15
    /// "REMB" in ASCII.
    static let rembName: UInt32 = 0x5245_4D42

    package static let headerLength = 4
}

/// One packet of a compound, as a view of the datagram.
package enum RTCPPacket: ~Escapable {
    case senderReport(SenderReport, ReportBlocks)
    case receiverReport(ssrc: UInt32, ReportBlocks)
    case sourceDescription(SourceDescription)
    case goodbye(Goodbye)
    case nack(GenericNack)
    case pictureLoss(PictureLoss)
    case fullIntra(FullIntraRequest)
    case receiverEstimate(ReceiverEstimate)
    case transportFeedback(TransportFeedback)
    case extendedReport(ExtendedReport)
}

/// A walk over the packets of a compound or reduced-size datagram (RFC 3550, RFC 5506).
package struct RTCPCursor: ~Escapable {
    private let datagram: Span<UInt8>
    private var position = 0
    /// Packets of a type that is not known here.
    package private(set) var unknown = 0
    /// Packets of a known type whose body contradicts itself: they are passed over.
    package private(set) var malformed = 0

    @_lifetime(copy datagram)
    package init(_ datagram: Span<UInt8>) {
        self.datagram = datagram
    }

    /// The next packet that is known and sound; nil at the end.
    ///
    /// After an error the walk is at its end: the boundaries of what follows are not known.
    @_lifetime(copy self)
    package mutating func next() throws(RTCPProblem) -> RTCPPacket? {
        while position < datagram.count {
            let start = position
            position = datagram.count
            guard datagram.count - start >= RTCP.headerLength else { throw .truncated }
            guard datagram[start] >> 6 == 2 else { throw .wrongVersion }
            let end = start + (Int(datagram.uint16(at: start + 2)) + 1) * 4
            guard end <= datagram.count else { throw .truncated }
            var bodyEnd = end
            if datagram[start] & 0x20 != 0 {
                let padding = Int(datagram[end - 1])
                guard padding > 0, padding <= end - start - RTCP.headerLength else {
                    throw .wrongPadding
                }
                bodyEnd -= padding
            }
            position = end
            let type = datagram[start + 1]
            let format = datagram[start] & 0x1F
            guard Self.isKnown(type, format) else {
                unknown &+= 1
                continue
            }
            let body = datagram.extracting((start + RTCP.headerLength)..<bodyEnd)
            if let packet = Self.packet(type, format, body) { return packet }
            malformed &+= 1
        }
        return nil
    }

    private static func isKnown(_ type: UInt8, _ format: UInt8) -> Bool {
        switch (type, format) {
        case (RTCP.senderReport, _), (RTCP.receiverReport, _), (RTCP.sourceDescription, _),
            (RTCP.goodbye, _), (RTCP.extendedReport, _),
            (RTCP.transportFeedback, RTCP.nackFormat),
            (RTCP.transportFeedback, RTCP.transportWideFormat),
            (RTCP.payloadFeedback, RTCP.pictureLossFormat),
            (RTCP.payloadFeedback, RTCP.fullIntraFormat),
            (RTCP.payloadFeedback, RTCP.applicationFormat):
            true
        default: false
        }
    }

    @_lifetime(copy body)
    private static func packet(
        _ type: UInt8, _ format: UInt8, _ body: Span<UInt8>
    ) -> RTCPPacket? {
        switch type {
        case RTCP.senderReport, RTCP.receiverReport:
            return report(isSender: type == RTCP.senderReport, count: Int(format), body)
        case RTCP.sourceDescription:
            guard let description = SourceDescription(count: Int(format), body) else { return nil }
            return .sourceDescription(description)
        case RTCP.goodbye:
            guard let goodbye = Goodbye(count: Int(format), body) else { return nil }
            return .goodbye(goodbye)
        case RTCP.extendedReport:
            guard let report = ExtendedReport(body) else { return nil }
            return .extendedReport(report)
        case RTCP.transportFeedback:
            if format == RTCP.nackFormat {
                guard let nack = GenericNack(body) else { return nil }
                return .nack(nack)
            }
            guard let feedback = TransportFeedback(body) else { return nil }
            return .transportFeedback(feedback)
        default:
            return payloadFeedback(format, body)
        }
    }

    @_lifetime(copy body)
    private static func payloadFeedback(_ format: UInt8, _ body: Span<UInt8>) -> RTCPPacket? {
        switch format {
        case RTCP.pictureLossFormat:
            guard body.count >= 8 else { return nil }
            return .pictureLoss(
                PictureLoss(sender: body.uint32(at: 0), media: body.uint32(at: 4)))
        case RTCP.fullIntraFormat:
            guard let request = FullIntraRequest(body) else { return nil }
            return .fullIntra(request)
        default:
            guard let estimate = ReceiverEstimate(body) else { return nil }
            return .receiverEstimate(estimate)
        }
    }

    @_lifetime(copy body)
    private static func report(
        isSender: Bool, count: Int, _ body: Span<UInt8>
    ) -> RTCPPacket? {
        let head = isSender ? 24 : 4
        // What follows the blocks is a profile's extension (RFC 3550 section 6.4.3): not read.
        guard body.count >= head + count * ReportBlock.length else { return nil }
        let blocks = ReportBlocks(
            count: count, body.extracting(head..<(head + count * ReportBlock.length)))
        guard isSender else { return .receiverReport(ssrc: body.uint32(at: 0), blocks) }
        let report = SenderReport(
            ssrc: body.uint32(at: 0), ntp: NTPTime(rawValue: body.uint64(at: 4)),
            rtpTimestamp: body.uint32(at: 12), packetCount: body.uint32(at: 16),
            octetCount: body.uint32(at: 20))
        return .senderReport(report, blocks)
    }
}
