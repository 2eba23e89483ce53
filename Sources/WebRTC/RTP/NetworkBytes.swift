/// Numbers in network byte order at a place of a packet whose length has been checked.
extension Span where Element == UInt8 {
    @inline(__always)
    func uint16(at place: Int) -> UInt16 {
        UInt16(self[place]) << 8 | UInt16(self[place + 1])
    }

    @inline(__always)
    func uint24(at place: Int) -> UInt32 {
        UInt32(self[place]) << 16 | UInt32(uint16(at: place + 1))
    }

    @inline(__always)
    func uint32(at place: Int) -> UInt32 {
        UInt32(uint16(at: place)) << 16 | UInt32(uint16(at: place + 2))
    }

    @inline(__always)
    func uint64(at place: Int) -> UInt64 {
        UInt64(uint32(at: place)) << 32 | UInt64(uint32(at: place + 4))
    }
}

extension MutableSpan where Element == UInt8 {
    @inline(__always)
    mutating func setUInt16(_ value: UInt16, at place: Int) {
        self[place] = UInt8(truncatingIfNeeded: value >> 8)
        self[place + 1] = UInt8(truncatingIfNeeded: value)
    }

    @inline(__always)
    mutating func setUInt24(_ value: UInt32, at place: Int) {
        self[place] = UInt8(truncatingIfNeeded: value >> 16)
        setUInt16(UInt16(truncatingIfNeeded: value), at: place + 1)
    }

    @inline(__always)
    mutating func setUInt32(_ value: UInt32, at place: Int) {
        setUInt16(UInt16(truncatingIfNeeded: value >> 16), at: place)
        setUInt16(UInt16(truncatingIfNeeded: value), at: place + 2)
    }

    /// Copies `source` to `place`; the caller has checked that it fits.
    mutating func copy(_ source: Span<UInt8>, to place: Int) {
        precondition(place >= 0 && source.count <= count - place, "a copy beyond the buffer")
        // One copy of memory instead of a checked store for each byte of each packet.
        unsafe withUnsafeMutableBytes { target in
            unsafe source.withUnsafeBytes { bytes in
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[place...])
                    .copyMemory(from: bytes)
            }
        }
    }
}

extension OutputSpan where Element == UInt8 {
    @inline(__always)
    mutating func appendUInt16(_ value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    @inline(__always)
    mutating func appendUInt24(_ value: UInt32) {
        append(UInt8(truncatingIfNeeded: value >> 16))
        appendUInt16(UInt16(truncatingIfNeeded: value))
    }

    @inline(__always)
    mutating func appendUInt32(_ value: UInt32) {
        appendUInt16(UInt16(truncatingIfNeeded: value >> 16))
        appendUInt16(UInt16(truncatingIfNeeded: value))
    }

    @inline(__always)
    mutating func appendUInt64(_ value: UInt64) {
        appendUInt32(UInt32(truncatingIfNeeded: value >> 32))
        appendUInt32(UInt32(truncatingIfNeeded: value))
    }

    /// Appends all of `source`; the caller has checked that it fits.
    mutating func append(_ source: Span<UInt8>) {
        let start = count
        append(repeating: 0, count: source.count)
        var target = mutableSpan
        target.copy(source, to: start)
    }
}

extension [UInt8] {
    /// Overwrites what stands at `place`; the caller has checked that it fits.
    mutating func copy(_ source: Span<UInt8>, to place: Int) {
        var target = mutableSpan
        target.copy(source, to: place)
    }
}
