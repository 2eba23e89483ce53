package import FileAccess
import Primitives

/// A job with all paths found: what is read, and the folder that is made of it.
package struct JobPlan: Sendable, Equatable {
    package let name: String
    package let source: String
    package let timeline: String?
    /// The folder that appears when all of it is there.
    package let output: String
    package let steps: [JobStep]

    /// - Parameters:
    ///   - folder: of the job's file, which its paths are relative to.
    ///   - sources: of the recording and its timeline.
    ///   - output: where the result goes instead of where the recipe says.
    package init(
        _ recipe: JobRecipe, in folder: String, sources: String, output: String?
    ) throws(JobProblem) {
        guard let source = recipe.source else { throw JobProblem("source", .missing) }
        self.source = Self.path(source, in: sources)
        let last = FileNames.last(of: source)
        let stem = last.lastIndex(of: ".").map { String(last[..<$0]) } ?? last
        name = recipe.name ?? (stem.isEmpty ? last : stem)
        guard Self.isPlain(name) else { throw JobProblem("name", .leavesFolder) }
        timeline = recipe.timeline.map { Self.path($0, in: sources) }
        self.output = output ?? Self.path(recipe.output ?? name, in: folder)
        steps = recipe.steps.map { step in
            var step = step
            for index in step.settings.indices {
                step.settings[index].values = step.settings[index].values.map {
                    Self.value($0, step.settings[index].option.form, in: folder)
                }
            }
            return step
        }
    }

    /// All files that the result depends on.
    package var inputs: [String] {
        var paths = [source] + (timeline.map { [$0] } ?? [])
        for setting in steps.flatMap(\.settings) {
            switch setting.option.form {
            case .path: paths += setting.values.filter { !$0.contains("://") }
            case .markedPath: paths += setting.values.map { Self.marked($0).path }
            case .flag, .text: break
            }
        }
        return paths
    }

    /// Tells whether a job is still the same: what it is made of, and how.
    package func fingerprint(version: String) throws(FileProblem) -> String {
        var print = Fingerprint(of: "\(version)\n\(name)\n")
        for step in steps {
            print.add("\(step.kind.rawValue)\n".utf8)
            for setting in step.settings {
                print.add(
                    "\(setting.option.name)=\(setting.values.joined(separator: "\u{0}"))\n".utf8)
            }
        }
        for path in inputs {
            // What need not be there, such as a list by its kind, tells itself by its text.
            guard path == source || path == timeline || FileNames.exists(path),
                !FileNames.isFolder(path)
            else { continue }
            let file = try ReadableFile(path)
            print.add("\(path)\n\(file.length) \(file.modifiedNanoseconds)\n".utf8)
        }
        return print.text
    }

    static func path(_ text: String, in folder: String) -> String {
        text.hasPrefix("/") || folder.isEmpty || folder == "." ? text : "\(folder)/\(text)"
    }

    private static func value(
        _ text: String, _ form: JobOption.Form, in folder: String
    ) -> String {
        switch form {
        case .flag, .text: return text
        case .path:
            // A word such as `sku` is no file, and a URL is where it is.
            guard !text.contains("://"), text.contains(".") || text.contains("/") else {
                return text
            }
            return path(text, in: folder)
        case .markedPath:
            let (mark, file) = marked(text)
            return mark + path(file, in: folder)
        }
    }

    /// `de:` and what stands behind it.
    private static func marked(_ text: String) -> (mark: String, path: String) {
        guard let place = text.firstIndex(of: ":") else {
            return ("", text)
        }
        return (String(text[...place]), String(text[text.index(after: place)...]))
    }

    /// A name that stays in its folder and is seen there.
    static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && name.utf8.count <= 200
            && !name.utf8.contains(0)
    }
}
