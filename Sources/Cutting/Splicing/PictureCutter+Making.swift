import FileAccess
import Media
import Movies
import Primitives
import WebRTC

extension PictureCutter {
    /// Does what a plan says: encodes the edges, and says where the rest lies.
    func make(
        _ plan: Plan, _ settings: ClipSettings, spool: FrameSpool, end: Int64, stop: StopFlag
    ) throws(SpliceProblem) -> ClipPicture {
        var picture = ClipPicture(
            told: ClipOutcome.Picture(
                mode: plan.mode, reason: plan.reason, copied: 0, encoded: 0, repeated: 0))
        var sets: [[[UInt8]]] = []
        for (splice, at) in plan.parts {
            if let head = splice.head {
                sets.append(
                    try encode(head, splice, at, plan, settings, spool, stop, into: &picture))
            }
            try copy(splice, at, plan, into: &picture)
            if let tail = splice.tail {
                sets.append(
                    try encode(tail, splice, at, plan, settings, spool, stop, into: &picture))
            }
            picture.end = max(picture.end, at + splice.to - splice.from)
        }
        picture.formats = [try format(plan, sets)]
        // What was done, not what was asked for.
        if plan.mode == .smart, picture.told.encoded == 0 { picture.told.mode = .copy }
        if plan.mode == .smart, picture.told.copied == 0 { picture.told.mode = .encode }
        // A copy may end before the clip does.
        picture.end = plan.mode == .copy ? picture.end : min(max(picture.end, 0), max(end, 0))
        return picture
    }

    private func copy(
        _ splice: SplicePlan, _ at: Int64, _ plan: Plan, into picture: inout ClipPicture
    ) throws(SpliceProblem) {
        var isFirst = !picture.frames.isEmpty
        for range in splice.copied {
            for index in range {
                let frame = track.frames[index]
                let presentation = at + max(frame.presentation, splice.from) - splice.from
                var place = FrameBytes.source(place: frame.place)
                if isFirst, splice.beginsOpen, let match = plan.match {
                    place = .made(match.begun(try reader.read(index)))
                }
                var isEntry = isFirst
                if !isEntry { isEntry = try self.isEntry(index) }
                picture.append(
                    place, count: Int(frame.count), presentation: presentation, isSync: isEntry)
                picture.told.copied += 1
                isFirst = false
            }
        }
    }

    /// What the container says, unless it cannot be.
    private func isEntry(_ index: Int) throws(SpliceProblem) -> Bool {
        guard track.frames[index].isSync else { return false }
        return try reader.entry(index) != .none
    }

    private func encode(
        _ edge: SplicePlan.Edge, _ splice: SplicePlan, _ at: Int64, _ plan: Plan,
        _ settings: ClipSettings, _ spool: FrameSpool, _ stop: StopFlag,
        into picture: inout ClipPicture
    ) throws(SpliceProblem) -> [[UInt8]] {
        let work = EdgeWork(
            reader: reader, order: order, encoding: encoding(plan, settings), stop: stop,
            from: splice.from, to: splice.to)
        let ending = try work.run(edge) { (frame) throws(SpliceProblem) in
            var bytes = frame.bytes
            if let match = plan.match {
                guard let joined = match.joined(bytes) else {
                    throw .undecodable(near: .of(frame.presentation, track.timescale))
                }
                bytes = joined
            }
            picture.append(
                try spool.keep(bytes), count: bytes.count,
                presentation: at + frame.presentation - splice.from, isSync: frame.isSync)
            picture.told.encoded += 1
        }
        picture.told.repeated += ending.repeated
        return ending.parameterSets
    }

    /// Pictures from one keyframe of a long edge to the next.
    private static let edgeInterval = 250

    private func encoding(_ plan: Plan, _ settings: ClipSettings) -> ClipEncoding {
        // That of the whole clip: what it says stands in sets that all edges share.
        let span = plan.parts.reduce(Int64(0)) { $0 + $1.plan.to - $1.plan.from }
        let count = plan.parts.reduce(0) { $0 + $1.plan.encodedCount + $1.plan.copiedRanks.count }
        let perSecond = Double(count) * Double(track.timescale) / Double(max(1, span))
        let rate = FrameRate(
            numerator: Int32(clamping: Int64((perSecond * 1000).rounded())), denominator: 1000)
        let isWhole = plan.match == nil
        let interval = Double(ClipSettings.Standard.keyframeSeconds) * min(max(perSecond, 1), 480)
        return ClipEncoding(
            form: plan.match?.form ?? .h264(profile: nil, level: nil, parameterSet: 0),
            quality: quality(plan, settings),
            speed: isWhole ? ClipSettings.Standard.wholeSpeed : ClipSettings.Standard.edgeSpeed,
            bidirectional: isWhole ? 2 : 0,
            keyframeInterval: isWhole ? Int(interval.rounded()) : Self.edgeInterval,
            // With more of them x264 gives other bytes now and then; clips are made side by side.
            threads: 1,
            timeBase: TimeBase(numerator: 1, denominator: max(1, track.timescale)),
            rate: rate ?? .thirty)
    }

    private func quality(_ plan: Plan, _ settings: ClipSettings) -> Int {
        switch plan.match?.form {
        case nil: settings.wholeQuality
        case .h264: settings.edgeQuality
        case .h265: max(1, settings.edgeQuality - ClipSettings.Standard.h265Better)
        }
    }

    private func format(_ plan: Plan, _ sets: [[[UInt8]]]) throws(SpliceProblem) -> MovieFormat {
        if let match = plan.match, !sets.isEmpty {
            guard let format = match.format(with: sets) else { throw .tooLarge }
            return format
        }
        let first = plan.parts.first?.plan
        let index = first?.copied.first?.lowerBound ?? first?.head?.decoded.lowerBound ?? 0
        let source = track.formats[
            min(Int(track.frames[index].format), track.formats.count - 1)]
        guard !sets.isEmpty else { return source }
        return try encodedFormat(source, sets)
    }

    /// Of a clip that is encoded as a whole.
    private func encodedFormat(
        _ source: MovieFormat, _ sets: [[[UInt8]]]
    ) throws(SpliceProblem) -> MovieFormat {
        var all: [[UInt8]] = []
        for set in sets.joined() where !all.contains(set) { all.append(set) }
        let sequences = all.filter { $0[0] & 0x1F == 7 }
        guard
            let avcC = AVCConfiguration(
                sequenceParameters: sequences,
                pictureParameters: all.filter { $0[0] & 0x1F == 8 }, lengthSize: .four),
            let size = sequences.first.flatMap({ H264SequenceParameters($0.span)?.size }),
            let format = FormatEntry.picture(
                .h264, configuration: avcC.bytes, size: size, keeping: source.keptBoxes)
        else { throw .tooLarge }
        return format
    }
}
