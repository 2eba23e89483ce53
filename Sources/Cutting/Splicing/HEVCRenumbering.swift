/// Gives the parameter sets of an edge other numbers than the source has, and its frames too:
/// x265 calls all of its own 0.
struct HEVCRenumbering: Sendable, Hashable {
    let video: Int
    let sequence: Int
    /// From 15 to 30: these numbers are a whole byte longer than 0 is.
    let picture: Int

    /// Numbers that none of these sets has; nil where all are taken.
    init?(beside sets: [[UInt8]]) {
        var (videos, sequences, pictures) = (Set<Int>(), Set<Int>(), Set<Int>())
        for set in sets {
            switch Self.identifier(of: set) {
            case (32, let id?): videos.insert(id)
            case (33, let id?): sequences.insert(id)
            case (34, let id?): pictures.insert(id)
            default: continue
            }
        }
        guard let video = (1...15).first(where: { !videos.contains($0) }),
            let sequence = (1...15).first(where: { !sequences.contains($0) }),
            let picture = (15...30).first(where: { !pictures.contains($0) })
        else { return nil }
        (self.video, self.sequence, self.picture) = (video, sequence, picture)
    }

    /// Type and number of a set.
    static func identifier(of set: [UInt8]) -> (type: Int, id: Int?) {
        guard set.count > 2 else { return (-1, nil) }
        let type = Int(set[0] >> 1 & 0x3F)
        var bits = SetBits(set.span, header: 2)
        switch type {
        case 32: return (type, bits.read(4))
        case 33:
            guard skipProfile(&bits) else { return (type, nil) }
            return (type, bits.golomb())
        case 34: return (type, bits.golomb())
        default: return (type, nil)
        }
    }

    /// A unit of x265 with the new numbers; nil where it is not as it should be.
    func renumbered(_ unit: Span<UInt8>) -> [UInt8]? {
        guard unit.count > 2 else { return nil }
        let header = [unit[0], unit[1]]
        var bits = SetBits(unit, header: 2)
        let isDone: Bool
        switch unit[0] >> 1 & 0x3F {
        case 0...15: isDone = bits.skip(1) && bits.replaceBit(byGolomb: picture)
        case 16...23: isDone = bits.skip(2) && bits.replaceBit(byGolomb: picture)
        case 32: isDone = bits.replace(4, by: video)
        case 33:
            isDone =
                bits.replace(4, by: video) && Self.skipProfile(&bits, isBehindFirst: true)
                && bits.replaceGolomb(by: sequence)
        case 34:
            isDone = bits.replaceGolomb(by: picture) && bits.replaceGolomb(by: sequence)
        default:
            var same: [UInt8] = []
            same.append(contentsOf: header)
            for place in 2..<unit.count { same.append(unit[place]) }
            return same
        }
        return isDone ? bits.unit(header: header) : nil
    }

    /// Passes the first fields of a sequence parameter set and profile_tier_level (7.3.3).
    private static func skipProfile(_ bits: inout SetBits, isBehindFirst: Bool = false) -> Bool {
        guard isBehindFirst || bits.skip(4), let below = bits.read(3), bits.skip(1 + 96) else {
            return false
        }
        guard below > 0 else { return true }
        guard let flags = bits.read(16) else { return false }
        for layer in 0..<below {
            let both = flags >> (14 - 2 * layer)
            if both & 2 != 0, !bits.skip(88) { return false }
            if both & 1 != 0, !bits.skip(8) { return false }
        }
        return true
    }
}
