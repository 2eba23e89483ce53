/// Why bytes are no RTP packet, or why one could not be written.
package enum RTPProblem: Error, Equatable {
    case truncated
    case wrongVersion
    /// The extension block says that it is longer than the packet.
    case extensionTooLong
    /// The padding says that it is zero or longer than what follows the header.
    case wrongPadding
    /// The output has no room; nothing has been written.
    case noSpace
    case packetTooShortForRTX
}

/// The header of an RTP packet (RFC 3550 section 5.1), and where its parts lie in the packet.
package struct RTPHeader: Sendable, Equatable {
    package static let fixedLength = 12
    package static let oneByteProfile: UInt16 = 0xBEDE
    package static let twoByteProfile: UInt16 = 0x1000

    package var marker: Bool
    /// Seven bits.
    package var payloadType: UInt8
    package var sequenceNumber: UInt16
    package var timestamp: UInt32
    package var ssrc: UInt32
    package let csrcCount: Int
    /// The fixed part, the contributing sources and the extension block.
    package let headerLength: Int
    package let paddingLength: Int
    /// The packet without its padding ends where its payload ends.
    package let packetLength: Int
    package let extensionProfile: UInt16?
    /// The body of the extension block, without profile and length; empty where there is none.
    package let extensionRange: Range<Int>

    package var payloadRange: Range<Int> { headerLength..<(packetLength - paddingLength) }
    package var payloadLength: Int { packetLength - paddingLength - headerLength }

    /// A header without contributing sources, extensions and padding, for writing.
    package init(
        marker: Bool, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32
    ) {
        self.marker = marker
        self.payloadType = payloadType & 0x7F
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
        csrcCount = 0
        headerLength = Self.fixedLength
        paddingLength = 0
        packetLength = Self.fixedLength
        extensionProfile = nil
        extensionRange = Self.fixedLength..<Self.fixedLength
    }

    package init(parsing packet: Span<UInt8>) throws(RTPProblem) {
        guard packet.count >= Self.fixedLength else { throw .truncated }
        guard packet[0] >> 6 == 2 else { throw .wrongVersion }
        csrcCount = Int(packet[0] & 0x0F)
        marker = packet[1] & 0x80 != 0
        payloadType = packet[1] & 0x7F
        sequenceNumber = packet.uint16(at: 2)
        timestamp = packet.uint32(at: 4)
        ssrc = packet.uint32(at: 8)
        packetLength = packet.count
        var end = Self.fixedLength + csrcCount * 4
        guard packet.count >= end else { throw .truncated }
        if packet[0] & 0x10 != 0 {
            guard packet.count >= end + 4 else { throw .truncated }
            extensionProfile = packet.uint16(at: end)
            let length = Int(packet.uint16(at: end + 2)) * 4
            guard packet.count - end - 4 >= length else { throw .extensionTooLong }
            extensionRange = (end + 4)..<(end + 4 + length)
            end += 4 + length
        } else {
            extensionProfile = nil
            extensionRange = end..<end
        }
        headerLength = end
        if packet[0] & 0x20 != 0 {
            let padding = Int(packet[packet.count - 1])
            guard padding > 0, padding <= packet.count - end else { throw .wrongPadding }
            paddingLength = padding
        } else {
            paddingLength = 0
        }
    }

    /// Appends a header with these five fields and an extension block; contributing sources and
    /// padding are not written.
    package func write(
        extensions: borrowing RTPExtensionBlock, into output: inout OutputSpan<UInt8>
    ) throws(RTPProblem) {
        guard output.freeCapacity >= Self.fixedLength + extensions.encodedLength else {
            throw .noSpace
        }
        append(firstByte: extensions.isEmpty ? 0x80 : 0x90, to: &output)
        extensions.append(to: &output)
    }

    /// Appends the fixed header alone.
    package func write(into output: inout OutputSpan<UInt8>) throws(RTPProblem) {
        guard output.freeCapacity >= Self.fixedLength else { throw .noSpace }
        append(firstByte: 0x80, to: &output)
    }

    private func append(firstByte: UInt8, to output: inout OutputSpan<UInt8>) {
        output.append(firstByte)
        output.append((marker ? 0x80 : 0) | payloadType & 0x7F)
        output.appendUInt16(sequenceNumber)
        output.appendUInt32(timestamp)
        output.appendUInt32(ssrc)
    }
}

/// Changes to a packet in place, as a forwarder makes them; the header has been parsed.
package enum RTPRewrite {
    @inline(__always)
    package static func setPayloadType(_ type: UInt8, of packet: inout MutableSpan<UInt8>) {
        guard packet.count >= RTPHeader.fixedLength else { return }
        packet[1] = packet[1] & 0x80 | type & 0x7F
    }

    @inline(__always)
    package static func setSequenceNumber(
        _ sequence: UInt16, of packet: inout MutableSpan<UInt8>
    ) {
        guard packet.count >= RTPHeader.fixedLength else { return }
        packet.setUInt16(sequence, at: 2)
    }

    @inline(__always)
    package static func setTimestamp(_ timestamp: UInt32, of packet: inout MutableSpan<UInt8>) {
        guard packet.count >= RTPHeader.fixedLength else { return }
        packet.setUInt32(timestamp, at: 4)
    }

    @inline(__always)
    package static func setSSRC(_ ssrc: UInt32, of packet: inout MutableSpan<UInt8>) {
        guard packet.count >= RTPHeader.fixedLength else { return }
        packet.setUInt32(ssrc, at: 8)
    }

    /// Overwrites the transport-wide sequence number at the place of its value.
    @inline(__always)
    package static func setTransportSequence(
        _ sequence: UInt16, at range: Range<Int>, of packet: inout MutableSpan<UInt8>
    ) {
        guard range.count >= 2, range.upperBound <= packet.count else { return }
        packet.setUInt16(sequence, at: range.lowerBound)
    }

    /// Overwrites the absolute send time at the place of its value.
    @inline(__always)
    package static func setAbsoluteSendTime(
        _ time: AbsoluteSendTime, at range: Range<Int>, of packet: inout MutableSpan<UInt8>
    ) {
        guard range.count == 3, range.upperBound <= packet.count else { return }
        packet.setUInt24(time.ticks, at: range.lowerBound)
    }

    /// Turns an extension into padding, so that the receiver does not see it.
    ///
    /// `range` is the value's; the identifier in front of it goes too.
    package static func clearExtension(
        at range: Range<Int>, profile: UInt16?, of packet: inout MutableSpan<UInt8>
    ) {
        let head = profile == RTPHeader.oneByteProfile ? 1 : 2
        let start = range.lowerBound - head
        guard start >= RTPHeader.fixedLength, range.upperBound <= packet.count else { return }
        for place in start..<range.upperBound { packet[place] = 0 }
    }
}
