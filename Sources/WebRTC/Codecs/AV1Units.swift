/// The kinds of AV1's open bitstream units that matter to a payload (AV1 6.2.2).
enum AV1UnitType {
    static let sequenceHeader: UInt8 = 1
    static let temporalDelimiter: UInt8 = 2
    static let frameHeader: UInt8 = 3
    static let frame: UInt8 = 6
    static let tileList: UInt8 = 8
    static let padding: UInt8 = 15
}

/// The header of an open bitstream unit (AV1 5.3).
struct AV1UnitHeader: Sendable, Hashable {
    let type: UInt8
    let hasSize: Bool
    /// One byte, or two with an extension.
    let length: Int

    init?(_ unit: Span<UInt8>) {
        guard let first = unit.first, first & 0x80 == 0 else { return nil }
        type = first >> 3 & 0x0F
        hasSize = first & 0x02 != 0
        length = first & 0x04 != 0 ? 2 : 1
        guard unit.count >= length else { return nil }
    }

    /// Whether the unit travels; the payload format drops delimiters and tile lists, and we drop
    /// padding with them.
    var travels: Bool {
        switch type {
        case AV1UnitType.temporalDelimiter, AV1UnitType.tileList, AV1UnitType.padding: false
        default: true
        }
    }
}

/// AV1's numbers of seven bits a byte, the lowest first (AV1 4.10.5).
enum AV1Number {
    /// Beyond four bytes a number is longer than any frame here.
    static let maximumWidth = 4

    static func width(of value: Int) -> Int {
        var width = 1
        var rest = value >> 7
        while rest > 0 {
            width += 1
            rest >>= 7
        }
        return width
    }

    static func append(_ value: Int, to bytes: inout [UInt8]) {
        var rest = value
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F | 0x80))
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// The number at `place`, and how wide it is; up to eight bytes, as encoders may pad it.
    static func read(_ bytes: Span<UInt8>, at place: Int) -> (value: Int, width: Int)? {
        var value = 0
        for width in 0..<8 {
            guard place + width < bytes.count else { return nil }
            let byte = bytes[place + width]
            value |= Int(byte & 0x7F) << (7 * width)
            if byte & 0x80 == 0 {
                return value < 1 << (7 * maximumWidth) ? (value, width + 1) : nil
            }
        }
        return nil
    }
}

/// The first byte of an AV1 payload.
struct AV1Aggregation: Sendable, Hashable {
    let continuesUnit: Bool
    let leavesUnitOpen: Bool
    /// One to three; zero says that each element has its length.
    let elementCount: Int
    let beginsSequence: Bool

    init?(_ payload: Span<UInt8>) {
        guard let first = payload.first else { return nil }
        continuesUnit = first & 0x80 != 0
        leavesUnitOpen = first & 0x40 != 0
        elementCount = Int(first >> 4 & 0x03)
        beginsSequence = first & 0x08 != 0
    }

    init(continuesUnit: Bool, leavesUnitOpen: Bool, elementCount: Int, beginsSequence: Bool) {
        self.continuesUnit = continuesUnit
        self.leavesUnitOpen = leavesUnitOpen
        self.elementCount = elementCount
        self.beginsSequence = beginsSequence
    }

    var byte: UInt8 {
        (continuesUnit ? 0x80 : 0) | (leavesUnitOpen ? 0x40 : 0)
            | UInt8(truncatingIfNeeded: elementCount & 0x03) << 4 | (beginsSequence ? 0x08 : 0)
    }
}

/// A walk over the elements of an AV1 payload, giving where each one lies.
struct AV1ElementWalk: Sendable {
    private let expected: Int
    private(set) var passed = 0
    private var position = 1

    init(_ aggregation: AV1Aggregation) {
        expected = aggregation.elementCount
    }

    /// Whether the element just given is the payload's last.
    func isAtEnd(of payload: Span<UInt8>) -> Bool {
        expected > 0 ? passed == expected : position >= payload.count
    }

    /// The next element; throws where a length overruns. `payload` is the same in each call.
    mutating func next(in payload: Span<UInt8>) throws(AV1Overrun) -> Range<Int>? {
        guard !isAtEnd(of: payload) else { return nil }
        passed += 1
        var start = position
        var length = payload.count - start
        if expected == 0 || passed < expected {
            guard let (value, width) = AV1Number.read(payload, at: start) else {
                throw AV1Overrun()
            }
            start += width
            length = value
        }
        guard length <= payload.count - start else { throw AV1Overrun() }
        position = start + length
        return start..<position
    }
}

/// A unit or element of AV1 is longer than the bytes there are.
struct AV1Overrun: Error, Equatable {}
