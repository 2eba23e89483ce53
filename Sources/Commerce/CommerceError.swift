package import Primitives

/// Why a rule says no. Facts only; the words are the command line's.
package enum CommerceError: Error, Equatable {
    case noCatalogue(CatalogueName)
    case catalogueExists(CatalogueName)
    case standardCatalogueStays
    case currencyInUse(CatalogueName, Currency)
    case catalogueHasLiveShow(CatalogueName, ShowID)

    case noSKU(SKUCode, CatalogueName)
    case skuExists(SKUCode)
    case skuOnRail(SKUCode, ShowID)
    case stockBelowZero(SKUCode, onHand: Int64, change: Int64)

    case noShow(ShowID, CatalogueName)
    case showExists(ShowID)
    case showIsLive(ShowID)
    case showNotLive(ShowID)
    case showHasEnded(ShowID)

    case alreadyOnRail(SKUCode)
    case notOnRail(SKUCode, ShowID)
    case railFull(limit: Int)
    case railEntryInUse(SKUCode, ShowID, RailUse)

    case nothingPinned(ShowID)
    case flashIsOpen(SKUCode, ShowID, closesAt: WallClock?)
    case noOpenFlash(SKUCode, ShowID)
    case flashNotCheaper(SKUCode, flash: Price, selling: Price, Currency)
    case flashEndsInThePast(SKUCode, closesAt: WallClock)

    case keyReused(IdempotencyKey)

    /// Why an entry cannot leave the rail.
    package enum RailUse: Sendable, Equatable {
        case pinned
        case flashed
    }
}
