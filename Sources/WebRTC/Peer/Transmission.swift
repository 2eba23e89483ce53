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
    /// The place among the layers of the m-line; 0 where there is but one source.
    let layer: Int
    let codec: Codec
    let payloadType: UInt8
    let rtxPayloadType: UInt8?
    let ssrc: UInt32
    let rtxSSRC: UInt32?
    let map: RTPExtensionMap
    let usesTransportSequence: Bool
    let timestampOffset: UInt32
    /// What takes the place of the rid in packets that repair a layer.
    let repairedID: UInt8?
    /// Every packet has the same extensions in the same places; values are set as it leaves.
    let extensions: RTPExtensionBlock

    private init(
        _ media: NegotiatedMedia, _ agreed: NegotiatedCodec, _ codec: Codec, _ source: MediaSource,
        place: Int, layer: Int, rid: String?, using random: inout SeededRandom
    ) {
        self.media = place
        self.layer = layer
        self.codec = codec
        payloadType = agreed.payloadType
        ssrc = source.ssrc
        map = media.extensions
        // Packets that repair a layer say whose they are; without that nobody could tell.
        repairedID =
            rid == nil ? nil : map[.repairedRID].flatMap { (1...14).contains($0) ? $0 : nil }
        let canRepair = rid == nil || repairedID != nil
        rtxPayloadType = source.rtxSSRC == nil || !canRepair ? nil : agreed.rtxPayloadType
        // An answer without RTX leaves us the source that we offered for it, and no use for it.
        rtxSSRC = rtxPayloadType == nil ? nil : source.rtxSSRC
        usesTransportSequence =
            map[.transportSequence] != nil && agreed.feedback.contains(.transportCC)
        timestampOffset = UInt32(truncatingIfNeeded: random.next())
        extensions = Self.block(map, mid: media.mid, rid: rid, usesTransport: usesTransportSequence)
    }

    /// What an m-line sends: one source, or one for each layer that the other side takes.
    ///
    /// Layers are not declared by their sources, but told apart by their rids (RFC 8853 5.5); nor
    /// is the one that is left where the other side takes no layers.
    static func all(
        of media: NegotiatedMedia, place: Int, using random: inout SeededRandom
    ) -> [TransmissionFormat] {
        guard media.direction.sends, let agreed = media.codecs.first,
            let codec = agreed.format.codec
        else { return [] }
        let isLayered = media.extensions[.rid].map { (1...14).contains($0) } ?? false
        let rids = isLayered ? media.rids : []
        let first: UInt32 = random.next()
        func source(_ layer: Int) -> MediaSource {
            let ssrc = first &+ 2 &* UInt32(truncatingIfNeeded: layer)
            return MediaSource(ssrc: ssrc, rtxSSRC: ssrc &+ 1, cname: nil, msid: nil)
        }
        guard !rids.isEmpty else {
            return [
                TransmissionFormat(
                    media, agreed, codec, media.localSource ?? source(0), place: place, layer: 0,
                    rid: nil, using: &random)
            ]
        }
        return rids.prefix(PeerLimits.layers).enumerated().map { layer, rid in
            TransmissionFormat(
                media, agreed, codec, source(layer), place: place, layer: layer, rid: rid,
                using: &random)
        }
    }

    private static func block(
        _ map: RTPExtensionMap, mid: String?, rid: String?, usesTransport: Bool
    ) -> RTPExtensionBlock {
        var block = RTPExtensionBlock(.oneByte)
        if let id = map[.mid], let mid { _ = block.append(id, text: mid) }
        if let id = map[.rid], let rid { _ = block.append(id, text: rid) }
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
        if let id = format.repairedID { renameRID(of: &packet, to: id) }
        return !packet.isEmpty
    }

    /// A repair's rid says which layer is repaired, under another number (RFC 8852 3.2).
    private func renameRID(of packet: inout [UInt8], to id: UInt8) {
        guard let header = try? RTPHeader(parsing: packet.span),
            let range = RTPExtensionPlaces(packet.span, header, format.map).rid
        else { return }
        let head = range.lowerBound - 1
        packet[head] = packet[head] & 0x0F | id << 4
    }
}
