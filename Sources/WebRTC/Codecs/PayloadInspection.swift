/// What one payload tells without putting its frame together, as a relay needs it.
package enum PayloadInspection {
    /// Whether a payload is known to be the first of its frame, whatever was lost before it.
    ///
    /// H.264, H.265 and AV1 do not mark the first payload: it is known by what stands only there.
    package static func isFrameStart(_ codec: Codec, payload: Span<UInt8>) -> Bool {
        switch codec {
        case .h264, .h265: isNALFrameStart(codec, payload)
        case .vp8: VP8Descriptor(payload)?.beginsFrame ?? false
        case .vp9: VP9Descriptor(payload)?.beginsPicture ?? false
        case .av1: isAV1FrameStart(payload)
        case .opus, .pcmu, .pcma: true
        }
    }

    /// Whether a keyframe begins in this payload, for a viewer to start with.
    package static func isKeyframeStart(_ codec: Codec, payload: Span<UInt8>) -> Bool {
        switch codec {
        case .h264, .h265: return hasKeyframeUnit(codec, payload)
        case .vp8:
            guard let descriptor = VP8Descriptor(payload), descriptor.beginsFrame,
                descriptor.length < payload.count
            else { return false }
            return payload[descriptor.length] & 0x01 == 0
        case .vp9:
            guard let descriptor = VP9Descriptor(payload) else { return false }
            return descriptor.beginsPicture && !descriptor.isInterPredicted
        case .av1: return isAV1FrameStart(payload)
        case .opus, .pcmu, .pcma: return true
        }
    }

    /// The size of the pictures from here on, where this payload tells it.
    package static func pictureSize(_ codec: Codec, payload: Span<UInt8>) -> PictureSize? {
        switch codec {
        case .h264, .h265: return nalPictureSize(codec, payload)
        case .vp8:
            guard let descriptor = VP8Descriptor(payload), descriptor.beginsFrame else {
                return nil
            }
            return VP8Header.size(payload.extracting(descriptor.length..<payload.count))
        case .vp9:
            guard let descriptor = VP9Descriptor(payload) else { return nil }
            if let size = descriptor.size { return size }
            guard descriptor.beginsPicture, !descriptor.isInterPredicted else { return nil }
            return VP9Header.size(payload.extracting(descriptor.length..<payload.count))
        case .av1: return av1PictureSize(payload)
        case .opus, .pcmu, .pcma: return nil
        }
    }

    /// Whether a B slice of H.264 begins here: browsers show such pictures late, or not at all.
    package static func hasBidirectionalSlice(_ codec: Codec, payload: Span<UInt8>) -> Bool {
        guard codec == .h264 else { return false }
        var walk = PayloadUnits(codec)
        while let unit = walk.next(in: payload) {
            guard unit.role == .slice else { continue }
            let start = unit.range.lowerBound + (unit.isFragment ? 0 : 1)
            let content = payload.extracting(start..<unit.range.upperBound)
            if H264Slice.isBidirectional(content) { return true }
        }
        return false
    }

    private static func isNALFrameStart(_ codec: Codec, _ payload: Span<UInt8>) -> Bool {
        var walk = PayloadUnits(codec)
        guard let unit = walk.next(in: payload) else { return false }
        switch unit.role {
        case .delimiter, .videoParameters: return true
        // In H.265 the video parameters may have been lost before it.
        case .sequenceParameters: return codec == .h264
        default: return false
        }
    }

    private static func hasKeyframeUnit(_ codec: Codec, _ payload: Span<UInt8>) -> Bool {
        var walk = PayloadUnits(codec)
        while let unit = walk.next(in: payload) {
            switch unit.role {
            case .keySlice, .sequenceParameters, .videoParameters: return true
            default: continue
            }
        }
        return false
    }

    private static func nalPictureSize(
        _ codec: Codec, _ payload: Span<UInt8>
    ) -> PictureSize? {
        var walk = PayloadUnits(codec)
        while let unit = walk.next(in: payload) {
            guard unit.role == .sequenceParameters, !unit.isFragment else { continue }
            let bytes = payload.extracting(unit.range)
            return codec == .h264
                ? H264SequenceParameters(bytes)?.size : H265SequenceParameters(bytes)?.size
        }
        return nil
    }

    private static func isAV1FrameStart(_ payload: Span<UInt8>) -> Bool {
        guard let aggregation = AV1Aggregation(payload), !aggregation.continuesUnit,
            payload.count > 1
        else { return false }
        return aggregation.beginsSequence || av1SequenceHeader(payload) != nil
    }

    private static func av1PictureSize(_ payload: Span<UInt8>) -> PictureSize? {
        guard let range = av1SequenceHeader(payload) else { return nil }
        let unit = payload.extracting(range)
        guard let header = AV1UnitHeader(unit) else { return nil }
        var start = header.length
        if header.hasSize {
            guard let number = AV1Number.read(unit, at: start) else { return nil }
            start += number.width
        }
        return AV1Header.size(sequenceHeader: unit.extracting(start..<unit.count))
    }

    /// Where the sequence header lies that a payload begins with.
    private static func av1SequenceHeader(_ payload: Span<UInt8>) -> Range<Int>? {
        guard let aggregation = AV1Aggregation(payload), !aggregation.continuesUnit else {
            return nil
        }
        var walk = AV1ElementWalk(aggregation)
        while let range = try? walk.next(in: payload) {
            guard let header = AV1UnitHeader(payload.extracting(range)) else { return nil }
            if header.type == AV1UnitType.sequenceHeader { return range }
            // Only a delimiter may stand before it.
            guard header.type == AV1UnitType.temporalDelimiter else { return nil }
        }
        return nil
    }
}
