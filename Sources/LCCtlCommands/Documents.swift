import CommandLineKit
import Commerce
import Primitives

/// Documents as `lcctl` answers them: a schema, then what the values write of themselves.
enum Documents {
    static func catalogue(_ catalogue: Catalogue, outcome: String? = nil) -> JSON {
        document("lc.catalogue/1", outcome) { catalogue.write(into: &$0) }
    }

    static func sku(_ sku: SKU, in catalogue: Catalogue, outcome: String? = nil) -> JSON {
        document("lc.sku/1", outcome) { object in
            object["catalogue"] = .string(catalogue.name.text)
            object["currency"] = .string(catalogue.currency.code)
            sku.write(into: &object)
        }
    }

    static func show(
        _ show: Show, in catalogue: CatalogueName, overlay: Overlay? = nil, outcome: String? = nil
    ) -> JSON {
        document("lc.show/1", outcome) { object in
            object["catalogue"] = .string(catalogue.text)
            show.write(into: &object)
            object["pinned"] = overlay?.pinned.map { .string($0.text) }
            if let flashes = overlay?.flashes, !flashes.isEmpty {
                object["flashes"] = .array(
                    flashes.map { flash in
                        var object = JSONObject()
                        flash.write(into: &object)
                        return .object(object)
                    })
            }
        }
    }

    static func document(
        _ schema: String, _ outcome: String? = nil, _ write: (inout JSONObject) -> Void
    ) -> JSON {
        var object = JSONObject()
        write(&object)
        object["schema"] = .string(schema)
        object["outcome"] = outcome.map(JSON.string)
        return .object(object)
    }
}

/// What a removed object's document says of it.
let removed = "removed"

extension JSON {
    /// `sku/TEE-RED created`: how a change is told in text.
    func told(_ kind: String, _ member: String) -> String {
        let name = self[member]?.stringValue ?? ""
        return "\(kind)/\(SafeText.oneLine(name)) \(self["outcome"]?.stringValue ?? "")"
    }

    /// An amount that a document holds in minor units, with its decimals.
    func price(_ member: String, currency: String?) -> String {
        guard let minor = self[member]?.integerValue,
            let currency = try? Commerce.Currency(currency ?? self["currency"]?.stringValue ?? ""),
            let price = try? Price(minor: minor)
        else { return "" }
        return price.text(in: currency)
    }
}

/// `title:  Red T-shirt` lines, for one thing in text. What is absent is left out.
enum Facts {
    static func text(_ facts: [(name: String, value: String?)]) -> String {
        let present = facts.filter { $0.value.map { !$0.isEmpty } ?? false }
        let width = present.map { $0.name.count + 1 }.max() ?? 0
        return present.map { name, value in
            TextWidth.padded(name + ":", to: width) + "  " + SafeText.oneLine(value ?? "")
        }.joined(separator: "\n")
    }
}
