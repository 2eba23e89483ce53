import Primitives

/// What a container says of a video once, so that a decoder can be made before its first frame:
/// the contents of `avcC`, `hvcC`, `vpcC` or `av1C`.
package struct CodecConfiguration: Sendable, Hashable {
    package let codec: Codec
    package let bytes: [UInt8]
    package let size: PictureSize
    /// Whether pictures come in another order than they are shown, as the parameter sets say it.
    package let mayReorder: Bool
    /// As RFC 6381 and its registrations name it: `avc1.64001f`.
    package let name: String

    /// From a keyframe with all its headers; nil where they are not there or make no sense.
    ///
    /// - Parameter framing: of the units of H.264 and H.265; others ignore it.
    package init?(_ codec: Codec, keyframe: Span<UInt8>, framing: NALFraming) {
        let made: Made? =
            switch codec {
            case .h264: Self.h264(keyframe, framing)
            case .h265: Self.h265(keyframe, framing)
            case .vp8: VP8Header.size(keyframe).map { (Self.vp8, $0, "vp08.00.41.08", false) }
            case .vp9: Self.vp9(keyframe)
            case .av1: Self.av1(keyframe)
            case .opus, .pcmu, .pcma: nil
            }
        guard let made, made.size.width > 0, made.size.height > 0 else { return nil }
        self.codec = codec
        bytes = made.bytes
        size = made.size
        name = made.name
        mayReorder = made.mayReorder
    }

    private typealias Made = (bytes: [UInt8], size: PictureSize, name: String, mayReorder: Bool)

    private static func sets(
        _ frame: Span<UInt8>, _ framing: NALFraming, _ syntax: NALSyntax
    ) -> ParameterSets? {
        var sets = ParameterSets(syntax)
        var walk = NALWalk(framing)
        while let unit = try? walk.next(in: frame) { sets.keep(frame.extracting(unit)) }
        return sets.isComplete ? sets : nil
    }

    private static func h264(
        _ frame: Span<UInt8>, _ framing: NALFraming
    ) -> Made? {
        guard let sets = sets(frame, framing, .h264),
            let configuration = AVCConfiguration(
                sequenceParameters: sets.all(.sequenceParameters),
                pictureParameters: sets.all(.pictureParameters), lengthSize: .four),
            let first = configuration.sequenceParameters.first,
            let parsed = H264SequenceParameters(first.span)
        else { return nil }
        let name = "avc1." + hexadecimal(first[1]) + hexadecimal(first[2]) + hexadecimal(first[3])
        return (configuration.bytes, parsed.size, name, parsed.mayReorder ?? false)
    }

    private static func h265(
        _ frame: Span<UInt8>, _ framing: NALFraming
    ) -> Made? {
        guard let sets = sets(frame, framing, .h265),
            let first = sets.all(.sequenceParameters).first,
            let parsed = H265SequenceParameters(first.span),
            let head = HEVCProfileFields(sequenceParameters: first.span)
        else { return nil }
        var writer = ByteWriter()
        writer.write(UInt8(1))
        writer.write(head.profileTierLevel.span)
        // No least segmentation and no parallelism are claimed; reserved bits are ones.
        writer.write(UInt16(0xF000))
        writer.write(UInt8(0xFC))
        writer.write(0xFC | head.chromaFormat)
        writer.write(0xF8 | (head.lumaDepth &- 8))
        writer.write(0xF8 | (head.chromaDepth &- 8))
        // The average rate is not known; one layer of time, and lengths of four bytes.
        writer.write(UInt16(0))
        writer.write(UInt8(1 << 3 | (head.isNested ? 4 : 0) | 3))
        let roles: [(NALRole, UInt8)] = [
            (.videoParameters, 32), (.sequenceParameters, 33), (.pictureParameters, 34),
        ]
        writer.write(UInt8(roles.count))
        for (role, type) in roles {
            let units = sets.all(role)
            // Whether all sets stand here and none in the frames: they stand in both.
            writer.write(type)
            writer.write(UInt16(units.count))
            for unit in units {
                writer.write(UInt16(unit.count))
                writer.write(unit.span)
            }
        }
        return (writer.bytes, parsed.size, head.name, parsed.mayReorder)
    }

    // Version 1, profile 0, level 4.1, 8 bits, 4:2:0, limited range, BT.709, nothing more.
    private static let vp8: [UInt8] = [1, 0, 0, 0, 0, 41, 0x82, 1, 1, 1, 0, 0]

    private static func vp9(_ frame: Span<UInt8>) -> Made? {
        guard let size = VP9Header.size(frame), let format = VP9Header.format(frame) else {
            return nil
        }
        let level = VP9Header.level(size)
        let packed = UInt8(format.depth << 4 | format.subsampling << 1) | (format.isFull ? 1 : 0)
        let profile = UInt8(format.profile)
        // Colours unspecified (2): what the stream says is in its own header.
        let bytes: [UInt8] = [1, 0, 0, 0, profile, UInt8(level), packed, 2, 2, 2, 0, 0]
        let name = "vp09.0\(profile).\(level).\(format.depth == 8 ? "08" : "\(format.depth)")"
        return (bytes, size, name, false)
    }

    private static func av1(_ frame: Span<UInt8>) -> Made? {
        guard let range = AV1Header.sequenceHeader(in: frame) else { return nil }
        let content = frame.extracting(range.content)
        guard let size = AV1Header.size(sequenceHeader: content),
            let format = AV1Header.format(sequenceHeader: content)
        else { return nil }
        var bytes: [UInt8] = [0x81, format.profile << 5 | format.level, format.packed, 0]
        bytes.append(frame.extracting(range.unit))
        let level = format.level < 10 ? "0\(format.level)" : "\(format.level)"
        let depth = format.depth == 8 ? "08" : "\(format.depth)"
        let name =
            "av01.\(format.profile).\(level)\(format.packed & 0x80 == 0 ? "M" : "H").\(depth)"
        return (bytes, size, name, false)
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
