package import Primitives

/// One catalogue as it stands within one atomic step of a store.
package protocol LedgerReader {
    var name: CatalogueName { get }
    /// The step's time, by the store's clock.
    var now: WallClock { get }
    /// The clock of deadlines, at the step's time.
    var holdClock: HoldClock { get }
    /// The last place in the catalogue's log.
    var sequence: Int64 { get }

    /// Nil where there is no such catalogue, or where it was deleted.
    func catalogue() throws -> Catalogue?
    /// Whether any price was ever said in the catalogue's currency.
    func hasSKUsOrShows() throws -> Bool
    func sku(_ code: SKUCode) throws -> SKU?
    func stock(of code: SKUCode) throws -> Stock?
    func show(_ id: ShowID) throws -> Show?
    /// Empty where there is no such show.
    func rail(of show: ShowID) throws -> Rail
    func overlay(of show: ShowID) throws -> Overlay
    /// The shows, not ended, whose rail lists a SKU, sorted.
    func openShows(listing code: SKUCode) throws -> [ShowID]
    /// The shows that are on the air, sorted.
    func liveShows() throws -> [ShowID]

    func reservation(_ id: ReservationID) throws -> Reservation?
    /// Open reservations whose deadline is not after `time`, by deadline and id.
    func dueReservations(at time: WallClock, limit: Int) throws -> [Reservation]
    func hasOpenReservations() throws -> Bool
    /// The first deadline of open reservations that hold units of a SKU.
    func nextDeadline(of code: SKUCode) throws -> WallClock?
    /// Units that a buyer has in open reservations.
    func unitsHeld(by buyer: BuyerID) throws -> Int64
    /// Units of a SKU that a buyer has in open and confirmed reservations.
    func unitsTaken(by buyer: BuyerID, of code: SKUCode) throws -> Int64
    /// What was taken at the price of the latest flash; nil where there was none since the show
    /// began, or it was closed.
    func flashUse(of code: SKUCode, in show: ShowID) throws -> FlashUse?
    /// What was said for this scope alone.
    func policy(for scope: HoldPolicy.Scope) throws -> HoldPolicy
    /// Also one that is over.
    func waiting(_ id: WaitID) throws -> Waiting?
    /// The place of a buyer that is not over.
    func waiting(of buyer: BuyerID, for code: SKUCode) throws -> Waiting?
    /// Who has waited longest for a SKU, in a place that is not over.
    func firstWaiting(for code: SKUCode) throws -> Waiting?
    /// How many places for a SKU are not over.
    func waitingCount(for code: SKUCode) throws -> Int64
}

/// One opening of a flash, and the units that reservations have taken at its price.
package struct FlashUse: Sendable, Equatable {
    /// The place of the opening in the catalogue's log.
    package let opening: Int64
    package var taken: Int64

    package init(opening: Int64, taken: Int64 = 0) {
        self.opening = opening
        self.taken = taken
    }
}

/// What a rule works with: it reads the catalogue as it stands, and appends what happened.
///
/// Appending is the only write. A store changes its tables by applying the event that it appends,
/// in the same atomic step, so its tables and its log cannot disagree.
package protocol Ledger: LedgerReader {
    /// Gives the event the next place in the catalogue's log and in the log of each show, and
    /// applies it.
    mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws

    /// Lets the units of a SKU that have come free go to whoever waits for them, and tells when it
    /// is sold out or back. Called once in each step, after what changed the stock.
    mutating func settle(_ code: SKUCode, from before: Stock) throws
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

    func requireStock(of code: SKUCode) throws -> Stock {
        if let stock = try stock(of: code) { return stock }
        return try requireSKU(code).stock
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

extension LedgerReader {
    package func requireReservation(_ id: ReservationID) throws -> Reservation {
        guard let reservation = try reservation(id) else {
            _ = try requireCatalogue()
            throw CommerceError.noReservation(id, name)
        }
        return reservation
    }

    /// What counts for reservations of some SKUs in a show: of each setting, what the narrowest
    /// scope says.
    package func policy(of code: SKUCode, in show: ShowID?) throws -> HoldPolicy {
        let wide = try policyWithoutSKU(in: show)
        return try policy(for: .sku(code)).over(wide)
    }

    func policyWithoutSKU(in show: ShowID?) throws -> HoldPolicy {
        let wide = try policy(for: .catalogue).over(.standard)
        guard let show else { return wide }
        return try policy(for: .show(show)).over(wide)
    }
}

/// What a verb did to an object.
package enum Outcome: String, Sendable, CaseIterable {
    case created
    case configured
    case unchanged
}
