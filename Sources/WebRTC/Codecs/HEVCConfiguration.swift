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

    /// As RFC 6381 names what an `hvcC` is of; nil where it is too short for one.
    package static func codecsName(_ bytes: [UInt8]) -> String? {
        bytes.count > 22 ? HEVCProfileFields.name(Array(bytes[1..<13])) : nil
    }

    /// Two `hvcC` as one, for frames of both streams in one track; nil where one decoder can't
    /// have both: other profiles, or other sets under the same numbers.
    package static func joined(_ one: [UInt8], _ other: [UInt8]) -> [UInt8]? {
        // Behind the version: profile, compatibility and constraints; then the level.
        guard one.count > 23, other.count > 23, one[1] == other[1],
            one[16...18].elementsEqual(other[16...18]), one[21] & 3 == other[21] & 3,
            let mine = HEVCConfiguration(parsing: one.span),
            let theirs = HEVCConfiguration(parsing: other.span)
        else { return nil }
        var units = mine.parameterSets
        for unit in theirs.parameterSets where !units.contains(unit) {
            guard let key = key(unit), !units.contains(where: { Self.key($0) == key }) else {
                return nil
            }
            units.append(unit)
        }
        var bytes = Array(one[..<22])
        bytes[12] = max(one[12], other[12])
        let types = [UInt8(32), 33, 34].filter { type in
            units.contains { NALSyntax.h265.type(firstByte: $0[0]) == type }
        }
        bytes.append(UInt8(types.count))
        for type in types {
            let sets = units.filter { NALSyntax.h265.type(firstByte: $0[0]) == type }
            // All of them stand here.
            bytes += [0x80 | type, UInt8(sets.count >> 8), UInt8(sets.count & 0xFF)]
            for set in sets {
                bytes += [UInt8(set.count >> 8), UInt8(set.count & 0xFF)]
                bytes += set
            }
        }
        return bytes
    }

    /// What a set is found by: its role and its number.
    private static func key(_ unit: [UInt8]) -> Int? {
        let role = NALSyntax.h265.role(of: NALSyntax.h265.type(firstByte: unit[0]))
        guard unit.count > 2 else { return nil }
        return ParameterSets(.h265).identifier(of: unit.span, role).map { role.rank << 16 | $0 }
    }
}
