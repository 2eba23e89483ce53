import Glibc
import TestSupport
import Testing

/// What cannot be cut: the status, the words that name file and time, and nothing left behind.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct BadInputTests {
    /// What is done to a good movie of five seconds, and what it is asked for.
    struct Case: Sendable, CustomStringConvertible {
        let name: String
        var ranges = ["1-2"]
        var words: [String] = []
        let status: Int32
        /// What the message must hold beside the file's name.
        var says: [String] = []
        var muxing: [String] = []
        let spoil: @Sendable (inout [UInt8]) -> Void

        var description: String { name }
    }

    private static let faststart = ["-movflags", "+faststart"]
    private static let fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]

    static let cases: [Case] = [
        Case(name: "empty", status: 65) { $0 = [] },
        Case(name: "text", status: 65) { $0 = Array("sku,title\n".utf8) },
        Case(name: "zeros", status: 65) { $0 = [UInt8](repeating: 0, count: 100_000) },
        Case(name: "half-without-moov", status: 65, says: ["moov"]) {
            $0.removeLast($0.count / 2)
        },
        Case(name: "head-only", status: 65, muxing: faststart) { $0.removeLast($0.count - 40) },
        Case(name: "past-the-end", ranges: ["3-100"], status: 65, says: ["00:01:40"]) { _ in },
        Case(name: "beyond-the-end", ranges: ["100-110"], status: 65, says: ["00:01:40"]) { _ in },
        Case(
            name: "half-asked-beyond", ranges: ["4-4.5"], status: 65, muxing: fragments
        ) { $0.removeLast($0.count / 2) },
        Case(name: "reversed", ranges: ["2-1"], status: 65) { _ in },
        Case(name: "nothing", ranges: ["2-2"], status: 65) { _ in },
        Case(name: "no-time", ranges: ["one-two"], status: 64) { _ in },
        Case(name: "unknown-codec", status: 65, says: ["zzz1"]) {
            replace(&$0, "avc1", by: "zzz1")
        },
        Case(name: "no-frames-table", status: 65) { replace(&$0, "stsz", by: "free") },
        Case(name: "no-picture-header", status: 65) { replace(&$0, "avcC", by: "free") },
    ]

    private static func replace(_ bytes: inout [UInt8], _ old: String, by new: String) {
        let (old, new) = (Array(old.utf8), Array(new.utf8))
        for place in bytes.indices.dropLast(3) where bytes[place] == old[0] {
            if bytes[place..<place + 4].elementsEqual(old) {
                bytes.replaceSubrange(place..<place + 4, with: new)
            }
        }
    }

    private static func source(_ folder: ScratchFolder, _ muxing: [String]) throws -> [UInt8] {
        var recipe = SourceRecipe(name: "good")
        recipe.muxing = muxing
        return Files.bytes(try recipe.make(in: folder)) ?? []
    }

    @Test(arguments: cases)
    func `what cannot be cut is told, and nothing is left behind`(bad: Case) throws {
        let folder = ScratchFolder()
        var bytes = try Self.source(folder, bad.muxing)
        bad.spoil(&bytes)
        let path = folder.write(bytes, to: "\(bad.name).mp4")
        let run = try VODCutProgram.run(
            ["clip", path] + bad.ranges.flatMap { ["--range", $0] } + bad.words
                + ["--output", folder.path("out")])
        #expect(run.ending == .exited(bad.status), "\(run.talk)")
        #expect(run.talk.contains("vod-cut: error: "), "\(run.talk)")
        #expect(run.output.isEmpty)
        if bad.status == 65 { #expect(run.talk.contains("\(bad.name).mp4"), "\(run.talk)") }
        for words in bad.says { #expect(run.talk.contains(words), "\(run.talk)") }
        #expect(Folder.names(folder.path("out")) == [])
    }

    @Test func `what fragments allow is recovered, and the clip is exact`() throws {
        let folder = ScratchFolder()
        let recipe = SourceRecipe(name: "cut-off")
        var fragmented = recipe
        fragmented.muxing = Self.fragments
        let path = try fragmented.make(in: folder)
        let judge = try Judge(fragmented, path: path)
        var bytes = try #require(Files.bytes(path))
        // The last fragment is not whole.
        bytes.removeLast(500)
        let cut = folder.write(bytes, to: "cut.mp4")
        let clips = try VODCutProgram.clips(cut, [judge.words(37...110)], to: folder.path("out"))
        let verdict = try judge.verdict(try #require(clips.first).file, [37...110])
        #expect(verdict.complaints() == [], "\(verdict)")
    }

    @Test func `a missing recording and an output that is a file have statuses of their own`()
        throws
    {
        let folder = ScratchFolder()
        let missing = try VODCutProgram.run(
            ["clip", folder.path("none.mp4"), "--range", "1-2", "--output", folder.path("out")])
        #expect(missing.status == 66 && missing.talk.contains("none.mp4"), "\(missing.talk)")
        let path = try SourceRecipe(name: "good").make(in: folder)
        let file = folder.write("a file", to: "taken")
        let taken = try VODCutProgram.run(["clip", path, "--range", "1-2", "--output", file])
        #expect(taken.status == 73 && taken.talk.contains("taken"), "\(taken.talk)")
        #expect(folder.read("taken") == "a file")
        let first = try VODCutProgram.run(
            ["clip", path, "--range", "1-2", "--output", folder.path("out")])
        #expect(first.status == 0, "\(first.talk)")
        let names = Folder.names(folder.path("out"))
        let bytes = Files.bytes(folder.path("out/\(names.first ?? "")"))
        let again = try VODCutProgram.run(
            ["clip", path, "--range", "1-3", "--output", folder.path("out")])
        #expect(again.status == 73, "\(again.talk)")
        #expect(Folder.names(folder.path("out")) == names)
        #expect(Files.bytes(folder.path("out/\(names.first ?? "")")) == bytes)
    }

    @Test func `a recording is never replaced by what is made of it`() throws {
        let folder = ScratchFolder()
        let path = try SourceRecipe(name: "good").make(in: folder)
        let bytes = Files.bytes(path)
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        for words in [
            ["clip", path, "--range", "1-2", "--name", name, "--output", folder.path("")],
            ["trim", path, "--output", path],
        ] {
            let run = try VODCutProgram.run(words + ["--force"])
            #expect(run.status == 73 && run.talk.contains("the recording itself"), "\(run.talk)")
            #expect(Files.bytes(path) == bytes)
        }
    }

    @Test func `a file that may not grow is told as a full disk, and no part is left`() throws {
        let folder = ScratchFolder()
        let path = try SourceRecipe(name: "good").make(in: folder)
        for words in [
            ["clip", path, "--range", "0-5", "--output", folder.path("out")],
            ["package", path, "--copy", "--output", folder.path("out/hls")],
        ] {
            _ = unsafe mkdir(folder.path("out"), 0o755)
            let line = ([VODCutProgram.path] + words).map { "'\($0)'" }.joined(separator: " ")
            let run = try ProcessRun.run(
                "/bin/sh", ["-c", "ulimit -f 8; exec \(line)"],
                environment: MediaPrograms.environment)
            #expect(run.ending == .exited(74), "\(run.talk)")
            #expect(Folder.names(folder.path("out")) == [], "\(words)")
        }
    }

    @Test func `a size that changes within a clip is told with its time`() throws {
        let folder = ScratchFolder()
        for (name, size) in [("one", "160x90"), ("two", "320x180")] {
            try MediaPrograms.make(
                [
                    "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=30:duration=2", "-c:v",
                    "libx264",
                ]
                    + ["-x264-params", "keyint=30:repeat-headers=1", "-f", "h264"]
                    + [folder.path("\(name).h264")])
        }
        let both =
            (Files.bytes(folder.path("one.h264")) ?? [])
            + (Files.bytes(folder.path("two.h264")) ?? [])
        folder.write(both, to: "both.h264")
        let path = folder.path("both.mp4")
        try MediaPrograms.make(
            ["-framerate", "30", "-i", folder.path("both.h264"), "-c", "copy", path])
        let run = try VODCutProgram.run(
            ["clip", path, "--range", "1.1-2.9", "--output", folder.path("out")])
        #expect(run.status == 65 && run.talk.contains("both.mp4"), "\(run.talk)")
        #expect(run.talk.contains("00:00:02"), "\(run.talk)")
        #expect(Folder.names(folder.path("out")) == [])
        let before = try VODCutProgram.run(
            ["clip", path, "--range", "0.1-1.7", "--output", folder.path("out")])
        #expect(before.status == 0, "\(before.talk)")
    }

    @Test func `no damage anywhere ends the program by a signal or leaves a part`() throws {
        let folder = ScratchFolder()
        let good = try Self.source(folder, Self.faststart)
        var random = SeededNumbers(seed: ClipMatrixTests.seed)
        for round in 0..<24 {
            var bytes = good
            for _ in 0..<1 + random.next(below: 20) {
                // Most in the tables, where it matters most.
                let limit = round % 3 == 0 ? bytes.count : 6000
                bytes[random.next(below: limit)] = UInt8(random.next(below: 256))
            }
            let path = folder.write(bytes, to: "damaged.mp4")
            let output = folder.path("out\(round)")
            let run = try VODCutProgram.run(
                ["clip", path, "--range", "1.1-2.7", "--output", output], within: .seconds(30))
            let isKnown = [0, 65, 74].contains(run.status)
            #expect(isKnown, "seed \(ClipMatrixTests.seed) round \(round): \(run.ending)")
            let names = Folder.names(output)
            #expect(names.count == (run.status == 0 ? 1 : 0), "round \(round): \(names)")
        }
    }
}
