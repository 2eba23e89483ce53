package import Primitives

/// One change, as the log of its catalogue keeps it. The log is the truth; everything else can be
/// rebuilt from it.
package struct Event: Sendable, Equatable {
    package let catalogue: CatalogueName
    /// The place in the catalogue's log, from 1, without gaps.
    package let sequence: Int64
    package let time: WallClock
    /// The shows it concerns, each with the place in its own log, from 1, without gaps.
    package let shows: [ShowSequence]
    package let body: Body

    package init(
        catalogue: CatalogueName, sequence: Int64, time: WallClock, shows: [ShowSequence],
        body: Body
    ) {
        self.catalogue = catalogue
        self.sequence = sequence
        self.time = time
        self.shows = shows
        self.body = body
    }

    package struct ShowSequence: Sendable, Equatable {
        package let show: ShowID
        package let sequence: Int64

        package init(show: ShowID, sequence: Int64) {
            self.show = show
            self.sequence = sequence
        }
    }

    /// What happened. Everything in it is absolute, never a delta: whoever has the latest event of
    /// an object has the object.
    package enum Body: Sendable, Equatable {
        case catalogueCreated(Catalogue)
        case catalogueChanged(Catalogue)
        case catalogueDeleted

        case skuAdded(SKU)
        case skuChanged(SKUCode, Listing)
        case skuRemoved(SKUCode)
        case stockUpdate(SKUCode, Stock, reason: String?)

        case showCreated(ShowID, ShowDetails)
        case showChanged(ShowID, ShowDetails)
        case showStarted(ShowID)
        case showEnded(ShowID)
        case showDeleted(ShowID)

        case railChanged(ShowID, Rail)
        case pin(ShowID, SKUCode)
        case unpin(ShowID)
        case priceFlash(ShowID, Flash)
        case priceFlashClosed(ShowID, SKUCode)

        case reservation(ReservationChange)
        case waiting(Waiting.Step, Waiting)
        /// No unit is available any more.
        case soldOut(StockLevel)
        /// Units are available again.
        case backInStock(StockLevel)
        case policyChanged(HoldPolicy.Scope, HoldPolicy)
    }
}

/// A step of a reservation, with the reservation and the stock as they are after it.
package struct ReservationChange: Sendable, Equatable {
    package let step: Reservation.Step
    package let reservation: Reservation
    /// Of each SKU whose units moved, in the order of the lines.
    package let stock: [StockLevel]
    /// How far the hold clock was ahead of the wall clock.
    package let ahead: Duration

    package init(
        step: Reservation.Step, reservation: Reservation, stock: [StockLevel], ahead: Duration
    ) {
        self.step = step
        self.reservation = reservation
        self.stock = stock
        self.ahead = ahead
    }
}

extension Event.Body {
    /// The name of the change, as CloudEvents' `type` says it.
    package var type: String {
        switch self {
        case .catalogueCreated: "catalogue-created"
        case .catalogueChanged: "catalogue-changed"
        case .catalogueDeleted: "catalogue-deleted"
        case .skuAdded: "sku-added"
        case .skuChanged: "sku-changed"
        case .skuRemoved: "sku-removed"
        case .stockUpdate: "stock-update"
        case .showCreated: "show-created"
        case .showChanged: "show-changed"
        case .showStarted: "show-started"
        case .showEnded: "show-ended"
        case .showDeleted: "show-deleted"
        case .railChanged: "rail-changed"
        case .pin: "pin"
        case .unpin: "unpin"
        case .priceFlash: "price-flash"
        case .priceFlashClosed: "price-flash-closed"
        case .reservation(let change): "reservation-\(change.step.rawValue)"
        case .waiting(let step, _): "waitlist-\(step.rawValue)"
        case .soldOut: "sold-out"
        case .backInStock: "back-in-stock"
        case .policyChanged: "policy-changed"
        }
    }

    /// What changed, as CloudEvents' `subject` says it: empty for the catalogue itself.
    package var subject: String {
        switch self {
        case .catalogueCreated, .catalogueChanged, .catalogueDeleted: ""
        case .skuAdded(let sku): "sku/\(sku.code)"
        case .skuChanged(let code, _), .skuRemoved(let code), .stockUpdate(let code, _, _),
            .pin(_, let code), .priceFlashClosed(_, let code):
            "sku/\(code)"
        case .priceFlash(_, let flash): "sku/\(flash.code)"
        case .showCreated(let show, _), .showChanged(let show, _), .showStarted(let show),
            .showEnded(let show), .showDeleted(let show), .railChanged(let show, _),
            .unpin(let show), .policyChanged(.show(let show), _):
            "show/\(show)"
        case .reservation(let change): "reservation/\(change.reservation.id)"
        case .waiting(_, let waiting): "waiting/\(waiting.id)"
        case .soldOut(let level), .backInStock(let level): "sku/\(level.code)"
        case .policyChanged(.sku(let code), _): "sku/\(code)"
        case .policyChanged(.catalogue, _): ""
        }
    }

    /// The show that the change is made in; nil where it is made in the catalogue.
    package var show: ShowID? {
        switch self {
        case .showCreated(let show, _), .showChanged(let show, _), .showStarted(let show),
            .showEnded(let show), .showDeleted(let show), .railChanged(let show, _),
            .pin(let show, _), .unpin(let show), .priceFlash(let show, _),
            .priceFlashClosed(let show, _), .policyChanged(.show(let show), _):
            show
        case .reservation(let change): change.reservation.show
        case .waiting(_, let waiting): waiting.show
        default: nil
        }
    }
}
