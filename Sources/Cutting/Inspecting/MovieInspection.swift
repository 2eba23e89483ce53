import FileAccess
package import Movies
package import Primitives

/// What a movie is made of, as far as it matters for cutting it: the document of `inspect`.
package struct MovieInspection: Sendable {
    package let path: String
    package let bytes: Int64
    package let movie: Movie
    package let end: MediaTime
    /// What was taken off all times because the movie is a piece of a longer one.
    package let origin: MediaTime
    package let tracks: [TrackInspection]
    /// How much later sound begins than the picture, in microseconds; nil without one of them.
    package let startDifference: Int64?
    /// How much later it ends.
    package let endDifference: Int64?
    package var timeline: TimelineInspection?
    /// What is likely to be in the way.
    package private(set) var findings: [InspectionFinding]

    /// - Parameter isDeep: looks at each picture, not only at those said to be keyframes.
    package init(_ file: MovieFile, isDeep: Bool) throws(MovieFileProblem) {
        path = file.path
        bytes = file.file.length
        movie = file.movie
        let showings = MovieShowings(file.movie)
        end = showings.end
        origin = showings.origin
        var tracks: [TrackInspection] = []
        for (track, showing) in zip(file.movie.tracks, showings.tracks) {
            tracks.append(try TrackInspection(track, showing, of: file, isDeep: isDeep))
        }
        self.tracks = tracks
        let picture = tracks.first { $0.kind == .picture && $0.shownFrames > 0 }
        let sound = tracks.first { $0.kind == .sound && $0.shownFrames > 0 }
        if let picture, let sound {
            startDifference = sound.start.microseconds - picture.start.microseconds
            endDifference = sound.end.microseconds - picture.end.microseconds
        } else {
            startDifference = nil
            endDifference = nil
        }
        findings = file.movie.damages.map { .damage($0) }
        for track in tracks { findings += track.findings }
        findings += differences
    }

    /// Sound and picture apart by more than this are noticed.
    package static let tolerableStart = Duration.milliseconds(100)
    package static let tolerableEnd = Duration.milliseconds(500)

    private var differences: [InspectionFinding] {
        var findings: [InspectionFinding] = []
        if let start = startDifference, start.magnitude > 100_000 {
            findings.append(.startsApart(microseconds: start))
        }
        if let end = endDifference, end.magnitude > 500_000 {
            findings.append(.endsApart(microseconds: end))
        }
        return findings
    }

    /// Adds what was found of a timeline.
    package mutating func add(_ timeline: TimelineInspection) {
        self.timeline = timeline
        if timeline.eventsOutside > 0 { findings.append(.eventsOutside(timeline.eventsOutside)) }
        if timeline.eventsUnplaced > 0 {
            findings.append(.eventsUnplaced(timeline.eventsUnplaced))
        }
        if let difference = timeline.durationDifference, difference.magnitude > 1000 {
            findings.append(.otherLength(milliseconds: difference))
        }
    }
}

/// Something about a movie that is likely to be in the way of cutting or playing it.
package enum InspectionFinding: Sendable, Hashable {
    case damage(MovieDamage)
    /// Keyframes that the container claims and the pictures are not.
    case falseKeyframes(track: UInt32, count: Int)
    /// Pictures that decoding can begin with, which the container does not say.
    case hiddenKeyframes(track: UInt32, count: Int)
    case damagedPictures(track: UInt32, count: Int)
    /// Keyframes that are no places for copies to begin: open GOPs.
    case openGroups(track: UInt32, count: Int)
    case gaps(track: UInt32, count: Int, longestMicroseconds: Int64)
    case noFrames(track: UInt32)
    case changesSize(track: UInt32)
    case startsApart(microseconds: Int64)
    case endsApart(microseconds: Int64)
    case eventsOutside(Int)
    case eventsUnplaced(Int)
    case otherLength(milliseconds: Int64)

    /// Whether it is something wrong, rather than something to know.
    package var isFault: Bool {
        switch self {
        // One who is silent at first sends no sound.
        case .openGroups, .hiddenKeyframes, .startsApart, .endsApart, .changesSize: false
        case .damage, .falseKeyframes, .damagedPictures, .gaps, .noFrames,
            .eventsOutside, .eventsUnplaced, .otherLength:
            true
        }
    }
}

extension MediaTime {
    /// To the nearest.
    package var microseconds: Int64 { rescaled(to: 1_000_000).ticks }
}
