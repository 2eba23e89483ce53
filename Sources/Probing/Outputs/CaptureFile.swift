import Primitives

/// The bytes of a capture file: opened RTP packets behind headers of IPv4 and UDP that are made up,
/// so that Wireshark knows what it sees. Each m-line has a port of its own.
struct CaptureFile: Sendable {
    enum Limits {
        /// Bytes that wait to be taken.
        static let waiting = 64 << 20
        /// The longest packet: what a datagram may hold.
        static let packet = 65_535 - headers
        static let headers = 28
    }

    /// Addresses for documentation (RFC 5737), of the sender and of us.
    private static let sender: UInt32 = 0xC000_0201
    private static let viewer: UInt32 = 0xC000_0202
    private static let firstPort: UInt16 = 5004

    /// Nothing before the first packet, then the file's head and records.
    private(set) var bytes: [UInt8] = []
    private var hasHead = false
    /// Packets that found no room.
    private(set) var dropped = 0

    /// Adds a packet that came at that moment of UTC.
    mutating func add(_ packet: Span<UInt8>, media: Int, nanosecondsSince1970 time: Int64) {
        guard packet.count <= Limits.packet,
            bytes.count + packet.count + Limits.headers + 16 <= Limits.waiting
        else {
            dropped += 1
            return
        }
        if !hasHead { addHead() }
        let length = UInt32(packet.count + Limits.headers)
        let (seconds, nanoseconds) = max(time, 0).quotientAndRemainder(dividingBy: 1_000_000_000)
        append32(UInt32(truncatingIfNeeded: seconds))
        append32(UInt32(nanoseconds))
        append32(length)
        append32(length)
        appendIPv4(length: UInt16(length))
        let port = Self.firstPort &+ UInt16(truncatingIfNeeded: media * 2)
        append16(port)
        append16(port)
        append16(UInt16(packet.count + 8))
        // No checksum: IPv4 allows it.
        append16(0)
        bytes.append(packet)
    }

    /// What has been written since the last call: whole records.
    mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// With times in nanoseconds, and packets that begin with IP (LINKTYPE_RAW).
    private mutating func addHead() {
        hasHead = true
        append32(0xA1B2_3C4D)
        append16(2)
        append16(4)
        append32(0)
        append32(0)
        append32(65_535)
        append32(101)
    }

    private mutating func appendIPv4(length: UInt16) {
        var words: [UInt16] = [
            0x4500, length, 0, 0x4000, 64 << 8 | 17, 0, UInt16(Self.sender >> 16),
            UInt16(truncatingIfNeeded: Self.sender), UInt16(Self.viewer >> 16),
            UInt16(truncatingIfNeeded: Self.viewer),
        ]
        var sum = words.reduce(UInt32(0)) { $0 + UInt32($1) }
        while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
        words[5] = ~UInt16(sum)
        for word in words { append16(word) }
    }

    /// The most significant byte first, as the headers of packets, and so of the file, have it.
    private mutating func append16(_ value: UInt16) {
        bytes.append(UInt8(value >> 8))
        bytes.append(UInt8(truncatingIfNeeded: value))
    }

    private mutating func append32(_ value: UInt32) {
        append16(UInt16(value >> 16))
        append16(UInt16(truncatingIfNeeded: value))
    }
}
