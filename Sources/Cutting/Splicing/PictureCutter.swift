import FileAccess
import Media
import Movies
import Primitives
import WebRTC

/// Cuts the picture track of a movie. Threads may share it.
struct PictureCutter: Sendable {
    let track: MovieTrack
    let order: FrameOrder
    let reader: FrameReader
    let codec: Codec

    /// Of a track whose codec can be decoded here; nil for another.
    init?(_ file: ReadableFile, _ track: MovieTrack) {
        guard case .known(let codec)? = track.formats.first?.coding, codec.kind == .video,
            !track.frames.isEmpty
        else { return nil }
        self.track = track
        self.codec = codec
        order = FrameOrder(track.frames)
        var size = NALLengthSize.four
        let configuration = track.formats[0].configuration
        switch codec {
        case .h264: size = AVCConfiguration(parsing: configuration.span)?.lengthSize ?? .four
        case .h265: size = HEVCConfiguration(parsing: configuration.span)?.lengthSize ?? .four
        default: break
        }
        reader = FrameReader(file, track, codec, .lengthPrefixed(size))
    }

    /// A stretch of the track, and where it begins in the clip.
    struct Window {
        let from: Int64
        let to: Int64
        let at: Int64
    }

    /// What is done with each window, and how edges are made.
    struct Plan {
        var parts: [(plan: SplicePlan, at: Int64)] = []
        var mode: CutMode
        var reason: EncodeReason?
        var match: PictureMatch?
    }

    func plan(_ windows: [Window], mode: CutMode) throws(SpliceProblem) -> Plan {
        var plan = Plan(parts: try parts(windows, mode), mode: mode)
        guard mode != .encode else {
            plan.reason = .asked
            return plan
        }
        let kinds = try kinds(plan.parts)
        guard mode == .smart else {
            return kinds.formats.count > 1 ? try encoded(windows, .changes) : plan
        }
        switch match(kinds) {
        case .success(let match):
            plan.match = match
            if plan.parts.allSatisfy({ $0.plan.copied.isEmpty }) { plan.reason = .noEntry }
            return plan
        case .failure(let error):
            // What begins and ends at keyframes needs no encoder.
            if error.reason != .changes, plan.parts.allSatisfy({ $0.plan.encodedCount == 0 }) {
                return plan
            }
            return try encoded(windows, error.reason)
        }
    }

    private func encoded(
        _ windows: [Window], _ reason: EncodeReason
    ) throws(SpliceProblem) -> Plan {
        Plan(parts: try parts(windows, .encode), mode: .encode, reason: reason)
    }

    private func parts(
        _ windows: [Window], _ mode: CutMode
    ) throws(SpliceProblem) -> [(plan: SplicePlan, at: Int64)] {
        var parts: [(plan: SplicePlan, at: Int64)] = []
        for window in windows {
            let plan = try SplicePlan(order, from: window.from, to: window.to, mode: mode) {
                (index) throws(SpliceProblem) in try reader.entry(index)
            }
            if let plan {
                let late = mode == .copy ? 0 : plan.from - window.from
                parts.append((plan, window.at + late))
            } else if mode == .copy, !order.ranks(from: window.from, to: window.to).isEmpty {
                throw .noKeyframe(near: .of(window.from, track.timescale))
            }
        }
        return parts
    }

    /// What a track's frames are like; another size in the middle is a problem.
    private struct Kinds {
        var formats: Set<UInt16> = []
        /// Parameter sets that stand in the frames.
        var sets: [[UInt8]] = []
        var size: PictureSize?

        mutating func take(_ size: PictureSize?, near: MediaTime) throws(SpliceProblem) {
            guard let size else { return }
            if let first = self.size, first != size { throw .resizes(near: near) }
            self.size = size
        }
    }

    private func kinds(
        _ parts: [(plan: SplicePlan, at: Int64)]
    ) throws(SpliceProblem) -> Kinds {
        var kinds = Kinds()
        for part in parts {
            var ranges = part.plan.copied
            if let head = part.plan.head { ranges.insert(head.decoded, at: 0) }
            if let tail = part.plan.tail { ranges.append(tail.decoded) }
            for range in ranges {
                for index in range { try look(at: index, &kinds) }
            }
        }
        return kinds
    }

    private func look(at index: Int, _ kinds: inout Kinds) throws(SpliceProblem) {
        let frame = track.frames[index]
        let near = MediaTime.of(frame.presentation, track.timescale)
        if kinds.formats.insert(frame.format).inserted,
            track.formats.indices.contains(Int(frame.format)),
            case .picture(let size) = track.formats[Int(frame.format)].details
        {
            try kinds.take(size, near: near)
        }
        guard frame.isSync, let syntax = codec.nalSyntax else { return }
        var found: [[UInt8]] = []
        try reader.units(of: index) { unit in
            let role = syntax.role(of: syntax.type(firstByte: unit[0]))
            if role.isParameterSet {
                var set: [UInt8] = []
                set.append(unit)
                found.append(set)
            }
            return !role.isPicture
        }
        for set in found where !kinds.sets.contains(set) {
            kinds.sets.append(set)
            try kinds.take(Self.size(set, codec), near: near)
        }
    }

    private static func size(_ set: [UInt8], _ codec: Codec) -> PictureSize? {
        codec == .h264
            ? H264SequenceParameters(set.span)?.size : H265SequenceParameters(set.span)?.size
    }

    private func match(_ kinds: Kinds) -> Result<PictureMatch, EncodeReasonError> {
        guard kinds.formats.count == 1, let format = kinds.formats.first,
            track.formats.indices.contains(Int(format))
        else { return .failure(EncodeReasonError(.changes)) }
        return PictureMatch.find(track.formats[Int(format)], codec: codec, inBand: kinds.sets)
    }
}
