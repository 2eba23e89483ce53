import CommandLineKit
import Commerce
import Primitives

/// `lcctl sku …`
enum SKUCommands {
    static let noun = Command(
        "sku", "Manage SKUs: sellable variants with price and stock",
        discussion: [
            "A SKU is one sellable variant: the red T-shirt in M. Variants of one another share a "
                + "family and differ in their attributes. Prices are in the catalogue's currency, to "
                + "the last digit: nothing is ever rounded.",
            "A change of price or stock reaches every show that has the SKU on its rail and has not "
                + "ended, as an event.",
        ],
        examples: [
            Example(
                "lcctl sku add TEE-RED-M --title 'Red T-shirt, M' --price 19.99 --stock 50 "
                    + "--family tee -a size=M -a colour=red",
                "add one variant"),
            Example(
                "lcctl sku import products.csv --map 'Variant SKU=sku' --map 'Variant Price=price'",
                "bring a foreign file in"),
            Example("lcctl sku list --family tee -o json", "what variants there are"),
        ],
        subcommands: [
            add, list, get, set, remove, SKUImportCommand.command, SKUExportCommand.command,
            StockCommands.noun,
        ])

    private static let code = Argument.operand("SKU", .sku, "the SKU's code")
    private static let stock = Argument.option(
        "stock", .integer(in: 0...Stock.maximum), "how many units are on hand", default: "0")
    private static let family = Argument.option("family", .text, "only the variants of this family")

    private static let add = Command(
        "add", "Add a SKU to the catalogue", output: .document,
        arguments: [code.row] + ListingArguments.rows + [stock.row] + Common.change,
        examples: [
            Example(
                "lcctl sku add MUG --title 'Mug' --price 9.50 --stock 100", "the least it takes")
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let catalogue = try ledger.requireCatalogue()
            let sku = try ledger.addSKU(
                invocation[code], ListingArguments.patch(invocation),
                stock: Stock(onHand: invocation[stock]), in: catalogue)
            return Documents.sku(sku, in: catalogue, outcome: Outcome.created.rawValue)
        } text: { document in
            document.told("sku", "sku")
        }
    }

    private static let list = Command(
        "list", "List SKUs, by code", output: .rows, arguments: [family.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(console, invocation, shape)
        try shop.readSettled { reader in
            let catalogue = try reader.requireCatalogue()
            try reader.eachSKU(inFamily: invocation[family]) { sku in
                let document = Documents.sku(sku, in: catalogue)
                if let row = document.objectValue { try rows.add(row) }
                try Interruption.check()
                return true
            }
        }
        try rows.finish()
        return .ok
    }

    private static let shape = RowsPrinter.Shape(
        key: "skus", documentSchema: "lc.sku-list/1", nameMember: "sku",
        columns: [
            RowColumn("sku"), RowColumn("title"),
            RowColumn("price", .right) { JSON.object($0).price("price_minor", currency: nil) },
            RowColumn("currency"), RowColumn("on_hand", .right), RowColumn("available", .right),
            RowColumn("held", .right), RowColumn("confirmed", .right), RowColumn("family"),
        ],
        furtherMembers: [
            "attributes", "barcode", "catalogue", "compare_at_price_minor", "image_url", "page_url",
            "price_minor", "schema",
        ])

    private static let get = Command(
        "get", "Show one SKU", output: .document, arguments: [code.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let document = try shop.readSettled { reader in
            let sku = try reader.requireSKU(invocation[code])
            return Documents.sku(sku, in: try reader.requireCatalogue())
        }
        try console.answer(invocation, document) { facts(document) }
        return .ok
    }

    private static func facts(_ document: JSON) -> String {
        func money(_ member: String) -> String {
            let amount = document.price(member, currency: nil)
            return amount.isEmpty ? "" : "\(amount) \(document["currency"]?.stringValue ?? "")"
        }
        func number(_ member: String) -> String? {
            document[member]?.integerValue.map(String.init)
        }
        let attributes = document["attributes"]?.objectValue?.members ?? []
        return Facts.text(
            [
                ("sku", document["sku"]?.stringValue), ("title", document["title"]?.stringValue),
                ("price", money("price_minor")),
                ("compare at", money("compare_at_price_minor")),
                ("on hand", number("on_hand")), ("available", number("available")),
                ("held", number("held")), ("confirmed", number("confirmed")),
                ("family", document["family"]?.stringValue),
                ("barcode", document["barcode"]?.stringValue),
                ("image", document["image_url"]?.stringValue),
                ("page", document["page_url"]?.stringValue),
            ] + attributes.map { ($0.name, $0.value.stringValue) })
    }

    private static let set = Command(
        "set", "Change how a SKU is listed",
        discussion: [
            "What is not named stays as it is. Empty text takes an optional part away: --family ''. "
                + "Stock has commands of its own: see lcctl sku stock."
        ],
        output: .document,
        arguments: [code.row] + ListingArguments.rows
            + [ListingArguments.clearsCompareAtPrice.row] + Common.change,
        groups: [
            .atMostOne(["compare-at-price", "no-compare-at-price"]),
            .atLeastOne(
                ListingArguments.rows.map(\.name) + [ListingArguments.clearsCompareAtPrice.row.name]
            ),
        ],
        examples: [
            Example("lcctl sku set MUG --price 8.50 --compare-at-price 9.50", "a lower price")
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        var patch = ListingArguments.patch(invocation)
        if invocation[ListingArguments.clearsCompareAtPrice] { patch.compareAtPrice = .clear }
        return try Shop(invocation, console).answer { ledger in
            let catalogue = try ledger.requireCatalogue()
            let (sku, outcome) = try ledger.setSKU(invocation[code], patch, in: catalogue)
            return Documents.sku(sku, in: catalogue, outcome: outcome.rawValue)
        } text: { document in
            document.told("sku", "sku")
        }
    }

    private static let remove = Command(
        "remove", "Remove a SKU and its stock from the catalogue",
        discussion: ["A show that has not ended keeps its SKUs: take them off its rail first."],
        output: .document, arguments: [code.row, Common.isConfirmed.row] + Common.change,
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try console.confirm(
            "remove SKU '\(invocation[code])'", isConfirmed: invocation[Common.isConfirmed])
        return try Shop(invocation, console).answer { ledger in
            let sku = try ledger.removeSKU(invocation[code])
            return Documents.sku(sku, in: try ledger.requireCatalogue(), outcome: removed)
        } text: { document in
            document.told("sku", "sku")
        }
    }
}
