/// The header of a slice of H.264 (ITU-T H.264 7.3.3), as far as it is of use here.
package enum H264Slice {
    /// Whether all its macroblocks are intra. `content` begins behind the NAL header.
    package static func isIntra(_ content: Span<UInt8>) -> Bool {
        type(content).map { $0 == 2 || $0 == 4 } ?? false
    }

    /// Whether it may predict from two pictures, as no slice of WebRTC should: a B slice.
    package static func isBidirectional(_ content: Span<UInt8>) -> Bool { type(content) == 1 }

    /// 0 P, 1 B, 2 I, 3 SP, 4 SI.
    private static func type(_ content: Span<UInt8>) -> Int? {
        var bits = CodecBits(content, removesPrevention: true)
        guard (try? bits.golomb()) != nil, let type = try? bits.golomb(atMost: 9) else {
            return nil
        }
        return type % 5
    }
}
