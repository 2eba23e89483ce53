/// What a sequence parameter set of H.265 says (ITU-T H.265 7.3.2.2).
package struct H265SequenceParameters: Sendable, Hashable {
    package let profile: UInt8
    package let level: UInt8
    package let identifier: Int
    package let size: PictureSize
    /// `sps_max_num_reorder_pics` of the highest sub-layer: above zero there are B-frames.
    package let reorderedFrames: Int

    package var mayReorder: Bool { reorderedFrames > 0 }

    /// Reads a whole NAL unit, its header included; nil where it isn't one.
    package init?(_ unit: Span<UInt8>) {
        guard unit.count > 2, unit[0] >> 1 & 0x3F == 33, let parsed = try? Self(fields: unit)
        else { return nil }
        self = parsed
    }

    static func identifier(of unit: Span<UInt8>) -> Int? {
        guard unit.count > 2 else { return nil }
        var bits = CodecBits(unit.extracting(2..<unit.count), removesPrevention: true)
        guard (try? readProfile(&bits)) != nil else { return nil }
        return try? bits.golomb(atMost: 15)
    }

    private init(fields unit: Span<UInt8>) throws(BitsExhausted) {
        var bits = CodecBits(unit.extracting(2..<unit.count), removesPrevention: true)
        let head = try Self.readProfile(&bits)
        profile = head.profile
        level = head.level
        identifier = try bits.golomb(atMost: 15)
        let chroma = try bits.golomb(atMost: 3)
        if chroma == 3 { try bits.skip(1) }
        var width = try bits.golomb(atMost: 16_384)
        var height = try bits.golomb(atMost: 16_384)
        if try bits.bit() {
            let unitX = chroma == 1 || chroma == 2 ? 2 : 1
            let unitY = chroma == 1 ? 2 : 1
            width -= unitX * (try bits.golomb(atMost: 16_384) + bits.golomb(atMost: 16_384))
            height -= unitY * (try bits.golomb(atMost: 16_384) + bits.golomb(atMost: 16_384))
        }
        guard width > 0, height > 0 else { throw BitsExhausted() }
        size = PictureSize(width: width, height: height)
        for _ in 0..<3 { _ = try bits.golomb(atMost: 16) }
        let hasEachLayer = try bits.bit()
        var reordered = 0
        for _ in 0..<(hasEachLayer ? head.layers : 1) {
            _ = try bits.golomb(atMost: 16)
            reordered = try bits.golomb(atMost: 16)
            _ = try bits.golomb()
        }
        reorderedFrames = reordered
    }

    /// The set's first fields and profile_tier_level (7.3.3).
    @_lifetime(bits: copy bits)
    private static func readProfile(
        _ bits: inout CodecBits
    ) throws(BitsExhausted) -> (profile: UInt8, level: UInt8, layers: Int) {
        try bits.skip(4)
        let below = Int(try bits.read(3))
        try bits.skip(1)
        let profile = UInt8(truncatingIfNeeded: try bits.read(8) & 0x1F)
        try bits.skip(80)
        let level = UInt8(truncatingIfNeeded: try bits.read(8))
        var flags: UInt32 = 0
        if below > 0 { flags = try bits.read(16) }
        for layer in 0..<below {
            let shift = UInt32(14 - 2 * layer)
            if flags >> shift & 2 != 0 { try bits.skip(88) }
            if flags >> shift & 1 != 0 { try bits.skip(8) }
        }
        return (profile, level, below + 1)
    }
}
