import Glibc
import TestSupport
import Testing

/// The same input gives the same bytes, however many work at once; who is killed leaves nothing.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct RepeatTests {
    private static let ranges = ["0.5-1.7", "1.1-3.9", "2-2.4", "0-5"]

    private static func bytes(of clips: [VODCutProgram.Clip]) -> [[UInt8]] {
        clips.map { Files.bytes($0.file) ?? [] }
    }

    @Test(arguments: [
        SourceRecipe(name: "same"),
        SourceRecipe(name: "same265", video: SourceRecipe.x265(gop: 30, bFrames: 3)),
        SourceRecipe(
            name: "same444", video: SourceRecipe.x264("high444", gop: 30, bFrames: 2),
            pixels: "yuv444p"),
    ])
    func `clips are the same bytes, made twice and with other numbers of jobs`(
        recipe: SourceRecipe
    ) throws {
        let folder = ScratchFolder()
        let path = try recipe.make(in: folder)
        let first = try VODCutProgram.clips(path, Self.ranges, to: folder.path("a"))
        let expected = Self.bytes(of: first)
        #expect(expected.count == Self.ranges.count && expected.allSatisfy { $0.count > 1000 })
        for jobs in ["1", "2", "4"] {
            let again = try VODCutProgram.clips(
                path, Self.ranges, to: folder.path("b\(jobs)"), ["--jobs", jobs])
            #expect(Self.bytes(of: again) == expected, "\(jobs) jobs")
        }
        let encoded = try VODCutProgram.clips(
            path, Self.ranges, to: folder.path("c"), ["--mode", "encode"])
        let encodedAgain = try VODCutProgram.clips(
            path, Self.ranges, to: folder.path("d"), ["--mode", "encode", "--jobs", "1"])
        #expect(Self.bytes(of: encoded) == Self.bytes(of: encodedAgain))
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGINT])
    func `whoever ends it finds no file under a final name that is not whole`(signal: Int32) throws
    {
        let folder = ScratchFolder()
        var recipe = SourceRecipe(name: "long")
        recipe.frames = 600
        let path = try recipe.make(in: folder)
        let output = folder.path("out")
        let ranges = (0..<12).flatMap { ["--range", "\($0 % 5).3-1\($0 % 6).9"] }
        let whole = try VODCutProgram.run(
            ["clip", path] + ranges + ["--output", folder.path("whole"), "--mode", "encode"])
        try #require(whole.status == 0, "\(whole.talk)")
        let process = try RunningProcess(
            VODCutProgram.path,
            ["clip", path] + ranges + ["--output", output, "--mode", "encode", "--jobs", "1"],
            environment: MediaPrograms.environment)
        try eventually("the first clips are there") {
            process.poll() != nil || Folder.names(output).contains { $0.hasSuffix(".mp4") }
        }
        process.signal(signal)
        let run = try process.finish()
        switch run.ending {
        case .killed(let number): #expect(number == signal)
        case .exited(let status):
            #expect(status == 128 + signal || status == 0, "\(run.talk)")
        }
        let finished = Folder.names(output).filter { $0.hasSuffix(".mp4") && !$0.hasPrefix(".") }
        for name in finished {
            #expect(
                Files.bytes("\(output)/\(name)") == Files.bytes(folder.path("whole/\(name)")),
                "\(name)")
        }
        if signal != SIGKILL {
            #expect(Folder.names(output).allSatisfy { !$0.contains(".part") })
        }
        // What a killed one has left is no hindrance, and goes.
        let again = try VODCutProgram.run(
            ["clip", path] + ranges + ["--output", output, "--mode", "encode", "--force"])
        #expect(again.status == 0, "\(again.talk)")
        #expect(Folder.names(output) == Folder.names(folder.path("whole")))
    }

    @Test func `two at once into one folder do not spoil each other`() throws {
        let folder = ScratchFolder()
        let path = try SourceRecipe(name: "two").make(in: folder)
        let expected = try VODCutProgram.clips(path, Self.ranges, to: folder.path("one"))
        let words =
            ["clip", path] + Self.ranges.flatMap { ["--range", $0] }
            + ["--output", folder.path("both"), "--force"]
        let runs = try (0..<2).map { _ in
            try RunningProcess(VODCutProgram.path, words, environment: MediaPrograms.environment)
        }
        for run in runs {
            let end = try run.finish()
            #expect(end.status == 0, "\(end.talk)")
        }
        #expect(Folder.names(folder.path("both")) == Folder.names(folder.path("one")))
        for clip in expected {
            let name = clip.file.split(separator: "/").last ?? ""
            #expect(Files.bytes(folder.path("both/\(name)")) == Files.bytes(clip.file))
        }
    }
}

/// What a folder holds.
enum Folder {
    /// In the order of their bytes; empty where there is no folder.
    static func names(_ path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}
