import CommandLineKit
import Primitives
import TestSupport
import Testing

private typealias Status = CommandLineKit.ExitStatus

/// `lcctl show timeline` and `lcctl timeline convert`, with those who read such files as judges.
@Suite struct TimelineTests {
    private let bench = Bench()

    private static let show = [
        "sku add TEE --title Tee<1>&Co --price 9.99 --stock 2", "sku add CAP --title Cap --price 5",
        "sku add OTHER --title Other --price 1",
        "show create --title Friday --id shw_1", "sku set TEE --price 8",
        "rail add shw_1 TEE CAP --price 7.50", "show start shw_1", "pin TEE",
        "flash open TEE --price 3 --for 60s", "sku set CAP --title Hat",
        "reserve TEE:2 --buyer ann --show shw_1", "pin CAP", "flash close TEE", "unpin",
        "show end shw_1", "sku set CAP --title Later", "sku set TEE --price 1",
    ]

    private func play(_ store: [String] = []) throws {
        for command in Self.show {
            let run = try bench.lcctl(store + command.split(separator: " ").map(String.init))
            #expect(run.status == 0, "\(command): \(run.talk)")
        }
    }

    private func lines(_ run: ProcessRun) throws -> [JSON] {
        #expect(run.status == 0, "\(run.talk)")
        return try run.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
    }

