package import Primitives

/// One catalogue as it stands within one atomic step of a store.
package protocol LedgerReader {
    var name: CatalogueName { get }
    /// The step's time, by the store's clock.
    var now: WallClock { get }

    /// Nil where there is no such catalogue, or where it was deleted.
    func catalogue() throws -> Catalogue?
    /// Whether any price was ever said in the catalogue's currency.
    func hasSKUsOrShows() throws -> Bool
    func sku(_ code: SKUCode) throws -> SKU?
    func show(_ id: ShowID) throws -> Show?
    /// Empty where there is no such show.
    func rail(of show: ShowID) throws -> Rail
    func overlay(of show: ShowID) throws -> Overlay
    /// The shows, not ended, whose rail lists a SKU, sorted.
    func openShows(listing code: SKUCode) throws -> [ShowID]
    /// The shows that are on the air, sorted.
    func liveShows() throws -> [ShowID]
}

/// What a rule works with: it reads the catalogue as it stands, and appends what happened.
///
/// Appending is the only write. A store changes its tables by applying the event that it appends,
/// in the same atomic step, so its tables and its log cannot disagree.
package protocol Ledger: LedgerReader {
    /// Gives the event the next place in the catalogue's log and in the log of each show, and
    /// applies it.
    mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws
}

extension LedgerReader {
    package func requireCatalogue() throws -> Catalogue {
        guard let catalogue = try catalogue() else { throw CommerceError.noCatalogue(name) }
        return catalogue
    }

    package func requireSKU(_ code: SKUCode) throws -> SKU {
        guard let sku = try sku(code) else {
            _ = try requireCatalogue()
            throw CommerceError.noSKU(code, name)
        }
        return sku
    }

    package func requireShow(_ id: ShowID) throws -> Show {
        guard let show = try show(id) else {
            _ = try requireCatalogue()
            throw CommerceError.noShow(id, name)
        }
        return show
    }

    /// What a unit costs in a show now: the flash price, else the show price, else the listing's.
    package func sellingPrice(of code: SKUCode, in show: ShowID) throws -> Price {
        if let flash = try overlay(of: show).openFlash(of: code, at: now) { return flash.price }
        return try priceWithoutFlash(of: code, in: show)
    }

    func priceWithoutFlash(of code: SKUCode, in show: ShowID) throws -> Price {
        if let price = try rail(of: show)[code]?.showPrice { return price }
        return try requireSKU(code).listing.price
    }
}

/// What a verb did to an object.
package enum Outcome: String, Sendable, CaseIterable {
    case created
    case configured
    case unchanged
}
