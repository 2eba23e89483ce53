package import Primitives

extension Event.Body {
    /// CloudEvents' `data`: the object as it is after the change.
    package var data: JSON {
        var object = JSONObject()
        object["show"] = show.map { .string($0.text) }
        switch self {
        case .catalogueCreated(let catalogue), .catalogueChanged(let catalogue):
            catalogue.write(into: &object)
        case .skuAdded(let sku): sku.write(into: &object)
        case .skuChanged(let code, let listing):
            object["sku"] = .string(code.text)
            listing.write(into: &object)
        case .stockUpdate(let code, let stock, let reason):
            object["sku"] = .string(code.text)
            object["on_hand"] = .integer(stock.onHand)
            object["reason"] = reason.map(JSON.string)
        case .skuRemoved(let code), .pin(_, let code), .priceFlashClosed(_, let code):
            object["sku"] = .string(code.text)
        case .showCreated(_, let details), .showChanged(_, let details):
            details.write(into: &object)
        case .railChanged(_, let rail): object["rail"] = rail.json
        case .priceFlash(_, let flash): flash.write(into: &object)
        case .catalogueDeleted, .showStarted, .showEnded, .showDeleted, .unpin: break
        }
        return .object(object)
    }

    /// Reads back what `type` and `data` say of a change in a catalogue.
    package init(type: String, data: JSON, in catalogue: CatalogueName) throws {
        var fields = try JSONFields(data)
        func sku() throws -> SKUCode { try SKUCode(fields.requireString("sku")) }
        func show() throws -> ShowID { try ShowID(fields.requireString("show")) }
        func stock() throws -> Stock { try Stock(onHand: fields.requireInteger("on_hand")) }
        func described() throws -> Catalogue {
            try Catalogue(
                name: catalogue, brand: fields.requireString("brand"),
                currency: Currency(fields.requireString("currency")))
        }
        switch type {
        case "catalogue-created": self = .catalogueCreated(try described())
        case "catalogue-changed": self = .catalogueChanged(try described())
        case "catalogue-deleted": self = .catalogueDeleted
        case "sku-added":
            self = .skuAdded(try SKU(code: sku(), listing: Listing(&fields), stock: stock()))
        case "sku-changed": self = .skuChanged(try sku(), try Listing(&fields))
        case "sku-removed": self = .skuRemoved(try sku())
        case "stock-update":
            self = .stockUpdate(try sku(), try stock(), reason: try fields.string("reason"))
        case "show-created": self = .showCreated(try show(), try ShowDetails(&fields))
        case "show-changed": self = .showChanged(try show(), try ShowDetails(&fields))
        case "show-started": self = .showStarted(try show())
        case "show-ended": self = .showEnded(try show())
        case "show-deleted": self = .showDeleted(try show())
        case "rail-changed":
            self = .railChanged(try show(), try Rail(fields.require(fields.array("rail"), "rail")))
        case "pin": self = .pin(try show(), try sku())
        case "unpin": self = .unpin(try show())
        case "price-flash": self = .priceFlash(try show(), try Flash(&fields))
        case "price-flash-closed": self = .priceFlashClosed(try show(), try sku())
        default:
            throw FieldProblem(field: "type", value: type, flaw: .unknown(known: []))
        }
    }
}

extension Event {
    /// The event as one show's log has it: CloudEvents 1.0, numbered by that show.
    package func envelope(for show: ShowSequence) -> JSON {
        var object = commonEnvelope
        object["show"] = .string(show.show.text)
        object["sequence"] = .string(String(show.sequence))
        return .object(object)
    }

    private var commonEnvelope: JSONObject {
        var object = JSONObject()
        object["specversion"] = "1.0"
        object["schema"] = "lc.event/1"
        // Unique with `source`, and the same whichever show's log it is read from.
        object["id"] = .string(String(sequence))
        object["source"] = .string("/catalogue/\(catalogue)")
        object["type"] = .string(body.type)
        if !body.subject.isEmpty { object["subject"] = .string(body.subject) }
        object["time"] = .string(time.rfc3339)
        object["datacontenttype"] = "application/json"
        object["data"] = body.data
        return object
    }
}
