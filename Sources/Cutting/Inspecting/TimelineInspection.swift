package import Commerce
package import Primitives

/// How a timeline lies on a movie.
package struct TimelineInspection: Sendable, Hashable {
    package let path: String
    package let events: Int
    /// Without a place in the media.
    package let eventsUnplaced: Int
    /// Before the start of the movie or after its end.
    package let eventsOutside: Int
    package let firstMilliseconds: Int64?
    package let lastMilliseconds: Int64?
    package let way: TimelineAlignment.Way?
    package let offsetMilliseconds: Int64?
    package let startTime: WallClock?
    /// How much longer the movie is than the media that the timeline names.
    package let durationDifference: Int64?

    package init(_ timeline: Timeline, path: String, end: MediaTime) {
        self.path = path
        events = timeline.events.count
        let places = timeline.placed.map(\.mediaTime)
        eventsUnplaced = events - places.count
        let length = end.milliseconds
        eventsOutside = places.count { $0 < 0 || $0 > length }
        firstMilliseconds = places.first
        lastMilliseconds = places.last
        way = timeline.header.alignment?.way
        offsetMilliseconds = timeline.header.alignment?.offsetMilliseconds
        startTime = timeline.header.media?.startTime
        durationDifference = timeline.header.media?.durationMilliseconds.map { length - $0 }
    }
}
