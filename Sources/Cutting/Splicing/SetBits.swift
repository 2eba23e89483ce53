/// The bits of a NAL unit behind its header, without what keeps start codes out of it.
struct SetBits {
    private(set) var bytes: [UInt8] = []
    private var position = 0

    /// - Parameter header: bytes of the unit's header.
    init(_ unit: Span<UInt8>, header: Int) {
        bytes.reserveCapacity(unit.count)
        var zeros = 0
        for place in min(header, unit.count)..<unit.count {
            let byte = unit[place]
            if zeros >= 2, byte == 3 {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            bytes.append(byte)
        }
    }

    /// Nil behind the end.
    mutating func bit() -> Int? {
        guard position < bytes.count * 8 else { return nil }
        defer { position += 1 }
        return Int(bytes[position / 8] >> UInt8(7 - position % 8) & 1)
    }

    mutating func read(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let bit = bit() else { return nil }
            value = value << 1 | bit
        }
        return value
    }

    mutating func skip(_ count: Int) -> Bool {
        position += count
        return position <= bytes.count * 8
    }

    /// ue(v), up to 16 bits.
    mutating func golomb() -> Int? {
        var leading = 0
        while let bit = bit(), bit == 0 {
            leading += 1
            guard leading <= 16 else { return nil }
        }
        return read(leading).map { (1 << leading) - 1 + $0 }
    }

    /// The next number of this kind becomes another; what follows moves.
    mutating func replaceGolomb(by value: Int) -> Bool {
        let start = position
        guard golomb() != nil, let stop = stopBit, position <= stop else { return false }
        var writer = SetBitWriter()
        writer.copy(bytes, 0..<start)
        writer.golomb(value)
        let end = writer.count
        writer.copy(bytes, position..<stop)
        writer.stop()
        bytes = writer.bytes
        position = end
        return true
    }

    /// The next bits become others of the same count.
    mutating func replace(_ count: Int, by value: Int) -> Bool {
        guard position + count <= bytes.count * 8 else { return false }
        for bit in 0..<count {
            let mask = UInt8(0x80) >> UInt8((position + bit) % 8)
            let isSet = value >> (count - 1 - bit) & 1 == 1
            if isSet {
                bytes[(position + bit) / 8] |= mask
            } else {
                bytes[(position + bit) / 8] &= ~mask
            }
        }
        position += count
        return true
    }

    /// One bit becomes nine, and all behind it moves by a byte: so that what is aligned stays so.
    mutating func replaceBit(byGolomb value: Int) -> Bool {
        guard (15...30).contains(value), position < 8, !bytes.isEmpty, read(1) == 1 else {
            return false
        }
        let before = Int(bytes[0]) >> (8 - (position - 1))
        let after = Int(bytes[0]) & (1 << (8 - position) - 1)
        let bits = before << (17 - position) | (value + 1) << (8 - position) | after
        bytes[0] = UInt8(truncatingIfNeeded: bits >> 8)
        bytes.insert(UInt8(truncatingIfNeeded: bits), at: 1)
        return true
    }

    /// The whole unit again.
    func unit(header: [UInt8]) -> [UInt8] {
        var unit = header
        unit.reserveCapacity(header.count + bytes.count + bytes.count / 64)
        var zeros = 0
        for byte in bytes {
            if zeros >= 2, byte <= 3 {
                unit.append(3)
                zeros = 0
            }
            unit.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return unit
    }

    /// Where the bit stands that ends a parameter set.
    private var stopBit: Int? {
        guard let last = bytes.lastIndex(where: { $0 != 0 }) else { return nil }
        return last * 8 + 7 - bytes[last].trailingZeroBitCount
    }
}

/// Puts bits one behind the other.
private struct SetBitWriter {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ bit: Bool) {
        if count % 8 == 0 { bytes.append(0) }
        if bit { bytes[count / 8] |= 0x80 >> UInt8(count % 8) }
        count += 1
    }

    mutating func copy(_ source: [UInt8], _ bits: Range<Int>) {
        for bit in bits { append(source[bit / 8] >> UInt8(7 - bit % 8) & 1 == 1) }
    }

    mutating func golomb(_ value: Int) {
        let width = Int.bitWidth - (value + 1).leadingZeroBitCount
        for _ in 0..<width - 1 { append(false) }
        for bit in stride(from: width - 1, through: 0, by: -1) {
            append((value + 1) >> bit & 1 == 1)
        }
    }

    mutating func stop() { append(true) }
}
