import CommandLineKit
import Commerce
import Primitives

/// `lcctl sku export`
enum SKUExportCommand {
    private static let format = Argument.option(
        "format", short: "o", .choice(of: ExportFormat.self, "FORMAT"), "how to print the SKUs",
        default: "csv")
    private static let family = Argument.option("family", .text, "only the variants of this family")
    private static let output = Argument.option(
        "output", .file, "the file to write; standard output unless given")
    private static let replaces = Argument.flag("force", "overwrite the file if it is there")

    private enum ExportFormat: String, Sendable, CaseIterable {
        case csv
        case jsonl
    }

    static let command = Command(
        "export", "Print SKUs so that they can be imported again",
        discussion: ["The export is one moment of the catalogue, whatever happens meanwhile."],
        arguments: [format.row, family.row, output.row, replaces.row],
        examples: [Example("lcctl sku export --output backup.csv", "all SKUs, with their stock")],
        exitStatuses: Common.storeStatuses + [.notFound],
        run: run)

    private static let run: Command.Run = { invocation, console in
        let target = try invocation[output].map {
            try OutputFile($0, replacing: invocation[replaces])
        }
        let shop = try Shop(invocation, console)
        var pending: [UInt8] = []
        try shop.read { reader in
            try export(reader, invocation) { line in
                pending.append(contentsOf: line.utf8)
                pending.append(UInt8(ascii: "\n"))
                guard pending.count >= 1 << 16 else { return }
                try target?.write(pending) ?? console.write(pending)
                pending.removeAll(keepingCapacity: true)
                try Interruption.check()
            }
        }
        try target?.write(pending) ?? console.write(pending)
        try target?.publish()
        return .ok
    }

    private static func export(
        _ reader: any CatalogueReader, _ invocation: Invocation, _ print: (String) throws -> Void
    ) throws {
        let catalogue = try reader.requireCatalogue()
        let family = invocation[family]
        guard invocation[format] == .csv else {
            return try reader.eachSKU(inFamily: family) { sku in
                try print(Documents.sku(sku, in: catalogue).text)
                return true
            }
        }
        // The columns of attributes are known once every SKU has been seen.
        var names: Set<String> = []
        try reader.eachSKU(inFamily: family) { sku in
            names.formUnion(sku.listing.attributes.entries.map(\.name))
            return true
        }
        let attributes = names.sorted()
        try print(DelimitedText.csv(columns + attributes.map { SKUField.attributePrefix + $0 }))
        try reader.eachSKU(inFamily: family) { sku in
            try print(DelimitedText.csv(cells(sku, attributes, catalogue.currency)))
            return true
        }
    }

    private static let columns = [
        "sku", "title", "price", "compare_at_price", "family", "stock", "barcode", "image_url",
        "page_url",
    ]

    private static func cells(
        _ sku: SKU, _ attributes: [String], _ currency: Commerce.Currency
    ) -> [String] {
        let listing = sku.listing
        return [
            sku.code.text, listing.title, listing.price.text(in: currency),
            listing.compareAtPrice?.text(in: currency) ?? "", listing.family ?? "",
            String(sku.stock.onHand), listing.barcode ?? "", listing.imageURL ?? "",
            listing.pageURL ?? "",
        ] + attributes.map { listing.attributes[$0] ?? "" }
    }
}
