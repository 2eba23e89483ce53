/// What a sequence parameter set of H.264 says (ITU-T H.264 7.3.2.1 and E.1).
package struct H264SequenceParameters: Sendable, Hashable {
    package let profile: UInt8
    /// The byte of constraint flags, between profile and level.
    package let constraints: UInt8
    package let level: UInt8
    package let identifier: Int
    package let size: PictureSize
    package let chromaFormat: Int
    package let lumaDepth: Int
    package let chromaDepth: Int
    package let pictureOrderType: Int
    /// What slices need of it to be read: the widths of two of their numbers, and what they leave
    /// out.
    let slices: SliceSyntax
    /// Whether no picture is coded as two fields: never interlaced.
    package let isFramesOnly: Bool
    /// `max_num_reorder_frames`, where the usability data has it.
    package let reorderedFrames: Int?

    /// Whether pictures may be shown in another order than they are sent: B-frames.
    ///
    /// Nil where the set doesn't tell: the slices must be looked at then.
    package var mayReorder: Bool? {
        if let reorderedFrames { return reorderedFrames > 0 }
        if pictureOrderType == 2 || profile == 66 { return false }
        return nil
    }

    /// The six hexadecimal digits of `profile-level-id` (RFC 6184 8.1) as a number.
    package var profileLevelID: UInt32 {
        UInt32(profile) << 16 | UInt32(constraints) << 8 | UInt32(level)
    }

    struct SliceSyntax: Sendable, Hashable {
        var frameNumberBits = 4
        var orderBits = 4
        var omitsOrderDeltas = false
        var hasSeparatePlanes = false
    }

    /// Reads a whole NAL unit, its header included; nil where it isn't one.
    package init?(_ unit: Span<UInt8>) {
        guard unit.count > 4, unit[0] & 0x1F == 7,
            let parsed = try? Self(fields: unit)
        else { return nil }
        self = parsed
    }

    /// Profiles whose sets tell chroma format and depth.
    static func hasChroma(_ profile: UInt8) -> Bool {
        switch profile {
        case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135: true
        default: false
        }
    }

    private init(fields unit: Span<UInt8>) throws(BitsExhausted) {
        var bits = CodecBits(unit.extracting(4..<unit.count), removesPrevention: true)
        profile = unit[1]
        constraints = unit[2]
        level = unit[3]
        identifier = try bits.golomb(atMost: 31)
        var chroma = 1
        var depths = (luma: 8, chroma: 8)
        var isSeparate = false
        if Self.hasChroma(profile) {
            chroma = try bits.golomb(atMost: 3)
            if chroma == 3 { isSeparate = try bits.bit() }
            depths.luma = try bits.golomb(atMost: 6) + 8
            depths.chroma = try bits.golomb(atMost: 6) + 8
            try bits.skip(1)
            if try bits.bit() { try Self.skipScaling(&bits, lists: chroma == 3 ? 12 : 8) }
        }
        chromaFormat = chroma
        lumaDepth = depths.luma
        chromaDepth = depths.chroma
        var slices = SliceSyntax()
        slices.hasSeparatePlanes = isSeparate
        slices.frameNumberBits = try bits.golomb(atMost: 12) + 4
        pictureOrderType = try Self.readOrder(&bits, &slices)
        self.slices = slices
        _ = try bits.golomb(atMost: 16)
        try bits.skip(1)
        (size, isFramesOnly) = try Self.readSize(&bits, chroma: isSeparate ? 0 : chroma)
        // A set that ends early still has told the size.
        reorderedFrames = (try? Self.readReordering(&bits)) ?? nil
    }

    @_lifetime(bits: copy bits)
    private static func skipScaling(
        _ bits: inout CodecBits, lists: Int
    ) throws(BitsExhausted) {
        for list in 0..<lists where try bits.bit() {
            var last = 8
            var next = 8
            for _ in 0..<(list < 6 ? 16 : 64) {
                if next != 0 { next = (last + (try bits.signedGolomb())) & 0xFF }
                if next != 0 { last = next }
            }
        }
    }

    @_lifetime(bits: copy bits)
    private static func readOrder(
        _ bits: inout CodecBits, _ slices: inout SliceSyntax
    ) throws(BitsExhausted) -> Int {
        let type = try bits.golomb(atMost: 2)
        if type == 0 { slices.orderBits = try bits.golomb(atMost: 12) + 4 }
        if type == 1 {
            slices.omitsOrderDeltas = try bits.bit()
            _ = try bits.signedGolomb()
            _ = try bits.signedGolomb()
            for _ in 0..<(try bits.golomb(atMost: 255)) { _ = try bits.signedGolomb() }
        }
        return type
    }

    @_lifetime(bits: copy bits)
    private static func readSize(
        _ bits: inout CodecBits, chroma: Int
    ) throws(BitsExhausted) -> (size: PictureSize, isFramesOnly: Bool) {
        // 16,384 pixels a side is above every level.
        let widthInBlocks = try bits.golomb(atMost: 1_023) + 1
        let heightInUnits = try bits.golomb(atMost: 1_023) + 1
        let isFramesOnly = try bits.bit()
        if !isFramesOnly { try bits.skip(1) }
        try bits.skip(1)
        var width = widthInBlocks * 16
        var height = heightInUnits * 16 * (isFramesOnly ? 1 : 2)
        if try bits.bit() {
            let unitX = chroma == 1 || chroma == 2 ? 2 : 1
            let unitY = (chroma == 1 ? 2 : 1) * (isFramesOnly ? 1 : 2)
            width -= unitX * (try bits.golomb(atMost: 16_384) + bits.golomb(atMost: 16_384))
            height -= unitY * (try bits.golomb(atMost: 16_384) + bits.golomb(atMost: 16_384))
        }
        guard width > 0, height > 0 else { throw BitsExhausted() }
        return (PictureSize(width: width, height: height), isFramesOnly)
    }

    /// Video usability information, up to its last but one number.
    @_lifetime(bits: copy bits)
    private static func readReordering(_ bits: inout CodecBits) throws(BitsExhausted) -> Int? {
        guard try bits.bit() else { return nil }
        if try bits.bit(), try bits.read(8) == 255 { try bits.skip(32) }
        if try bits.bit() { try bits.skip(1) }
        if try bits.bit() {
            try bits.skip(4)
            if try bits.bit() { try bits.skip(24) }
        }
        if try bits.bit() {
            _ = try bits.golomb()
            _ = try bits.golomb()
        }
        if try bits.bit() { try bits.skip(65) }
        let hasNALBuffer = try bits.bit()
        if hasNALBuffer { try skipBuffer(&bits) }
        let hasVCLBuffer = try bits.bit()
        if hasVCLBuffer { try skipBuffer(&bits) }
        if hasNALBuffer || hasVCLBuffer { try bits.skip(1) }
        try bits.skip(1)
        guard try bits.bit() else { return nil }
        try bits.skip(1)
        for _ in 0..<4 { _ = try bits.golomb() }
        return try bits.golomb(atMost: 16)
    }

    @_lifetime(bits: copy bits)
    private static func skipBuffer(_ bits: inout CodecBits) throws(BitsExhausted) {
        let count = try bits.golomb(atMost: 31) + 1
        try bits.skip(8)
        for _ in 0..<count {
            _ = try bits.golomb()
            _ = try bits.golomb()
            try bits.skip(1)
        }
        try bits.skip(20)
    }
}
