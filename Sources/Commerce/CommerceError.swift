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

    case stockBelowPromised(SKUCode, onHand: Int64, promised: Int64)
    case skuPromised(SKUCode, Stock)
    case skuWaitedFor(SKUCode)
    case catalogueHasOpenReservations(CatalogueName)

    case noReservation(ReservationID, CatalogueName)
    /// Another reservation has this id already.
    case reservationExists(ReservationID)
    case soldOut([Shortage])
    case overCap(BuyerID, SKUCode?, cap: Int64, taken: Int64, wanted: Int64)
    /// It is over: nothing but a late confirmation can bring it back.
    case reservationOver(ReservationID, Reservation.State)
    /// It was sold; its units come back only by a refund.
    case reservationConfirmed(ReservationID)
    /// Its deadline has passed and the units are gone: the money must go back.
    case tooLate(ReservationID, Reservation.State, [Shortage])
    case holdLimitReached(ReservationID, endsAt: WallClock)
    case tooManyLines(limit: Int)

    case notWaiting(WaitID, CatalogueName)
    /// Another place in a waitlist has this id already.
    case placeExists(WaitID)
    case waitlistFull(SKUCode, limit: Int64)

    case keyReused(IdempotencyKey)

    /// Why an entry cannot leave the rail.
    package enum RailUse: Sendable, Equatable {
        case pinned
        case flashed
    }
}

/// A SKU of which there is less than was wanted.
package struct Shortage: Sendable, Equatable {
    package let code: SKUCode
    package let wanted: Int64
    package let available: Int64
    /// When, by the wall clock, the next reservation that holds units of it ends.
    package let nextEnd: WallClock?

    package init(code: SKUCode, wanted: Int64, available: Int64, nextEnd: WallClock?) {
        self.code = code
        self.wanted = wanted
        self.available = available
        self.nextEnd = nextEnd
    }
}
