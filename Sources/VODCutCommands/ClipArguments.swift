import CommandLineKit
import Cutting
import Primitives
import TimelineCommands

/// What `vod-cut clip` takes.
enum ClipArguments {
    static let show = Argument.operand("SHOW", .file, "the recording")
    static let range = Argument.repeated(
        "range", .stretch, "a stretch of the recording, such as 00:10-00:42.5; may be given again")
    static let choice = Argument.option(
        "by", .clipChoice,
        "what clips are made of: sku, pin, flash, chapter, events (or events=TYPE,TYPE), or a "
            + "list: CSV, JSON, an EDL, or lines such as 00:10-00:42")
    static let timeline = Argument.option("timeline", .file, "what happened in the show")
    static let leadIn = Argument.option(
        "lead-in", .duration, "shown before what was chosen", default: "0s")
    static let tail = Argument.option("tail", .duration, "shown after it", default: "0s")
    static let minimum = Argument.option("min", .duration, "shorter clips are made longer")
    static let maximum = Argument.option("max", .duration, "longer clips end there")
    static let merge = Argument.option(
        "merge-within", .duration, "neighbours of one SKU that are no farther apart become one")
    static let overlap = Argument.flag("allow-overlap", "stretches of a list may overlap")
    static let pastEnd = Argument.flag(
        "allow-past-end", "what lies behind the recording's end is left out, not refused")

    static let output = Argument.option(
        "output", .folder, "the folder that the clips go into", default: ".")
    static let name = Argument.option(
        "name", .text(named: "TEMPLATE"),
        "how files are named: \(NameTemplate.placeholders.map { "{\($0)}" }.joined(separator: ", "))",
        default: NameTemplate.standard)
    static let force = Argument.flag("force", "replace files of the same names")

    static let mode = Argument.option(
        "mode", .choice(of: CutMode.self, "MODE"),
        "copy from keyframe to keyframe, encode only the edges, or encode all", default: "smart")
    static let quality = Argument.option(
        "quality", .integer(in: 1...40),
        "the rate factor of what is encoded, lower is better; \(edges) at the edges and \(whole) "
            + "for whole clips unless given")
    static let jobs = Argument.option(
        "jobs", .integer(in: 1...64), "clips that are worked on at once", default: "2")

    private static let edges = ClipSettings.Standard.edgeQuality
    private static let whole = ClipSettings.Standard.wholeQuality

    static let rows: [ArgumentRow] =
        [show.row]
        + [
            choice.row, range.row, timeline.row, leadIn.row, tail.row, minimum.row, maximum.row,
            merge.row, overlap.row, pastEnd.row,
        ].under("Choosing")
        + TimelineArguments.rows.under("Choosing")
        + [output.row, name.row, force.row].under("Output")
        + [mode.row, quality.row, jobs.row].under("Cutting")
}

/// What `--by` names.
enum ChoiceName: Sendable, Equatable {
    case timeline(ClipChoice)
    case list(path: String)
}

extension ValueKind<ChoiceName> {
    static let clipChoice = ValueKind("WHAT", completion: .file) { text throws(ValueProblem) in
        switch text {
        case "sku": return .timeline(.sku)
        case "pin": return .timeline(.pin)
        case "flash": return .timeline(.flash)
        case "chapter": return .timeline(.chapter)
        case "events": return .timeline(.events(Self.telling))
        default: break
        }
        if text.hasPrefix("events=") {
            let types = text.dropFirst(7).split(separator: ",").map(String.init)
            guard !types.isEmpty else { throw ValueProblem("events=TYPE,TYPE") }
            return .timeline(.events(types))
        }
        guard !text.isEmpty else {
            throw ValueProblem("sku, pin, flash, chapter, events, or the name of a list")
        }
        return .list(path: text)
    }

    /// Events at which something can be seen.
    private static let telling = ["pin", "price-flash", "sold-out"]
}

extension ValueKind<ClipLine> {
    /// `FROM-TO`; what is reversed or too late is told later, with the file.
    static let stretch = ValueKind("FROM-TO") { text throws(ValueProblem) in
        let problem = ValueProblem("a stretch such as 00:10-00:42.5")
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let from = ClipTime.read(String(parts[0])),
            let to = ClipTime.read(String(parts[1]))
        else { throw problem }
        return ClipLine(line: 0, start: from, end: to, name: nil, sku: nil, title: nil)
    }
}
