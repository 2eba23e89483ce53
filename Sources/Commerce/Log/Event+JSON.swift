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
            stock.write(into: &object)
            object["reason"] = reason.map(JSON.string)
        case .skuRemoved(let code), .pin(_, let code), .priceFlashClosed(_, let code):
            object["sku"] = .string(code.text)
        case .showCreated(_, let details), .showChanged(_, let details):
            details.write(into: &object)
        case .railChanged(_, let rail): object["rail"] = rail.json
        case .priceFlash(_, let flash): flash.write(into: &object)
        case .reservation(let change):
            change.reservation.write(into: &object, ahead: change.ahead)
            object["stock"] = .array(change.stock.map(\.json))
        case .waiting(_, let waiting): waiting.write(into: &object)
        case .soldOut(let level), .backInStock(let level):
            level.stock.write(into: &object)
            object["sku"] = .string(level.code.text)
        case .policyChanged(let scope, let policy):
            scope.write(into: &object)
            policy.write(into: &object)
        case .catalogueDeleted, .showStarted, .showEnded, .showDeleted, .unpin: break
        }
        return .object(object)
    }

    /// Reads back what `type` and `data` say of a change in a catalogue.
    package init(type: String, data: JSON, in catalogue: CatalogueName) throws {
        var fields = try JSONFields(data)
        func sku() throws -> SKUCode { try SKUCode(fields.requireString("sku")) }
        func show() throws -> ShowID { try ShowID(fields.requireString("show")) }
        func stock() throws -> Stock { try Stock(&fields) }
        func level() throws -> StockLevel { try StockLevel(code: sku(), stock: stock()) }
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
        case "sold-out": self = .soldOut(try level())
        case "back-in-stock": self = .backInStock(try level())
        case "policy-changed":
            let scope = try HoldPolicy.Scope(
                show: fields.string("show"), sku: fields.string("sku"))
            self = .policyChanged(scope, try HoldPolicy(&fields))
        default:
            if let step = Reservation.Step.allCases.first(where: {
                type == "reservation-\($0.rawValue)"
            }) {
                self = .reservation(try ReservationChange(step, &fields))
                return
            }
            if let step = Waiting.Step.allCases.first(where: { type == "waitlist-\($0.rawValue)" })
            {
                self = .waiting(step, try Waiting(&fields))
                return
            }
            throw FieldProblem(field: "type", value: type, flaw: .unknown(known: []))
        }
    }
}

extension ReservationChange {
    fileprivate init(_ step: Reservation.Step, _ fields: inout JSONFields) throws {
        let stock = try fields.require(fields.array("stock"), "stock").map { try StockLevel($0) }
        self.init(
            step: step, reservation: try Reservation(&fields), stock: stock,
            ahead: .milliseconds(try fields.integer("hold_clock_ahead_ms") ?? 0))
    }
}

extension Event {
    /// The event as the catalogue's own log has it, numbered by the catalogue.
    package var envelope: JSON {
        var object = commonEnvelope
        object["sequence"] = .string(String(sequence))
        return .object(object)
    }

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
