import FileAccess
package import Movies
package import Primitives
package import WebRTC

/// What matters of pictures beside their times: how they are coded, turned and grouped.
package struct PictureInspection: Sendable {
    package let size: PictureSize?
    /// How far a player turns it clockwise; nil where it does something else with it.
    package let rotation: Int?
    package let profile: UInt8?
    package let level: UInt8?
    /// Whether pictures are decoded in another order than they are shown.
    package let isReordered: Bool
    /// Whether what is told of keyframes was read from the pictures.
    package let looksAtBytes: Bool
    package let keyframes: [Keyframe]
    /// Keyframes that the container does not name; only after a look at each picture.
    package let hiddenKeyframes: Int
    package let falseKeyframes: Int
    package let damagedPictures: Int
    /// Pictures that none refers to; nil without a look at each.
    package let disposablePictures: Int?

    /// A picture that the container says decoding can begin with.
    package struct Keyframe: Sendable, Equatable {
        /// Nil where no edit shows it.
        package let presentation: MediaTime?
        package let nature: PictureNature
        /// Up to the next one, itself included.
        package fileprivate(set) var frames: Int
        package let place: Int64
        package let bytes: UInt32
    }

    init(
        _ track: MovieTrack, _ showing: MovieShowing, of file: MovieFile, isDeep: Bool
    ) throws(MovieFileProblem) {
        let format = track.formats.first
        size = format?.pictureSize
        rotation = Self.rotation(track.matrix)
        (profile, level) = format?.profileAndLevel ?? (nil, nil)
        isReordered = zip(track.frames, track.frames.dropFirst()).contains {
            $1.presentation < $0.presentation
        }
        let scans = track.formats.map { PictureScan($0) }
        looksAtBytes = scans.first?.looksAtBytes ?? false
        var times: [Int32: Int64] = [:]
        for frame in showing.frames where track.frames[Int(frame.index)].isSync {
            if times[frame.index] == nil { times[frame.index] = frame.presentation }
        }
        var counts = Counts()
        var keyframes: [Keyframe] = []
        for (index, frame) in track.frames.enumerated() {
            guard frame.isSync || isDeep else {
                if !keyframes.isEmpty { keyframes[keyframes.count - 1].frames += 1 }
                continue
            }
            let nature: PictureNature
            do throws(FileProblem) {
                nature = try file.file.nature(of: frame, scans)
            } catch {
                throw .file(error)
            }
            counts.add(nature, isSync: frame.isSync)
            guard frame.isSync else {
                if !keyframes.isEmpty { keyframes[keyframes.count - 1].frames += 1 }
                continue
            }
            keyframes.append(
                Keyframe(
                    presentation: times[Int32(index)].map { showing.time($0) }, nature: nature,
                    frames: 1, place: frame.place, bytes: frame.count))
        }
        self.keyframes = keyframes
        hiddenKeyframes = counts.hidden
        falseKeyframes = counts.false
        damagedPictures = counts.damaged
        disposablePictures = isDeep ? counts.disposable : nil
    }

    private struct Counts {
        var hidden = 0
        var `false` = 0
        var damaged = 0
        var disposable = 0

        mutating func add(_ nature: PictureNature, isSync: Bool) {
            if nature == .damaged { damaged += 1 }
            if nature == .disposable { disposable += 1 }
            if isSync, !nature.isAccessPoint, nature != .damaged { `false` += 1 }
            if !isSync, nature == .instant || nature == .open { hidden += 1 }
        }
    }

    /// Groups that end before the next keyframe; the last one ends with the track.
    package var groups: Groups { Groups(keyframes) }

    package struct Groups: Sendable, Hashable {
        package let count: Int
        /// Those that begin with an IDR, so that nothing refers to what is before.
        package let closed: Int
        package let shortest: Int
        package let longest: Int
        package let total: Int

        init(_ keyframes: [Keyframe]) {
            count = keyframes.count
            closed = keyframes.count { $0.nature == .instant }
            shortest = keyframes.map(\.frames).min() ?? 0
            longest = keyframes.map(\.frames).max() ?? 0
            total = keyframes.reduce(0) { $0 + $1.frames }
        }

        /// To the nearest tenth, times ten.
        package var meanTenths: Int { count > 0 ? (total * 10 + count / 2) / count : 0 }
    }

    func findings(track: UInt32) -> [InspectionFinding] {
        var findings: [InspectionFinding] = []
        if damagedPictures > 0 {
            findings.append(.damagedPictures(track: track, count: damagedPictures))
        }
        if falseKeyframes > 0 {
            findings.append(.falseKeyframes(track: track, count: falseKeyframes))
        }
        if hiddenKeyframes > 0 {
            findings.append(.hiddenKeyframes(track: track, count: hiddenKeyframes))
        }
        let open = keyframes.count { $0.nature.isAccessPoint && $0.nature != .instant }
        if open > 0 { findings.append(.openGroups(track: track, count: open)) }
        return findings
    }

    private static func rotation(_ matrix: [UInt32]) -> Int? {
        guard matrix.count == 9 else { return 0 }
        let one: UInt32 = 0x1_0000
        let minus = 0 &- one
        return switch (matrix[0], matrix[1], matrix[3], matrix[4]) {
        case (one, 0, 0, one): 0
        case (0, one, minus, 0): 90
        case (minus, 0, 0, minus): 180
        case (0, minus, one, 0): 270
        default: nil
        }
    }
}

extension MovieFormat {
    package var pictureSize: PictureSize? {
        if case .picture(let size) = details { size } else { nil }
    }

    /// As the codec's standard numbers them.
    fileprivate var profileAndLevel: (UInt8?, UInt8?)? {
        switch coding {
        case .known(.h264):
            AVCConfiguration(parsing: configuration.span).map { ($0.profile, $0.level) }
        case .known(.h265):
            configuration.count > 12 ? (configuration[1] & 0x1F, configuration[12]) : nil
        case .known, .aac, .other: nil
        }
    }
}
