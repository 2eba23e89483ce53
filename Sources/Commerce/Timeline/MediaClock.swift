package import Primitives

/// Which media time a wall clock stands for: points that belong together, and evenly in between;
/// before the first and behind the last it runs as the wall clock does.
package struct MediaClock: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
        package let mediaMilliseconds: Int64
        package let wall: WallClock

        package init(mediaMilliseconds: Int64, wall: WallClock) {
            self.mediaMilliseconds = mediaMilliseconds
            self.wall = wall
        }
    }

    package static let maximumCount = 1_000_000

    /// By the wall clock, strictly; not empty.
    private let points: [Point]

    /// Nil without a point. Of points of one moment the first counts, and media time does not go
    /// back.
    package init?(_ points: [Point]) {
        var kept: [Point] = []
        let sorted = points.enumerated().sorted {
            ($0.element.wall, $0.offset) < ($1.element.wall, $1.offset)
        }.map(\.element)
        for point in sorted where TimelineLimits.mediaTime.contains(point.mediaMilliseconds) {
            if let last = kept.last,
                point.wall <= last.wall || point.mediaMilliseconds < last.mediaMilliseconds
            {
                continue
            }
            kept.append(point)
        }
        guard !kept.isEmpty else { return nil }
        self.points = kept
    }

    /// Nil where it is too far off to be media time.
    package func mediaTime(of wall: WallClock) -> Int64? {
        // The last point that is not later.
        var (low, high) = (0, points.count)
        while low < high {
            let middle = (low + high) / 2
            if points[middle].wall <= wall { low = middle + 1 } else { high = middle }
        }
        let milliseconds: Int128
        if low > 0, low < points.count {
            let (left, right) = (points[low - 1], points[low])
            let length = right.wall.span(since: left.wall)
            let media = Int128(right.mediaMilliseconds - left.mediaMilliseconds)
            milliseconds =
                Int128(left.mediaMilliseconds)
                + (media * wall.span(since: left.wall) * 2 + length) / (length * 2)
        } else {
            let nearest = low == 0 ? points[0] : points[points.count - 1]
            milliseconds = Int128(nearest.mediaMilliseconds) + wall.span(since: nearest.wall)
        }
        guard let value = Int64(exactly: milliseconds), TimelineLimits.mediaTime.contains(value)
        else { return nil }
        return value
    }

    /// The wall clock at the start of the media, as the first point has it.
    package var startTime: WallClock {
        points[0].wall + .milliseconds(-points[0].mediaMilliseconds)
    }
}

extension WallClock {
    fileprivate func span(since other: WallClock) -> Int128 {
        Int128(millisecondsSince1970) - Int128(other.millisecondsSince1970)
    }
}

/// What a relay writes beside a recording, as far as alignment needs it: `recording.json`.
package struct RecordingNotes: Sendable, Equatable {
    package static let schema = "lc.recording/1"

    package let show: String?
    package let media: TimelineMedia
    package let clock: MediaClock

    package init(_ json: JSON) throws(TimelineProblem) {
        do {
            try self.init(fields: JSONFields(json))
        } catch let problem as FieldProblem {
            if problem.field == "schema" { throw .wrongSchema(problem.value) }
            throw .document(.field(problem))
        } catch {
            throw .document(.notObject)
        }
    }

    private init(fields: JSONFields) throws {
        var fields = fields
        let schema = try fields.string("schema") ?? ""
        guard schema == Self.schema else {
            throw FieldProblem(
                field: "schema", value: schema, flaw: .badForm(expected: Self.schema))
        }
        show = try fields.string("show")
        let list = try fields.array("clock") ?? []
        guard list.count <= MediaClock.maximumCount else {
            throw FieldProblem(
                field: "clock", value: String(list.count),
                flaw: .tooMany(limit: MediaClock.maximumCount))
        }
        var points = try list.enumerated().map { index, json in
            var fields = try JSONFields(json, path: "clock[\(index)].")
            return try MediaClock.Point(
                mediaMilliseconds: fields.requireInteger("media_ms"),
                wall: fields.require(fields.time("time"), "time"))
        }
        if points.isEmpty, let started = try fields.time("started_at") {
            points = [MediaClock.Point(mediaMilliseconds: 0, wall: started)]
        }
        guard let clock = MediaClock(points) else {
            throw FieldProblem(field: "clock", value: "", flaw: .missing)
        }
        self.clock = clock
        let duration = try fields.integer("duration_ms")
        guard (0...TimelineLimits.mediaTime.upperBound).contains(duration ?? 0) else {
            throw FieldProblem(
                field: "duration_ms", value: String(duration ?? 0), flaw: .tooLarge)
        }
        media = try TimelineMedia(
            file: fields.string("file"), sha256: fields.string("sha256"),
            durationMilliseconds: duration, startTime: clock.startTime)
    }
}
