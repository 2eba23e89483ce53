import Primitives

/// A stamp beside a coded picture: a message of supplemental enhancement information (SEI,
/// user_data_unregistered) that players pass over, and that needs no encoding anew.
package struct StampSEI: Sendable, Hashable {
    /// Counts the pictures of a rendition, in the order they are sent.
    package let number: UInt32
    /// When the picture was captured, in nanoseconds since 1970 by the sender's clock.
    package let captured: Int64
    /// When it left the sender, likewise.
    package let sent: Int64

    package init(number: UInt32, captured: Int64, sent: Int64) {
        self.number = number
        self.captured = captured
        self.sent = sent
    }

    package enum Limits {
        /// Units that may stand before the first slice.
        static let units = 32
        /// Of a unit of SEI that we look into, without its header.
        static let unitBytes = 256
        static let messages = 8
    }

    private static let version: UInt8 = 1
    private static let userData = 5
    /// Name, version, number, two times, check.
    private static let payloadLength = 16 + 1 + 4 + 8 + 8 + 4
    /// Ours among all that anybody puts there.
    private static let name: InlineArray<16, UInt8> = [
        0x6C, 0x63, 0x2D, 0x73, 0x74, 0x61, 0x4D, 0x70, 0x9E, 0x57, 0x3B, 0xD1, 0x08, 0xA6, 0x42,
        0xF5,
    ]

    // MARK: - Writing

    /// Appends a frame to `output` with this stamp before its first slice; unchanged, and false,
    /// where the frame has no slice or cannot be walked.
    @discardableResult
    package func insert(
        into frame: Span<UInt8>, _ syntax: NALSyntax, _ framing: NALFraming,
        to output: inout [UInt8]
    ) -> Bool {
        guard let place = StampWalk.firstSlice(frame, syntax, framing) else {
            output.append(frame)
            return false
        }
        let header = frame.extracting(place.unit..<min(frame.count, place.unit + 2))
        let unit = unit(syntax, slice: header)
        output.append(frame.extracting(0..<place.prefix))
        let fits = framing.append(unit.span, to: &output)
        output.append(frame.extracting(place.prefix..<frame.count))
        return fits
    }

    private func unit(_ syntax: NALSyntax, slice: Span<UInt8>) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(Self.payloadLength)
        for index in 0..<16 { payload.append(Self.name[index]) }
        payload.append(Self.version)
        Self.append(UInt64(number), bytes: 4, to: &payload)
        Self.append(UInt64(bitPattern: captured), bytes: 8, to: &payload)
        Self.append(UInt64(bitPattern: sent), bytes: 8, to: &payload)
        var sum = CRC32()
        sum.update(payload.span)
        Self.append(UInt64(sum.value), bytes: 4, to: &payload)
        var unit: [UInt8] = []
        unit.reserveCapacity(payload.count + 32)
        switch syntax {
        case .h264: unit.append(6)
        case .h265:
            // A prefix SEI of the slice's temporal layer.
            unit.append(39 << 1)
            unit.append(slice.count > 1 ? max(1, slice[1] & 0x07) : 1)
        }
        var zeros = 0
        let message = [UInt8(Self.userData), UInt8(payload.count)] + payload + [0x80]
        for byte in message {
            // Nothing in a unit may look like a start code (H.264 7.4.1.1).
            if zeros == 2, byte <= 3 {
                unit.append(3)
                zeros = 0
            }
            unit.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return unit
    }

    private static func append(_ value: UInt64, bytes: Int, to payload: inout [UInt8]) {
        for place in (0..<bytes).reversed() {
            payload.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * place)))
        }
    }

    // MARK: - Reading

    /// The stamp of a frame; nil where it has none that agrees with its check.
    package init?(of frame: Span<UInt8>, _ syntax: NALSyntax, _ framing: NALFraming) {
        var walk = StampWalk(syntax, framing)
        while let unit = walk.nextMessage(in: frame) {
            if let stamp = Self.read(frame.extracting(unit)) {
                self = stamp
                return
            }
        }
        return nil
    }

    /// From what follows the header of a unit.
    private static func read(_ unit: Span<UInt8>) -> StampSEI? {
        guard unit.count <= Limits.unitBytes else { return nil }
        var plain: InlineArray<256, UInt8> = .init(repeating: 0)
        var (count, zeros) = (0, 0)
        for index in unit.indices {
            let byte = unit[index]
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            plain[count] = byte
            count += 1
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return read(messages: plain.span.extracting(0..<count))
    }

    private static func read(messages bytes: Span<UInt8>) -> StampSEI? {
        var place = 0
        for _ in 0..<Limits.messages {
            guard let type = number(bytes, &place), let length = number(bytes, &place),
                length <= bytes.count - place
            else { return nil }
            if type == userData, length == payloadLength,
                let stamp = StampSEI(payload: bytes.extracting(place..<place + length))
            {
                return stamp
            }
            place += length
        }
        return nil
    }

    /// As SEI counts: a row of 255 and what is left.
    private static func number(_ bytes: Span<UInt8>, _ place: inout Int) -> Int? {
        var sum = 0
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            sum += Int(byte)
            if byte < 255 { return sum }
        }
        return nil
    }

    private init?(payload: Span<UInt8>) {
        for index in 0..<16 where payload[index] != Self.name[index] { return nil }
        guard payload[16] == Self.version else { return nil }
        let end = Self.payloadLength - 4
        var sum = CRC32()
        sum.update(payload.extracting(0..<end))
        guard sum.value == payload.uint32(at: end) else { return nil }
        number = payload.uint32(at: 17)
        captured = Int64(bitPattern: payload.uint64(at: 21))
        sent = Int64(bitPattern: payload.uint64(at: 29))
    }
}

