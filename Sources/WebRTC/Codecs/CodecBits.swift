/// A cursor over the bits of a codec's header, the most significant first.
///
/// With `removesPrevention`, the 03 of each 00 00 03 is passed over (H.264 7.3.1).
struct CodecBits: ~Escapable {
    private let bytes: Span<UInt8>
    private let removesPrevention: Bool
    private var position = 0
    private var zeros = 0
    private var current: UInt8 = 0
    private var left = 0

    @_lifetime(copy bytes)
    init(_ bytes: Span<UInt8>, removesPrevention: Bool) {
        self.bytes = bytes
        self.removesPrevention = removesPrevention
    }

    /// Bytes of which at least a bit has been read, those passed over included.
    var consumedBytes: Int { position }

    @_lifetime(self: copy self)
    mutating func bit() throws(BitsExhausted) -> Bool {
        if left == 0 { try load() }
        left -= 1
        return current >> UInt8(left) & 1 == 1
    }

    /// Up to 32 bits as a number.
    @_lifetime(self: copy self)
    mutating func read(_ count: Int) throws(BitsExhausted) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count { value = value << 1 | (try bit() ? 1 : 0) }
        return value
    }

    @_lifetime(self: copy self)
    mutating func skip(_ count: Int) throws(BitsExhausted) {
        for _ in 0..<count { _ = try bit() }
    }

    /// An unsigned exp-Golomb number, ue(v); at most 2^32 - 2.
    @_lifetime(self: copy self)
    mutating func golomb() throws(BitsExhausted) -> UInt32 {
        var leading = 0
        while try !bit() {
            leading += 1
            guard leading < 32 else { throw BitsExhausted() }
        }
        let rest = try read(leading)
        return (UInt32(1) << UInt32(leading) &- 1) &+ rest
    }

    /// A golomb number that must not be above `limit`.
    @_lifetime(self: copy self)
    mutating func golomb(atMost limit: UInt32) throws(BitsExhausted) -> Int {
        let value = try golomb()
        guard value <= limit else { throw BitsExhausted() }
        return Int(value)
    }

    /// A signed exp-Golomb number, se(v).
    @_lifetime(self: copy self)
    mutating func signedGolomb() throws(BitsExhausted) -> Int {
        let code = Int(try golomb())
        return code % 2 == 0 ? -(code / 2) : (code + 1) / 2
    }

    @_lifetime(self: copy self)
    private mutating func load() throws(BitsExhausted) {
        guard position < bytes.count else { throw BitsExhausted() }
        var byte = bytes[position]
        if removesPrevention, zeros >= 2, byte == 3 {
            zeros = 0
            position += 1
            guard position < bytes.count else { throw BitsExhausted() }
            byte = bytes[position]
        }
        zeros = byte == 0 ? zeros + 1 : 0
        position += 1
        current = byte
        left = 8
    }
}

/// A header ended early, or holds a number that its standard forbids.
struct BitsExhausted: Error, Equatable {}
