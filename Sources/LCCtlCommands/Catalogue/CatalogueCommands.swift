import CommandLineKit
import Commerce
import Primitives
import Stores

/// `lcctl catalogue …`
enum CatalogueCommands {
    static let noun = Command(
        "catalogue", "Manage catalogues: one brand's SKUs and stock, in one currency",
        discussion: [
            "A catalogue holds SKUs and their stock. Shows sell from it, and everything that changes "
                + "in it happens in one order, in its event log. The catalogue 'default' is there from "
                + "the start; whoever has one brand never needs another one."
        ],
        subcommands: [create, list, get, set, delete])

    private static let name = Argument.operand("NAME", .catalogueName, "the catalogue's name")
    private static let requiredBrand = Argument.required(
        "brand", .text, "the brand, as viewers see it")
    private static let requiredCurrency = Argument.required(
        "currency", .currency, "the currency of all its prices, by ISO 4217")
    private static let brand = Argument.option("brand", .text, "the brand, as viewers see it")
    private static let currency = Argument.option(
        "currency", .currency, "the currency; only while there are no SKUs and no shows")

    private static let create = Command(
        "create", "Create a catalogue", output: .document,
        arguments: [name.row, requiredBrand.row, requiredCurrency.row] + Common.change,
        examples: [
            Example("lcctl catalogue create acme --brand Acme --currency EUR", "a second brand")
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer(in: invocation[name]) { ledger in
            let catalogue = try ledger.createCatalogue(
                brand: invocation[requiredBrand], currency: invocation[requiredCurrency])
            return Documents.catalogue(catalogue, outcome: Outcome.created.rawValue)
        } text: { document in
            document.told("catalogue", "catalogue")
        }
    }

    private static let list = Command(
        "list", "List the catalogues", output: .rows, exitStatuses: Common.storeStatuses
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        var rows = try RowsPrinter(
            console, invocation,
            .init(
                key: "catalogues", documentSchema: "lc.catalogue-list/1", nameMember: "catalogue",
                columns: [RowColumn("catalogue"), RowColumn("brand"), RowColumn("currency")],
                furtherMembers: ["schema"]))
        for catalogue in try shop.store.catalogues() {
            if let row = Documents.catalogue(catalogue).objectValue { try rows.add(row) }
        }
        try rows.finish()
        return .ok
    }

    private static let get = Command(
        "get", "Show one catalogue", output: .document, arguments: [name.row],
        exitStatuses: Common.storeStatuses + [.notFound]
    ) { invocation, console in
        let shop = try Shop(invocation, console)
        let now = console.clocks.wall()
        let document = try shop.store.read(invocation[name], at: now) {
            Documents.catalogue(try $0.requireCatalogue())
        }
        try console.answer(invocation, document) {
            Facts.text(
                ["catalogue", "brand", "currency"].map { ($0, document[$0]?.stringValue) })
        }
        return .ok
    }

    private static let set = Command(
        "set", "Change a catalogue", output: .document,
        arguments: [name.row, brand.row, currency.row] + Common.change,
        groups: [.atLeastOne(["brand", "currency"])],
        examples: [
            Example(
                "lcctl catalogue set default --brand 'Acme & Co' --currency EUR",
                "make the catalogue that is there yours")
        ],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer(in: invocation[name]) { ledger in
            let (catalogue, outcome) = try ledger.setCatalogue(
                brand: invocation[brand], currency: invocation[currency])
            return Documents.catalogue(catalogue, outcome: outcome.rawValue)
        } text: { document in
            document.told("catalogue", "catalogue")
        }
    }

    private static let delete = Command(
        "delete", "Delete a catalogue with its SKUs and shows",
        discussion: ["Its event log stays, as the record of what was. A live show is in the way."],
        output: .document, arguments: [name.row, Common.isConfirmed.row] + Common.change,
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        let name = invocation[name]
        try console.confirm(
            "delete catalogue '\(name)' with all its SKUs and shows",
            isConfirmed: invocation[Common.isConfirmed])
        return try Shop(invocation, console).answer(in: name) { ledger in
            let catalogue = try ledger.requireCatalogue()
            try ledger.deleteCatalogue()
            return Documents.catalogue(catalogue, outcome: removed)
        } text: { document in
            document.told("catalogue", "catalogue")
        }
    }
}
