import Primitives
import Testing

@testable import Commerce

struct AlignTests {
    private static let noon = WallClock(millisecondsSince1970: 1_795_000_000_000)

    private static func clock(_ points: [(Int64, Int64)]) -> MediaClock? {
        MediaClock(
            points.map {
                MediaClock.Point(mediaMilliseconds: $0.0, wall: noon + .milliseconds($0.1))
            })
    }

    @Test(
        arguments: [
            // One point: it runs as the wall clock does.
            ([(1000, 0)], -500, 500), ([(1000, 0)], 500, 1500),
            // Between two: evenly. Outside: as the wall clock does.
            ([(0, 0), (1000, 2000)], 1000, 500), ([(0, 0), (1000, 2000)], 3000, 2000),
            ([(0, 0), (1000, 2000)], -10, -10),
            // A gap in which the media stood still, and one that was skipped.
            ([(0, 0), (1000, 1000), (1000, 5000), (2000, 6000)], 3000, 1000),
            ([(0, 0), (1000, 1000), (9000, 1001)], 1001, 9000),
            // Unsorted, and with points that go back: those do not count.
            ([(1000, 1000), (0, 0), (500, 1500)], 2000, 2000),
        ] as [([(Int64, Int64)], Int64, Int64)])
    func `a clock finds the media time of a moment`(
        _ points: [(Int64, Int64)], _ wall: Int64, _ media: Int64
    ) throws {
        let clock = try #require(Self.clock(points))
        #expect(clock.mediaTime(of: Self.noon + .milliseconds(wall)) == media)
    }

    @Test func `a clock needs a point, and ends far away`() throws {
        #expect(Self.clock([]) == nil)
        #expect(Self.clock([(.max, 0)]) == nil)
        let clock = try #require(Self.clock([(0, 0)]))
        #expect(clock.mediaTime(of: WallClock(millisecondsSince1970: .max)) == nil)
        #expect(clock.mediaTime(of: WallClock(millisecondsSince1970: .min)) == nil)
    }

    private static let timeline = """
        {"schema":"lc.timeline/1","started_at":"2026-11-20T10:00:00Z","skus":[]}
        {"type":"show-created","time":"2026-11-01T00:00:00Z"}
        {"type":"show-started","time":"2026-11-21T10:00:00Z"}
        {"type":"price-flash","time":"2026-11-21T10:00:01Z","data":{"sku":"A","closes_at":"2026-11-21T10:00:06Z"}}
        {"type":"wave","media_time_ms":70}
        """

    @Test func `an offset puts the start of the show there, and moves what has no time`() throws {
        let timeline = try Timeline(Array(Self.timeline.utf8))
        #expect(!timeline.isAligned)
        let aligned = try timeline.aligned(offset: 2500, media: nil)
        #expect(aligned.events.map(\.mediaTime) == [-1_763_997_500, 2500, 3500, 2570])
        #expect(aligned.events[2].closesMediaTime == 8500)
        #expect(
            aligned.header.alignment == TimelineAlignment(way: .offset, offsetMilliseconds: 2500))
        #expect(throws: TimelineProblem.outOfReach(milliseconds: .max)) {
            try timeline.aligned(offset: .max, media: nil)
        }
    }

    @Test func `a recording's notes place the events by its clock`() throws {
        let text = """
            {"schema":"lc.recording/1","show":"x","file":"a.mp4","duration_ms":60000,"sha256":"00",
             "clock":[{"media_ms":1000,"time":"2026-11-21T10:00:00Z"},
                      {"media_ms":3000,"time":"2026-11-21T10:00:04Z","sender_time":"2020-01-01T00:00:00Z"}]}
            """
        let notes = try RecordingNotes(JSON(parsing: text))
        let aligned = try Timeline(Array(Self.timeline.utf8)).aligned(
            by: notes.clock, media: notes.media, as: TimelineAlignment(way: .recording))
        #expect(aligned.events.map(\.mediaTime).suffix(3) == [1000, 1500, 70])
        #expect(aligned.events[2].closesMediaTime == 5000)
        #expect(aligned.header.alignment?.offsetMilliseconds == 1000)
        #expect(aligned.header.media?.startTime?.rfc3339 == "2026-11-21T09:59:59.000Z")
        #expect(throws: TimelineProblem.wrongSchema("lc.show/1")) {
            try RecordingNotes(["schema": "lc.show/1"])
        }
        #expect(throws: TimelineProblem.self) { try RecordingNotes(["schema": "lc.recording/1"]) }
        #expect(
            throws: TimelineProblem.document(
                .field(FieldProblem(field: "clock[0].time", value: "", flaw: .missing)))
        ) {
            try RecordingNotes(["schema": "lc.recording/1", "clock": [["media_ms": 1]]])
        }
    }
}
