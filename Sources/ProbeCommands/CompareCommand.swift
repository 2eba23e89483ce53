import CommandLineKit
import Measures
import Primitives
import SessionCommands

/// `whep-probe compare`: whether one report is worse than another.
enum CompareCommand {
    static let old = Argument.operand("OLD", .file, "the report that is the measure")
    static let new = Argument.operand("NEW", .file, "the report that is held against it")

    static let command = Command(
        "compare", "Say with statistics whether it got worse; end with 1 if so",
        discussion: [
            "Each figure is compared with how much it varies within a run (a block bootstrap over "
                + "its seconds), and counts as changed only where the difference is larger than "
                + "that and than what anybody would mind. What differs from run to run, no single "
                + "run shows: merge several on either side for that.",
            "A figure with too few data is no change. The levels of all figures together are such "
                + "that one of them is called changed by chance in one comparison of twenty.",
        ],
        output: .document, arguments: [old.row, new.row],
        examples: [
            Example("whep-probe compare yesterday.json today.json", "did it get worse?"),
            Example(
                "whep-probe compare old.json new.json -o json | jq '.rows[]|select(.outcome==\"worse\")'",
                "what got worse"),
        ],
        exitStatuses: [.negative, .dataError, .noInput, .ioError]
    ) { invocation, console in
        let before = try report(invocation[old])
        let after = try report(invocation[new])
        // Any seed will do, if it is always the same.
        let comparison = Comparison(old: before, new: after, seed: 1)
        try console.answer(invocation, ComparisonDocument.json(comparison)) {
            ComparisonTable.lines(comparison, isColoured: console.traits.outputColour)
                .joined(separator: "\n")
        }
        let worse = comparison.rows.filter { $0.outcome == .worse }
        guard worse.isEmpty else {
            let names = Words.list(worse.map(\.figure.name))
            throw Failure(.negative, "compare.worse", "it got worse: \(names)")
        }
        return .ok
    }

    private static func report(_ path: String) throws -> ProbeReport {
        try ReportReading.merged(
            try ReportReading.reports(path, atMost: ProbeReport.maximumRuns + 1))
    }
}
