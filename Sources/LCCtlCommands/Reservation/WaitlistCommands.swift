import CommandLineKit
import Commerce
import Primitives

/// `lcctl waitlist …`
enum WaitlistCommands {
    static let noun = Command(
        "waitlist", "Wait for units of a SKU that is sold out",
        discussion: [
            "Who waits longest is served first: units that come free are held for that buyer, as an "
                + "offer with a deadline of its own. An offer is a reservation, seen with lcctl "
                + "reservation list, and confirmed like any other. One that lapses goes to the next."
        ],
        subcommands: [join, leave, list])

    private static let line = Argument.operand(
        "SKU[:QTY]", .wantedLine, "what to wait for, and how many units of it; one unless said")
    private static let buyer = Argument.required("buyer", .buyer, "who waits")
    private static let show = Argument.option(
        "show", .show, "the show whose price the offer has; the wait ends with it")
    private static let newID = Argument.option(
        "id", .waiting, "the place's name; asking again with it makes no second one")
    private static let id = Argument.operand("PLACE", .waiting, "the place in the waitlist")
    private static let sku = Argument.optionalOperand("SKU", .sku, "only those who wait for this")

    private static let join = Command(
        "join", "Take a place in the waitlist of a SKU",
        discussion: [
            "A buyer has one place for a SKU: joining again gives that one. Units that are there are "
                + "offered at once."
        ],
        output: .document, arguments: [line.row, buyer.row, show.row, newID.row] + Common.change,
        examples: [Example("lcctl waitlist join TEE-RED-M:2 --buyer ann", "two, when there are")],
        exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var random = SystemRandomNumberGenerator()
        let plan = WaitPlan(
            id: invocation[newID] ?? WaitID(at: console.clocks.wall(), random: &random),
            buyer: invocation[buyer], show: invocation[show], line: invocation[line])
        let answer = try shop.perform(.join(plan))
        guard let waiting = answer.waiting else {
            preconditionFailure("a place is answered with itself")
        }
        var offers: [ReservationID] = []
        let open = ReservationFilter(
            states: [.held, .paying], buyer: waiting.buyer, code: waiting.code)
        try shop.read { reader in
            try reader.eachReservation(matching: open) { reservation in
                if reservation.offeredTo == waiting.id { offers.append(reservation.id) }
                return true
            }
        }
        let document = Documents.waiting(
            waiting, in: shop.catalogue, offers: offers, outcome: answer.outcome.rawValue)
        for offer in offers { console.note("offered as reservation '\(offer)'") }
        try console.answer(invocation, document) { waiting.id.text }
        return .ok
    }

    private static let leave = Command(
        "leave", "Give a place in a waitlist up", output: .document,
        arguments: [id.row] + Common.change, exitStatuses: Common.reservationStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let answer = try shop.perform(.leave(invocation[id]))
        guard let waiting = answer.waiting else {
            preconditionFailure("a place is answered with itself")
        }
        let document = Documents.waiting(
            waiting, in: shop.catalogue, outcome: answer.outcome == .unchanged ? nil : removed)
        try console.answer(invocation, document) { "waiting/\(waiting.id) removed" }
        return .ok
    }

    private static let list = Command(
        "list", "List who waits, by SKU and by who came first", output: .rows,
        arguments: [sku.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        let places = try shop.readSettled { reader in
            _ = try reader.requireCatalogue()
            if let code = invocation[sku] { _ = try reader.requireSKU(code) }
            return try reader.waitlist(for: invocation[sku])
        }
        for waiting in places {
            let document = Documents.waiting(waiting, in: shop.catalogue)
            if let row = document.objectValue { try rows.add(row) }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "waitlist", documentSchema: "lc.waitlist/1", nameMember: "waiting",
        columns: [
            RowColumn("sku"), RowColumn("waiting"), RowColumn("buyer"),
            RowColumn("quantity", .right), RowColumn("joined_at"),
        ],
        furtherMembers: ["catalogue", "place", "schema", "show"])
}
