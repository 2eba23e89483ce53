import Playlists
import Primitives
import TestSupport
import Testing

/// `vod-cut package` as it is shipped, with ffmpeg as the judge.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is missing"), .serialized)
struct PackageTests {
    private let folder = ScratchFolder()

    private static let timeline = """
        {"schema":"lc.timeline/1","title":"Spring","currency":"EUR","skus":[\
        {"sku":"TEE","title":"Tee \\"red\\"","price_minor":1999}],\
        "media":{"start_time":"2026-11-21T10:00:00Z"}}
        {"type":"pin","data":{"sku":"TEE"},"media_time_ms":1000}
        {"type":"price-flash","data":{"sku":"TEE","price_minor":999},"media_time_ms":2500}
        {"type":"show-ended","media_time_ms":6000}

        """

    /// Seven quiet seconds with a loud one in between.
    private func show() throws -> String {
        let path = folder.path("show.mp4")
        try MediaPrograms.make([
            "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30:duration=7", "-f", "lavfi", "-i",
            "sine=frequency=997:sample_rate=48000:duration=7", "-af",
            "volume=-14dB,volume=16dB:enable='between(t,3,4)'", "-c:v", "libx264", "-preset",
            "ultrafast", "-g", "45", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", path,
        ])
        return path
    }

    private func package(_ words: [String]) throws -> ProcessRun {
        try VODCutProgram.run(["package", try show(), "--output", folder.path("out")] + words)
    }

    private func playlist(_ name: String) throws -> Playlist {
        try Playlist(parsing: Files.bytes(folder.path("out/" + name)) ?? [])
    }

    @Test func `a package has renditions, sound as loud as was wished, and the show's documents`()
        throws
    {
        folder.write(Self.timeline, to: "show.jsonl")
        folder.write("1\n00:00:01,000 --> 00:00:02,000\nHello\n", to: "show.srt")
        let run = try package([
            "--timeline", folder.path("show.jsonl"), "--captions", "en:" + folder.path("show.srt"),
            "--ladder", "180p@1200k,120p", "--vertical", "--loudness", "-16", "-o", "json",
        ])
        try #require(run.status == 0, "\(run.talk)")
        let answer = try JSON(parsing: run.output)
        #expect(answer["renditions"]?.arrayValue?.count == 4)
        guard case .multivariant(let main) = try playlist("main.m3u8") else {
            throw MediaFailure(words: "no multivariant playlist")
        }
        #expect(main.variants.map(\.resolution) == ["320x180", "214x120"])
        // Each sound is one that a picture is played with.
        #expect(
            main.variants.compactMap(\.audio)
                == main.renditions.filter { $0.kind == "AUDIO" }.map(\.group))
        for rendition in answer["renditions"]?.arrayValue ?? [] {
            let name = rendition["playlist"]?.stringValue ?? ""
            guard case .media(let list) = try playlist(name) else {
                throw MediaFailure(words: "\(name) is no list of pieces")
            }
            #expect(list.isEnded && list.isIndependent && list.pieces.count == 2)
            #expect(list.pieces.first?.date?.rfc3339 == "2026-11-21T10:00:00.000Z")
            try MediaPrograms.make([
                "-xerror", "-i", folder.path("out/" + name), "-f", "null", "-",
            ])
            #expect(
                Files.read(folder.path("out/" + name))?.contains(
                    #"X-COM-LIVECOMMERCE-TITLE="Tee 'red'",X-COM-LIVECOMMERCE-PRICE-MINOR=999"#)
                    == true)
        }
        for name in [
            "show.mp4", "timeline.json", "timeline.vtt", "chapters.vtt", "chapters.json",
            "video.jsonld", "captions/en.vtt", "thumbnails/thumbnails.vtt",
            "thumbnails/sheet-1.jpg", "vertical.m3u8", "package.json",
        ] {
            #expect(Files.exists(folder.path("out/" + name)), "\(name)")
        }
        let (loudness, peak) = try measured("out/audio-128k/pieces.m3u8")
        #expect(abs(loudness + 16) < 0.5 && peak < -0.9, "\(loudness) LUFS, \(peak) dBTP")
    }

    /// What ffmpeg says of the sound.
    private func measured(_ name: String) throws -> (loudness: Double, peak: Double) {
        let run = try ProcessRun.run(
            MediaPrograms.ffmpeg,
            [
                "-hide_banner", "-nostdin", "-nostats", "-i", folder.path(name), "-af",
                "ebur128=peak=true", "-f", "null", "-",
            ], environment: MediaPrograms.environment)
        func number(_ mark: String) -> Double {
            guard let rest = run.talk.split(separator: mark).last else { return .nan }
            let digits = rest.drop { $0 == " " }.prefix { $0.isNumber || $0 == "." || $0 == "-" }
            return Double(digits) ?? .nan
        }
        return (number(" I: "), number(" Peak: "))
    }

    @Test func `what cannot be is refused, and leaves nothing`() throws {
        folder.write(
            "{\"type\":\"pin\",\"time\":\"2026-11-21T10:00:00Z\",\"sku\":\"A\"}\n", to: "t")
        folder.write("nothing", to: "bad.srt")
        let cases: [(words: [String], status: Int32, expected: String)] = [
            (["--timeline", folder.path("t")], 65, "media time"),
            (["--captions", "en:" + folder.path("bad.srt")], 65, "neither WebVTT nor SubRip"),
            (["--ladder", "720"], 64, "720p@2.8M"), (["--copy", "--copy-top"], 64, "copy"),
            (["--encrypt", "aes-128"], 64, "--key"),
        ]
        for (words, status, expected) in cases {
            let run = try package(words)
            #expect(run.status == status, "\(words): \(run.talk)")
            #expect(run.talk.contains(expected), "\(words): \(run.talk)")
            #expect(!Files.exists(folder.path("out")))
        }
    }

    @Test func `a package is replaced only when that is said`() throws {
        #expect(try package(["--copy", "--no-mp4"]).status == 0)
        #expect(try package(["--copy", "--no-mp4"]).status == 73)
        #expect(try package(["--copy", "--no-mp4", "--force"]).status == 0)
    }
}
