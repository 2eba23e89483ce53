import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl store trim`
enum StoreTrimCommand {
    private static let age = Argument.option(
        "older-than", .duration, "keep the events of this last stretch of time", default: "30d")

    static let command = Command(
        "trim", "Replace old events of a catalogue's log by a snapshot",
        discussion: [
            "The log grows with every change. A trimmed one begins with a snapshot of the catalogue, "
                + "from which lcctl stock audit and lcctl store check go on. Events of shows that "
                + "have not ended stay; timelines and the history of what is trimmed are gone, so "
                + "export them first."
        ],
        output: .document, arguments: [age.row, Common.isDryRun.row],
        examples: [
            Example("lcctl store trim --older-than 90d --dry-run", "see what would go"),
            Example("lcctl store trim --older-than 90d", "a job for every night"),
        ],
        exitStatuses: Common.storeStatuses
    ) { invocation, console in
        let shop = try Shop(existing: invocation, console)
        var progress = ProgressLine(
            "trimming", "events", total: nil, startingAt: console.clocks.monotonic())
        let report = try shop.store.trim(
            shop.catalogue, before: console.clocks.wall() + (.zero - invocation[age]),
            isDryRun: invocation[Common.isDryRun]
        ) { events in
            console.show(&progress, done: events)
            try Interruption.check()
        }
        console.clearProgress()
        let document = Documents.document("lc.trim-report/1") { object in
            object["catalogue"] = .string(shop.catalogue.text)
            object["dry_run"] = .bool(invocation[Common.isDryRun])
            object["events_left"] = .integer(report.left)
            object["events_removed"] = .integer(report.removed)
            object["sequence"] = .integer(report.place)
        }
        try console.answer(invocation, document) {
            let done = invocation[Common.isDryRun] ? "would be removed" : "removed"
            return "\(report.removed.grouped) events \(done), \(report.left.grouped) left"
        }
        return .ok
    }
}
