import CommandLineKit
import Commerce
import Primitives

/// `lcctl reservation …`
enum ReservationCommands {
    static let noun = Command(
        "reservation", "See what buyers have reserved, and what became of it",
        discussion: [
            "A reservation is held, then perhaps paying, and in the end confirmed, released or "
                + "expired. Only the first two keep units from others; confirmed units are sold.",
            "lcctl reserve, confirm, release and extend are the verbs.",
        ],
        subcommands: [list, get, ReservationWatch.command, ReservationVerbs.pay])

    static let id = Argument.operand("RESERVATION", .reservation, "the reservation's id")
    private static let states = Argument.option(
        "state", .choice(of: StateChoice.self, "STATE"), "only those in this state",
        default: "open")
    private static let buyer = Argument.option("buyer", .buyer, "only those of this buyer")
    private static let show = Argument.option("show", .show, "only those of this show")
    private static let sku = Argument.option("sku", .sku, "only those that have this SKU")

    private enum StateChoice: String, Sendable, CaseIterable {
        /// Held or paying.
        case open
        case held
        case paying
        case confirmed
        case released
        case expired
        case all

        var states: Set<Reservation.State> {
            switch self {
            case .open: [.held, .paying]
            case .all: Set(Reservation.State.allCases)
            default: Set(Reservation.State.allCases.filter { $0.rawValue == rawValue })
            }
        }
    }

    private static let list = Command(
        "list", "List reservations, by id; the oldest first", output: .rows,
        arguments: [states.row, buyer.row, show.row, sku.row],
        examples: [
            Example("lcctl reservation list --sku TEE-RED-M", "who holds the last ones"),
            Example("lcctl reservation list --state confirmed -o jsonl", "what was sold"),
        ],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        let filter = ReservationFilter(
            states: invocation[states].states, buyer: invocation[buyer], show: invocation[show],
            code: invocation[sku])
        try shop.readSettled { reader in
            let catalogue = try reader.requireCatalogue()
            try reader.eachReservation(matching: filter) { reservation in
                let document = Documents.reservation(
                    reservation, in: catalogue, ahead: reader.holdClock.ahead)
                if let row = document.objectValue { try rows.add(row) }
                try Interruption.check()
                return true
            }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "reservations", documentSchema: "lc.reservation-list/1", nameMember: "reservation",
        columns: [
            RowColumn("reservation"), RowColumn("state"), RowColumn("buyer"),
            RowColumn("lines", cell: lines),
            RowColumn("total", .right) { JSON.object($0).price("total_minor", currency: nil) },
            RowColumn("currency"), RowColumn("expires_at"),
        ],
        furtherMembers: [
            "catalogue", "held_at", "hold_clock_ahead_ms", "late", "offered_to", "schema", "show",
            "total_minor",
        ])

    /// `TEE-RED:2 MUG`, as it would be typed.
    private static let lines: @Sendable (JSONObject) -> String = { row in
        (row["lines"]?.arrayValue ?? []).map { line in
            let code = line["sku"]?.stringValue ?? ""
            let quantity = line["quantity"]?.integerValue ?? 1
            return quantity == 1 ? code : "\(code):\(quantity)"
        }.joined(separator: " ")
    }

    private static let get = Command(
        "get", "Show one reservation", output: .document, arguments: [id.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let document = try shop.readSettled { reader in
            Documents.reservation(
                try reader.requireReservation(invocation[id]), in: try reader.requireCatalogue(),
                ahead: reader.holdClock.ahead)
        }
        try console.answer(invocation, document) { facts(document) }
        return .ok
    }

    private static func facts(_ document: JSON) -> String {
        let currency = document["currency"]?.stringValue ?? ""
        let lines = (document["lines"]?.arrayValue ?? []).map { line in
            (
                line["sku"]?.stringValue ?? "",
                "\(line["quantity"]?.integerValue ?? 0) at "
                    + "\(line.price("unit_price_minor", currency: currency)) \(currency)"
            )
        }
        let isLate = document["late"]?.boolValue == true
        return Facts.text(
            [
                ("reservation", document["reservation"]?.stringValue),
                ("state", (document["state"]?.stringValue ?? "") + (isLate ? ", late" : "")),
                ("buyer", document["buyer"]?.stringValue),
                ("show", document["show"]?.stringValue),
                ("held at", document["held_at"]?.stringValue),
                ("expires at", document["expires_at"]?.stringValue),
                ("offered to", document["offered_to"]?.stringValue),
                ("total", "\(document.price("total_minor", currency: nil)) \(currency)"),
            ] + lines.map { ($0.0, Optional($0.1)) })
    }
}
