import TestSupport
import Testing

/// `vod-cut inspect` as it is shipped.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct InspectTests {
    private let folder = ScratchFolder()
    private static let repository =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
        .joined(separator: "/")

    private func film(_ name: String, _ more: [String] = []) throws -> String {
        let path = folder.path(name)
        let run = try ProcessRun.run(
            MediaPrograms.ffmpeg,
            [
                "-v", "error", "-y", "-f", "lavfi", "-i",
                "testsrc2=size=320x180:rate=30:duration=2",
                "-f", "lavfi", "-i", "sine=sample_rate=48000:duration=2", "-c:v", "libx264",
                "-preset", "veryfast", "-g", "30", "-pix_fmt", "yuv420p", "-c:a", "aac",
            ] + more + [path], environment: MediaPrograms.environment)
        try #require(run.status == 0, "\(run.talk)")
        return path
    }

    private func inspect(_ arguments: [String]) throws -> ProcessRun {
        try ProcessRun.run(
            Programs.path("vod-cut"), ["inspect"] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
    }

    @Test func `documents fit the schema, whatever the film`() throws {
        let whole = try film("a.mp4")
        let fragments = try film("b.mp4", ["-movflags", "frag_keyframe+empty_moov"])
        let bytes = try #require(Files.bytes(fragments))
        let cut = folder.write(Array(bytes[..<(bytes.count * 3 / 4)]), to: "c.mp4")
        folder.write(
            #"{"type":"pinned","media_time_ms":500,"subject":"TEE"}"# + "\n",
            to: "a.timeline.jsonl")
        for words in [
            [whole], [whole, "--keyframes", "--deep"], [fragments], [cut, "--keyframes"],
        ] {
            let run = try inspect(words + ["-o", "json"])
            #expect(run.status == 0, "\(run.talk)")
            let path = folder.write(run.output, to: "answer.json")
            let check = try ProcessRun.run(
                "/usr/bin/python3",
                [
                    "-c",
                    """
                    import json, sys, jsonschema
                    schema = json.load(open(sys.argv[1]))
                    jsonschema.validate(json.load(open(sys.argv[2])), schema)
                    """,
                    "\(Self.repository)/docs/schemas/vod-cut/inspection.schema.json", path,
                ], environment: ["PATH": "/usr/bin:/bin"])
            #expect(check.status == 0, "\(check.talk)")
        }
    }

    @Test func `words and statuses tell what is wrong`() throws {
        let whole = try film("a.mp4", ["-movflags", "+faststart"])
        let sound = try inspect([whole, "--strict"])
        #expect(sound.status == 0)
        #expect(sound.output.contains("2 groups of 30 to 30 frames, 2 closed, with B-frames"))
        #expect(sound.output.contains("track 2 sound: mp4a.40.2, 48000 Hz, 1 channel"))
        #expect(!sound.output.contains("fault"))
        let bytes = try #require(Files.bytes(whole))
        let cut = folder.write(Array(bytes[..<(bytes.count * 3 / 4)]), to: "cut.mp4")
        let loose = try inspect([cut])
        #expect(loose.status == 0)
        #expect(loose.output.contains("fault: it ends within 'mdat'"))
        let strict = try inspect([cut, "--strict"])
        #expect(strict.status == 1)
        #expect(strict.talk.contains("are wrong with"))
        let cases: [(bytes: [UInt8], words: String)] = [
            ([], "it is empty"), (Array("no film at all\n".utf8), "text"),
            (Array(bytes[..<600]), "it ends within its index"),
        ]
        for (bytes, words) in cases {
            let run = try inspect([folder.write(bytes, to: "bad.mp4")])
            #expect(run.status == 65)
            #expect(run.talk.contains(words), "\(run.talk)")
            #expect(run.output.isEmpty)
        }
        #expect(try inspect([folder.path("missing.mp4")]).status == 66)
        #expect(try inspect([whole, "--timeline", folder.path("none.jsonl")]).status == 66)
    }
}
