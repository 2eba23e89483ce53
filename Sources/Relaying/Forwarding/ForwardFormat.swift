import Primitives
import WebRTC

/// How packets of a track look to viewers that have agreed on the same numbers.
///
/// Headers are written once for all those viewers; a viewer's own are only source, sequence number
/// and timestamp, and the two of sending where they were agreed on.
final class ForwardFormat {
    /// What viewers must have in common to share a format.
    struct Key: Equatable {
        let codec: Codec
        let payloadType: UInt8
        let rtxPayloadType: UInt8?
        let mid: String?
        let map: RTPExtensionMap
        let usesTransportSequence: Bool
    }

    /// Fixed header, profile and length, and what is ever forwarded.
    static let maximumHeader = 96
    static let usualHeader = 28

    let key: Key
    /// A pending packet: its header here and its payload in the ring.
    struct Prepared {
        var number: Int64 = -1
        var timestamp: UInt32 = 0
        var headerLength: Int32 = 0
        var start: Int32 = 0
        /// With and without padding.
        var length: Int32 = 0
        var octets: Int32 = 0
    }

    private(set) var headers: [UInt8]
    private(set) var prepared: [Prepared] = []
    /// Which headers there are: those of the ring's pending packets of this flush.
    private var renderedFlush: UInt64 = 0
    /// Where the values lie that are set when a packet leaves; empty for none.
    private(set) var sendTimePlace = 0..<0
    private(set) var transportPlace = 0..<0

    init(_ key: Key) {
        self.key = key
        headers = [UInt8](repeating: 0, count: Self.maximumHeader * ForwardRing.Limits.pending)
        prepared.reserveCapacity(ForwardRing.Limits.pending)
    }

    /// Writes the headers of what is pending, once a flush.
    func render(_ ring: ForwardRing, flush: UInt64) {
        guard renderedFlush != flush else { return }
        renderedFlush = flush
        prepared.removeAll(keepingCapacity: true)
        for number in ring.pending {
            guard let entry = ring.entry(number) else { continue }
            let start = prepared.count * Self.maximumHeader
            var all = headers.mutableSpan
            var place = all._mutatingExtracting(start..<start + Self.maximumHeader)
            let headerLength = write(entry, &place)
            prepared.append(
                Prepared(
                    number: number, timestamp: entry.timestamp, headerLength: Int32(headerLength),
                    start: entry.start, length: entry.length + Int32(entry.padding),
                    octets: entry.length))
        }
    }

    /// Writes the header of any packet to the start of a packet, and gives its length.
    func writeHeader(
        of entry: ForwardRing.Entry, to packet: inout MutableSpan<UInt8>
    ) -> Int {
        write(entry, &packet)
    }

    private func write(_ entry: ForwardRing.Entry, _ place: inout MutableSpan<UInt8>) -> Int {
        let first: UInt8 = entry.padding > 0 ? 0xA0 : 0x80
        place[0] = first | 0x10
        place[1] = (entry.marker ? 0x80 : 0) | key.payloadType
        for index in 2..<12 { place[index] = 0 }
        var writer = ExtensionWriter(at: 16)
        if let id = key.map[.absoluteSendTime], key.usesTransportSequence {
            sendTimePlace = writer.add(id, 0, bytes: 3, &place)
        }
        if let id = key.map[.transportSequence], key.usesTransportSequence {
            transportPlace = writer.add(id, 0, bytes: 2, &place)
        }
        if let id = key.map[.mid], let mid = key.mid { writer.add(id, mid, &place) }
        let values = entry.values
        if let id = key.map[.absoluteCaptureTime], let captured = values.captured {
            writer.add(id, captured, values.clockOffset, &place)
        }
        if let id = key.map[.audioLevel], let level = values.audioLevel {
            _ = writer.add(id, UInt64(level), bytes: 1, &place)
        }
        if let id = key.map[.videoOrientation], let orientation = values.orientation {
            _ = writer.add(id, UInt64(orientation), bytes: 1, &place)
        }
        if let id = key.map[.playoutDelay], let delay = values.playoutDelay {
            _ = writer.add(id, UInt64(delay), bytes: 3, &place)
        }
        guard writer.end > 16 else {
            place[0] = first
            return RTPHeader.fixedLength
        }
        return writer.finish(&place)
    }
}

/// Writes header extensions in their one-byte form (RFC 8285 4.2).
private struct ExtensionWriter {
    private(set) var end: Int

    init(at start: Int) {
        end = start
    }

    /// The place of the value; empty where the form cannot carry it.
    mutating func add(
        _ id: UInt8, _ value: UInt64, bytes: Int, _ place: inout MutableSpan<UInt8>
    ) -> Range<Int> {
        guard 1...14 ~= id, end + 1 + bytes <= place.count else { return 0..<0 }
        place[end] = id << 4 | UInt8(bytes - 1)
        for index in 0..<bytes {
            place[end + 1 + index] = UInt8(
                truncatingIfNeeded: value >> UInt64(8 * (bytes - 1 - index)))
        }
        defer { end += 1 + bytes }
        return end + 1..<end + 1 + bytes
    }

    mutating func add(
        _ id: UInt8, _ first: UInt64, _ second: UInt64?, _ place: inout MutableSpan<UInt8>
    ) {
        guard let second else {
            _ = add(id, first, bytes: 8, &place)
            return
        }
        guard 1...14 ~= id, end + 17 <= place.count else { return }
        place[end] = id << 4 | 15
        for index in 0..<8 {
            let shift = UInt64(8 * (7 - index))
            place[end + 1 + index] = UInt8(truncatingIfNeeded: first >> shift)
            place[end + 9 + index] = UInt8(truncatingIfNeeded: second >> shift)
        }
        end += 17
    }

    mutating func add(_ id: UInt8, _ text: String, _ place: inout MutableSpan<UInt8>) {
        let count = text.utf8.count
        guard 1...14 ~= id, 1...16 ~= count, end + 1 + count <= place.count else { return }
        place[end] = id << 4 | UInt8(count - 1)
        var next = end + 1
        for byte in text.utf8 {
            place[next] = byte
            next += 1
        }
        end = next
    }

    /// Writes profile, length and padding; gives the length of the header.
    mutating func finish(_ place: inout MutableSpan<UInt8>) -> Int {
        while end % 4 != 0 {
            place[end] = 0
            end += 1
        }
        let words = (end - 16) / 4
        place[12] = 0xBE
        place[13] = 0xDE
        place[14] = UInt8(truncatingIfNeeded: words >> 8)
        place[15] = UInt8(truncatingIfNeeded: words)
        return end
    }
}
