import Primitives

extension STUNMessage {
    static let integrityLength = 20

    /// Whether the integrity attribute of this message, parsed from `bytes`, is right for `key`.
    package func hasIntegrity(_ bytes: Span<UInt8>, key: Span<UInt8>) -> Bool {
        guard let start = integrityStart, start + 4 + Self.integrityLength <= bytes.count else {
            return false
        }
        let expected = Self.integrity(bytes.extracting(..<start), key: key)
        let claimed = bytes.extracting(start + 4..<start + 4 + Self.integrityLength)
        return equalInConstantTime(expected.span, claimed)
    }

    /// The code over a message up to its integrity attribute, whose length it is to count.
    static func integrity(_ bytes: Span<UInt8>, key: Span<UInt8>) -> [UInt8] {
        var code = HMAC<SHA1>(key: key)
        let length = UInt16(bytes.count - headerLength + 4 + integrityLength)
        feed(bytes, length: length) { code.update($0) }
        return code.finish()
    }

    /// The fingerprint of a message up to its fingerprint attribute, whose length it is to count.
    static func fingerprint(_ bytes: Span<UInt8>, upTo end: Int) -> UInt32 {
        var check = CRC32()
        feed(bytes.extracting(..<end), length: UInt16(end - headerLength + 8)) { check.update($0) }
        return check.value ^ 0x5354_554E
    }

    /// Gives the bytes of a message as if its header said `length`.
    private static func feed(
        _ bytes: Span<UInt8>, length: UInt16, _ take: (Span<UInt8>) -> Void
    ) {
        let head: InlineArray<4, UInt8> = [
            bytes[0], bytes[1], UInt8(length >> 8), UInt8(truncatingIfNeeded: length),
        ]
        take(head.span)
        take(bytes.extracting(4...))
    }
}
