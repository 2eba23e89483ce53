import Primitives

/// How the NAL units of a frame stand one after another.
package enum NALFraming: Sendable, Hashable {
    /// Start codes of three or four bytes before each unit (H.264 Annex B).
    case annexB
    /// A length before each unit, as in MP4 (ISO/IEC 14496-15).
    case lengthPrefixed(NALLengthSize)

    /// Bytes before each unit, as we write them.
    package var prefixLength: Int {
        switch self {
        case .annexB: 4
        case .lengthPrefixed(let size): size.rawValue
        }
    }
}

/// The bytes of a length before a NAL unit.
package enum NALLengthSize: Int, Sendable, Hashable {
    case one = 1
    case two = 2
    case four = 4

    /// The longest unit that the length can tell.
    package var maximumLength: Int { self == .four ? Int(Int32.max) : 1 << (8 * rawValue) - 1 }
}

/// Why bytes are not a row of NAL units.
package enum NALProblem: Error, Equatable {
    case noStartCode
    case lengthOverrun(need: Int, have: Int)
    /// Longer than the length before it can tell.
    case unitTooLong(Int)
}

/// A walk over the NAL units of a frame, giving where each one lies.
package struct NALWalk: Sendable {
    private let framing: NALFraming
    private var position = 0
    private var hasBegun = false

    package init(_ framing: NALFraming) {
        self.framing = framing
    }

    /// The next unit that is not empty; nil at the end. `bytes` are the same in each call.
    package mutating func next(in bytes: Span<UInt8>) throws(NALProblem) -> Range<Int>? {
        switch framing {
        case .annexB: try nextAfterStartCode(bytes)
        case .lengthPrefixed(let size): try nextAfterLength(bytes, size.rawValue)
        }
    }

    private mutating func nextAfterLength(
        _ bytes: Span<UInt8>, _ width: Int
    ) throws(NALProblem) -> Range<Int>? {
        while position < bytes.count {
            guard bytes.count - position >= width else {
                throw .lengthOverrun(need: width, have: bytes.count - position)
            }
            var length = 0
            for place in position..<position + width { length = length << 8 | Int(bytes[place]) }
            let start = position + width
            guard bytes.count - start >= length else {
                throw .lengthOverrun(need: length, have: bytes.count - start)
            }
            position = start + length
            if length > 0 { return start..<position }
        }
        return nil
    }

    private mutating func nextAfterStartCode(_ bytes: Span<UInt8>) throws(NALProblem) -> Range<Int>?
    {
        if !hasBegun {
            hasBegun = true
            position = Self.startCode(in: bytes, from: 0)
            // Zeros may stand before the first start code, nothing else.
            for place in 0..<position where bytes[place] != 0 { throw .noStartCode }
            guard position < bytes.count || bytes.isEmpty else { throw .noStartCode }
        }
        while position < bytes.count {
            let start = position + 3
            let following = Self.startCode(in: bytes, from: start)
            position = following
            // A unit never ends in a zero: those belong to the next start code, or are trailing.
            var end = following
            while end > start, bytes[end - 1] == 0 { end -= 1 }
            if end > start { return start..<end }
        }
        return nil
    }

    /// Where the next 00 00 01 stands; the end of the bytes where there is none.
    static func startCode(in bytes: Span<UInt8>, from start: Int) -> Int {
        var place = start + 2
        while place < bytes.count {
            let byte = bytes[place]
            if byte > 1 {
                place += 3
            } else if byte == 1 {
                if bytes[place - 1] == 0, bytes[place - 2] == 0 { return place - 2 }
                place += 3
            } else {
                place += 1
            }
        }
        return bytes.count
    }
}

extension NALFraming {
    /// Appends one unit with what stands before it; false where its length can't be told.
    package func append(_ unit: Span<UInt8>, to bytes: inout [UInt8]) -> Bool {
        guard appendPrefix(of: unit.count, to: &bytes) else { return false }
        bytes.append(unit)
        return true
    }

    func appendPrefix(of length: Int, to bytes: inout [UInt8]) -> Bool {
        switch self {
        case .annexB:
            bytes.append(0)
            bytes.append(0)
            bytes.append(0)
            bytes.append(1)
        case .lengthPrefixed(let size):
            guard length <= size.maximumLength else { return false }
            for place in 0..<size.rawValue {
                let shift = 8 * (size.rawValue - 1 - place)
                bytes.append(UInt8(truncatingIfNeeded: length >> shift))
            }
        }
        return true
    }

    /// Appends a frame to `output` in another framing.
    package func convert(
        _ frame: Span<UInt8>, to target: NALFraming, into output: inout [UInt8]
    ) throws(NALProblem) {
        var walk = NALWalk(self)
        while let unit = try walk.next(in: frame) {
            guard target.append(frame.extracting(unit), to: &output) else {
                throw .unitTooLong(unit.count)
            }
        }
    }
}
