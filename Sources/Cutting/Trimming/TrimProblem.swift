package import Media

/// Why a show could not be looked at for dead air.
package enum TrimProblem: Error, Sendable, Equatable {
    /// At a time of the show, in microseconds; nil before its first frame.
    case media(MediaError, at: Int64?)
    /// The length of the show is not known.
    case noLength
    /// All of it would go.
    case nothingLeft
    case tooManyStretches(limit: Int)
    case stopped
}
