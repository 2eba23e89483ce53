import CommandLineKit
import Commerce
import Primitives

/// `lcctl stock …`
enum StockNoun {
    static let noun = Command(
        "stock", "See where units went, and whether all of them are accounted for",
        discussion: [
            "What is on hand is available, held for buyers who have not paid, or confirmed: sold and "
                + "not gone yet. lcctl sku stock set and adjust say what is on hand."
        ],
        subcommands: [StockHistoryCommand.command, StockAuditCommand.command])
}

/// `lcctl stock history`
enum StockHistoryCommand {
    private static let sku = Argument.operand("SKU", .sku, "the SKU's code")
    private static let since = Argument.option(
        "since", .integer("SEQ", in: 0...Int64.max),
        "only events behind this place of the catalogue's log", default: "0")

    static let command = Command(
        "history", "List every event that touched the stock of a SKU, in order", output: .rows,
        arguments: [sku.row, since.row],
        examples: [
            Example("lcctl stock history TEE-RED-M", "where have they gone"),
            Example("lcctl stock history TEE-RED-M --since 1200 -o jsonl", "what came after"),
        ],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        let code = invocation[sku]
        try shop.readSettled { reader in
            var isKnown = try reader.sku(code) != nil
            try reader.eachEvent(after: invocation[since]) { event in
                if let row = row(event, code)?.objectValue {
                    isKnown = true
                    try rows.add(row)
                }
                try Interruption.check()
                return true
            }
            // One that was removed still has its history.
            if !isKnown { _ = try reader.requireSKU(code) }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "history", documentSchema: "lc.stock-history/1", nameMember: "sequence",
        columns: [
            RowColumn("sequence", .right), RowColumn("time"), RowColumn("type"),
            RowColumn("on_hand", .right), RowColumn("available", .right),
            RowColumn("held", .right), RowColumn("confirmed", .right), RowColumn("reservation"),
            RowColumn("buyer"), RowColumn("reason"),
        ],
        furtherMembers: ["schema", "show", "sku"])

    /// The numbers after an event; nil where it did not touch the SKU's.
    private static func row(_ event: Event, _ code: SKUCode) -> JSON? {
        var reservation: Reservation?
        var reason: String?
        let stock: Stock?
        switch event.body {
        case .skuAdded(let sku) where sku.code == code: stock = sku.stock
        case .stockUpdate(code, let level, let why):
            stock = level
            reason = why
        case .soldOut(let level), .backInStock(let level):
            guard level.code == code else { return nil }
            stock = level.stock
        case .skuRemoved(code): stock = nil
        case .reservation(let change):
            guard let level = change.stock.first(where: { $0.code == code }) else { return nil }
            stock = level.stock
            reservation = change.reservation
        default: return nil
        }
        return Documents.document("lc.stock-event/1") { object in
            stock?.write(into: &object)
            object["buyer"] = reservation.map { .string($0.buyer.text) }
            object["reason"] = reason.map(JSON.string)
            object["reservation"] = reservation.map { .string($0.id.text) }
            object["sequence"] = .integer(event.sequence)
            object["show"] = event.body.show.map { .string($0.text) }
            object["sku"] = .string(code.text)
            object["time"] = .string(event.time.rfc3339)
            object["type"] = .string(event.body.type)
        }
    }
}
