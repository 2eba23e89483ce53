import FileAccess
import Primitives

/// The jobs of one batch, each with a folder of its own in one folder.
package struct BatchPlan: Sendable, Equatable {
    package let jobs: [JobPlan]

    /// One recipe for every recording of a folder, each with the timeline that stands beside it.
    ///
    /// - Parameter names: of the files in the folder.
    package init(
        recipe: JobRecipe, recipeFolder: String, folder: String, names: [String], output: String
    ) throws(JobProblem) {
        for (text, member) in [
            (recipe.source, "source"), (recipe.timeline, "timeline"), (recipe.output, "output"),
            (recipe.name, "name"),
        ] where text != nil { throw JobProblem(member, .outOfPlace) }
        let shows = names.filter { $0.hasSuffix(".mp4") && !$0.hasPrefix(".") }.sorted()
        guard shows.count <= JobLimits.jobs else {
            throw JobProblem("", .tooMany(limit: JobLimits.jobs))
        }
        var jobs: [JobPlan] = []
        for show in shows {
            let stem = String(show.dropLast(4))
            let timeline = stem + ".timeline.jsonl"
            var one = recipe
            one.name = stem
            one.source = show
            if names.contains(timeline) { one.timeline = timeline }
            jobs.append(
                try JobPlan(
                    one, in: recipeFolder, sources: folder, output: "\(output)/\(stem)"))
        }
        self.jobs = jobs
    }

    /// A job a line.
    package init(
        lines bytes: [UInt8], in folder: String, output: String,
        options: (JobStepKind) -> [JobOption]
    ) throws(JobProblem) {
        var reader = LineReader(maximumLength: JobLimits.lineBytes)
        reader.add(bytes)
        reader.finish()
        var jobs: [JobPlan] = []
        var seen: Set<String> = []
        reading: while true {
            switch reader.advance() {
            case .starved: break reading
            case .tooLong:
                throw JobProblem(
                    "", .tooMany(limit: JobLimits.lineBytes), line: reader.number)
            case .line:
                guard !reader.line.isEmpty else { continue }
                guard jobs.count < JobLimits.jobs else {
                    throw JobProblem("", .tooMany(limit: JobLimits.jobs), line: reader.number)
                }
                do throws(JobProblem) {
                    let job = try Self.job(reader.line, in: folder, output: output, options)
                    guard seen.insert(job.output).inserted else {
                        throw JobProblem("output", .twice)
                    }
                    jobs.append(job)
                } catch {
                    throw JobProblem(error.path, error.fault, line: reader.number)
                }
            }
        }
        self.jobs = jobs
    }

    private static func job(
        _ line: Span<UInt8>, in folder: String, output: String,
        _ options: (JobStepKind) -> [JobOption]
    ) throws(JobProblem) -> JobPlan {
        let json: JSON
        do throws(JSONProblem) {
            json = try JSON(parsing: line)
        } catch {
            throw JobProblem("", .notJSON(error))
        }
        let recipe = try JobRecipe(json, options: options)
        if let name = recipe.output, !JobPlan.isPlain(name) {
            throw JobProblem("output", .leavesFolder)
        }
        let plan = try JobPlan(recipe, in: folder, sources: folder, output: nil)
        let name = recipe.output ?? plan.name
        return try JobPlan(
            recipe, in: folder, sources: folder, output: "\(output)/\(name)")
    }
}
