import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl stock audit`
enum StockAuditCommand {
    private static let repairs = Argument.flag(
        "repair", "make the tables what the log says")

    private static let sales = Argument.option(
        "sales", .file,
        "reservations that were told as confirmed, an id a line ('-': standard input)")

    static let command = Command(
        "audit", "Compare the catalogue with its event log, unit by unit",
        discussion: [
            "The log is replayed from its start, and every number in it must follow from what was "
                + "there before; the outcome must be what the tables hold. For each SKU, what is on "
                + "hand must be available, held or confirmed, and every promised unit must be some "
                + "reservation's.",
            "Status 1 means that something does not agree. --repair writes the tables anew from the "
                + "log, in one step, and says what was wrong; a log that does not replay cannot be "
                + "repaired: that takes a backup.",
            "A catalogue on Redis freezes when its server has been started anew or replaced, because "
                + "what was told before may be lost. An audit that finds nothing, with --repair or "
                + "without, lets it go on. It cannot see sales that were lost together with their "
                + "events: where lcctl has warned of the server's settings, give it the ids that "
                + "the payments name with --sales. Where one of them is not confirmed, it says "
                + "which, ends with status 1, and leaves everything as it is.",
        ],
        output: .document, arguments: [repairs.row, sales.row],
        examples: [
            Example(
                "lcctl stock audit", "does all of it add up; if so, a frozen catalogue goes on"),
            Example("lcctl stock audit --repair -o json", "after a crash of something else"),
            Example("lcctl stock audit --sales paid.txt", "after a fail-over"),
        ],
        exitStatuses: Common.storeStatuses + [.negative, .notFound]
    ) { invocation, console in
        let shop = try Shop(existing: invocation, console)
        if let path = invocation[sales] { try ToldSales(path).check(in: shop) }
        var progress = ProgressLine(
            "auditing", "events", total: nil, startingAt: console.clocks.monotonic())
        let report = try shop.store.audit(
            shop.catalogue, repairing: invocation[repairs], at: console.clocks.wall()
        ) { events in
            console.show(&progress, done: events)
            try Interruption.check()
        }
        console.clearProgress()
        if report.events == 0, report.findings.isEmpty {
            throw CommerceError.noCatalogue(shop.catalogue)
        }
        let document = report.document(of: shop.catalogue)
        try console.answer(invocation, document) { report.text }
        return report.findings.isEmpty ? .ok : .negative
    }
}

extension AuditReport {
    func document(of catalogue: CatalogueName) -> JSON {
        Documents.document("lc.stock-audit/1") { object in
            object["catalogue"] = .string(catalogue.text)
            object["events"] = .integer(events)
            object["findings"] = .array(findings.map(\.json))
            object["repaired"] = .array(repaired.map(\.json))
            object["sound"] = .bool(findings.isEmpty)
            object["thawed"] = isThawed ? true : nil
            object["totals"] = totals.json
        }
    }

    fileprivate var text: String {
        var lines = findings.map { SafeText.oneLine($0.words) }
        lines += repaired.map { SafeText.oneLine("repaired: \($0.words)") }
        if isThawed { lines.append("the catalogue goes on") }
        let verdict = findings.isEmpty ? "sound" : "not sound"
        func counted(_ count: Int64, _ noun: String) -> String {
            "\(count.grouped) \(noun)\(count == 1 ? "" : "s")"
        }
        lines.append(
            "\(verdict): \(counted(events, "event")); \(counted(totals.skus, "SKU")): "
                + "\(totals.onHand.grouped) on hand = \(totals.available.grouped) available + "
                + "\(totals.held.grouped) held + \(totals.confirmed.grouped) confirmed")
        return lines.joined(separator: "\n")
    }
}

extension CatalogueAudit.Totals {
    var json: JSON {
        [
            "available": .integer(available), "confirmed": .integer(confirmed),
            "held": .integer(held), "on_hand": .integer(onHand),
            "open_reservations": .integer(open), "reservations": .integer(reservations),
            "skus": .integer(skus), "waiting": .integer(waiting),
        ]
    }
}
