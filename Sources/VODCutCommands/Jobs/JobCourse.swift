import Cutting
import FileAccess

/// The command lines that a job comes to, one after another, as files become others: what is
/// aligned is trimmed, what is trimmed is cut, packaged and shown.
struct JobCourse {
    /// Where the result is put together.
    let folder: String
    private let plan: JobPlan
    private(set) var movie: String
    private(set) var timeline: String?
    private var package: String?

    init(_ plan: JobPlan, into folder: String) {
        self.plan = plan
        self.folder = folder
        movie = plan.source
        timeline = plan.timeline
    }

    /// The command line of a step, without the program's name; what it makes counts from now on.
    mutating func line(_ step: JobStep, number: Int) -> [String] {
        let words = JobSteps.words(step)
        let events = timeline.map { ["--timeline", $0] } ?? []
        switch step.kind {
        case .align:
            let aligned = "\(folder)/\(plan.name).timeline.jsonl"
            defer { timeline = aligned }
            return ["align", movie] + events + ["--output", aligned] + words
        case .trim:
            let trimmed = "\(folder)/\(plan.name).mp4"
            let moved = "\(folder)/\(plan.name).timeline.jsonl"
            defer {
                movie = trimmed
                if timeline != nil { timeline = moved }
            }
            // The aligned timeline gives way to the one that moved along.
            return ["trim", movie] + events + ["--output", trimmed]
                + (timeline == moved ? ["--force"] : []) + words
        case .clips:
            let clips = number == 0 ? "clips" : "clips-\(number + 1)"
            return ["clip", movie] + events + ["--output", "\(folder)/\(clips)"] + words
        case .package:
            package = "\(folder)/package"
            return ["package", movie] + events + ["--output", "\(folder)/package"] + words
        case .page: return page(step, words, events)
        }
    }

    private func page(_ step: JobStep, _ words: [String], _ events: [String]) -> [String] {
        var line = ["page"] + events + ["--output", "\(folder)/index.html"]
        // What is published together stays together when it is moved.
        let packaged = package.map { "\($0)/\(PackageMaker.movieName)" }
        let video = packaged.flatMap { FileNames.exists($0) ? $0 : nil } ?? movie
        if step.value("video") == nil { line += ["--video", video] }
        if let package {
            for (option, file) in [
                ("hls", PackageWriter.main), ("thumbnails", "thumbnails/thumbnails.vtt"),
            ] where step.value(option) == nil && FileNames.exists("\(package)/\(file)") {
                line += ["--\(option)", "\(package)/\(file)"]
            }
        }
        return line + words
    }
}
