package import Media
package import FileAccess
package import Primitives

/// Why a clip could not be made: facts, for others to put in words.
package enum SpliceProblem: Error, Sendable, Equatable {
    case file(FileProblem)
    /// What the codec libraries said, and near which time of the movie.
    case media(MediaError, near: MediaTime)
    /// Nothing of a stretch could be decoded.
    case undecodable(near: MediaTime)
    /// The picture has another size from here on.
    case resizes(near: MediaTime)
    /// A stretch ends before it begins, or where it begins.
    case emptyRange(from: MediaTime, to: MediaTime)
    /// It reaches beyond the end of the movie.
    case pastEnd(from: MediaTime, to: MediaTime, end: MediaTime)
    /// A copy was asked for, and there is no keyframe in or before the stretch.
    case noKeyframe(near: MediaTime)
    /// The movie has neither picture nor sound that can be cut.
    case nothingToCut
    /// The layout of the new file cannot hold it.
    case tooLarge
    case interrupted
}

extension MediaTime {
    /// For problems: the times of a track.
    static func of(_ ticks: Int64, _ timescale: Int32) -> MediaTime {
        MediaTime(ticks: ticks, timescale: max(1, timescale))
    }
}
