import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl store …`
enum StoreCommands {
    static let noun = Command(
        "store", "Look after the store: what it is, whether it is sound, a copy of it",
        discussion: [
            "A store is one SQLite file in WAL mode; any number of processes may use it at once, "
                + "on one machine. A change that was answered is on disk. Copy it with lcctl store "
                + "backup and not with cp, which would miss what is still in the -wal file.",
            "For many machines it is on Redis: redis://[USER@]HOST[:PORT][/DB], "
                + "redis+sentinel://HOST,HOST/NAME or redis+cluster://HOST,HOST; with rediss instead "
                + "of redis it speaks TLS. Passwords come from LC_REDIS_PASSWORD and "
                + "LC_REDIS_SENTINEL_PASSWORD, or from files.",
            "Options stand behind a question mark, with & between them: password-file=PATH, "
                + "sentinel-password-file=PATH, ca-file, cert-file and key-file=PATH, tls-name=NAME; "
                + "wait=N, how many replicas must have a confirmed sale before it is told (auto "
                + "unless said: as many as the server demands, and one where it has any); "
                + "wait-timeout=MILLISECONDS for that.",
        ],
        subcommands: [info, check, StoreTrimCommand.command, backup])

    private static let info = Command(
        "info", "Say where the store is and what is in it", output: .document,
        exitStatuses: Common.storeStatuses
    ) { invocation, console in
        let description = try Shop(existing: invocation, console).store.describe()
        let document = Documents.document("lc.store-info/1") { object in
            for fact in description.facts { object[fact.name] = fact.value }
        }
        try console.answer(invocation, document) {
            Facts.text(
                description.facts.map { fact in
                    (
                        fact.name.split(separator: "_").joined(separator: " "),
                        fact.value.stringValue ?? fact.value.integerValue?.grouped
                    )
                })
        }
        return .ok
    }

    private static let check = Command(
        "check", "Check the file, and that the tables are what the event log says",
        discussion: [
            "Every catalogue's log is replayed from its first event and compared with the tables; "
                + "sequences must have no gaps. Status 1 means that something does not agree."
        ],
        output: .document, exitStatuses: Common.storeStatuses + [.negative]
    ) { invocation, console in
        let shop = try Shop(existing: invocation, console)
        var progress = ProgressLine(
            "checking", "events", total: nil, startingAt: console.clocks.monotonic())
        let report = try shop.store.check { events in
            console.show(&progress, done: events)
            try Interruption.check()
        }
        console.clearProgress()
        let document = Documents.document("lc.store-check/1") { object in
            object["store"] = .string(shop.store.address)
            object["path"] = (shop.store as? SQLiteStore).map { .string($0.path) }
            object["catalogues"] = .integer(Int64(report.catalogues))
            object["events"] = .integer(report.events)
            object["sound"] = .bool(report.findings.isEmpty)
            object["findings"] = .array(report.findings.map(\.json))
        }
        try console.answer(invocation, document) {
            let verdict = report.findings.isEmpty ? "sound" : "not sound"
            return
                (report.findings.map { SafeText.oneLine($0.words) }
                + ["\(verdict): \(report.events.grouped) events replayed"])
                .joined(separator: "\n")
        }
        return report.findings.isEmpty ? .ok : .negative
    }

    private static let target = Argument.operand("FILE", .file, "the file to write")
    private static let replaces = Argument.flag("force", "overwrite the file if it is there")

    private static let backup = Command(
        "backup", "Copy the store, as of one moment, into one file",
        discussion: [
            "Others may go on changing the store meanwhile. The file gets its name when it is whole, "
                + "and is a store itself: lcctl --store FILE works on it."
        ],
        output: .document, arguments: [target.row, replaces.row],
        examples: [
            Example("lcctl store backup /backup/lc-$(date +%F).db", "one copy a day")
        ],
        exitStatuses: Common.storeStatuses
    ) { invocation, console in
        let shop = try Shop(existing: invocation, console)
        guard let store = shop.store as? SQLiteStore else {
            throw Failure(
                .usage, "backup.no-file", "store '\(shop.store.address)' is not a file",
                hint: "back it up as its server is backed up")
        }
        var progress = ProgressLine(
            "copying", "pages", total: nil, startingAt: console.clocks.monotonic())
        let target = invocation[target]
        try store.backUp(
            to: target, replacing: invocation[replaces], options: Shop.options(invocation)
        ) { left, total in
            console.show(&progress, done: Int64(total - left))
            try Interruption.check()
        }
        console.clearProgress()
        let document = Documents.document("lc.backup/1") { object in
            object["path"] = .string(target)
            object["source"] = .string(store.path)
        }
        try console.answer(invocation, document) { "" }
        return .ok
    }
}
