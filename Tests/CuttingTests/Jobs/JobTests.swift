import Cutting
import Primitives
import TestSupport
import Testing

private func options(_ kind: JobStepKind) -> [JobOption] {
    switch kind {
    case .trim: [JobOption(name: "min", form: .text, takesMany: false)]
    case .clips:
        [
            JobOption(name: "by", form: .path, takesMany: false),
            JobOption(name: "range", form: .text, takesMany: true),
            JobOption(name: "allow_overlap", form: .flag, takesMany: false),
        ]
    case .package: [JobOption(name: "captions", form: .markedPath, takesMany: true)]
    case .align, .page: []
    }
}

private func recipe(_ text: String) throws -> JobRecipe {
    try JobRecipe(JSON(parsing: text), options: options)
}

struct JobRecipeTests {
    @Test func `steps come in their order, whatever the order they are written in`() throws {
        let recipe = try recipe(
            #"{"page":{},"clips":[{"by":"sku"},{"range":["1-2","3-4"],"allow_overlap":true}],"#
                + #""trim":{"min":2},"source":"a.mp4"}"#)
        #expect(recipe.steps.map(\.kind) == [.trim, .clips, .clips, .page])
        #expect(recipe.steps[0].value("min") == "2")
        #expect(recipe.steps[2].settings.map(\.values) == [[], ["1-2", "3-4"]])
    }

    @Test func `a flag that is off is left out`() throws {
        let recipe = try recipe(#"{"clips":{"allow_overlap":false}}"#)
        #expect(recipe.steps[0].settings.isEmpty)
    }

    @Test(arguments: [
        ("[]", ""), (#"{"trim":{"max":"2s"}}"#, "trim.max"), (#"{"trims":{}}"#, "trims"),
        (#"{"trim":[]}"#, "trim"), (#"{"trim":{"min":["1s"]}}"#, "trim.min"),
        (#"{"clips":[{"by":"sku"},{"by":{}}]}"#, "clips[1].by"),
        (#"{"clips":{"range":["1-2",null]}}"#, "clips.range[1]"),
        (#"{"clips":{"allow_overlap":"yes"}}"#, "clips.allow_overlap"),
        (#"{"source":""}"#, "source"), (#"{"source":"a\u0000b","trim":{}}"#, "source"),
        (#"{"source":"a.mp4"}"#, ""), (#"{"schema":"lc.job/2","trim":{}}"#, "schema"),
    ])
    func `what is not understood is refused by its path`(text: String, path: String) throws {
        let json = try JSON(parsing: text)
        let problem = #expect(throws: JobProblem.self) {
            try JobRecipe(json, options: options)
        }
        #expect(problem?.path == path)
    }
}

struct JobPlanTests {
    @Test func `paths are relative to the job's file`() throws {
        let recipe = try recipe(
            #"{"source":"in/a.mp4","timeline":"/t.jsonl","clips":{"by":"list.csv"},"#
                + #""package":{"captions":["de:de.vtt","en:/en.vtt"]}}"#)
        let plan = try JobPlan(recipe, in: "jobs", sources: "jobs", output: nil)
        #expect(plan.name == "a")
        #expect(plan.source == "jobs/in/a.mp4")
        #expect(plan.timeline == "/t.jsonl")
        #expect(plan.output == "jobs/a")
        #expect(plan.steps[0].value("by") == "jobs/list.csv")
        #expect(plan.steps[1].settings[0].values == ["de:jobs/de.vtt", "en:/en.vtt"])
        #expect(
            plan.inputs == [
                "jobs/in/a.mp4", "/t.jsonl", "jobs/list.csv", "jobs/de.vtt", "/en.vtt",
            ])
    }

    @Test func `a word that is no path stays as it is`() throws {
        let plan = try JobPlan(
            recipe(#"{"source":"a.mp4","clips":{"by":"sku"}}"#), in: "x", sources: "y", output: "o")
        #expect(plan.steps[0].value("by") == "sku")
        #expect(plan.source == "y/a.mp4")
        #expect(plan.output == "o")
    }

    @Test func `the fingerprint changes with inputs and settings, and only with them`() throws {
        let folder = ScratchFolder()
        folder.write("one", to: "a.mp4")
        func print(_ text: String) throws -> String {
            try JobPlan(recipe(text), in: folder.path, sources: folder.path, output: "o")
                .fingerprint(version: "1")
        }
        let plain = #"{"source":"a.mp4","trim":{"min":"2s"}}"#
        let first = try print(plain)
        #expect(try print(plain) == first)
        #expect(try print(#"{"trim":{"min":"2s"},"source":"a.mp4"}"#) == first)
        #expect(try print(#"{"source":"a.mp4","trim":{"min":"3s"}}"#) != first)
        folder.write("longer", to: "a.mp4")
        #expect(try print(plain) != first)
    }
}

struct BatchPlanTests {
    @Test func `every recording of a folder is a job, with the timeline beside it`() throws {
        let plan = try BatchPlan(
            recipe: recipe(#"{"trim":{}}"#), recipeFolder: "r", folder: "in",
            names: ["b.mp4", "a.timeline.jsonl", "a.mp4", ".c.mp4", "notes.txt"], output: "out")
        #expect(plan.jobs.map(\.source) == ["in/a.mp4", "in/b.mp4"])
        #expect(plan.jobs.map(\.timeline) == ["in/a.timeline.jsonl", nil])
        #expect(plan.jobs.map(\.output) == ["out/a", "out/b"])
    }

    @Test func `a recipe for many names no source of its own`() throws {
        let problem = #expect(throws: JobProblem.self) {
            try BatchPlan(
                recipe: recipe(#"{"source":"a.mp4","trim":{}}"#), recipeFolder: "", folder: "in",
                names: [], output: "out")
        }
        #expect(problem == JobProblem("source", .outOfPlace))
    }

    @Test(arguments: [
        (#"{"source":"a.mp4","trim":{}}"# + "\n" + #"{"source":"b/a.mp4","trim":{}}"#, 2),
        (#"{"source":"a.mp4","trim":{}}"# + "\n\n{", 3),
        (#"{"source":"a.mp4","output":"../x","trim":{}}"#, 1),
        (#"{"source":"a.mp4","output":"/x","trim":{}}"#, 1),
        (#"{"trim":{}}"#, 1),
    ])
    func `a line that is wrong is named`(text: String, line: Int) {
        let problem = #expect(throws: JobProblem.self) {
            try BatchPlan(lines: Array(text.utf8), in: ".", output: "out", options: options)
        }
        #expect(problem?.line == line)
    }
}

struct BatchJournalTests {
    @Test func `the journal knows what is finished, and passes over what it does not understand`() {
        let line = BatchJournal.line(output: "a", fingerprint: "1").text
        let later = BatchJournal.line(output: "a", fingerprint: "2").text
        let text = "\(line)\nno json\n{\"schema\":\"other\"}\n\(later)\n{\"sch"
        let journal = BatchJournal(reading: Array(text.utf8))
        #expect(!journal.has("a", fingerprint: "1"))
        #expect(journal.has("a", fingerprint: "2"))
        #expect(!journal.has("b", fingerprint: "2"))
    }

    @Test func `a board gives out each job once, and none after it was stopped`() {
        let board = BatchBoard<Int>(count: 3)
        #expect([board.take(), board.take()] == [0, 1])
        board.put(10, of: 1)
        #expect(board.collect().map(\.outcome) == [10])
        #expect(board.collect().isEmpty)
        board.stop()
        #expect(board.take() == nil)
        #expect(board.running == 1)
    }
}
