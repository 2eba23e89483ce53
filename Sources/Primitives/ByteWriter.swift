/// Appends bytes to a buffer that grows; network byte order.
package struct ByteWriter: ~Copyable {
    package private(set) var bytes: [UInt8] = []

    package init(reserving capacity: Int = 0) {
        bytes.reserveCapacity(capacity)
    }

    package mutating func write(_ byte: UInt8) {
        bytes.append(byte)
    }

    package mutating func write<Number: FixedWidthInteger & UnsignedInteger>(_ value: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    package mutating func write(_ span: Span<UInt8>) {
        bytes.append(span)
    }

    package mutating func write(utf8 text: String) {
        bytes.append(contentsOf: text.utf8)
    }
}

extension [UInt8] {
    package init(copying bytes: Span<UInt8>) {
        self = []
        reserveCapacity(bytes.count)
        append(bytes)
    }
}
