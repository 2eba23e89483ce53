import Primitives

/// Cuts what a TCP or TLS connection to a TURN server brings into messages (RFC 8656 12.5).
package struct TURNStreamReader: Sendable {
    /// The longest channel data with its header and padding.
    package static let maximumLength = 4 + 65_536

    private var buffer: [UInt8] = []

    package init() {}

    /// Gives every message that is complete now; false when the bytes cannot be TURN's, and the
    /// connection is of no more use.
    package mutating func add(_ bytes: Span<UInt8>, _ take: (Span<UInt8>) -> Void) -> Bool {
        buffer.append(bytes)
        var start = 0
        while buffer.count - start >= 4 {
            let length = Int(buffer[start + 2]) << 8 | Int(buffer[start + 3])
            let (content, padded): (Int, Int)
            switch buffer[start] & 0xC0 {
            case 0x00:
                guard length % 4 == 0, length + 20 <= STUNMessage.maximumLength * 2 else {
                    return false
                }
                (content, padded) = (length + 20, length + 20)
            case 0x40: (content, padded) = (length + 4, (length + 7) / 4 * 4)
            default: return false
            }
            guard buffer.count - start >= padded else { break }
            take(buffer.span.extracting(start..<start + content))
            start += padded
        }
        buffer.removeFirst(start)
        return true
    }
}
