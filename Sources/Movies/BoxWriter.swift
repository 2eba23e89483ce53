import Primitives

/// Appends the boxes of an MP4 (ISO/IEC 14496-12) to bytes that are kept from box to box.
package struct BoxWriter: ~Copyable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package var count: Int { bytes.count }

    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// A box whose size is put in when `content` has been written.
    package mutating func box(_ type: StaticString, _ content: (inout BoxWriter) -> Void) {
        let start = bytes.count
        write(UInt32(0))
        text(type)
        content(&self)
        patch(UInt32(truncatingIfNeeded: bytes.count - start), at: start)
    }

    /// A box that has a version and flags.
    package mutating func fullBox(
        _ type: StaticString, version: UInt8, flags: UInt32, _ content: (inout BoxWriter) -> Void
    ) {
        box(type) { writer in
            writer.write(UInt32(version) << 24 | flags)
            content(&writer)
        }
    }

    package mutating func write<Number: FixedWidthInteger & UnsignedInteger>(_ value: Number) {
        for shift in stride(from: Number.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    package mutating func write(_ span: Span<UInt8>) { bytes.append(span) }

    package mutating func text(_ text: StaticString) {
        unsafe bytes.append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func zeros(_ count: Int) {
        for _ in 0..<count { bytes.append(0) }
    }

    package mutating func patch(_ value: UInt32, at place: Int) {
        for index in 0..<4 {
            bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * index))
        }
    }
}
