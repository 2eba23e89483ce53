import Primitives

extension VP9Header {
    /// What `vpcC` repeats of a keyframe's header ("VP Codec ISO Media File Format Binding").
    struct Format: Sendable, Hashable {
        let profile: Int
        let depth: Int
        /// 1 is 4:2:0 with chroma beside luma, 2 is 4:2:2, 3 is 4:4:4.
        let subsampling: Int
        let isFull: Bool
    }

    static func format(_ frame: Span<UInt8>) -> Format? {
        var bits = CodecBits(frame, removesPrevention: false)
        return try? readFormat(&bits)
    }

    @_lifetime(bits: copy bits)
    private static func readFormat(_ bits: inout CodecBits) throws(BitsExhausted) -> Format {
        let profile = try readKeyframe(&bits)
        try bits.skip(2)
        guard try bits.read(24) == 0x49_8342 else { throw BitsExhausted() }
        var depth = 8
        if profile >= 2 { depth = try bits.bit() ? 12 : 10 }
        let isRGB = try bits.read(3) == 7
        let hasSubsampling = profile == 1 || profile == 3
        guard !isRGB else {
            return Format(profile: profile, depth: depth, subsampling: 3, isFull: true)
        }
        let isFull = try bits.bit()
        var subsampling = 1
        if hasSubsampling {
            let isHalfWide = try bits.bit()
            let isHalfHigh = try bits.bit()
            subsampling = isHalfWide ? (isHalfHigh ? 1 : 2) : 3
        }
        return Format(profile: profile, depth: depth, subsampling: subsampling, isFull: isFull)
    }

    /// The lowest level whose pictures are so large, times ten; the rate is not known.
    static func level(_ size: PictureSize) -> Int {
        let levels = [
            (36_864, 10), (73_728, 11), (122_880, 20), (245_760, 21), (552_960, 30), (983_040, 31),
            (2_228_224, 40), (8_912_896, 50), (35_651_584, 60),
        ]
        return levels.first { size.width * size.height <= $0.0 }?.1 ?? 62
    }
}

extension AV1Header {
    /// What `av1C` repeats of a sequence header ("AV1 Codec ISO Media File Format Binding" 2.3).
    struct Format: Sendable, Hashable {
        let profile: UInt8
        let level: UInt8
        let depth: Int
        /// Tier, depth, monochrome and subsampling, as the third byte of `av1C` has them.
        let packed: UInt8
    }

    /// Where the sequence header lies in a row of units that each have their size: the whole
    /// unit, and what stands in it.
    package static func sequenceHeader(
        in frame: Span<UInt8>
    ) -> (unit: Range<Int>, content: Range<Int>)? {
        var place = 0
        while place < frame.count {
            guard let header = AV1UnitHeader(frame.extracting(place..<frame.count)),
                header.hasSize,
                let (size, width) = AV1Number.read(frame, at: place + header.length)
            else { return nil }
            let start = place + header.length + width
            guard size <= frame.count - start else { return nil }
            if header.type == AV1UnitType.sequenceHeader {
                return (place..<start + size, start..<start + size)
            }
            place = start + size
        }
        return nil
    }

    static func format(sequenceHeader content: Span<UInt8>) -> Format? {
        var bits = CodecBits(content, removesPrevention: false)
        return try? readFormat(&bits)
    }

    @_lifetime(bits: copy bits)
    private static func readFormat(_ bits: inout CodecBits) throws(BitsExhausted) -> Format {
        let profile = UInt8(try bits.read(3))
        try bits.skip(1)
        let isReduced = try bits.bit()
        let point = isReduced ? (UInt8(try bits.read(5)), false) : try skipOperatingPoints(&bits)
        try skipTools(&bits, isReduced: isReduced)
        let isHigh = try bits.bit()
        var isTwelve = false
        if profile == 2, isHigh { isTwelve = try bits.bit() }
        let isMonochrome = profile == 1 ? false : try bits.bit()
        var colours: (UInt32, UInt32, UInt32) = (2, 2, 2)
        if try bits.bit() { colours = (try bits.read(8), try bits.read(8), try bits.read(8)) }
        var halves = (wide: true, high: true)
        var position: UInt8 = 0
        if !isMonochrome {
            if colours == (1, 13, 0) {
                halves = (false, false)
            } else {
                try bits.skip(1)
                if profile == 1 {
                    halves = (false, false)
                } else if profile == 2 {
                    let isHalfWide = isTwelve ? try bits.bit() : true
                    let isHalfHigh = isTwelve && isHalfWide ? try bits.bit() : false
                    halves = (isHalfWide, isHalfHigh)
                }
                if halves.wide, halves.high { position = UInt8(try bits.read(2)) }
            }
        }
        var packed: UInt8 = point.1 ? 0x80 : 0
        if isHigh { packed |= 0x40 }
        if isTwelve { packed |= 0x20 }
        if isMonochrome { packed |= 0x10 }
        if halves.wide { packed |= 0x08 }
        if halves.high { packed |= 0x04 }
        packed |= position
        return Format(
            profile: profile, level: point.0, depth: isTwelve ? 12 : isHigh ? 10 : 8,
            packed: packed)
    }

    /// From the sizes of pictures to the tools that stand before the colours (AV1 5.5.1).
    @_lifetime(bits: copy bits)
    private static func skipTools(
        _ bits: inout CodecBits, isReduced: Bool
    ) throws(BitsExhausted) {
        let widthBits = Int(try bits.read(4)) + 1
        let heightBits = Int(try bits.read(4)) + 1
        try bits.skip(widthBits + heightBits)
        if !isReduced, try bits.bit() { try bits.skip(7) }
        // Superblock size, filtered intra, intra edges.
        try bits.skip(3)
        if !isReduced {
            // Interintra, masks, warped motion, dual filter.
            try bits.skip(4)
            let hasOrder = try bits.bit()
            if hasOrder { try bits.skip(2) }
            // Screen content tools, then integer motion, each chosen by the frame or forced.
            var forcesScreen: UInt32 = 2
            if try !bits.bit() { forcesScreen = try bits.read(1) }
            if forcesScreen > 0, try !bits.bit() { try bits.skip(1) }
            if hasOrder { try bits.skip(3) }
        }
        // Super-resolution, directional enhancement, loop restoration.
        try bits.skip(3)
    }
}
