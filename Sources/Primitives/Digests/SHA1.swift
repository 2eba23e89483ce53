/// SHA-1 (RFC 3174), for STUN's message integrity; nothing else here may rest on it.
package struct SHA1: Digest {
    package static let blockLength = 64

    private var h0: UInt32 = 0x6745_2301
    private var h1: UInt32 = 0xEFCD_AB89
    private var h2: UInt32 = 0x98BA_DCFE
    private var h3: UInt32 = 0x1032_5476
    private var h4: UInt32 = 0xC3D2_E1F0
    private var block = DigestBlock()

    package init() {}

    package mutating func update(_ byte: UInt8) {
        if block.append(byte) { compress() }
    }

    package mutating func finish() -> [UInt8] {
        let bits = block.total &* 8
        update(0x80)
        while block.filled != 56 { update(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            update(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        return [h0, h1, h2, h3, h4].flatMap { word in
            (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * $0)) }
        }
    }

    private mutating func compress() {
        var words = InlineArray<80, UInt32>(repeating: 0)
        for index in 0..<16 { words[index] = block.word(index, bigEndian: true) }
        for index in 16..<80 {
            let mixed = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
            words[index] = mixed.rotated(left: 1)
        }
        var (a, b, c, d, e) = (h0, h1, h2, h3, h4)
        for index in 0..<80 {
            let (choice, constant): (UInt32, UInt32) =
                switch index {
                case 0..<20: ((b & c) | (~b & d), 0x5A82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ED9_EBA1)
                case 40..<60: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = a.rotated(left: 5) &+ choice &+ e &+ constant &+ words[index]
            (e, d, c, b, a) = (d, c, b.rotated(left: 30), a, next)
        }
        h0 &+= a
        h1 &+= b
        h2 &+= c
        h3 &+= d
        h4 &+= e
    }
}
