/// SHA-256 (FIPS 180-4), to tell whether a file is still the one that was written.
package struct SHA256: Digest {
    package static let blockLength = 64

    private var state: InlineArray<8, UInt32> = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB,
        0x5BE0_CD19,
    ]
    private var block = DigestBlock()
    /// Bytes of whole blocks that went past `block`.
    private var passed: UInt64 = 0

    package init() {}

    package mutating func update(_ byte: UInt8) {
        guard block.append(byte) else { return }
        var words = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 { words[index] = block.word(index, bigEndian: true) }
        compress(&words)
    }

    /// Whole blocks are read where they lie.
    package mutating func update(_ bytes: Span<UInt8>) {
        var place = 0
        while place < bytes.count, block.filled != 0 {
            update(bytes[place])
            place += 1
        }
        while bytes.count - place >= Self.blockLength {
            var words = InlineArray<64, UInt32>(repeating: 0)
            for index in 0..<16 {
                let start = place + 4 * index
                words[index] =
                    UInt32(bytes[start]) << 24 | UInt32(bytes[start + 1]) << 16
                    | UInt32(bytes[start + 2]) << 8 | UInt32(bytes[start + 3])
            }
            compress(&words)
            place += Self.blockLength
            passed &+= UInt64(Self.blockLength)
        }
        while place < bytes.count {
            update(bytes[place])
            place += 1
        }
    }

    package mutating func finish() -> [UInt8] {
        let bits = (block.total &+ passed) &* 8
        update(0x80)
        while block.filled != 56 { update(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            update(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        var bytes: [UInt8] = []
        for index in state.indices {
            for shift in stride(from: 24, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: state[index] >> UInt32(shift)))
            }
        }
        return bytes
    }

    private mutating func compress(_ words: inout InlineArray<64, UInt32>) {
        for index in 16..<64 {
            let near = words[index - 2]
            let far = words[index - 15]
            let small = far.rotated(right: 7) ^ far.rotated(right: 18) ^ far >> 3
            let large = near.rotated(right: 17) ^ near.rotated(right: 19) ^ near >> 10
            words[index] = words[index - 16] &+ small &+ words[index - 7] &+ large
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let large = e.rotated(right: 6) ^ e.rotated(right: 11) ^ e.rotated(right: 25)
            let choice = (e & f) ^ (~e & g)
            let first = h &+ large &+ choice &+ Self.constants[index] &+ words[index]
            let small = a.rotated(right: 2) ^ a.rotated(right: 13) ^ a.rotated(right: 22)
            let majority = (a & b) ^ (a & c) ^ (b & c)
            (h, g, f, e) = (g, f, e, d &+ first)
            (d, c, b, a) = (c, b, a, first &+ small &+ majority)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
    }

    private static let constants: InlineArray<64, UInt32> = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4,
        0xAB1C_5ED5, 0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE,
        0x9BDC_06A7, 0xC19B_F174, 0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F,
        0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA, 0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7,
        0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967, 0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC,
        0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85, 0xA2BF_E8A1, 0xA81A_664B,
        0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070, 0x19A4_C116,
        0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7,
        0xC671_78F2,
    ]
}

extension UInt32 {
    fileprivate func rotated(right count: UInt32) -> UInt32 { self >> count | self << (32 - count) }
}
