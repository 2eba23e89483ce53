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
            .unpin(let show):
            "show/\(show)"
        }
    }

    /// The show that the change is made in; nil where it is made in the catalogue.
    package var show: ShowID? {
        switch self {
        case .showCreated(let show, _), .showChanged(let show, _), .showStarted(let show),
            .showEnded(let show), .showDeleted(let show), .railChanged(let show, _),
            .pin(let show, _), .unpin(let show), .priceFlash(let show, _),
            .priceFlashClosed(let show, _):
            show
        default: nil
        }
    }
}
