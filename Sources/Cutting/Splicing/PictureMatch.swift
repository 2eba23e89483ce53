package import Media
import Movies
import Primitives
import WebRTC

/// Why frames of a clip are not copied although they could have been asked for.
package enum EncodeReason: Sendable, Hashable {
    case asked
    /// Frames of this codec cannot be joined with ours.
    case codec(name: String)
    case interlaced
    /// An encoder for this profile there is not.
    case profile(Int)
    /// Lengths of units that ours may exceed.
    case shortLengths
    /// What the decoder needs is not told, or is not understood.
    case unknownParameters
    /// The stretch is of several kinds of frames, or sizes.
    case changes
    /// There is no frame in the stretch at which a copy can begin.
    case noEntry
}

/// How edges of a track are encoded so that they join what is copied.
package struct PictureMatch: Sendable {
    package let form: ClipEncoding.Form
    let source: MovieFormat
    let codec: Codec
    /// Sets that frames of the source need, those in its frames included.
    let sets: [[UInt8]]
    private let renumbering: HEVCRenumbering?

    /// - Parameter inBand: parameter sets that stand in the frames of the stretch.
    static func find(
        _ format: MovieFormat, codec: Codec, inBand: [[UInt8]]
    ) -> Result<PictureMatch, EncodeReasonError> {
        do throws(EncodeReasonError) {
            switch codec {
            case .h264: return .success(try h264(format, inBand))
            case .h265: return .success(try h265(format, inBand))
            default: throw EncodeReasonError(.codec(name: codec.encodingName))
            }
        } catch {
            return .failure(error)
        }
    }

    private static func h264(
        _ format: MovieFormat, _ inBand: [[UInt8]]
    ) throws(EncodeReasonError) -> PictureMatch {
        guard let avcC = AVCConfiguration(parsing: format.configuration.span) else {
            throw EncodeReasonError(.unknownParameters)
        }
        guard avcC.lengthSize == .four else { throw EncodeReasonError(.shortLengths) }
        let sets = unique(avcC.sequenceParameters + avcC.pictureParameters + inBand)
        var taken: Set<Int> = []
        var parsed: [H264SequenceParameters] = []
        for set in sets {
            switch set[0] & 0x1F {
            case 7:
                guard let read = H264SequenceParameters(set.span) else {
                    throw EncodeReasonError(.unknownParameters)
                }
                taken.insert(read.identifier)
                parsed.append(read)
            case 8:
                var bits = SetBits(set.span, header: 1)
                guard let id = bits.golomb() else { throw EncodeReasonError(.unknownParameters) }
                taken.insert(id)
            default: continue
            }
        }
        guard let first = parsed.first,
            let free = stride(from: 31, through: 0, by: -1).first(where: { !taken.contains($0) })
        else { throw EncodeReasonError(.unknownParameters) }
        guard parsed.allSatisfy(\.isFramesOnly) else { throw EncodeReasonError(.interlaced) }
        guard parsed.allSatisfy({ $0.size == first.size }) else {
            throw EncodeReasonError(.changes)
        }
        guard let profile = profiles[first.profile] else {
            throw EncodeReasonError(.profile(Int(first.profile)))
        }
        let level = parsed.map(\.level).max() ?? first.level
        return PictureMatch(
            form: .h264(profile: profile, level: Int(level), parameterSet: free), source: format,
            codec: .h264, sets: sets, renumbering: nil)
    }

    /// x264's names of them.
    private static let profiles: [UInt8: String] = [
        66: "baseline", 77: "main", 100: "high", 110: "high10", 122: "high422", 244: "high444",
    ]

    private static func h265(
        _ format: MovieFormat, _ inBand: [[UInt8]]
    ) throws(EncodeReasonError) -> PictureMatch {
        guard let hvcC = HEVCConfiguration(parsing: format.configuration.span) else {
            throw EncodeReasonError(.unknownParameters)
        }
        guard hvcC.lengthSize == .four else { throw EncodeReasonError(.shortLengths) }
        let sets = unique(hvcC.parameterSets + inBand)
        let parsed = sets.compactMap { H265SequenceParameters($0.span) }
        guard let first = parsed.first, let renumbering = HEVCRenumbering(beside: sets) else {
            throw EncodeReasonError(.unknownParameters)
        }
        guard parsed.allSatisfy({ $0.size == first.size }) else {
            throw EncodeReasonError(.changes)
        }
        // Main, Main 10 and the range extensions.
        guard [1, 2, 4].contains(first.profile) else {
            throw EncodeReasonError(.profile(Int(first.profile)))
        }
        // x265 refuses a level that its own count of pictures in a second does not fit into.
        return PictureMatch(
            form: .h265(level: nil), source: format, codec: .h265, sets: sets,
            renumbering: renumbering)
    }

    private static func unique(_ sets: [[UInt8]]) -> [[UInt8]] {
        var kept: [[UInt8]] = []
        for set in sets where !set.isEmpty && !kept.contains(set) { kept.append(set) }
        return kept
    }

    /// A frame of an edge as it stands in the file.
    func joined(_ frame: [UInt8]) -> [UInt8]? {
        guard let renumbering else { return frame }
        var joined: [UInt8] = []
        var walk = NALWalk(.lengthPrefixed(.four))
        while let range = try? walk.next(in: frame.span) {
            guard let unit = renumbering.renumbered(frame.span.extracting(range)),
                NALFraming.lengthPrefixed(.four).append(unit.span, to: &joined)
            else { return nil }
        }
        return joined
    }

    /// A copied frame that decoding begins anew with: a CRA says so by another type, BLA without
    /// leading pictures (H.265 table 7-1).
    func begun(_ frame: [UInt8]) -> [UInt8] {
        var frame = frame
        var walk = NALWalk(.lengthPrefixed(.four))
        while let range = try? walk.next(in: frame.span) {
            let type = frame[range.lowerBound] >> 1 & 0x3F
            if (16...18).contains(type) || type == 21 {
                frame[range.lowerBound] = frame[range.lowerBound] & 0x81 | 18 << 1
            }
        }
        return frame
    }

    /// How the frames of both are told: with the sets of the source and of all edges.
    func format(with edges: [[[UInt8]]]) -> MovieFormat? {
        guard case .picture(let size) = source.details else { return nil }
        var ours: [[UInt8]] = []
        for sets in edges {
            for set in sets {
                guard let renumbering else {
                    ours.append(set)
                    continue
                }
                guard let set = renumbering.renumbered(set.span) else { return nil }
                ours.append(set)
            }
        }
        let all = Self.unique(sets + ours)
        let configuration = codec == .h264 ? avcC(all) : hvcC(all)
        guard let configuration else { return nil }
        return FormatEntry.picture(
            codec, configuration: configuration, size: size, keeping: source.keptBoxes)
    }

    private func avcC(_ sets: [[UInt8]]) -> [UInt8]? {
        let sequences = sets.filter { $0[0] & 0x1F == 7 }
        let merged = AVCConfiguration(
            sequenceParameters: sequences, pictureParameters: sets.filter { $0[0] & 0x1F == 8 },
            lengthSize: .four)
        guard var bytes = merged?.bytes else { return nil }
        // The constraints are those that all keep; the level is the highest.
        bytes[2] = sequences.reduce(0xFF) { $0 & ($1.count > 3 ? $1[2] : 0) }
        bytes[3] = sequences.reduce(0) { max($0, $1.count > 3 ? $1[3] : 0) }
        return bytes
    }

    private func hvcC(_ sets: [[UInt8]]) -> [UInt8]? {
        guard source.configuration.count >= 23 else { return nil }
        var bytes = Array(source.configuration[..<22])
        bytes[12] = sets.compactMap { H265SequenceParameters($0.span)?.level }.max() ?? bytes[12]
        bytes.append(3)
        for type in [32, 33, 34] as [UInt8] {
            let units = sets.filter { $0[0] >> 1 & 0x3F == type }
            // All of them are here, as 'hvc1' wants it.
            bytes.append(0x80 | type)
            bytes += [
                UInt8(truncatingIfNeeded: units.count >> 8), UInt8(truncatingIfNeeded: units.count),
            ]
            for unit in units {
                guard unit.count <= 65_535 else { return nil }
                bytes += [
                    UInt8(truncatingIfNeeded: unit.count >> 8),
                    UInt8(truncatingIfNeeded: unit.count),
                ]
                bytes += unit
            }
        }
        return bytes
    }
}

/// A reason on its way to whoever asked.
package struct EncodeReasonError: Error, Sendable, Hashable {
    package let reason: EncodeReason

    init(_ reason: EncodeReason) {
        self.reason = reason
    }
}
