import Commerce
import Primitives

extension SQLiteLedger: Ledger {
    mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws {
        setSequence(sequence + 1)
        try apply(body)
        try prepare(.insertEvent).bind(sequence).bind(body.type)
            .bind(now.millisecondsSince1970).bind(body.data).run()
        for show in shows {
            let last = try prepare(.lastShowSequence).bind(show.text)
            let place = try last.step() ? last.integer(0) + 1 : 1
            last.reset()
            try prepare(.insertShowEvent).bind(show.text).bind(place).bind(sequence).run()
        }
    }

    /// The tables change here and nowhere else.
    private mutating func apply(_ body: Event.Body) throws {
        switch body {
        case .catalogueCreated(let catalogue):
            let row = try connection.prepare(.insertCatalogue).bind(name.text)
                .bind(catalogue.brand).bind(catalogue.currency.code)
            if try row.step() { setCatalogueID(row.integer(0)) }
            row.reset()
            describe(as: catalogue)
        case .catalogueChanged(let catalogue):
            try connection.prepare(.updateCatalogue).bind(catalogue.brand)
                .bind(catalogue.currency.code).bind(catalogueID).run()
            describe(as: catalogue)
        case .catalogueDeleted: try forgetCatalogue()
        case .skuAdded(let sku): try insert(sku)
        case .skuChanged(let code, let listing):
            try connection.prepare(.updateListing).bind(listing).bind(catalogueID).bind(code.text)
                .run()
            memory.keep(listing, of: code)
        case .skuRemoved(let code):
            try prepare(.deleteSKU).bind(code.text).run()
            memory.forget(code)
            try setPolicy(for: .sku(code), to: .none)
        case .stockUpdate(let code, let stock, _):
            try setStock(of: code, to: stock)
        case .showCreated(let id, let details):
            try prepare(.insertShow).bind(id.text).bind(details).run()
        case .showChanged(let id, let details):
            try connection.prepare(.updateShow).bind(details).bind(catalogueID).bind(id.text).run()
        case .showStarted(let id): try run(.startShow, now.millisecondsSince1970, id)
        case .showEnded(let id):
            try run(.endShow, now.millisecondsSince1970, id)
            try prepare(.deleteFlashes).bind(id.text).run()
        case .showDeleted(let id):
            for query in [Query.deleteShow, .deleteRail, .deleteFlashes] {
                try prepare(query).bind(id.text).run()
            }
            try setPolicy(for: .show(id), to: .none)
        case .railChanged(let id, let rail): try replaceRail(of: id, with: rail)
        case .pin(let id, let code): try setPin(code.text, of: id)
        case .unpin(let id): try setPin(nil, of: id)
        case .priceFlash(let id, let flash):
            try put(flash, in: id, opening: sequence)
        case .priceFlashClosed(let id, let code):
            try prepare(.deleteFlash).bind(id.text).bind(code.text).run()
        case .reservation(let change): try apply(change)
        case .waiting(_, let waiting): try put(waiting)
        case .policyChanged(let scope, let policy): try setPolicy(for: scope, to: policy)
        case .soldOut, .backInStock: break
        }
    }

    mutating func forgetCatalogue() throws {
        for query in [
            Query.forgetSKUs, .forgetShows, .forgetRails, .forgetFlashes, .forgetPolicies,
            .forgetReservations, .forgetOpenLines, .forgetWaitlist,
        ] {
            try prepare(query).run()
        }
        try connection.prepare(.updateCatalogue).bind(nil as String?).bind(nil as String?)
            .bind(catalogueID).run()
        describe(as: nil)
        memory.forgetAll()
    }

    func put(_ flash: Flash, in show: ShowID, opening: Int64) throws {
        try prepare(.putFlash).bind(show.text).bind(flash.code.text).bind(flash.price.minor)
            .bind(flash.closesAt?.millisecondsSince1970).bind(flash.unitLimit).bind(opening).run()
    }

    func insert(_ sku: SKU) throws {
        try prepare(.insertSKU).bind(sku.code.text).bind(sku.stock.onHand).bind(sku.stock.held)
            .bind(sku.stock.confirmed).bind(sku.listing).run()
        memory.keep(sku)
    }

    func run(_ query: Query, _ value: Int64, _ show: ShowID) throws {
        try connection.prepare(query).bind(value).bind(catalogueID).bind(show.text).run()
    }

    func setPin(_ code: String?, of show: ShowID) throws {
        try connection.prepare(.setPin).bind(code).bind(catalogueID).bind(show.text).run()
    }

    func replaceRail(of show: ShowID, with rail: Rail) throws {
        try prepare(.deleteRail).bind(show.text).run()
        for (place, entry) in rail.entries.enumerated() {
            try prepare(.insertRailEntry).bind(show.text).bind(Int64(place)).bind(entry.code.text)
                .bind(entry.showPrice?.minor).run()
        }
    }
}

extension Statement {
    /// A listing's columns, in the order of every statement that writes them.
    fileprivate func bind(_ listing: Listing) -> Statement {
        bind(listing.title).bind(listing.price.minor).bind(listing.compareAtPrice?.minor)
            .bind(listing.family).bind(listing.imageURL).bind(listing.pageURL)
            .bind(listing.barcode)
            .bind(listing.attributes.isEmpty ? nil : listing.attributes.json.text)
    }

    func bind(_ details: ShowDetails) -> Statement {
        bind(details.title).bind(details.host).bind(details.scheduledAt?.millisecondsSince1970)
    }
}
