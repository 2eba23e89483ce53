import Cutting
import Primitives

/// A job, a batch's lines, a journal and cues: what is taken for a plan stays in its folder.
package func fuzzJob(_ bytes: [UInt8]) {
    let options: (JobStepKind) -> [JobOption] = { kind in
        [
            JobOption(name: "by", form: .path, takesMany: false),
            JobOption(name: "range", form: .text, takesMany: true),
            JobOption(name: "captions", form: .markedPath, takesMany: true),
            JobOption(name: kind.rawValue, form: .flag, takesMany: false),
        ]
    }
    if let json = try? JSON(parsing: bytes.span),
        let recipe = try? JobRecipe(json, options: options),
        let plan = try? JobPlan(recipe, in: "f", sources: "s", output: nil)
    {
        precondition(!plan.name.contains("/"), "a name that leads elsewhere")
        precondition(plan.inputs.count >= 1, "a job of nothing")
    }
    if let batch = try? BatchPlan(lines: bytes, in: "f", output: "out", options: options) {
        for job in batch.jobs {
            precondition(
                job.output.hasPrefix("out/") && !job.output.dropFirst(4).contains("/"),
                "a job that leaves its folder")
        }
    }
    _ = BatchJournal(reading: bytes)
    _ = VTTLint.fault(in: bytes)
}
