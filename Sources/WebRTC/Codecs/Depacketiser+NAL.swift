import Primitives

/// What H.264 and H.265 have in common: whole units, and units in fragments.
extension Depacketiser {
    /// Takes a whole NAL unit; false where it can't be here.
    mutating func takeUnit(_ unit: Span<UInt8>) -> Bool {
        let syntax = parameterSets.syntax
        guard unit.count >= syntax.headerLength, buffer.openUnit == nil else { return false }
        let role = syntax.role(of: syntax.type(firstByte: unit[0]))
        switch role {
        case .unusable: return false
        case .delimiter, .filler: return true
        default: break
        }
        let content = unit.extracting(syntax.headerLength..<unit.count)
        guard note(role, content), buffer.appendUnit(unit) else { return false }
        if role.isParameterSet {
            hasSetsInBand = true
            parameterSets.keep(unit)
        }
        return true
    }

    /// Whether a keyframe begins here in a medium whose parameter sets came another way: there is
    /// nothing before its first slice that could have been lost.
    func isOutOfBandStart(_ payload: Span<UInt8>) -> Bool {
        guard let syntax = codec.nalSyntax, !hasSetsInBand, parameterSets.isComplete else {
            return false
        }
        var walk = PayloadUnits(codec)
        while let unit = walk.next(in: payload) {
            guard unit.role != .other else { continue }
            let content = unit.range.lowerBound + (unit.isFragment ? 0 : syntax.headerLength)
            // Its first bit says in both codecs that it is the first slice.
            return unit.role == .keySlice && content < unit.range.upperBound
                && payload[content] & 0x80 != 0
        }
        return false
    }

    /// Units that each have their length of two bytes before them, up to the end.
    mutating func takeAggregate(_ payload: Span<UInt8>, from start: Int) -> Bool {
        var place = start
        while place < payload.count {
            guard payload.count - place >= 2 else { return false }
            let length = Int(payload.uint16(at: place))
            place += 2
            guard length <= payload.count - place else { return false }
            if length > 0 {
                guard takeUnit(payload.extracting(place..<place + length)) else { return false }
            }
            place += length
        }
        return true
    }

    /// The first fragment of a unit, whose header is put together again.
    mutating func beginUnit(
        _ first: UInt8, _ second: UInt8?, _ content: Span<UInt8>
    ) -> Bool {
        let syntax = parameterSets.syntax
        let role = syntax.role(of: syntax.type(firstByte: first))
        guard role != .unusable, buffer.openUnit == nil else { return false }
        guard note(role, content), buffer.beginUnit(), buffer.append(first) else { return false }
        if let second, !buffer.append(second) { return false }
        return buffer.append(content)
    }

    mutating func endUnit() -> Bool {
        guard let range = buffer.endUnit() else { return false }
        let syntax = parameterSets.syntax
        let role = syntax.role(of: syntax.type(firstByte: buffer.bytes[range.lowerBound]))
        if role == .delimiter || role == .filler { buffer.removeUnit(range) }
        if role.isParameterSet {
            hasSetsInBand = true
            Self.keep(range, of: buffer.bytes, in: &parameterSets)
        }
        return true
    }

    private static func keep(
        _ range: Range<Int>, of bytes: [UInt8], in sets: inout ParameterSets
    ) {
        sets.keep(bytes.span.extracting(range))
    }

    /// Remembers what a unit makes of its frame, before it is appended.
    private mutating func note(_ role: NALRole, _ content: Span<UInt8>) -> Bool {
        switch role {
        case .keySlice:
            let isFirst = progress?.hasPicture == false
            progress?.hasPicture = true
            progress?.hasKeyPicture = true
            return !isFirst || insertMissingSets()
        case .slice:
            progress?.hasPicture = true
            if parameterSets.syntax == .h265 || !H264Slice.isIntra(content) {
                progress?.hasPredictedSlice = true
            }
        case .videoParameters: progress?.hasVideoSet = true
        case .sequenceParameters: progress?.hasSequence = true
        case .pictureParameters: progress?.hasPictureSet = true
        case .delimiter, .filler, .other, .unusable: break
        }
        return true
    }

    /// The sets seen so far go before a keyframe that came without them.
    private mutating func insertMissingSets() -> Bool {
        guard let progress else { return false }
        for index in 0..<parameterSets.count {
            let isPresent =
                switch parameterSets.role(at: index) {
                case .videoParameters: progress.hasVideoSet
                case .sequenceParameters: progress.hasSequence
                default: progress.hasPictureSet
                }
            guard isPresent || Self.append(parameterSets[index], to: &buffer) else { return false }
        }
        return true
    }

    private static func append(_ unit: [UInt8], to buffer: inout FrameBuffer) -> Bool {
        buffer.appendUnit(unit.span)
    }
}
