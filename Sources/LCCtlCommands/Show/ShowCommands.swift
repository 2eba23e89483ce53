import CommandLineKit
import Commerce
import Primitives

/// `lcctl show …`
enum ShowCommands {
    static let noun = Command(
        "show", "Manage shows: plan, start, end, and follow their events",
        discussion: [
            "A show is one live selling broadcast. It is scheduled, then live, then ended, and never "
                + "goes back. What it sells is its rail (lcctl rail); what lies over its picture is "
                + "pinned (lcctl pin) and flashed (lcctl flash)."
        ],
        examples: [
            Example(
                "show=$(lcctl show create --title 'Friday drop' --at 2026-12-04T18:00:00Z)",
                "plan a show and keep its id")
        ],
        subcommands: [
            create, list, get, set, start, end, delete, ShowEventsCommand.command,
            ShowTimelineCommand.command,
        ])

    private static let show = Argument.operand("SHOW", .show, "the show's id")
    private static let id = Argument.option(
        "id", .show, "an id of your own, instead of a new random one")
    private static let title = Argument.option("title", .text, "what viewers read")
    private static let requiredTitle = Argument.required("title", .text, "what viewers read")
    private static let host = Argument.option("host", .clearableText, "who presents it")
    private static let scheduledAt = Argument.option("at", .time, "when it is to start")
    private static let clearsSchedule = Argument.flag("no-at", "take the schedule away")
    private static let state = Argument.option(
        "state", .choice(of: StateChoice.self, "STATE"), "only shows in this state")

    private enum StateChoice: String, Sendable, CaseIterable {
        case scheduled
        case live
        case ended
    }

    private static let create = Command(
        "create", "Plan a show, and print its id", output: .document,
        arguments: [requiredTitle.row, host.row, scheduledAt.row, id.row] + Common.change,
        examples: [
            Example(
                "lcctl show create --title 'Friday drop' --host Ann --id shw_friday",
                "with an id that can be remembered")
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        var random = SystemRandomNumberGenerator()
        let newID = invocation[id] ?? ShowID(random: &random)
        let details = try ShowDetails(
            title: invocation[requiredTitle], host: invocation[host].flatMap(\.nonEmpty),
            scheduledAt: invocation[scheduledAt])
        return try Shop(invocation, console).answer { ledger in
            let show = try ledger.createShow(newID, details)
            return Documents.show(
                show, in: ledger.name, outcome: Outcome.created.rawValue)
        } text: { document in
            document["show"]?.stringValue ?? ""
        }
    }

    private static let list = Command(
        "list", "List shows, by id", output: .rows, arguments: [state.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        let shows = try shop.read { reader in
            _ = try reader.requireCatalogue()
            return try reader.shows()
        }
        let wanted = invocation[state]?.rawValue
        for show in shows where wanted == nil || show.state.name == wanted {
            let document = Documents.show(show, in: shop.catalogue)
            if let row = document.objectValue { try rows.add(row) }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "shows", documentSchema: "lc.show-list/1", nameMember: "show",
        columns: [
            RowColumn("show"), RowColumn("state"), RowColumn("title"), RowColumn("host"),
            RowColumn("scheduled_at"),
        ],
        furtherMembers: ["catalogue", "ended_at", "schema", "started_at"])

    private static let get = Command(
        "get", "Show one show, with its pin and flashes", output: .document, arguments: [show.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let document = try shop.read { reader in
            let show = try reader.requireShow(invocation[show])
            let overlay = try reader.overlay(of: show.id)
            let open = Overlay(
                pinned: overlay.pinned,
                flashes: overlay.flashes.filter { $0.isOpen(at: reader.now) })
            return Documents.show(show, in: shop.catalogue, overlay: open)
        }
        try console.answer(invocation, document) { facts(document) }
        return .ok
    }

    private static func facts(_ document: JSON) -> String {
        let flashes = document["flashes"]?.arrayValue?.compactMap { $0["sku"]?.stringValue }
        return Facts.text(
            [
                "show", "title", "state", "host", "scheduled_at", "started_at", "ended_at",
                "pinned",
            ].map { name in
                (name.split(separator: "_").joined(separator: " "), document[name]?.stringValue)
            } + [("flashes", flashes?.joined(separator: ", "))])
    }

    private static let set = Command(
        "set", "Change what is announced of a show",
        discussion: ["What is not named stays as it is. --host '' takes the host away."],
        output: .document,
        arguments: [show.row, title.row, host.row, scheduledAt.row, clearsSchedule.row]
            + Common.change,
        groups: [
            .atMostOne(["at", "no-at"]), .atLeastOne(["title", "host", "at", "no-at"]),
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let old = try ledger.requireShow(invocation[show]).details
            let scheduledAt = invocation[clearsSchedule] ? nil : old.scheduledAt
            let details = try ShowDetails(
                title: invocation[title] ?? old.title,
                host: invocation[host].map { $0.nonEmpty } ?? old.host,
                scheduledAt: invocation[Self.scheduledAt] ?? scheduledAt)
            let (show, outcome) = try ledger.setShow(invocation[show], details)
            return Documents.show(show, in: ledger.name, outcome: outcome.rawValue)
        } text: { document in
            document.told("show", "show")
        }
    }

    private static let start = change(
        "start", "Take a show on the air", outcome: "started"
    ) { try $0.startShow($1) }

    private static let end = change(
        "end", "End a show, with its pin and its flashes", outcome: "ended"
    ) { try $0.endShow($1) }

    private static func change(
        _ name: String, _ summary: String, outcome: String,
        _ verb: @escaping @Sendable (inout any Ledger, ShowID) throws -> Show
    ) -> Command {
        Command(
            name, summary, output: .document, arguments: [show.row] + Common.change,
            exitStatuses: Common.changeStatuses
        ) { invocation, console in
            try Shop(invocation, console).answer { ledger in
                let show = try verb(&ledger, invocation[show])
                return Documents.show(show, in: ledger.name, outcome: outcome)
            } text: { document in
                document.told("show", "show")
            }
        }
    }

    private static let delete = Command(
        "delete", "Delete a show that is not live",
        discussion: ["Its events stay in the log, and lcctl show events still tells them."],
        output: .document, arguments: [show.row, Common.isConfirmed.row] + Common.change,
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try console.confirm(
            "delete show '\(invocation[show])'", isConfirmed: invocation[Common.isConfirmed])
        return try Shop(invocation, console).answer { ledger in
            let show = try ledger.deleteShow(invocation[show])
            return Documents.show(show, in: ledger.name, outcome: removed)
        } text: { document in
            document.told("show", "show")
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
