import Primitives

/// The fields of a sequence parameter set of H.265 that `hvcC` repeats (ISO/IEC 14496-15 8.3.3).
struct HEVCProfileFields: Sendable, Hashable {
    /// Profile space, tier, profile, compatibility, constraints and level, as they stand there.
    let profileTierLevel: [UInt8]
    let isNested: Bool
    let chromaFormat: UInt8
    let lumaDepth: UInt8
    let chromaDepth: UInt8

    init?(sequenceParameters unit: Span<UInt8>) {
        guard unit.count > 15 else { return nil }
        var bits = CodecBits(unit.extracting(2..<unit.count), removesPrevention: true)
        do {
            try bits.skip(4)
            let below = Int(try bits.read(3))
            isNested = try bits.bit()
            var general: [UInt8] = []
            for _ in 0..<12 { general.append(UInt8(truncatingIfNeeded: try bits.read(8))) }
            profileTierLevel = general
            var flags: UInt32 = 0
            if below > 0 { flags = try bits.read(16) }
            for layer in 0..<below {
                let shift = UInt32(14 - 2 * layer)
                if flags >> shift & 2 != 0 { try bits.skip(88) }
                if flags >> shift & 1 != 0 { try bits.skip(8) }
            }
            _ = try bits.golomb(atMost: 15)
            let chroma = try bits.golomb(atMost: 3)
            if chroma == 3 { try bits.skip(1) }
            _ = try bits.golomb()
            _ = try bits.golomb()
            if try bits.bit() {
                for _ in 0..<4 { _ = try bits.golomb() }
            }
            chromaFormat = UInt8(chroma)
            lumaDepth = UInt8(try bits.golomb(atMost: 7)) + 8
            chromaDepth = UInt8(try bits.golomb(atMost: 7)) + 8
        } catch {
            return nil
        }
    }

    /// `hvc1.1.6.L93.B0` (ISO/IEC 14496-15 annex E).
    var name: String { Self.name(profileTierLevel) }

    /// Of twelve bytes.
    static func name(_ profileTierLevel: [UInt8]) -> String {
        let first = profileTierLevel[0]
        let spaces = ["", "A", "B", "C"]
        var compatibility: UInt32 = 0
        for (place, byte) in profileTierLevel[1..<5].enumerated() {
            for bit in 0..<8 where byte & (0x80 >> UInt8(bit)) != 0 {
                compatibility |= 1 << UInt32(place * 8 + bit)
            }
        }
        var name = "hvc1." + spaces[Int(first >> 6)] + String(first & 0x1F)
        name += "." + String(compatibility, radix: 16)
        name += "." + (first & 0x20 == 0 ? "L" : "H") + String(profileTierLevel[11])
        var constraints = profileTierLevel[5..<11]
        while constraints.last == 0 { constraints.removeLast() }
        for byte in constraints { name += "." + String(byte, radix: 16) }
        return name
    }
}
