/// Why a datagram is no RTCP, or why a packet could not be written.
package enum RTCPProblem: Error, Equatable {
    case truncated
    case wrongVersion
    case wrongPadding
    /// The output has no room; nothing has been written.
    case noSpace
    /// More entries than the packet's count field can say.
    case tooMany
}

/// What reception of one source looked like (RFC 3550 section 6.4.1).
package struct ReportBlock: Sendable, Equatable {
    package static let length = 24
    /// What five bits of count can say.
    package static let maximumCount = 31

    package var ssrc: UInt32
    /// In 256ths.
    package var fractionLost: UInt8
    /// 24 bits, signed: duplicates can make it negative.
    package var cumulativeLost: Int32
    package var extendedHighest: UInt32
    package var jitter: UInt32
    package var lastSenderReport: UInt32
    package var delaySinceLastSenderReport: UInt32

    package init(
        ssrc: UInt32, fractionLost: UInt8, cumulativeLost: Int32, extendedHighest: UInt32,
        jitter: UInt32, lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.cumulativeLost = min(max(cumulativeLost, -0x80_0000), 0x7F_FFFF)
        self.extendedHighest = extendedHighest
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }

    init(_ bytes: Span<UInt8>, at place: Int) {
        ssrc = bytes.uint32(at: place)
        fractionLost = bytes[place + 4]
        let lost = Int32(bitPattern: bytes.uint24(at: place + 5))
        cumulativeLost = lost & 0x80_0000 == 0 ? lost : lost - 0x100_0000
        extendedHighest = bytes.uint32(at: place + 8)
        jitter = bytes.uint32(at: place + 12)
        lastSenderReport = bytes.uint32(at: place + 16)
        delaySinceLastSenderReport = bytes.uint32(at: place + 20)
    }
}

/// The report blocks of a sender or receiver report.
package struct ReportBlocks: ~Escapable {
    package let count: Int
    private let bytes: Span<UInt8>

    @_lifetime(copy bytes)
    init(count: Int, _ bytes: Span<UInt8>) {
        self.count = count
        self.bytes = bytes
    }

    package subscript(index: Int) -> ReportBlock {
        ReportBlock(bytes, at: index * ReportBlock.length)
    }
}

/// What a sender says about its clock and its output.
package struct SenderReport: Sendable, Equatable {
    package var ssrc: UInt32
    package var ntp: NTPTime
    package var rtpTimestamp: UInt32
    package var packetCount: UInt32
    package var octetCount: UInt32

    package init(
        ssrc: UInt32, ntp: NTPTime, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32
    ) {
        self.ssrc = ssrc
        self.ntp = ntp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }
}

/// Sources that have left, and why.
package struct Goodbye: ~Escapable {
    package let count: Int
    /// As bytes of UTF-8, perhaps; empty where none is given.
    package let reason: Span<UInt8>
    private let bytes: Span<UInt8>

    @_lifetime(copy bytes)
    init?(count: Int, _ bytes: Span<UInt8>) {
        let end = count * 4
        guard bytes.count >= end else { return nil }
        var reasonRange = end..<end
        if bytes.count > end {
            let length = Int(bytes[end])
            guard bytes.count - end - 1 >= length else { return nil }
            reasonRange = (end + 1)..<(end + 1 + length)
        }
        self.count = count
        self.bytes = bytes
        reason = bytes.extracting(reasonRange)
    }

    package subscript(index: Int) -> UInt32 { bytes.uint32(at: index * 4) }
}

/// Packets that are missing: one number and a mask of the 16 after it (RFC 4585 section 6.2.1).
package struct NackEntry: Sendable, Equatable {
    package var first: UInt16
    package var following: UInt16

    package init(first: UInt16, following: UInt16) {
        self.first = first
        self.following = following
    }

    package func forEach(_ body: (UInt16) -> Void) {
        body(first)
        var mask = following
        while mask != 0 {
            body(first &+ 1 &+ UInt16(mask.trailingZeroBitCount))
            mask &= mask - 1
        }
    }

    /// Takes `sequence` in if the mask reaches it.
    mutating func include(_ sequence: UInt16) -> Bool {
        let distance = sequence &- first
        if distance == 0 { return true }
        guard distance <= 16 else { return false }
        following |= 1 << (distance - 1)
        return true
    }
}

/// A request to send packets again.
package struct GenericNack: ~Escapable {
    package let sender: UInt32
    package let media: UInt32
    package let count: Int
    private let entries: Span<UInt8>

    @_lifetime(copy bytes)
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 12, bytes.count % 4 == 0 else { return nil }
        sender = bytes.uint32(at: 0)
        media = bytes.uint32(at: 4)
        entries = bytes.extracting(8..<bytes.count)
        count = (bytes.count - 8) / 4
    }

    package subscript(index: Int) -> NackEntry {
        NackEntry(
            first: entries.uint16(at: index * 4), following: entries.uint16(at: index * 4 + 2))
    }

    /// Every number asked for, in the order of the packet; at most 17 for each entry.
    package func forEach(_ body: (UInt16) -> Void) {
        for index in 0..<count { self[index].forEach(body) }
    }
}

/// A request for a keyframe of one source (RFC 4585 section 6.3.1).
package struct PictureLoss: Sendable, Equatable {
    package var sender: UInt32
    package var media: UInt32

    package init(sender: UInt32, media: UInt32) {
        self.sender = sender
        self.media = media
    }
}

/// One source of a full intra request, with the number that tells a repetition.
package struct FullIntraEntry: Sendable, Equatable {
    package var ssrc: UInt32
    package var number: UInt8

    package init(ssrc: UInt32, number: UInt8) {
        self.ssrc = ssrc
        self.number = number
    }
}

/// A command to send a keyframe (RFC 5104 section 4.3.1).
package struct FullIntraRequest: ~Escapable {
    package let sender: UInt32
    package let count: Int
    private let entries: Span<UInt8>

    @_lifetime(copy bytes)
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 16, bytes.count % 8 == 0 else { return nil }
        sender = bytes.uint32(at: 0)
        entries = bytes.extracting(8..<bytes.count)
        count = (bytes.count - 8) / 8
    }

    package subscript(index: Int) -> FullIntraEntry {
        FullIntraEntry(ssrc: entries.uint32(at: index * 8), number: entries[index * 8 + 4])
    }
}

/// The bitrate that a receiver estimates it can take (draft-alvestrand-rmcat-remb).
package struct ReceiverEstimate: ~Escapable {
    package let sender: UInt32
    package let bitsPerSecond: UInt64
    package let count: Int
    private let sources: Span<UInt8>

    @_lifetime(copy bytes)
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 16, bytes.uint32(at: 8) == RTCP.rembName else { return nil }
        let count = Int(bytes[12])
        guard bytes.count == 16 + count * 4 else { return nil }
        sender = bytes.uint32(at: 0)
        let exponent = bytes[13] >> 2
        let mantissa = UInt64(bytes.uint24(at: 13) & 0x3_FFFF)
        // Beyond 64 bits is as good as no bound.
        let isBeyond = mantissa != 0 && mantissa.leadingZeroBitCount < Int(exponent)
        bitsPerSecond = isBeyond ? .max : mantissa << UInt64(exponent)
        sources = bytes.extracting(16..<bytes.count)
        self.count = count
    }

    /// A source that the estimate covers.
    package subscript(index: Int) -> UInt32 { sources.uint32(at: index * 4) }
}
