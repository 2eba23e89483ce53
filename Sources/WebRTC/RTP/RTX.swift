/// Retransmission on an own SSRC (RFC 4588): the payload begins with the original's number.
package enum RTX {
    /// Bytes that a packet grows by.
    package static let overhead = 2

    /// Appends `packet` as a retransmission; its padding is left out.
    package static func encapsulate(
        _ packet: Span<UInt8>, _ header: RTPHeader, payloadType: UInt8, ssrc: UInt32,
        sequenceNumber: UInt16, into output: inout OutputSpan<UInt8>
    ) throws(RTPProblem) {
        let payload = header.payloadRange
        guard payload.upperBound <= packet.count else { throw .truncated }
        guard output.freeCapacity >= payload.upperBound + overhead else { throw .noSpace }
        let start = output.count
        output.append(packet.extracting(0..<header.headerLength))
        output.appendUInt16(header.sequenceNumber)
        output.append(packet.extracting(payload))
        readdress(start, payloadType, sequenceNumber, ssrc, of: &output)
    }

    /// The sequence number of the packet that a retransmission carries; nil for padding alone.
    package static func originalSequence(
        _ packet: Span<UInt8>, _ header: RTPHeader
    ) -> UInt16? {
        guard header.payloadLength >= overhead, header.packetLength <= packet.count else {
            return nil
        }
        return packet.uint16(at: header.headerLength)
    }

    /// Appends the packet that a retransmission carries; padding is left out.
    package static func decapsulate(
        _ packet: Span<UInt8>, _ header: RTPHeader, payloadType: UInt8, ssrc: UInt32,
        into output: inout OutputSpan<UInt8>
    ) throws(RTPProblem) {
        guard let sequence = originalSequence(packet, header) else { throw .packetTooShortForRTX }
        let payload = (header.headerLength + overhead)..<header.payloadRange.upperBound
        guard output.freeCapacity >= header.headerLength + payload.count else { throw .noSpace }
        let start = output.count
        output.append(packet.extracting(0..<header.headerLength))
        output.append(packet.extracting(payload))
        readdress(start, payloadType, sequence, ssrc, of: &output)
    }

    /// What a packet that begins at `start` says of its source; it has no padding any more.
    private static func readdress(
        _ start: Int, _ payloadType: UInt8, _ sequence: UInt16, _ ssrc: UInt32,
        of output: inout OutputSpan<UInt8>
    ) {
        var written = output.mutableSpan
        written[start] &= ~0x20
        written[start + 1] = written[start + 1] & 0x80 | payloadType & 0x7F
        written.setUInt16(sequence, at: start + 2)
        written.setUInt32(ssrc, at: start + 8)
    }
}
