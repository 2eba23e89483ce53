import Primitives

/// A packet that waits in the pacer: which source's, and its number in that source's ring.
package struct PacedPacket: Sendable {
    let transmission: Int
    let sequence: UInt16
    let isRepair: Bool
}

/// What stays the same for all packets of a source that we send.
///
/// A class, because each packet looks at it: a copy would be some 300 bytes.
final class TransmissionFormat: Sendable {
    let media: Int
    let codec: Codec
    let payloadType: UInt8
    let rtxPayloadType: UInt8?
    let ssrc: UInt32
    let rtxSSRC: UInt32?
    let map: RTPExtensionMap
    let usesTransportSequence: Bool
    let timestampOffset: UInt32
    /// Every packet has the same extensions in the same places; values are set as it leaves.
    let extensions: RTPExtensionBlock

    init?(_ media: NegotiatedMedia, place: Int, using random: inout SeededRandom) {
        guard media.direction == .sendonly || media.direction == .sendrecv,
            let agreed = media.codecs.first, let codec = agreed.format.codec,
            let source = media.localSource
        else { return nil }
        self.media = place
        self.codec = codec
        payloadType = agreed.payloadType
        rtxPayloadType = source.rtxSSRC == nil ? nil : agreed.rtxPayloadType
        ssrc = source.ssrc
        // An answer without RTX leaves us the source that we offered for it, and no use for it.
        rtxSSRC = agreed.rtxPayloadType == nil ? nil : source.rtxSSRC
        map = media.extensions
        usesTransportSequence =
            map[.transportSequence] != nil && agreed.feedback.contains(.transportCC)
        timestampOffset = UInt32(truncatingIfNeeded: random.next())
        extensions = Self.block(map, mid: media.mid, usesTransport: usesTransportSequence)
    }

    private static func block(
        _ map: RTPExtensionMap, mid: String?, usesTransport: Bool
    ) -> RTPExtensionBlock {
        var block = RTPExtensionBlock(.oneByte)
        if let id = map[.mid], let mid { _ = block.append(id, text: mid) }
        if let id = map[.absoluteSendTime] { _ = block.append(id, zeros: 3) }
        if let id = map[.transportSequence], usesTransport { _ = block.append(id, zeros: 2) }
        if let id = map[.absoluteCaptureTime] { _ = block.append(id, zeros: 8) }
        return block
    }
}

/// One source that we send: its numbers, its ring and its counts.
struct Transmission: Sendable {
    let format: TransmissionFormat
    /// Taken out while it works, so that what it emits may touch everything else.
    var packetiser: Packetiser?
    var ring = RetransmissionRing(
        maximumPackets: PeerLimits.ringPackets, maximumBytes: PeerLimits.ringBytes)
    var statistics: SenderStatistics
    var sequence: UInt16
    var rtxSequence: UInt16
    var hasStarted = false
    var roundTrip: Duration?
    var lastReport: ReportBlock?
    var lastReportAt: Instant?
    var lastFullIntraNumber: UInt8?
    var lastWish: Instant?
    /// The newest number that has left.
    var lastLeft: UInt16

    init(_ format: TransmissionFormat, framing: NALFraming, using random: inout SeededRandom) {
        self.format = format
        // The upper half would bring the first rollover soon, which late joiners must guess.
        sequence = UInt16.random(in: 0..<0x8000, using: &random)
        lastLeft = sequence &- 1
        rtxSequence = UInt16.random(in: 0..<0x8000, using: &random)
        packetiser = Packetiser(
            format.codec, framing: framing, repeatsParameterSets: true,
            pictureID: UInt16.random(in: 0..<0x8000, using: &random))
        statistics = SenderStatistics(clockRate: UInt32(format.codec.clockRate))
    }

    func appendOriginal(_ range: Range<Int>, to packet: inout [UInt8]) -> Bool {
        packet.append(ring.packet(at: range))
        return true
    }

    /// As a retransmission on its own source where that was agreed on, and as it was otherwise.
    mutating func appendRepair(_ range: Range<Int>, to packet: inout [UInt8]) -> Bool {
        guard let type = format.rtxPayloadType, let ssrc = format.rtxSSRC else {
            return appendOriginal(range, to: &packet)
        }
        let sequence = rtxSequence
        rtxSequence &+= 1
        let original = ring.packet(at: range)
        guard let header = try? RTPHeader(parsing: original) else { return false }
        packet.append(addingCapacity: PeerLimits.datagram) { output in
            try? RTX.encapsulate(
                original, header, payloadType: type, ssrc: ssrc, sequenceNumber: sequence,
                into: &output)
        }
        return !packet.isEmpty
    }
}
