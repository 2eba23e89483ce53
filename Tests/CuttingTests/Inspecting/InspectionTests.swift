import Commerce
import Cutting
import FileAccess
import Movies
import Primitives
import TestSupport
import Testing

/// What `inspect` finds out about films whose making is known.
@Suite(.enabled(if: ShowFilms.hasFFmpeg || Machine.isCI, "ffmpeg is not installed"))
struct InspectionTests {
    private let folder = ScratchFolder()

    private func film(
        _ name: String, picture: [String] = [], before: [String] = [], sound: Bool = true,
        rate: String = "30", _ more: [String] = []
    ) throws -> String {
        var words = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=\(rate):duration=3"]
        if sound {
            words += before + ["-f", "lavfi", "-i", "sine=sample_rate=48000:duration=3"]
            words += ["-c:a", "aac"]
        }
        words += [
            "-c:v", "libx264", "-preset", "veryfast", "-g", "30", "-sc_threshold", "0",
            "-pix_fmt", "yuv420p",
        ]
        return try ShowFilms.make(name, in: folder, words + picture + more)
    }

    private func inspect(_ path: String, isDeep: Bool = false) throws -> MovieInspection {
        try MovieInspection(MovieFile(path), isDeep: isDeep)
    }

    @Test func `a plain film has closed groups, a rate, and nothing wrong`() throws {
        let inspection = try inspect(film("plain.mp4"), isDeep: true)
        let picture = try #require(inspection.tracks.first?.picture)
        #expect(inspection.tracks.map(\.kind) == [.picture, .sound])
        #expect(picture.keyframes.map(\.nature) == [.instant, .instant, .instant])
        #expect(picture.keyframes.map(\.frames) == [30, 30, 30])
        #expect(picture.keyframes.map { $0.presentation?.milliseconds } == [0, 1000, 2000])
        #expect(picture.groups.closed == 3)
        #expect(picture.groups.meanTenths == 300)
        #expect(picture.isReordered)
        #expect(picture.rotation == 0)
        #expect(picture.profile == 100)
        #expect((picture.disposablePictures ?? 0) > 10)
        #expect(!inspection.tracks[0].rate.isVariable)
        #expect(inspection.tracks[0].rate.fraction.map { [$0.0, $0.1] } == [30, 1])
        #expect(inspection.startDifference == 0)
        #expect(inspection.end == MediaTime(ticks: 3, timescale: 1))
        #expect(inspection.findings == [])
    }

    @Test(
        arguments: [
            ("30000/1001", [30_000, 1001]), ("25", [25, 1]), ("24000/1001", [24_000, 1001]),
            ("50", [50, 1]), ("12", [12, 1]),
        ] as [(String, [Int64])])
    func `a constant rate is told as a fraction`(rate: String, fraction: [Int64]) throws {
        let name = "rate\(fraction[0])-\(fraction[1])"
        // A timescale of milliseconds cannot say the durations of most of them.
        for words in [[], ["-video_track_timescale", "1000"]] {
            let track = try inspect(
                film("\(name)-\(words.count).mp4", sound: false, rate: rate, words)
            ).tracks[0]
            #expect(track.rate.fraction.map { [$0.0, $0.1] } == fraction, "\(words)")
        }
    }

    @Test func `open groups are told, and are no places for copies to begin`() throws {
        let inspection = try inspect(
            film("open.mp4", picture: ["-x264-params", "open-gop=1"], sound: false))
        #expect(inspection.findings == [.openGroups(track: 1, count: 2)])
        #expect(inspection.tracks[0].picture?.groups.closed == 1)
        #expect(!inspection.findings[0].isFault)
    }

