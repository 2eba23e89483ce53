/// A sound no two places of which are alike: noise from a seed, without its highest tones, so that
/// every coder keeps its shape.
enum NumberedSound {
    static func values(count: Int) -> [Float] {
        var state: UInt32 = 0x2545_F491
        var values: [Float] = []
        values.reserveCapacity(count)
        var slow: Float = 0
        for _ in 0..<count {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            slow += 0.35 * (Float(state >> 8) / Float(1 << 24) - 0.5 - slow)
            values.append(slow)
        }
        return values
    }

    /// As 16 bits of little-endian PCM.
    static func bytes(_ values: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 2)
        for value in values {
            let level = UInt16(bitPattern: Int16(value * 32_000))
            bytes.append(UInt8(truncatingIfNeeded: level))
            bytes.append(UInt8(truncatingIfNeeded: level >> 8))
        }
        return bytes
    }
}
