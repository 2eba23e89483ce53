import Glibc
import Primitives
import TestSupport
import Testing

/// Batches as they are run: killed, interrupted, taken up again, two at once.
@Suite(.enabled(if: MediaPrograms.areThere, "ffmpeg is not installed"))
struct BatchTests {
    /// A folder of recordings with dead air, and a recipe that takes it out.
    private struct Stage {
        let folder = ScratchFolder()
        let shows = 4

        init() throws {
            _ = try ProcessRun.run("/bin/mkdir", [folder.path("in")], environment: [:])
            let first = folder.path("in/show-0.mp4")
            try MediaPrograms.make([
                "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=20", "-f", "lavfi",
                "-i", "sine=frequency=440:sample_rate=48000:duration=20", "-filter_complex",
                "[0:v]drawbox=color=black:t=fill:enable='between(t,5,9.3)'[v];"
                    + "[1:a]volume=0:enable='between(t,4,10)'[a]", "-map", "[v]", "-map", "[a]",
                "-c:v", "libx264", "-preset", "veryfast", "-g", "60", "-bf", "3", "-pix_fmt",
                "yuv420p", "-c:a", "aac", first,
            ])
            for number in 1..<shows {
                _ = try ProcessRun.run(
                    "/bin/cp", [first, folder.path("in/show-\(number).mp4")], environment: [:])
            }
            folder.write(#"{"trim":{},"clips":{"range":["00:01-00:02.5"]}}"#, to: "recipe.json")
        }

        func words(_ output: String, _ more: [String] = []) -> [String] {
            ["batch", "in", "--recipe", "recipe.json", "--output", output] + more
        }

        func start(_ output: String, _ more: [String] = []) throws -> RunningProcess {
            try RunningProcess(
                VODCut.path, words(output, more), environment: MediaPrograms.environment,
                folder: folder.path)
        }

        func run(_ output: String, _ more: [String] = []) throws -> ProcessRun {
            try start(output, more).finish(within: .seconds(120))
        }

        /// Each file of a folder with its sum; hidden ones as well.
        func sums(_ output: String) throws -> String {
            try ProcessRun.run(
                "/bin/sh",
                [
                    "-c",
                    "find . -type f ! -name '*.journal.jsonl' | LC_ALL=C sort | xargs md5sum",
                ], environment: MediaPrograms.environment, folder: folder.path(output)
            ).output
        }

        func names(_ output: String) throws -> [String] {
            try ProcessRun.run("/bin/ls", ["-A", folder.path(output)], environment: [:]).output
                .split(separator: "\n").map(String.init)
        }
    }

    private func outcomes(_ run: ProcessRun) throws -> [String: String] {
        var found: [String: String] = [:]
        for line in run.output.split(separator: "\n") {
            let json = try JSON(parsing: String(line))
            if let name = json["name"]?.stringValue {
                found[name] = json["outcome"]?.stringValue
            }
        }
        return found
    }

    @Test func `a batch that was killed goes on, and makes the same bytes as one that was not`()
        throws
    {
        let stage = try Stage()
        let whole = try stage.run("whole", ["--jobs", "2"])
        #expect(whole.status == 0, "\(whole.talk)")
        #expect(try outcomes(whole).values.allSatisfy { $0 == "done" })

        let killed = try stage.start("out")
        // One is finished, another is under way.
        try eventually("a job is finished and another begun", within: .seconds(60)) {
            let names = (try? stage.names("out")) ?? []
            return names.contains { $0.hasPrefix("show-") }
                && names.contains { $0.contains(".part-") } || killed.poll() != nil
        }
        killed.signal(SIGKILL)
        _ = try killed.finish()
        for name in try stage.names("out") where name.hasPrefix("show-") {
            #expect(Files.exists(stage.folder.path("out/\(name)/job.json")), "half of \(name)")
        }

        let resumed = try stage.run("out", ["--resume", "--jobs", "2"])
        #expect(resumed.status == 0, "\(resumed.talk)")
        #expect(try outcomes(resumed).count == stage.shows)
        #expect(try stage.sums("out") == stage.sums("whole"))
        #expect(try !stage.names("out").contains { $0.hasPrefix(".") })

        let again = try stage.run("out")
        #expect(try outcomes(again).values.allSatisfy { $0 == "skipped" })
    }

    @Test func `an interrupted batch ends in good order and leaves nothing half done`() throws {
        let stage = try Stage()
        let process = try stage.start("out")
        try eventually("a job has begun", within: .seconds(60)) {
            let names = (try? stage.names("out")) ?? []
            return names.contains { $0.contains(".part-") } || process.poll() != nil
        }
        process.signal(SIGINT)
        let run = try process.finish()
        #expect(run.status == 130, "\(run.ending) \(run.talk)")
        #expect(try !stage.names("out").contains { $0.hasPrefix(".") })
    }

    @Test func `a second batch on the same folder is refused while the first one works`() throws {
        let stage = try Stage()
        let first = try stage.start("out")
        try eventually("the journal is there", within: .seconds(60)) {
            Files.exists(stage.folder.path("out/batch.journal.jsonl"))
        }
        let second = try stage.run("out")
        if first.poll() == nil { #expect(second.status == 75, "\(second.talk)") }
        #expect(try first.finish(within: .seconds(120)).status == 0)
    }

    @Test func `one that fails does not stop the others, and is named at the end`() throws {
        let stage = try Stage()
        stage.folder.write("no film", to: "in/show-1.mp4")
        let run = try stage.run("out", ["--jobs", "2"])
        #expect(run.status == 1)
        #expect(run.talk.contains("'show-1'"))
        let found = try outcomes(run)
        #expect(found["show-1"] == "failed")
        #expect(found.values.filter { $0 == "done" }.count == stage.shows - 1)
        #expect(try !stage.names("out").contains("show-1"))
    }

    @Test func `what has changed is made anew, and only that`() throws {
        let stage = try Stage()
        #expect(try stage.run("out").status == 0)
        _ = try ProcessRun.run(
            "/bin/cp", [stage.folder.path("in/show-0.mp4"), stage.folder.path("in/show-2.mp4")],
            environment: [:])
        let found = try outcomes(stage.run("out"))
        #expect(found["show-2"] == "done")
        #expect(found.values.filter { $0 == "skipped" }.count == stage.shows - 1)
    }

    @Test func `without room nothing is left under a final name`() throws {
        let stage = try Stage()
        let run = try ProcessRun.run(
            "/bin/sh",
            [
                "-c",
                "ulimit -f 100; exec \(VODCut.path) \(stage.words("out").joined(separator: " "))",
            ], environment: MediaPrograms.environment, folder: stage.folder.path)
        #expect(run.status == 1, "\(run.ending) \(run.talk)")
        #expect(run.output.contains("\"exit\":74"), "\(run.output)")
        #expect(try stage.names("out") == ["batch.journal.jsonl"])
    }
}
