import Primitives

/// The frame being put together: bytes that never grow past a limit, reused from frame to frame.
struct FrameBuffer: Sendable {
    private(set) var bytes: [UInt8] = []
    let limit: Int
    let framing: NALFraming
    /// Where the NAL unit begins that has begun and not ended.
    private(set) var openUnit: Int?

    init(limit: Int, framing: NALFraming) {
        self.limit = limit
        self.framing = framing
    }

    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        openUnit = nil
    }

    /// False where the limit forbids it.
    mutating func append(_ part: Span<UInt8>) -> Bool {
        guard part.count <= limit - bytes.count else { return false }
        bytes.append(part)
        return true
    }

    mutating func append(_ byte: UInt8) -> Bool {
        guard bytes.count < limit else { return false }
        bytes.append(byte)
        return true
    }

    /// Appends a number as AV1 writes it.
    mutating func appendNumber(_ value: Int) -> Bool {
        guard AV1Number.width(of: value) <= limit - bytes.count else { return false }
        AV1Number.append(value, to: &bytes)
        return true
    }

    /// Appends a NAL unit with what its framing puts before it.
    mutating func appendUnit(_ unit: Span<UInt8>) -> Bool {
        guard unit.count <= limit - bytes.count - framing.prefixLength else { return false }
        return framing.append(unit, to: &bytes)
    }

    mutating func beginUnit() -> Bool {
        guard openUnit == nil, bytes.count + framing.prefixLength <= limit else { return false }
        // The length is put in when it is known.
        guard framing.appendPrefix(of: 0, to: &bytes) else { return false }
        openUnit = bytes.count
        return true
    }

    /// Ends the unit and gives where it lies; nil where there is none, or it is too long to tell.
    mutating func endUnit() -> Range<Int>? {
        guard let start = openUnit else { return nil }
        openUnit = nil
        let length = bytes.count - start
        if case .lengthPrefixed(let size) = framing {
            guard length <= size.maximumLength else { return nil }
            for place in 0..<size.rawValue {
                let shift = 8 * (size.rawValue - 1 - place)
                bytes[start - size.rawValue + place] =
                    UInt8(truncatingIfNeeded: length >> shift)
            }
        }
        return start..<bytes.count
    }

    /// Takes the last unit out again, with what stands before it.
    mutating func removeUnit(_ range: Range<Int>) {
        bytes.removeLast(bytes.count - range.lowerBound + framing.prefixLength)
    }
}
