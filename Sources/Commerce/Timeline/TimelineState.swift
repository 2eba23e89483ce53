import Primitives

/// How a show stands at a moment of the media: what is pinned, flashed, listed and in stock.
package struct TimelineState: Sendable, Equatable {
    package private(set) var isLive: Bool?
    package private(set) var pinned: PlacedEvent?
    /// By SKU, each with the event that opened it; those that have closed by themselves are gone
    /// from what `flashes(at:)` says.
    private var openFlashes: [SKUCode: PlacedEvent] = [:]
    private var stock: [SKUCode: PlacedEvent] = [:]
    private var listings: [SKUCode: PlacedEvent] = [:]
    private var railEvent: PlacedEvent?
    private var chapter: PlacedEvent?
    private let header: TimelineHeader

    /// Before the first event.
    package init(_ header: TimelineHeader) {
        self.header = header
    }

    package mutating func apply(_ placed: PlacedEvent) {
        switch placed.event.change {
        case .showStarted: isLive = true
        case .showEnded:
            isLive = false
            pinned = nil
            openFlashes = [:]
        case .pin: pinned = placed
        case .unpin: pinned = nil
        case .flash(let flash): openFlashes[flash.code] = placed
        case .flashClosed(let code): openFlashes[code] = nil
        case .stock(let code, _), .soldOut(let code), .backInStock(let code, _):
            stock[code] = placed
        case .listing(let listing): listings[listing.code] = placed
        case .rail: railEvent = placed
        case .chapter: chapter = placed
        case .other: break
        }
    }

    /// The chapter that a media time lies in, where chapters are named.
    package func chapter(at mediaTime: Int64) -> PlacedEvent? {
        chapter.flatMap { ($0.closesMediaTime ?? .max) > mediaTime ? $0 : nil }
    }

    package var pinnedCode: SKUCode? { pinned?.event.code }

    /// The events of the flashes that are open at a media time, by SKU.
    package func flashes(at mediaTime: Int64) -> [PlacedEvent] {
        openFlashes.sorted { $0.key < $1.key }.map(\.value)
            .filter { ($0.closesMediaTime ?? .max) > mediaTime }
    }

    package func flash(of code: SKUCode, at mediaTime: Int64) -> TimelineFlash? {
        guard let placed = openFlashes[code], (placed.closesMediaTime ?? .max) > mediaTime,
            case .flash(let flash) = placed.event.change
        else { return nil }
        return flash
    }

    /// The latest events about stock, listings and the rail, by kind and SKU: what must be said
    /// again where a piece of the media begins.
    package var standing: [PlacedEvent] {
        (railEvent.map { [$0] } ?? [])
            + listings.sorted { $0.key < $1.key }.map(\.value)
            + stock.sorted { $0.key < $1.key }.map(\.value)
    }

    /// Whether a SKU can be bought; nil where nothing was said of its stock.
    package func isSoldOut(_ code: SKUCode) -> Bool? {
        switch stock[code]?.event.change {
        case .soldOut: true
        case .backInStock: false
        case .stock(_, let available): available.map { $0 <= 0 }
        default: header.listing(of: code)?.available.map { $0 <= 0 }
        }
    }

    /// Units that can be bought; nil where it was not said.
    package func available(_ code: SKUCode) -> Int64? {
        switch stock[code]?.event.change {
        case .soldOut: 0
        case .backInStock(_, let available), .stock(_, let available): available
        default: header.listing(of: code)?.available
        }
    }

    package func listing(of code: SKUCode) -> TimelineListing? {
        if case .listing(let listing)? = listings[code]?.event.change { return listing }
        return header.listing(of: code)
    }

    package var rail: [TimelineRailEntry] {
        if case .rail(let entries)? = railEvent?.event.change { return entries }
        return header.rail ?? []
    }

    /// What a unit costs: the flash's price before the show's before the listing's.
    package func price(of code: SKUCode, at mediaTime: Int64) -> PriceInForce? {
        let listing = listing(of: code)
        func price(_ minor: Int64, _ kind: PriceInForce.Kind) -> PriceInForce {
            PriceInForce(
                minor: minor, kind: kind, listingMinor: listing?.priceMinor,
                compareAtMinor: listing?.compareAtPriceMinor)
        }
        if let minor = flash(of: code, at: mediaTime)?.priceMinor { return price(minor, .flash) }
        if let minor = rail.first(where: { $0.code == code })?.showPriceMinor {
            return price(minor, .show)
        }
        return listing?.priceMinor.map { price($0, .listing) }
    }
}

/// What a unit of a SKU costs at a moment of a show.
package struct PriceInForce: Sendable, Equatable {
    package enum Kind: String, Sendable {
        case listing
        case show
        case flash
    }

    package let minor: Int64
    package let kind: Kind
    /// Without show and flash.
    package let listingMinor: Int64?
    package let compareAtMinor: Int64?
}

extension PlacedEvent {
    /// When a flash closes by itself, or a chapter ends: what an alignment said, or as long after
    /// its opening as the wall clock says.
    package var closesMediaTime: Int64? {
        if let said = event.closesMediaTime { return said }
        guard case .flash(let flash) = event.change, let closesAt = flash.closesAt,
            let time = event.time
        else { return nil }
        let (length, overflowed) = closesAt.millisecondsSince1970.subtractingReportingOverflow(
            time.millisecondsSince1970)
        guard !overflowed else { return nil }
        let end = mediaTime.addingReportingOverflow(max(0, length))
        return end.overflow ? nil : end.partialValue
    }
}

extension Timeline {
    /// How the show stands at a media time, after the events of that moment.
    package func state(at mediaTime: Int64) -> TimelineState {
        var state = TimelineState(header)
        for placed in placed {
            guard placed.mediaTime <= mediaTime else { break }
            state.apply(placed)
        }
        return state
    }
}