    @Test func `a timeline has the show, its listings as they were, and its events`() throws {
        try play()
        let plain = try bench.lcctl("show", "timeline", "shw_1")
        let lines = try lines(plain)
        let header = try #require(lines.first)
        #expect(header["schema"]?.stringValue == "lc.timeline/1")
        #expect(header["title"]?.stringValue == "Friday")
        #expect(header["started_at"] != nil && header["ended_at"] != nil)
        let skus = header["skus"]?.arrayValue ?? []
        #expect(skus.map { $0["sku"]?.stringValue } == ["CAP", "TEE"])
        // As it was on the rail first: before the show, and before what came later.
        #expect(skus.map { $0["title"]?.stringValue } == ["Cap", "Tee<1>&Co"])
        #expect(skus.map { $0["price_minor"]?.integerValue } == [500, 800])
        #expect(
            lines.dropFirst().map { $0["type"]?.stringValue ?? "" } == [
                "show-created", "rail-changed", "show-started", "pin",
                "price-flash", "sku-changed", "sold-out", "pin", "price-flash-closed", "unpin",
                "show-ended",
            ])
        #expect(lines.allSatisfy { $0["media_time_ms"] == nil })
        #expect(try bench.lcctl("show", "timeline", "shw_1").output == plain.output)
        let all = try bench.lcctl("show", "timeline", "shw_1", "--all")
        #expect(all.output.contains("reservation-held") && !plain.output.contains("ann"))
    }

    @Test func `events are placed by an offset or by a recording's clock`() throws {
        try play()
        let placed = try lines(bench.lcctl("show", "timeline", "shw_1", "--offset=-2.5s"))
        let start = placed.first { $0["type"] == "show-started" }
        #expect(start?["media_time_ms"]?.integerValue == -2500)
        let flash = placed.first { $0["type"] == "price-flash" }
        let opened = try #require(flash?["media_time_ms"]?.integerValue)
        let closes = try #require(flash?["closes_media_time_ms"]?.integerValue)
        #expect((59_000...61_000).contains(closes - opened))

        let began = try #require(placed[0]["started_at"]?.stringValue.flatMap(WallClock.init))
        let earlier = (began + .milliseconds(-4000)).rfc3339
        bench.folder.write(
            #"{"schema":"lc.recording/1","file":"a.mp4","duration_ms":9000,"clock":[{"media_ms":0,"time":"\#(earlier)"}]}"#,
            to: "a.recording.json")
        let recorded = try lines(
            bench.lcctl("show", "timeline", "shw_1", "--recording", "a.recording.json"))
        #expect(
            recorded.first { $0["type"] == "show-started" }?["media_time_ms"]?.integerValue == 4000)
        #expect(recorded[0]["media"]?["file"] == "a.mp4")
        #expect(recorded[0]["alignment"]?["by"] == "recording")
    }

    @Test(.enabled(if: RedisPrograms.areThere))
    func `a store on Redis gives the same timeline`() throws {
        let server = try RedisServer()
        let store = ["--store", "redis://127.0.0.1:\(server.port)"]
        try play(store)
        try play()
        func types(_ store: [String]) throws -> [String] {
            try lines(bench.lcctl(store + ["show", "timeline", "shw_1", "--all"])).map {
                "\($0["type"] ?? .null) \($0["subject"] ?? .null) \($0["skus"] ?? .null)"
            }.filter { !$0.contains("reservation/") }
        }
        #expect(try types(store) == types([]))
    }

    @Test func `what is trimmed from the log is said to be missing`() throws {
        try play()
        let whole = try lines(bench.lcctl("show", "timeline", "shw_1"))
        let trim = try bench.lcctl("store", "trim", "--older-than", "0s")
        #expect(trim.status == 0, "\(trim.talk)")
        let run = try bench.lcctl("show", "timeline", "shw_1")
        let rest = try lines(run)
        #expect(rest.count < whole.count)
        #expect(run.talk.contains("trimmed from the log"), "\(run.talk)")
        #expect(rest[0]["title"] == "Friday" && rest[0]["started_at"] != nil)
    }

    @Test func `every format that can carry it gives the same bytes back`() throws {
        try play()
        let written = try bench.lcctl(
            "show", "timeline", "shw_1", "--offset", "3s", "--output", "t.jsonl")
        #expect(written.status == 0 && written.output.isEmpty, "\(written.talk)")
        let original = try #require(Files.read(bench.folder.path("t.jsonl")))
        for format in ["jsonl", "otio", "vtt", "csv"] {
            let there = try bench.lcctl(
                "timeline", "convert", "t.jsonl", "-o", format, "--output", "t.\(format).out")
            #expect(there.status == 0, "\(there.talk)")
            let back = try bench.lcctl("timeline", "convert", "t.\(format).out")
            #expect(back.output == original, "\(format): \(back.talk)")
        }
        let chapters = try bench.lcctl("timeline", "convert", "t.jsonl", "-o", "ffmetadata")
        let again = try bench.lcctl(
            "timeline", "convert", "-", "-o", "ffmetadata", input: chapters.output)
        #expect(chapters.output == again.output && chapters.output.contains("sku=TEE"))
        let refused = try bench.lcctl(
            "timeline", "convert", "t.jsonl", "--output", "t.jsonl")
        #expect(refused.status == Status.cannotCreate.rawValue)
    }

    @Test(arguments: [
        ("", Status.dataError, "is empty"), ("{\"type\":1}\n", .dataError, "line 1"),
        ("{\"schema\":\"lc.sku/1\"}", .dataError, "lc.sku/1"),
        ("{\"type\":\"pin\",\"media_time_ms\":1,\"subject\":\"A\"}\n{", .dataError, "line 2"),
        ("WEBVTT\n\n00:01 --> x\nhi\n", .dataError, "line 3"),
    ])
    fileprivate func `a file that is no timeline is refused with its line`(
        _ text: String, _ status: Status, _ words: String
    ) throws {
        bench.folder.write(text, to: "t.txt")
        let run = try bench.lcctl("timeline", "convert", "t.txt")
        #expect(run.status == status.rawValue)
        #expect(run.talk.contains("t.txt") && run.talk.contains(words), "\(run.talk)")
        #expect(try bench.lcctl("timeline", "convert", "nothing").status == Status.noInput.rawValue)
        #expect(try bench.lcctl("show", "timeline", "shw_x").status == Status.notFound.rawValue)
    }

    // MARK: - Others as judges

    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        .dropLast(3).joined(separator: "/")
    private static let python =
        Machine.variable("LC_PEERS_PYTHON") ?? "\(root)/.build/peers/bin/python"

    @Test(.enabled(if: Files.exists(python) || Machine.isCI, "scripts/peers has not been run"))
    func `OpenTimelineIO reads the timeline, and what it writes is the timeline again`() throws {
        try play()
        try bench.lcctl("show", "timeline", "shw_1", "--offset", "3s", "--output", "t.jsonl")
        try bench.lcctl("timeline", "convert", "t.jsonl", "-o", "otio", "--output", "t.otio")
        let script = """
            import opentimelineio as otio
            t = otio.adapters.read_from_file("t.otio")
            clip = t.video_tracks()[0][0]
            print(t.name, len(clip.markers), [m.metadata["lc.event"]["data"]["sku"] for m in clip.markers if m.name.startswith("pin")])
            for m in clip.markers:
                if m.name.startswith("show-started"): print(m.marked_range.start_time.to_seconds())
            otio.adapters.write_to_file(t, "again.otio")
            for m in clip.markers:
                old = m.marked_range
                start = old.start_time + otio.opentime.RationalTime(24, 24)
                m.marked_range = otio.opentime.TimeRange(start, old.duration)
            otio.adapters.write_to_file(t, "moved.otio")
            """
        let run = try judge(script)
        #expect(run.output == "Friday 11 ['TEE', 'CAP']\n3.0\n", "\(run.output)\(run.talk)")
        let original = try #require(Files.read(bench.folder.path("t.jsonl")))
        #expect(try bench.lcctl("timeline", "convert", "again.otio").output == original)
        let moved = try lines(bench.lcctl("timeline", "convert", "moved.otio"))
        #expect(
            moved.first { $0["type"] == "show-started" }?["media_time_ms"]?.integerValue == 4000)
    }

    @Test(.enabled(if: Files.exists(python) || Machine.isCI, "scripts/peers has not been run"))
    func `another reader of WebVTT finds an event in each cue`() throws {
        try play()
        try bench.lcctl(
            "show", "timeline", "shw_1", "--offset", "3s", "-o", "vtt", "--output", "t.vtt")
        let script = """
            import json, webvtt
            cues = webvtt.read("t.vtt")
            events = [json.loads(c.text) for c in cues]
            print(len(cues), [e["data"]["sku"] for e in events if e["type"] == "pin"])
            print([c.start for c, e in zip(cues, events) if e["type"] == "show-started"])
            """
        let run = try judge(script)
        #expect(
            run.output == "11 ['TEE', 'CAP']\n['00:00:03.000']\n", "\(run.output)\(run.talk)")
    }

    private static let ffmpeg = "/usr/bin/ffmpeg"

    @Test(.enabled(if: Files.exists(ffmpeg) || Machine.isCI, "ffmpeg is not installed"))
    func `FFmpeg takes the chapters into a film and gives them back`() throws {
        bench.folder.write(
            """
            {"schema":"lc.timeline/1","title":"A=b;#x","skus":[{"sku":"A","title":"Red = \\"Cup\\"; #1"}],"media":{"duration_ms":2000}}
            {"type":"pin","media_time_ms":250,"data":{"sku":"A"}}
            {"type":"pin","media_time_ms":1000,"data":{"sku":"B"}}
            {"type":"unpin","media_time_ms":1600}
            """, to: "t.jsonl")
        try bench.lcctl(
            "timeline", "convert", "t.jsonl", "-o", "ffmetadata", "--output", "chapters.txt")
        let made = try ProcessRun.run(
            Self.ffmpeg,
            [
                "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-i", "chapters.txt",
                "-map", "0:a", "-map_metadata", "1", "-map_chapters", "1", "-c:a", "aac", "out.mkv",
            ], environment: ["PATH": "/usr/bin:/bin"], folder: bench.folder.path)
        #expect(made.status == 0, "\(made.talk)")
        let probed = try ProcessRun.run(
            "/usr/bin/ffprobe",
            ["-v", "error", "-show_chapters", "-show_format", "-of", "json", "out.mkv"],
            environment: ["PATH": "/usr/bin:/bin"], folder: bench.folder.path)
        let json = try JSON(parsing: probed.output)
        let chapters = json["chapters"]?.arrayValue ?? []
        #expect(
            chapters.map {
                "\($0["start_time"]?.stringValue ?? "") \($0["tags"]?["title"]?.stringValue ?? "")"
            }
                == ["0.250000 Red = \"Cup\"; #1", "1.000000 B"])
        #expect(json["format"]?["tags"]?["title"] == "A=b;#x")
        let back = try ProcessRun.run(
            Self.ffmpeg, ["-v", "error", "-i", "out.mkv", "-f", "ffmetadata", "back.txt"],
            environment: ["PATH": "/usr/bin:/bin"], folder: bench.folder.path)
        #expect(back.status == 0, "\(back.talk)")
        let read = try lines(bench.lcctl("timeline", "convert", "back.txt"))
        #expect(
            read.dropFirst().map { $0["data"]?["title"]?.stringValue ?? "" }
                == ["Red = \"Cup\"; #1", "B"])
        #expect(read.dropFirst().map { $0["media_time_ms"]?.integerValue } == [250, 1000])
    }

    private func judge(_ script: String) throws -> ProcessRun {
        bench.folder.write(script, to: "judge.py")
        return try ProcessRun.run(
            Self.python, ["judge.py"],
            environment: [
                "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": bench.folder.path,
            ], folder: bench.folder.path)
    }
}
