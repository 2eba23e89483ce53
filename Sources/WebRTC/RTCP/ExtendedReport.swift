/// One block of an extended report; other block types are passed over.
package enum ExtendedBlock: Sendable, Equatable {
    /// A receiver's clock, so that it can measure the way there and back (RFC 3611 section 4.4).
    case referenceTime(NTPTime)
    /// The answer to that: for which receiver, which of its clocks, how long ago.
    case delaySinceReference(ssrc: UInt32, last: UInt32, delay: UInt32)
}

/// An extended report (RFC 3611); a walk over its blocks.
package struct ExtendedReport: ~Escapable {
    package let ssrc: UInt32
    private let bytes: Span<UInt8>
    private var position = 4
    /// The answers of a DLRR block that have not been given yet end here.
    private var answersEnd = 4

    private static let referenceTime: UInt8 = 4
    private static let delaySinceReference: UInt8 = 5

    @_lifetime(copy bytes)
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count >= 4, Self.isSound(bytes) else { return nil }
        self.bytes = bytes
        ssrc = bytes.uint32(at: 0)
    }

    /// The next block; nil at the end.
    @_lifetime(self: copy self)
    package mutating func next() -> ExtendedBlock? {
        while true {
            if position + 12 <= answersEnd {
                defer { position += 12 }
                return .delaySinceReference(
                    ssrc: bytes.uint32(at: position), last: bytes.uint32(at: position + 4),
                    delay: bytes.uint32(at: position + 8))
            }
            position = max(position, answersEnd)
            guard position + 4 <= bytes.count else { return nil }
            let type = bytes[position]
            let start = position + 4
            let end = start + Int(bytes.uint16(at: position + 2)) * 4
            position = start
            answersEnd = start
            switch type {
            case Self.referenceTime where end - start == 8:
                position = end
                answersEnd = end
                return .referenceTime(NTPTime(rawValue: bytes.uint64(at: start)))
            case Self.delaySinceReference:
                answersEnd = end
            default:
                position = end
                answersEnd = end
            }
        }
    }

    private static func isSound(_ bytes: Span<UInt8>) -> Bool {
        var position = 4
        while position < bytes.count {
            guard bytes.count - position >= 4 else { return false }
            position += 4 + Int(bytes.uint16(at: position + 2)) * 4
        }
        return position == bytes.count
    }
}
