/// A cursor over somebody else's bytes. Reading past the end throws; nothing is copied.
package struct ByteReader: ~Escapable {
    package let bytes: Span<UInt8>
    package private(set) var position = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) {
        self.bytes = bytes
    }

    package var remaining: Int { bytes.count - position }
    package var isAtEnd: Bool { position == bytes.count }

    /// The next byte without passing it; nil at the end.
    package var next: UInt8? { isAtEnd ? nil : bytes[position] }

    package mutating func readByte() throws(Truncated) -> UInt8 {
        try require(1)
        defer { position += 1 }
        return bytes[position]
    }

    /// An unsigned number in network byte order.
    package mutating func read<Number: FixedWidthInteger & UnsignedInteger>(
        _: Number.Type
    ) throws(Truncated) -> Number {
        let width = Number.bitWidth / 8
        try require(width)
        var value: Number = 0
        for offset in 0..<width { value = value << 8 | Number(bytes[position + offset]) }
        position += width
        return value
    }

    /// A view of the next `count` bytes.
    @_lifetime(copy self)
    package mutating func read(count: Int) throws(Truncated) -> Span<UInt8> {
        try require(count)
        let start = position
        position += count
        return bytes.extracting(start..<position)
    }

    package mutating func skip(_ count: Int) throws(Truncated) {
        try require(count)
        position += count
    }

    /// Passes a byte that has been looked at.
    package mutating func pass() {
        precondition(!isAtEnd, "passing the end")
        position += 1
    }

    /// Passes the next byte if it is `byte`.
    package mutating func skip(if byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    /// Passes bytes as long as they fulfil `condition`, and gives the range passed.
    package mutating func skip(while condition: (UInt8) -> Bool) -> Range<Int> {
        let start = position
        while position < bytes.count, condition(bytes[position]) { position += 1 }
        return start..<position
    }

    private func require(_ count: Int) throws(Truncated) {
        precondition(count >= 0, "a negative count of bytes")
        guard remaining >= count else { throw Truncated(need: count, have: remaining) }
    }
}

/// There were fewer bytes than the format promised.
package struct Truncated: Error, Equatable {
    package let need: Int
    package let have: Int
}

extension String {
    /// The text of some bytes; nil where they are not UTF-8.
    package init?(validating bytes: Span<UInt8>) {
        guard let utf8 = try? UTF8Span(validating: bytes) else { return nil }
        self.init(copying: utf8)
    }
}