/// A walk over what stands before the first slice of a frame: a slice's end is not looked for,
/// since it may be the most of a large picture.
private struct StampWalk {
    private let syntax: NALSyntax
    private let framing: NALFraming
    private var position = 0
    private var units = 0
    /// Where the last unit's prefix began.
    private var prefix = 0

    init(_ syntax: NALSyntax, _ framing: NALFraming) {
        self.syntax = syntax
        self.framing = framing
    }

    /// Where the first slice begins, and what stands before it.
    static func firstSlice(
        _ frame: Span<UInt8>, _ syntax: NALSyntax, _ framing: NALFraming
    ) -> (prefix: Int, unit: Int)? {
        var walk = StampWalk(syntax, framing)
        while let start = walk.next(in: frame) {
            if walk.isSlice(frame[start]) { return (walk.prefix, start) }
        }
        return nil
    }

    /// The next unit of SEI without its header; nil where there is none before the slices.
    mutating func nextMessage(in frame: Span<UInt8>) -> Range<Int>? {
        while let start = next(in: frame) {
            let type = syntax.type(firstByte: frame[start])
            if isSlice(frame[start]) { return nil }
            guard type == (syntax == .h264 ? 6 : 39) else { continue }
            let end = end(of: start, in: frame)
            if start + syntax.headerLength < end { return start + syntax.headerLength..<end }
        }
        return nil
    }

    private func isSlice(_ byte: UInt8) -> Bool {
        let type = syntax.type(firstByte: byte)
        // Of H.264, type 14 is bound to the slice after it.
        return syntax.role(of: type).isPicture || syntax == .h264 && type == 14
    }

    /// Where the next unit begins; nil at the end.
    private mutating func next(in frame: Span<UInt8>) -> Int? {
        units += 1
        guard units <= Limits.units else { return nil }
        switch framing {
        case .annexB:
            let code = NALWalk.startCode(in: frame, from: position)
            guard code + 3 < frame.count else { return nil }
            prefix = code
            if prefix > position, frame[prefix - 1] == 0 { prefix -= 1 }
            position = code + 3
            return position
        case .lengthPrefixed(let size):
            guard let length = length(size.rawValue, frame) else { return nil }
            prefix = position
            let start = position + size.rawValue
            position = start + length
            return start
        }
    }

    private typealias Limits = StampSEI.Limits

    /// Nil where the unit would be empty, or go beyond the frame.
    private func length(_ width: Int, _ frame: Span<UInt8>) -> Int? {
        guard frame.count - position > width else { return nil }
        var length = 0
        for place in position..<position + width { length = length << 8 | Int(frame[place]) }
        return (1...frame.count - position - width).contains(length) ? length : nil
    }

    private func end(of start: Int, in frame: Span<UInt8>) -> Int {
        guard framing == .annexB else { return position }
        // No further than what would be looked into.
        let limit = min(frame.count, start + Limits.unitBytes + 8)
        return NALWalk.startCode(in: frame.extracting(0..<limit), from: start)
    }
}
