package import Commerce
package import Primitives

/// Why no clips could be chosen.
package enum ClipProblem: Error, Equatable {
    case list(line: Int, ListFlaw)
    case listTooLong(limitBytes: Int)
    case tooManyClips(limit: Int)
    /// A line of a list, or a stretch of the timeline, that begins or ends behind the movie.
    case pastEnd(ClipOrigin, MediaTime, movie: MediaTime)
    case beforeStart(ClipOrigin, MediaTime)
    case reversed(ClipOrigin, start: MediaTime, end: MediaTime)
    /// It begins before the one of `other` has ended.
    case overlapping(ClipOrigin, other: ClipOrigin, MediaTime)
    /// Nothing in the timeline is what was asked for.
    case nothing
    case notAligned
    case template(TemplateFlaw)
    /// The lengths that were asked for contradict each other.
    case minimumAboveMaximum

    package enum ListFlaw: Error, Equatable {
        case notUTF8
        case tooLong(limitBytes: Int)
        case csv(CSVProblem.Flaw)
        case json(JSONProblem)
        /// Text that is no time, as it was written.
        case badTime(String)
        case noEnd
        case noColumn(String)
        case badSKU(String)
        case notObject
    }

    package enum TemplateFlaw: Error, Equatable {
        case empty
        case unknownPlaceholder(String)
        case unclosedPlaceholder
        /// It has a character that no name of a file may have, or that leads out of the folder.
        case forbidden(String)
    }
}

/// Where a wished clip comes from, for whoever has to be told.
package enum ClipOrigin: Sendable, Equatable {
    case line(Int)
    case pin(SKUCode)
    case flash(SKUCode)
    case chapter(String)
    case event(String)
}
