import CommandLineKit
import Commerce
import Primitives

/// `lcctl flash …`
enum FlashCommands {
    static let noun = Command(
        "flash", "Open and close price flashes",
        discussion: [
            "A flash is a window of a show in which a SKU has its own, lower price, perhaps for a "
                + "number of units. It is over when its time is, when it is closed, or when the show "
                + "ends."
        ],
        examples: [
            Example(
                "lcctl flash open TEE-RED-M --price 14.99 --for 60s --limit 20",
                "a minute, or 20 units"),
            Example("lcctl flash close TEE-RED-M", "before its time is over"),
        ],
        subcommands: [open, close])

    private static let code = Argument.operand("SKU", .sku, "a SKU of the show's rail")
    private static let price = Argument.required("price", .money, "the price while it is open")
    private static let length = Argument.option("for", .duration, "how long it is open")
    private static let until = Argument.option("until", .time, "when it closes")
    private static let limit = Argument.option(
        "limit", .integer(in: 1...Stock.maximum), "how many units may be sold at that price")

    private static let open = Command(
        "open", "Open a flash of a SKU",
        discussion: ["Without --for or --until it is open until it is closed or the show ends."],
        output: .document,
        arguments: [
            code.row, price.row, length.row, until.row, limit.row, ShowChoice.show.row,
        ] + Common.change,
        groups: [.atMostOne(["for", "until"])],
        exitStatuses: Common.changeStatuses
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let show = try ShowChoice.show(invocation, ledger)
            let end = invocation[length].map { ledger.now + $0 }
            let flash = try ledger.openFlash(
                of: invocation[code], in: show, price: invocation[price],
                closesAt: invocation[until] ?? end, unitLimit: invocation[limit])
            return try Self.document(flash, show, ledger, "open")
        } text: { document in
            text(document)
        }
    }

    private static let close = Command(
        "close", "Close a flash before its time", output: .document,
        arguments: [code.row, ShowChoice.show.row] + Common.change,
        exitStatuses: Common.changeStatuses + [.negative]
    ) { invocation, console in
        try Shop(invocation, console).answer { ledger in
            let show = try ShowChoice.show(invocation, ledger)
            let flash = try ledger.closeFlash(of: invocation[code], in: show)
            return try Self.document(flash, show, ledger, "closed")
        } text: { document in
            document.told("flash", "sku")
        }
    }

    private static func document(
        _ flash: Flash, _ show: ShowID, _ ledger: any LedgerReader, _ outcome: String
    ) throws -> JSON {
        let currency = try ledger.requireCatalogue().currency
        return Documents.document("lc.flash/1", outcome) { object in
            object["show"] = .string(show.text)
            object["currency"] = .string(currency.code)
            flash.write(into: &object)
        }
    }

    private static func text(_ document: JSON) -> String {
        let currency = document["currency"]?.stringValue ?? ""
        let end = document["closes_at"]?.stringValue.map { " until \($0)" } ?? ""
        let price = document.price("price_minor", currency: currency)
        return "\(document.told("flash", "sku")) at \(price) \(currency)\(end)"
    }
}
