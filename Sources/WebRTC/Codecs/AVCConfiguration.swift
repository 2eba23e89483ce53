import Primitives

/// What an MP4 says of its H.264: `avcC` (ISO/IEC 14496-15 5.3.3).
package struct AVCConfiguration: Sendable, Hashable {
    package let profile: UInt8
    package let constraints: UInt8
    package let level: UInt8
    package let lengthSize: NALLengthSize
    /// Whole NAL units.
    package let sequenceParameters: [[UInt8]]
    package let pictureParameters: [[UInt8]]

    /// From the sets of a stream; nil where there is none to take the profile from, or where one
    /// does not fit.
    package init?(
        sequenceParameters: [[UInt8]], pictureParameters: [[UInt8]], lengthSize: NALLengthSize
    ) {
        guard let first = sequenceParameters.first, first.count > 4, first[0] & 0x1F == 7,
            sequenceParameters.count <= 31, pictureParameters.count <= 255,
            (sequenceParameters + pictureParameters).allSatisfy({ 1...65_535 ~= $0.count })
        else { return nil }
        profile = first[1]
        constraints = first[2]
        level = first[3]
        self.lengthSize = lengthSize
        self.sequenceParameters = sequenceParameters
        self.pictureParameters = pictureParameters
    }

    package init?(parsing bytes: Span<UInt8>) {
        var reader = ByteReader(bytes)
        do {
            guard try reader.readByte() == 1 else { return nil }
            profile = try reader.readByte()
            constraints = try reader.readByte()
            level = try reader.readByte()
            guard let size = NALLengthSize(rawValue: Int(try reader.readByte() & 0x03) + 1) else {
                return nil
            }
            lengthSize = size
            let sequenceCount = Int(try reader.readByte() & 0x1F)
            sequenceParameters = try Self.units(sequenceCount, &reader)
            pictureParameters = try Self.units(Int(try reader.readByte()), &reader)
        } catch {
            return nil
        }
    }

    /// The sets of two streams as one configuration, for frames of both in one track; nil where
    /// one decoder can't have both: other profiles, or other sets under the same numbers.
    package func joined(with other: AVCConfiguration) -> AVCConfiguration? {
        guard profile == other.profile, lengthSize == other.lengthSize,
            let sequences = Self.joined(
                sequenceParameters, other.sequenceParameters,
                { H264SequenceParameters($0)?.identifier }),
            let pictures = Self.joined(
                pictureParameters, other.pictureParameters,
                { ParameterSets(.h264).identifier(of: $0, .pictureParameters) }),
            sequences.count <= 31, pictures.count <= 255
        else { return nil }
        return AVCConfiguration(
            profile: profile,
            // What one of them does not promise is not promised.
            constraints: constraints & other.constraints, level: max(level, other.level),
            lengthSize: lengthSize, sequenceParameters: sequences, pictureParameters: pictures)
    }

    private init(
        profile: UInt8, constraints: UInt8, level: UInt8, lengthSize: NALLengthSize,
        sequenceParameters: [[UInt8]], pictureParameters: [[UInt8]]
    ) {
        self.profile = profile
        self.constraints = constraints
        self.level = level
        self.lengthSize = lengthSize
        self.sequenceParameters = sequenceParameters
        self.pictureParameters = pictureParameters
    }

    private static func joined(
        _ mine: [[UInt8]], _ theirs: [[UInt8]], _ identifier: (Span<UInt8>) -> Int?
    ) -> [[UInt8]]? {
        var units = mine
        for unit in theirs where !units.contains(unit) {
            guard let number = identifier(unit.span),
                !units.contains(where: { identifier($0.span) == number })
            else { return nil }
            units.append(unit)
        }
        return units
    }

    @_lifetime(reader: copy reader)
    private static func units(
        _ count: Int, _ reader: inout ByteReader
    ) throws(Truncated) -> [[UInt8]] {
        var units: [[UInt8]] = []
        for _ in 0..<count {
            let length = Int(try reader.read(UInt16.self))
            var unit: [UInt8] = []
            unit.append(try reader.read(count: length))
            if !unit.isEmpty { units.append(unit) }
        }
        return units
    }

    package var bytes: [UInt8] {
        var writer = ByteWriter()
        for byte in [1, profile, constraints, level] { writer.write(byte) }
        writer.write(0xFC | UInt8(lengthSize.rawValue - 1))
        writer.write(0xE0 | UInt8(truncatingIfNeeded: sequenceParameters.count))
        Self.write(sequenceParameters, to: &writer)
        writer.write(UInt8(truncatingIfNeeded: pictureParameters.count))
        Self.write(pictureParameters, to: &writer)
        // The profiles that the standard lists; for the others nothing follows.
        if [100, 110, 122, 144].contains(profile), let first = sequenceParameters.first,
            let parsed = H264SequenceParameters(first.span)
        {
            writer.write(0xFC | UInt8(truncatingIfNeeded: parsed.chromaFormat))
            writer.write(0xF8 | UInt8(truncatingIfNeeded: parsed.lumaDepth - 8))
            writer.write(0xF8 | UInt8(truncatingIfNeeded: parsed.chromaDepth - 8))
            writer.write(UInt8(0))
        }
        return writer.bytes
    }

    private static func write(_ units: [[UInt8]], to writer: inout ByteWriter) {
        for unit in units {
            writer.write(UInt16(truncatingIfNeeded: unit.count))
            writer.write(unit.span)
        }
    }
}
