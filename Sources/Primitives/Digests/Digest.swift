/// A hash that is fed and read once.
package protocol Digest {
    /// The width that HMAC pads its key to.
    static var blockLength: Int { get }

    init()
    mutating func update(_ byte: UInt8)
    /// A requirement, so that whoever is generic over digests pays for a call a span, not a byte.
    mutating func update(_ bytes: Span<UInt8>)
    /// The digest; the value is used up.
    mutating func finish() -> [UInt8]
}

extension Digest {
    package mutating func update(_ bytes: Span<UInt8>) {
        for index in bytes.indices { update(bytes[index]) }
    }

    package static func hash(_ bytes: Span<UInt8>) -> [UInt8] {
        var digest = Self()
        digest.update(bytes)
        return digest.finish()
    }
}

/// HMAC (RFC 2104) over a digest.
package struct HMAC<Hash: Digest> {
    private var inner = Hash()
    private var outer = Hash()

    package init(key: Span<UInt8>) {
        var padded: [UInt8] = []
        if key.count > Hash.blockLength {
            padded = Hash.hash(key)
        } else {
            for index in key.indices { padded.append(key[index]) }
        }
        padded += Array(repeating: 0, count: Hash.blockLength - padded.count)
        for index in padded.indices { padded[index] ^= 0x36 }
        inner.update(padded.span)
        for index in padded.indices { padded[index] ^= 0x36 ^ 0x5C }
        outer.update(padded.span)
    }

    package mutating func update(_ byte: UInt8) { inner.update(byte) }
    package mutating func update(_ bytes: Span<UInt8>) { inner.update(bytes) }

    package mutating func finish() -> [UInt8] {
        let digest = inner.finish()
        outer.update(digest.span)
        return outer.finish()
    }
}

/// The 64 bytes that SHA-1 and MD5 compress at a time.
struct DigestBlock {
    private var bytes = InlineArray<64, UInt8>(repeating: 0)
    private(set) var filled = 0
    private(set) var total: UInt64 = 0

    /// True when the block is full and is to be compressed.
    mutating func append(_ byte: UInt8) -> Bool {
        bytes[filled] = byte
        total &+= 1
        filled = (filled + 1) % 64
        return filled == 0
    }

    func word(_ index: Int, bigEndian: Bool) -> UInt32 {
        var word: UInt32 = 0
        for offset in 0..<4 {
            let byte = UInt32(bytes[4 * index + offset])
            word |= byte << UInt32(bigEndian ? 24 - 8 * offset : 8 * offset)
        }
        return word
    }
}

extension UInt32 {
    func rotated(left count: UInt32) -> UInt32 { self << count | self >> (32 - count) }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
package func equalInConstantTime(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for index in left.indices { difference |= left[index] ^ right[index] }
    return difference == 0
}
