import CommandLineKit
import Cutting
import FileAccess
import Primitives

/// Reads jobs, and says which file and which member is wrong.
enum JobFiles {
    static func recipe(_ path: String) throws -> JobRecipe {
        let input = try InputFile(path)
        let bytes = try input.readAll(limit: JobLimits.bytes)
        do throws(JobProblem) {
            let json: JSON
            do throws(JSONProblem) {
                json = try JSON(parsing: bytes.span)
            } catch {
                throw JobProblem("", .notJSON(error))
            }
            return try JobRecipe(json, options: JobSteps.options)
        } catch {
            throw Failure(error, file: input.name)
        }
    }

    /// The folder that a job's paths are relative to.
    static func folder(of path: String) -> String {
        path == "-" ? "." : FileNames.folder(of: path)
    }

    /// What would be done, for `--dry-run`.
    static func json(_ plan: JobPlan) -> JSON {
        var course = JobCourse(plan, into: plan.output)
        var sets = 0
        let steps: [JSON] = plan.steps.map { step in
            defer { if step.kind == .clips { sets += 1 } }
            let line = course.line(step, number: sets)
            return [
                "step": .string(step.kind.rawValue),
                "command": .array((["vod-cut"] + line).map(JSON.string)),
            ]
        }
        var object = JSONObject()
        object["schema"] = "lc.job-plan/1"
        object["name"] = .string(plan.name)
        object["source"] = .string(plan.source)
        object["timeline"] = plan.timeline.map(JSON.string)
        object["output"] = .string(plan.output)
        object["steps"] = .array(steps)
        return .object(object)
    }

    static func text(_ plan: JobPlan) -> String {
        guard let steps = json(plan)["steps"]?.arrayValue else { return "" }
        return steps.map { step in
            (step["command"]?.arrayValue ?? []).compactMap { $0.stringValue.map(ShellWord.quoted) }
                .joined(separator: " ")
        }.joined(separator: "\n")
    }
}
