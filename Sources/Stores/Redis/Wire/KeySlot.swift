/// The slot of a cluster that a key is in: CRC16 of its hash tag, or of all of it.
package enum KeySlot {
    package static let count = 16_384

    /// What stands between the first `{` and the next `}` decides, where there is anything.
    package static func of(_ key: some StringProtocol) -> Int {
        let bytes = Array(key.utf8)
        guard let open = bytes.firstIndex(of: UInt8(ascii: "{")),
            let close = bytes[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        else { return Int(checksum(bytes[...])) % count }
        return Int(checksum(bytes[(open + 1)..<close])) % count
    }

    /// CRC16 of XMODEM, as the cluster specification has it.
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for byte in bytes {
            sum ^= UInt16(byte) << 8
            for _ in 0..<8 { sum = sum & 0x8000 == 0 ? sum << 1 : sum << 1 ^ 0x1021 }
        }
        return sum
    }
}
