package import Primitives

/// A catalogue as it stood at one place of its log, as lines of JSON: what replaces the events up
/// to there when a log is trimmed.
extension CatalogueState {
    /// In an order that reading back needs: the head first.
    package func eachSnapshotLine(_ body: (JSON) throws -> Void) throws {
        try body(line(.head) { write(into: &$0) })
        for sku in skus.values.sorted(by: { $0.code < $1.code }) {
            try body(line(.sku) { sku.write(into: &$0) })
        }
        for (id, sequence) in showSequences.sorted(by: { $0.key < $1.key }) {
            try body(line(.show) { write(id, sequence, into: &$0) })
        }
        for reservation in reservations.values.sorted(by: { $0.id < $1.id }) {
            try body(line(.reservation) { reservation.write(into: &$0, ahead: .zero) })
        }
        for waiting in waitlist.values.sorted(by: { $0.place < $1.place }) {
            try body(line(.waiting) { waiting.write(into: &$0) })
        }
        for (scope, policy) in policies.sorted(by: { $0.key.sortKey < $1.key.sortKey }) {
            try body(
                line(.policy) { object in
                    scope.write(into: &object)
                    policy.write(into: &object)
                })
        }
    }

    private enum Kind: String {
        case head, sku, show, reservation, waiting, policy
    }

    private func line(_ kind: Kind, _ write: (inout JSONObject) -> Void) -> JSON {
        var object = JSONObject()
        write(&object)
        object["kind"] = .string(kind.rawValue)
        return .object(object)
    }

    private func write(into object: inout JSONObject) {
        object["name"] = .string(name.text)
        object["sequence"] = .integer(sequence)
        object["brand"] = catalogue.map { .string($0.brand) }
        object["currency"] = catalogue.map { .string($0.currency.code) }
    }

    /// A show that was deleted has the end of its log only.
    private func write(_ id: ShowID, _ sequence: Int64, into object: inout JSONObject) {
        object["show"] = .string(id.text)
        object["sequence"] = .integer(sequence)
        shows[id]?.write(into: &object)
        object["rail"] = rails[id]?.json
        guard let overlay = overlays[id] else { return }
        object["pinned"] = overlay.pinned.map { .string($0.text) }
        object["flashes"] = .array(
            overlay.flashes.map { flash in
                var object = JSONObject()
                flash.write(into: &object)
                let use = flashUses[id]?[flash.code]
                object["opening"] = use.map { .integer($0.opening) }
                object["taken"] = use.map { .integer($0.taken) }
                return .object(object)
            })
    }

    /// Nothing where there is no line.
    package init?(snapshot lines: [JSON], of name: CatalogueName) throws {
        self.init(name: name)
        guard !lines.isEmpty else { return nil }
        for line in lines { try read(line) }
    }

    private mutating func read(_ line: JSON) throws {
        var fields = try JSONFields(line, path: "snapshot.")
        let kind = try fields.requireString("kind")
        switch Kind(rawValue: kind) {
        case .head:
            sequence = try fields.requireInteger("sequence")
            guard let brand = try fields.string("brand") else { return }
            catalogue = try Catalogue(
                name: name, brand: brand, currency: Currency(fields.requireString("currency")))
        case .sku:
            let code = try SKUCode(fields.requireString("sku"))
            skus[code] = try SKU(code: code, listing: Listing(&fields), stock: Stock(&fields))
        case .show: try readShow(&fields)
        case .reservation:
            let reservation = try Reservation(&fields)
            reservations[reservation.id] = reservation
            if reservation.state.isOpen { open.insert(reservation.id) }
        case .waiting:
            let waiting = try Waiting(&fields)
            waitlist[waiting.id] = waiting
        case .policy:
            let scope = try HoldPolicy.Scope(show: fields.string("show"), sku: fields.string("sku"))
            policies[scope] = try HoldPolicy(&fields)
        case nil: throw FieldProblem(field: "kind", value: kind, flaw: .unknown(known: []))
        }
    }

    private mutating func readShow(_ fields: inout JSONFields) throws {
        let id = try ShowID(fields.requireString("show"))
        showSequences[id] = try fields.requireInteger("sequence")
        guard let name = try fields.string("state") else { return }
        let state: ShowState =
            switch (try fields.time("started_at"), try fields.time("ended_at")) {
            case (let from?, let to?): .ended(from: from, to: to)
            case (let since?, nil): .live(since: since)
            case (nil, _): .scheduled
            }
        guard state.name == name else {
            throw FieldProblem(field: "state", value: name, flaw: .badForm(expected: state.name))
        }
        shows[id] = try Show(id: id, details: ShowDetails(&fields), state: state)
        rails[id] = try fields.array("rail").map { try Rail($0) }
        guard let flashes = try fields.array("flashes") else { return }
        var overlay = Overlay(pinned: try fields.string("pinned").map { try SKUCode($0) })
        for flash in flashes {
            var fields = try JSONFields(flash, path: "flashes.")
            let flash = try Flash(&fields)
            overlay.put(flash)
            guard let opening = try fields.integer("opening") else { continue }
            flashUses[id, default: [:]][flash.code] = FlashUse(
                opening: opening, taken: try fields.integer("taken") ?? 0)
        }
        overlays[id] = overlay
    }
}

extension HoldPolicy.Scope {
    /// The catalogue's first, then shows' and SKUs' by name.
    fileprivate var sortKey: String {
        switch self {
        case .catalogue: "0"
        case .show(let id): "1\(id)"
        case .sku(let code): "2\(code)"
        }
    }

    func write(into object: inout JSONObject) {
        switch self {
        case .catalogue: break
        case .show(let id): object["show"] = .string(id.text)
        case .sku(let code): object["sku"] = .string(code.text)
        }
    }

    init(show: String?, sku: String?) throws {
        if let sku {
            self = .sku(try SKUCode(sku))
        } else if let show {
            self = .show(try ShowID(show))
        } else {
            self = .catalogue
        }
    }
}