    @Test func `frames that were dropped are a gap, and no varying rate`() throws {
        let inspection = try inspect(
            film(
                "gap.mp4", picture: ["-vf", "select='not(between(n,40,61))'", "-fps_mode", "vfr"],
                sound: false))
        let track = inspection.tracks[0]
        #expect(track.gapCount == 1)
        #expect(track.gaps.first?.start.milliseconds == 1300)
        #expect(track.gaps.first?.length == MediaTime(ticks: 23, timescale: 30))
        #expect(!track.rate.isVariable == (track.rate.fraction != nil))
        #expect(
            inspection.findings.contains { if case .gaps(1, 1, _) = $0 { true } else { false } })
    }

    @Test func `frames that come as they like are a varying rate`() throws {
        let track = try inspect(
            film(
                "vfr.mp4", picture: ["-vf", "select='not(mod(n,3)*mod(n,4))'", "-fps_mode", "vfr"],
                sound: false)
        ).tracks[0]
        #expect(track.rate.isVariable)
        #expect(track.rate.fraction == nil)
        #expect(track.gapCount == 0)
    }

    @Test func `sound that begins late is told`() throws {
        let inspection = try inspect(film("late.mp4", before: ["-itsoffset", "0.5"]))
        let start = try #require(inspection.startDifference)
        #expect(abs(start - 500_000) < 25_000)
        #expect(inspection.findings.contains(.startsApart(microseconds: start)))
    }

    @Test func `keyframes that are none, and those that no table names, are told`() throws {
        let path = try film("plain.mp4", sound: false)
        var bytes = try #require(Files.bytes(path))
        let name = Array("stss".utf8)
        let place = try #require(bytes.indices.first { Array(bytes[$0...].prefix(4)) == name })
        // The second of three: frame 31 becomes frame 33.
        #expect(bytes[place + 19] == 31)
        bytes[place + 19] = 33
        let changed = folder.write(bytes, to: "changed.mp4")
        let shallow = try inspect(changed)
        #expect(shallow.findings == [.falseKeyframes(track: 1, count: 1)])
        #expect(shallow.tracks[0].picture?.keyframes.map(\.frames) == [32, 28, 30])
        let deep = try inspect(changed, isDeep: true)
        #expect(
            deep.findings == [
                .falseKeyframes(track: 1, count: 1), .hiddenKeyframes(track: 1, count: 1),
            ])
    }

    @Test func `a film that ends early tells what is missing`() throws {
        let path = try film("front.mp4", ["-movflags", "+faststart"])
        let bytes = try #require(Files.bytes(path))
        let cut = folder.write(Array(bytes[..<(bytes.count / 2)]), to: "cut.mp4")
        let inspection = try inspect(cut)
        let codes = inspection.findings.filter {
            if case .damage = $0 { true } else { false }
        }
        #expect(codes.count == 3)
        #expect(inspection.end.milliseconds < 2500)
        #expect(throws: MovieFileProblem.self) {
            try MovieFile(folder.write(Array(bytes[..<600]), to: "none.mp4"))
        }
    }

    @Test func `a turned picture says by how much`() throws {
        let source = try film("plain.mp4", sound: false)
        for turn in [90, 180, 270] {
            let path = try ShowFilms.make(
                "turned\(turn).mp4", in: folder,
                ["-i", source, "-c", "copy", "-metadata:s:v", "rotate=\(turn)"])
            // ffmpeg's word counts the other way round.
            #expect(try inspect(path).tracks[0].picture?.rotation == 360 - turn)
        }
    }

    @Test func `events outside of a film are counted`() throws {
        var inspection = try inspect(film("plain.mp4"))
        let lines = [-5, 0, 1000, 3000, 3001].map {
            #"{"type":"pinned","media_time_ms":\#($0),"subject":"TEE"}"#
        }
        let header =
            #"{"schema":"lc.timeline/1","show":"S","media":{"file":"plain.mp4","duration_ms":5000}}"#
        let text = ([header] + lines).joined(separator: "\n") + "\n"
        let timeline = try Timeline(lines: Array(text.utf8))
        inspection.add(TimelineInspection(timeline, path: "t.jsonl", end: inspection.end))
        #expect(inspection.timeline?.events == 5)
        #expect(inspection.timeline?.eventsOutside == 2)
        #expect(
            inspection.findings == [.eventsOutside(2), .otherLength(milliseconds: -2000)])
    }
}
