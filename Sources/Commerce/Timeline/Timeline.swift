package import Primitives

/// A show's events as a file: what is known of the show, and what happened, on media time.
package struct Timeline: Sendable, Equatable {
    package static let schema = "lc.timeline/1"

    package var header: TimelineHeader
    /// In the order of the file, which need not be that of media time.
    package var events: [TimelineEvent]

    package init(header: TimelineHeader, events: [TimelineEvent]) {
        self.header = header
        self.events = events
    }

    /// The events that have a place in the media, by media time; those of one moment stay in the
    /// order of the file.
    package var placed: [PlacedEvent] {
        let all = events.compactMap { event in
            event.mediaTime.map { PlacedEvent(mediaTime: $0, event: event) }
        }
        let isSorted = zip(all, all.dropFirst()).allSatisfy { $0.mediaTime <= $1.mediaTime }
        guard !isSorted else { return all }
        return all.enumerated().sorted {
            ($0.element.mediaTime, $0.offset) < ($1.element.mediaTime, $1.offset)
        }.map(\.element)
    }

    /// Every event has a place in the media.
    package var isAligned: Bool { events.allSatisfy { $0.mediaTime != nil } }
}

/// An event with its place in the media.
package struct PlacedEvent: Sendable, Equatable {
    /// In milliseconds from the start of the media.
    package let mediaTime: Int64
    package let event: TimelineEvent
}

/// What no timeline may exceed.
package enum TimelineLimits {
    package static let bytes = 256 << 20
    /// The header has all listings in one line.
    package static let lineBytes = 16 << 20
    package static let events = 1_000_000
    package static let listings = 100_000
    /// Some thirty years either way, since a show may be planned long before; beyond it the numbers
    /// are no media times. On any timescale its ticks fit 64 bits.
    package static let mediaTime: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000
}

/// Why something is no timeline.
package enum TimelineProblem: Error, Equatable {
    case empty
    case tooLong(limitBytes: Int)
    case tooManyEvents(limit: Int)
    /// A document that says of itself that it is something else.
    case wrongSchema(String)
    case line(Int, Flaw)
    /// What stands in a document that is not read by lines.
    case document(Flaw)
    /// An event is days away from the media that it is to lie in.
    case tooFarFromMedia(WallClock)
    /// Moved by so much, events lie beyond what media times can be.
    case outOfReach(milliseconds: Int64)
    /// A format that needs media times was asked for.
    case notAligned

    package enum Flaw: Error, Equatable {
        case tooLong(limitBytes: Int)
        case notUTF8
        case notJSON(JSONProblem)
        case notObject
        case field(FieldProblem)
        /// Neither `media_time_ms` nor `time`.
        case noTime
        case csv(CSVProblem.Flaw)
        case noColumn(String)
        case badMediaTime(String)
        /// The lines of a cue or chapter make no sense.
        case malformed(expected: String)
    }
}
