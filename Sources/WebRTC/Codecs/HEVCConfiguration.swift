import Primitives

/// What an MP4 says of its H.265: `hvcC` (ISO/IEC 14496-15 8.3.3), as far as it is of use here.
package struct HEVCConfiguration: Sendable, Hashable {
    package let lengthSize: NALLengthSize
    /// Whole NAL units, in the order of the file.
    package let parameterSets: [[UInt8]]

    /// Units in one file: three sets, and some messages.
    private static let maximumCount = 64

    package init?(parsing bytes: Span<UInt8>) {
        var reader = ByteReader(bytes)
        do {
            guard try reader.readByte() == 1 else { return nil }
            // Profile, level, chroma, depth and rate are also in the sequence parameter set.
            try reader.skip(20)
            guard let size = NALLengthSize(rawValue: Int(try reader.readByte() & 0x03) + 1) else {
                return nil
            }
            lengthSize = size
            parameterSets = try Self.units(&reader)
        } catch {
            return nil
        }
    }

    @_lifetime(reader: copy reader)
    private static func units(_ reader: inout ByteReader) throws(Truncated) -> [[UInt8]] {
        var units: [[UInt8]] = []
        for _ in 0..<(try reader.readByte()) {
            try reader.skip(1)
            for _ in 0..<(try reader.read(UInt16.self)) {
                let length = Int(try reader.read(UInt16.self))
                var unit: [UInt8] = []
                unit.append(try reader.read(count: length))
                guard let first = unit.first, units.count < maximumCount else { continue }
                let role = NALSyntax.h265.role(of: NALSyntax.h265.type(firstByte: first))
                if role.isParameterSet { units.append(unit) }
            }
        }
        return units
    }
}
