package import Primitives

/// What a step of a job does, in the order in which they are done.
package enum JobStepKind: String, Sendable, Hashable, CaseIterable {
    case align
    case trim
    case clips
    case package
    case page
}

/// An option that a step may have.
package struct JobOption: Sendable, Equatable {
    package enum Form: Sendable, Equatable {
        case flag
        case text
        /// A file, relative to the job's.
        case path
        /// A file behind a language: `de=captions.vtt`.
        case markedPath
    }

    /// As it stands in a job: `lead_in`.
    package let name: String
    package let form: Form
    package let takesMany: Bool

    package init(name: String, form: Form, takesMany: Bool) {
        self.name = name
        self.form = form
        self.takesMany = takesMany
    }
}

/// One step of a job, with what was said of it.
package struct JobStep: Sendable, Equatable {
    package struct Setting: Sendable, Equatable {
        package let option: JobOption
        /// A flag that is on has none.
        package var values: [String]
    }

    package let kind: JobStepKind
    /// In the order of their names; a flag that is off is left out.
    package var settings: [Setting]

    package func value(_ name: String) -> String? {
        settings.first { $0.option.name == name }?.values.first
    }
}

/// A job as it is written down: what it is made of, and how.
package struct JobRecipe: Sendable, Equatable {
    package static let schema = "lc.job/1"

    package var name: String?
    package var source: String?
    package var timeline: String?
    package var output: String?
    package let steps: [JobStep]

    /// - Parameter options: what each kind of step understands.
    package init(
        _ json: JSON, options: (JobStepKind) -> [JobOption]
    ) throws(JobProblem) {
        guard case .object(let object) = json else {
            throw JobProblem("", .wrongKind(expected: "an object"))
        }
        let texts = ["name", "source", "timeline", "output"]
        let known = ["schema"] + texts + JobStepKind.allCases.map(\.rawValue)
        for member in object.members where !known.contains(member.name) {
            throw JobProblem(member.name, .unknown(known: known))
        }
        if let schema = object["schema"], schema != .string(Self.schema) {
            throw JobProblem("schema", .wrongSchema(expected: Self.schema))
        }
        name = try Self.text("name", object)
        source = try Self.text("source", object)
        timeline = try Self.text("timeline", object)
        output = try Self.text("output", object)
        var steps: [JobStep] = []
        for kind in JobStepKind.allCases {
            guard let json = object[kind.rawValue] else { continue }
            steps += try Self.steps(kind, json, options(kind))
        }
        guard !steps.isEmpty else { throw JobProblem("", .noSteps) }
        self.steps = steps
    }

    private static func text(
        _ name: String, _ object: JSONObject
    ) throws(JobProblem) -> String? {
        guard let json = object[name] else { return nil }
        guard let text = json.stringValue, !text.isEmpty, !text.utf8.contains(0) else {
            throw JobProblem(name, .wrongKind(expected: "a text that is not empty"))
        }
        return text
    }

    /// Of clips there may be several sets.
    private static func steps(
        _ kind: JobStepKind, _ json: JSON, _ options: [JobOption]
    ) throws(JobProblem) -> [JobStep] {
        if kind == .clips, case .array(let values) = json {
            guard values.count <= JobLimits.steps else {
                throw JobProblem(kind.rawValue, .tooMany(limit: JobLimits.steps))
            }
            var steps: [JobStep] = []
            for (index, value) in values.enumerated() {
                steps.append(try step(kind, value, options, at: "clips[\(index)]"))
            }
            return steps
        }
        return [try step(kind, json, options, at: kind.rawValue)]
    }

    private static func step(
        _ kind: JobStepKind, _ json: JSON, _ options: [JobOption], at path: String
    ) throws(JobProblem) -> JobStep {
        guard case .object(let object) = json else {
            throw JobProblem(path, .wrongKind(expected: "an object"))
        }
        var settings: [JobStep.Setting] = []
        for member in object.members {
            let place = "\(path).\(member.name)"
            guard let option = options.first(where: { $0.name == member.name }) else {
                throw JobProblem(place, .unknown(known: options.map(\.name)))
            }
            if let values = try values(member.value, option, at: place) {
                settings.append(JobStep.Setting(option: option, values: values))
            }
        }
        return JobStep(kind: kind, settings: settings)
    }

    /// Nil for a flag that is off.
    private static func values(
        _ json: JSON, _ option: JobOption, at path: String
    ) throws(JobProblem) -> [String]? {
        switch (option.form, json) {
        case (.flag, .bool(let isOn)): return isOn ? [] : nil
        case (.flag, _): throw JobProblem(path, .wrongKind(expected: "true or false"))
        case (_, .array(let values)) where option.takesMany:
            guard values.count <= JobLimits.values else {
                throw JobProblem(path, .tooMany(limit: JobLimits.values))
            }
            var texts: [String] = []
            for (index, value) in values.enumerated() {
                texts.append(try text(value, at: "\(path)[\(index)]"))
            }
            return texts.isEmpty ? nil : texts
        default: return [try text(json, at: path)]
        }
    }

    private static func text(_ json: JSON, at path: String) throws(JobProblem) -> String {
        switch json {
        case .string(let text) where !text.isEmpty && !text.utf8.contains(0): return text
        case .integer(let value): return String(value)
        case .decimal(let text): return text
        default: throw JobProblem(path, .wrongKind(expected: "a text or a number"))
        }
    }
}
