/// The first bytes of a VP8 frame (RFC 6386 9.1).
package enum VP8Header {
    package static func isKeyframe(_ frame: Span<UInt8>) -> Bool {
        guard let first = frame.first else { return false }
        return first & 0x01 == 0
    }

    /// The size that a keyframe tells.
    package static func size(_ frame: Span<UInt8>) -> PictureSize? {
        guard isKeyframe(frame), frame.count >= 10,
            frame[3] == 0x9D, frame[4] == 0x01, frame[5] == 0x2A
        else { return nil }
        // The upper two bits are the scale to show it with.
        return PictureSize(
            width: (Int(frame[7]) << 8 | Int(frame[6])) & 0x3FFF,
            height: (Int(frame[9]) << 8 | Int(frame[8])) & 0x3FFF)
    }
}

/// The uncompressed header of a VP9 frame (VP9 bitstream specification 6.2).
package enum VP9Header {
    package static func isKeyframe(_ frame: Span<UInt8>) -> Bool {
        var bits = CodecBits(frame, removesPrevention: false)
        return (try? readKeyframe(&bits)) != nil
    }

    /// The size that a keyframe tells.
    package static func size(_ frame: Span<UInt8>) -> PictureSize? {
        var bits = CodecBits(frame, removesPrevention: false)
        return try? readSize(&bits)
    }

    /// Reads up to the type of the frame and gives the profile; throws where it isn't a keyframe.
    @_lifetime(bits: copy bits)
    static func readKeyframe(_ bits: inout CodecBits) throws(BitsExhausted) -> Int {
        guard try bits.read(2) == 2 else { throw BitsExhausted() }
        let low = try bits.read(1)
        let profile = Int(try bits.read(1) << 1 | low)
        if profile == 3 { try bits.skip(1) }
        let showsExisting = try bits.bit()
        guard !showsExisting, try !bits.bit() else { throw BitsExhausted() }
        return profile
    }

    @_lifetime(bits: copy bits)
    private static func readSize(_ bits: inout CodecBits) throws(BitsExhausted) -> PictureSize {
        let profile = try readKeyframe(&bits)
        try bits.skip(2)
        guard try bits.read(24) == 0x49_8342 else { throw BitsExhausted() }
        if profile >= 2 { try bits.skip(1) }
        let isRGB = try bits.read(3) == 7
        let hasSubsampling = profile == 1 || profile == 3
        if isRGB {
            if hasSubsampling { try bits.skip(1) }
        } else {
            try bits.skip(hasSubsampling ? 4 : 1)
        }
        let width = Int(try bits.read(16)) + 1
        return PictureSize(width: width, height: Int(try bits.read(16)) + 1)
    }
}

/// The headers of AV1 that tell a keyframe and its size (AV1 5.5 and 5.9).
package enum AV1Header {
    /// Whether the content of a frame or frame header unit is of a shown or hidden keyframe.
    static func isKeyframe(_ content: Span<UInt8>) -> Bool {
        guard let first = content.first else { return false }
        // show_existing_frame, then two bits of frame_type.
        return first & 0xE0 == 0
    }

    /// The largest size that the content of a sequence header allows.
    package static func size(sequenceHeader content: Span<UInt8>) -> PictureSize? {
        var bits = CodecBits(content, removesPrevention: false)
        return try? readSize(&bits)
    }

    @_lifetime(bits: copy bits)
    private static func readSize(_ bits: inout CodecBits) throws(BitsExhausted) -> PictureSize {
        try bits.skip(4)
        if try bits.bit() {
            try bits.skip(5)
        } else {
            _ = try skipOperatingPoints(&bits)
        }
        let widthBits = Int(try bits.read(4)) + 1
        let heightBits = Int(try bits.read(4)) + 1
        let width = Int(try bits.read(widthBits)) + 1
        return PictureSize(width: width, height: Int(try bits.read(heightBits)) + 1)
    }

    /// Gives level and tier of the first operating point, which has all layers.
    @_lifetime(bits: copy bits)
    static func skipOperatingPoints(
        _ bits: inout CodecBits
    ) throws(BitsExhausted) -> (level: UInt8, isHighTier: Bool) {
        var delayBits: Int?
        if try bits.bit() {
            try bits.skip(64)
            if try bits.bit() { _ = try bits.golomb() }
            if try bits.bit() {
                delayBits = Int(try bits.read(5)) + 1
                try bits.skip(42)
            }
        }
        let hasDisplayDelay = try bits.bit()
        var first: (level: UInt8, isHighTier: Bool)?
        for _ in 0...Int(try bits.read(5)) {
            try bits.skip(12)
            let level = UInt8(try bits.read(5))
            let isHighTier = level > 7 ? try bits.bit() : false
            if first == nil { first = (level, isHighTier) }
            if let delayBits, try bits.bit() { try bits.skip(2 * delayBits + 1) }
            if hasDisplayDelay, try bits.bit() { try bits.skip(4) }
        }
        return first ?? (0, false)
    }
}
