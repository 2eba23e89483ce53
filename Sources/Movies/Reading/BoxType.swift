/// The four bytes that name a box, or what else MP4 names so: a handler, a brand, a coding.
package struct BoxType: Sendable, Hashable, ExpressibleByStringLiteral {
    package let number: UInt32

    package init(_ number: UInt32) { self.number = number }

    package init(stringLiteral text: StaticString) {
        var number: UInt32 = 0
        text.withUTF8Buffer { bytes in
            precondition(bytes.count == 4, "a type has four bytes")
            for place in 0..<4 { number = unsafe number << 8 | UInt32(bytes[place]) }
        }
        self.number = number
    }

    /// As text; bytes that do not print become points.
    package var name: String {
        var name = ""
        for shift in [24, 16, 8, 0] as [UInt32] {
            let byte = UInt8(truncatingIfNeeded: number >> shift)
            name.unicodeScalars.append(0x20...0x7E ~= byte ? Unicode.Scalar(byte) : ".")
        }
        return name
    }

    /// Whether all of it prints, as all types but those of old files' texts do.
    var isPlausible: Bool {
        for shift in [24, 16, 8, 0] as [UInt32] {
            let byte = UInt8(truncatingIfNeeded: number >> shift)
            guard 0x20...0x7E ~= byte || byte == 0xA9 else { return false }
        }
        return true
    }
}

extension Span<UInt8> {
    /// The number in network order that begins at `place`, all of which must be there.
    @inline(__always)
    func number16(_ place: Int) -> UInt16 {
        UInt16(self[place]) << 8 | UInt16(self[place + 1])
    }

    @inline(__always)
    func number32(_ place: Int) -> UInt32 {
        UInt32(number16(place)) << 16 | UInt32(number16(place + 2))
    }

    @inline(__always)
    func number64(_ place: Int) -> UInt64 {
        UInt64(number32(place)) << 32 | UInt64(number32(place + 4))
    }
}
