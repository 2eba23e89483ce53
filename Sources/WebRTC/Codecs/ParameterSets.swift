import Primitives

/// The latest parameter sets of a video: what a decoder must know before a keyframe.
///
/// Kept by type and identifier, so that a set that is sent anew replaces the old one.
package struct ParameterSets: Sendable {
    /// Encoders send two or three sets; a few more pictures' sets do no harm.
    static let maximumCount = 16
    /// Bytes of one set. Scaling lists and usability data fill some hundreds.
    static let maximumLength = 2_048

    let syntax: NALSyntax
    private var entries: [Entry] = []

    private struct Entry: Sendable {
        let role: NALRole
        let identifier: Int
        var bytes: [UInt8]
    }

    package init(_ syntax: NALSyntax) {
        self.syntax = syntax
    }

    package var count: Int { entries.count }

    /// Whether there is all that a decoder needs.
    package var isComplete: Bool {
        (syntax == .h264 || has(.videoParameters)) && has(.sequenceParameters)
            && has(.pictureParameters)
    }

    package func has(_ role: NALRole) -> Bool {
        for entry in entries where entry.role == role { return true }
        return false
    }

    package mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
    }

    /// Takes a unit if it is a parameter set; allocates only where it differs from the one kept.
    package mutating func keep(_ unit: Span<UInt8>) {
        guard unit.count > syntax.headerLength, unit.count <= Self.maximumLength else { return }
        let role = syntax.role(of: syntax.type(firstByte: unit[0]))
        guard role.isParameterSet, let identifier = identifier(of: unit, role) else { return }
        for index in entries.indices
        where entries[index].role == role && entries[index].identifier == identifier {
            if !Self.same(entries[index].bytes, unit) {
                entries[index].bytes.removeAll(keepingCapacity: true)
                entries[index].bytes.append(unit)
            }
            return
        }
        if entries.count == Self.maximumCount { entries.removeFirst() }
        var bytes: [UInt8] = []
        bytes.append(unit)
        let place = entries.firstIndex { $0.role.rank > role.rank } ?? entries.count
        entries.insert(Entry(role: role, identifier: identifier, bytes: bytes), at: place)
    }

    /// The sets in the order in which a decoder needs them: video, sequence, picture.
    package subscript(index: Int) -> [UInt8] { entries[index].bytes }

    package func role(at index: Int) -> NALRole { entries[index].role }

    /// The sets of one role.
    package func all(_ role: NALRole) -> [[UInt8]] {
        entries.filter { $0.role == role }.map(\.bytes)
    }

    func identifier(of unit: Span<UInt8>, _ role: NALRole) -> Int? {
        switch (syntax, role) {
        case (.h264, .sequenceParameters):
            guard unit.count > 4 else { return nil }
            return Self.firstGolomb(unit.extracting(4..<unit.count))
        case (.h265, .sequenceParameters): return H265SequenceParameters.identifier(of: unit)
        case (.h265, .videoParameters): return Int(unit[2] >> 4)
        case (_, .pictureParameters):
            return Self.firstGolomb(unit.extracting(syntax.headerLength..<unit.count))
        default: return nil
        }
    }

    private static func firstGolomb(_ bytes: Span<UInt8>) -> Int? {
        var bits = CodecBits(bytes, removesPrevention: true)
        return try? bits.golomb(atMost: 255)
    }

    private static func same(_ bytes: [UInt8], _ unit: Span<UInt8>) -> Bool {
        guard bytes.count == unit.count else { return false }
        for place in bytes.indices where bytes[place] != unit[place] { return false }
        return true
    }
}

extension NALRole {
    /// The order in which parameter sets refer to one another.
    var rank: Int {
        switch self {
        case .videoParameters: 0
        case .sequenceParameters: 1
        default: 2
        }
    }
}
