package import Primitives

// Where a timeline's events are in the media.

extension Timeline {
    /// When the show started, by the wall clock: as its event says, else its header, else the first
    /// event that has a time.
    package var showStart: WallClock? {
        events.first { $0.change == .showStarted && $0.time != nil }?.time ?? header.startedAt
            ?? events.first { $0.time != nil }?.time
    }

    /// Every event that has a time of day is placed by a clock; others stay where they are.
    package func aligned(
        by clock: MediaClock, media: TimelineMedia?, as alignment: TimelineAlignment
    ) throws(TimelineProblem) -> Timeline {
        var aligned = self
        for index in aligned.events.indices {
            guard let time = events[index].time else { continue }
            guard let mediaTime = clock.mediaTime(of: time) else {
                throw .tooFarFromMedia(time)
            }
            aligned.events[index].mediaTime = mediaTime
            if case .flash(let flash) = events[index].change {
                aligned.events[index].closesMediaTime = flash.closesAt.flatMap {
                    clock.mediaTime(of: max($0, time))
                }
            }
        }
        if let media { aligned.header.media = media }
        aligned.header.alignment = alignment
        aligned.header.alignment?.offsetMilliseconds =
            showStart.flatMap { clock.mediaTime(of: $0) } ?? alignment.offsetMilliseconds
        return aligned
    }

    /// Puts the start of the show to a place in the media. Events that have media times only are
    /// moved by as much.
    package func aligned(
        offset milliseconds: Int64, media: TimelineMedia?
    ) throws(TimelineProblem) -> Timeline {
        guard TimelineLimits.mediaTime.contains(milliseconds) else {
            throw .outOfReach(milliseconds: milliseconds)
        }
        let alignment = TimelineAlignment(way: .offset, offsetMilliseconds: milliseconds)
        var shifted = self
        for index in events.indices where events[index].time == nil {
            shifted.events[index].mediaTime = try moved(events[index].mediaTime, by: milliseconds)
            shifted.events[index].closesMediaTime = try moved(
                events[index].closesMediaTime, by: milliseconds)
        }
        guard let start = showStart,
            let clock = MediaClock([
                MediaClock.Point(mediaMilliseconds: milliseconds, wall: start)
            ])
        else {
            shifted.header.alignment = alignment
            if let media { shifted.header.media = media }
            return shifted
        }
        var media =
            media ?? header.media
            ?? TimelineMedia(file: nil, durationMilliseconds: nil, startTime: nil)
        media.startTime = clock.startTime
        return try shifted.aligned(by: clock, media: media, as: alignment)
    }

    private func moved(
        _ mediaTime: Int64?, by milliseconds: Int64
    ) throws(TimelineProblem) -> Int64? {
        guard let mediaTime else { return nil }
        let (sum, overflowed) = mediaTime.addingReportingOverflow(milliseconds)
        guard !overflowed, TimelineLimits.mediaTime.contains(sum) else {
            throw .outOfReach(milliseconds: milliseconds)
        }
        return sum
    }
}
