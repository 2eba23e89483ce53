import CommandLineKit
import Commerce
import Primitives

/// `lcctl rail …`
enum RailCommands {
    static let noun = Command(
        "rail", "Manage the rail of a show: what it sells, in order",
        discussion: [
            "The rail lists the SKUs of a show. A SKU may have a show price there, which counts in "
                + "that show instead of its own."
        ],
        examples: [
            Example(
                "lcctl rail add shw_friday TEE-RED-M TEE-RED-L MUG", "three SKUs, in this order"),
            Example(
                "lcctl rail add shw_friday CAP --price 14.99 --place 1", "first, at a show price"),
            Example("lcctl rail move shw_friday MUG --before TEE-RED-M", "change the order"),
        ],
        subcommands: [add, remove, move, list])

    private static let show = Argument.operand("SHOW", .show, "the show's id")
    private static let codes = Argument.operands("SKU", .sku, "SKUs, in the order wanted")
    private static let price = Argument.option(
        "price", .money, "the price in this show, for all SKUs named")
    private static let place = Argument.option(
        "place", .integer(in: 1...Int64(Rail.maximumCount)), "the place of the first one, from 1")
    private static let before = Argument.option("before", .sku, "in front of this SKU")
    private static let after = Argument.option("after", .sku, "behind this SKU")

    private static let add = Command(
        "add", "Put SKUs on the rail", output: .document,
        arguments: [show.row, codes.row, price.row, place.row] + Common.change,
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try change(invocation, console) { ledger in
            let currency = try ledger.requireCatalogue().currency
            let showPrice = try invocation[price]?.price(in: currency)
            let entries = invocation[codes].map { Rail.Entry(code: $0, showPrice: showPrice) }
            _ = try ledger.addToRail(
                of: invocation[show], entries, at: invocation[place].map { Int($0) - 1 })
            return .configured
        }
    }

    private static let remove = Command(
        "remove", "Take SKUs off the rail", output: .document,
        arguments: [show.row, codes.row] + Common.change, exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try change(invocation, console) { ledger in
            _ = try ledger.removeFromRail(of: invocation[show], invocation[codes])
            return .configured
        }
    }

    private static let move = Command(
        "move", "Move SKUs on the rail, together", output: .document,
        arguments: [show.row, codes.row, place.row, before.row, after.row] + Common.change,
        groups: [.exactlyOne(["place", "before", "after"])], exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try change(invocation, console) { ledger in
            try ledger.moveOnRail(
                of: invocation[show], invocation[codes], to: target(invocation)
            ).outcome
        }
    }

    private static func target(_ invocation: Invocation) -> RailPlace {
        if let code = invocation[before] { return .before(code) }
        if let code = invocation[after] { return .after(code) }
        return .index(Int(invocation[place] ?? 1) - 1)
    }

    private static func change(
        _ invocation: Invocation, _ console: Console,
        _ verb: (inout any Ledger) throws -> Outcome
    ) throws -> ExitStatus {
        try Shop(invocation, console).answer { ledger in
            let outcome = try verb(&ledger)
            let show = invocation[show]
            let rail = try ledger.rail(of: show)
            return Documents.document("lc.rail/1", outcome.rawValue) { object in
                object["show"] = .string(show.text)
                object["catalogue"] = .string(ledger.name.text)
                object["rail"] = rail.json
            }
        } text: { document in
            document.told("rail", "show")
        }
    }

    private static let list = Command(
        "list", "List the rail with prices and stock as they are now", output: .rows,
        arguments: [show.row], exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        for row in try shop.read({ try entries(of: invocation[show], $0) }) { try rows.add(row) }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "rail", documentSchema: "lc.rail-list/1", nameMember: "sku",
        columns: [
            RowColumn("place", .right), RowColumn("sku"), RowColumn("title"),
            RowColumn("price", .right) { JSON.object($0).price("price_minor", currency: nil) },
            RowColumn("currency"), RowColumn("on_hand", .right), RowColumn("state"),
        ],
        furtherMembers: ["catalogue", "price_minor", "schema", "show", "show_price_minor"])

    /// A SKU that was removed since an ended show sold it has its code only.
    private static func entries(
        of show: ShowID, _ reader: any CatalogueReader
    ) throws -> [JSONObject] {
        let catalogue = try reader.requireCatalogue()
        let overlay = try reader.overlay(of: reader.requireShow(show).id)
        return try reader.rail(of: show).entries.enumerated().map { place, entry in
            var row = JSONObject()
            row["schema"] = "lc.rail-entry/1"
            row["catalogue"] = .string(catalogue.name.text)
            row["show"] = .string(show.text)
            row["currency"] = .string(catalogue.currency.code)
            row["place"] = .integer(Int64(place + 1))
            row["sku"] = .string(entry.code.text)
            row["show_price_minor"] = entry.showPrice.map { .integer($0.minor) }
            if let sku = try reader.sku(entry.code) {
                row["title"] = .string(sku.listing.title)
                row["on_hand"] = .integer(sku.stock.onHand)
                let price = try reader.sellingPrice(of: entry.code, in: show)
                row["price_minor"] = .integer(price.minor)
            }
            let isFlashed = overlay.openFlash(of: entry.code, at: reader.now) != nil
            let state = [
                overlay.pinned == entry.code ? "pinned" : nil, isFlashed ? "flash" : nil,
            ].compactMap(\.self)
            if !state.isEmpty { row["state"] = .string(state.joined(separator: "+")) }
            return row
        }
    }
}
