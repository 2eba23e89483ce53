/// Tells two bodies apart: FNV-1a with 128 bits, fed piece by piece.
///
/// It guards against mistakes, not against enemies: whoever chooses both bodies can make two that
/// collide, and would only cheat themselves.
package struct Fingerprint: Sendable, Equatable {
    package private(set) var value: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    package init() {}

    package init(of text: String) {
        add(text.utf8)
    }

    package mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            value = (value ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
    }

    /// 32 hexadecimal digits.
    package var text: String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits
    }
}
