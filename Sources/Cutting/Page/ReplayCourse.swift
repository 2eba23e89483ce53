import Commerce
import Primitives

/// What a show was at each moment, as a page steps it: lists of changes by media time.
struct ReplayCourse {
    struct Listing {
        let code: SKUCode
        let title: String
        /// Size, colour and the like.
        let about: String
        let image: ReplayURL?
        let page: ReplayURL?
        var prices: [Change<PriceInForce?>] = []
        var soldOut: [Change<Bool>] = []
        /// When it is pinned first.
        var first: Int64?
    }

    struct Change<Value> {
        let mediaTime: Int64
        let value: Value
    }

    private(set) var products: [Listing] = []
    /// Indices of products.
    private(set) var pins: [Change<Int?>] = []
    private(set) var rails: [Change<[Int]>] = []

    private var places: [SKUCode: Int] = [:]
    /// A timeline that says nothing of a rail sells everything in it.
    private let hasRail: Bool
    private var count = 0

    init(_ timeline: Timeline) throws(ReplayProblem) {
        let placed = timeline.placed
        guard timeline.events.isEmpty || !placed.isEmpty else { throw .notAligned }
        hasRail =
            timeline.header.rail != nil
            || placed.contains { if case .rail = $0.event.change { true } else { false } }
        var state = TimelineState(timeline.header)
        try addProducts(timeline, placed)
        try note(state, at: 0, codes: products.map(\.code))
        // Flashes that close by themselves are changes, too.
        var closing: [(mediaTime: Int64, code: SKUCode)] = []
        for event in placed {
            try close(&closing, until: event.mediaTime, state)
            let before = affected(by: event, state)
            state.apply(event)
            let after = affected(by: event, state)
            try note(state, at: event.mediaTime, codes: before + after)
            if case .flash(let flash) = event.event.change, let end = event.closesMediaTime {
                let place = closing.firstIndex { $0.mediaTime > end } ?? closing.endIndex
                closing.insert((end, flash.code), at: place)
            }
        }
        try close(&closing, until: .max, state)
    }

    private mutating func close(
        _ closing: inout [(mediaTime: Int64, code: SKUCode)], until mediaTime: Int64,
        _ state: TimelineState
    ) throws(ReplayProblem) {
        let count = closing.prefix { $0.mediaTime <= mediaTime }.count
        for each in closing.prefix(count) {
            try note(state, at: each.mediaTime, codes: [each.code])
        }
        closing.removeFirst(count)
    }

    /// Those whose price or stock an event may change.
    private func affected(by event: PlacedEvent, _ state: TimelineState) -> [SKUCode] {
        switch event.event.change {
        case .showStarted, .pin, .unpin, .chapter, .other: []
        case .showEnded: state.flashes(at: event.mediaTime).compactMap(\.event.code)
        case .rail: state.rail.map(\.code)
        case .flash(let flash): [flash.code]
        case .listing(let listing): [listing.code]
        case .flashClosed(let code), .stock(let code, _), .soldOut(let code),
            .backInStock(let code, _):
            [code]
        }
    }

    // MARK: products

    /// In the order of the rails, then as they occur.
    private mutating func addProducts(
        _ timeline: Timeline, _ placed: [PlacedEvent]
    ) throws(ReplayProblem) {
        var codes = (timeline.header.rail ?? []).map(\.code)
        var listings: [SKUCode: TimelineListing] = [:]
        for listing in timeline.header.listings where listings[listing.code] == nil {
            listings[listing.code] = listing
        }
        for event in placed {
            switch event.event.change {
            case .rail(let rail): codes += rail.map(\.code)
            case .pin(let code): codes.append(code)
            case .flash(let flash): codes.append(flash.code)
            case .listing(let listing) where listings[listing.code] == nil:
                listings[listing.code] = listing
            default: break
            }
        }
        // A timeline that says nothing of a rail sells what it lists.
        if codes.isEmpty { codes = timeline.header.listings.map(\.code) }
        for code in codes where places[code] == nil {
            guard products.count < ReplayLimits.products else {
                throw .tooManyProducts(limit: ReplayLimits.products)
            }
            places[code] = products.count
            products.append(Self.product(code, listings[code]))
        }
    }

    private static func product(_ code: SKUCode, _ listing: TimelineListing?) -> Listing {
        let json = listing?.json ?? JSONObject()
        func url(_ name: String) -> ReplayURL? {
            json[name]?.stringValue.flatMap { try? ReplayURL($0) }
        }
        let attributes = json["attributes"]?.objectValue?.members ?? []
        let about = attributes.compactMap(\.value.stringValue).joined(separator: " · ")
        let title = listing?.title ?? ""
        return Listing(
            code: code,
            title: PlainText.cut(
                title.isEmpty ? code.text : title, to: ReplayLimits.titleLength),
            about: PlainText.cut(about, to: ReplayLimits.titleLength), image: url("image_url"),
            page: url("page_url"))
    }

    // MARK: changes

    private mutating func note(
        _ state: TimelineState, at time: Int64, codes: [SKUCode]
    ) throws(ReplayProblem) {
        let mediaTime = max(0, time)
        // Each change of the timeline makes at most one of each kind for those it concerns.
        count += codes.count + 1
        guard count <= ReplayLimits.changes + products.count else {
            throw .tooManyChanges(limit: ReplayLimits.changes)
        }
        let pin = state.pinnedCode.flatMap { places[$0] }
        if pins.isEmpty || pins.last?.value != pin {
            Self.put(pin, at: mediaTime, into: &pins)
            if let pin, products[pin].first == nil { products[pin].first = mediaTime }
        }
        let rail =
            hasRail ? state.rail.compactMap { places[$0.code] } : Array(products.indices)
        if rails.isEmpty || rails.last?.value != rail {
            Self.put(rail, at: mediaTime, into: &rails)
        }
        for code in codes {
            guard let place = places[code] else { continue }
            let price = state.price(of: code, at: time)
            if products[place].prices.isEmpty || products[place].prices.last?.value != price {
                Self.put(price, at: mediaTime, into: &products[place].prices)
            }
            let isSoldOut = state.isSoldOut(code) ?? false
            if products[place].soldOut.last?.value ?? false != isSoldOut {
                Self.put(isSoldOut, at: mediaTime, into: &products[place].soldOut)
            }
        }
    }

    /// What holds for no moment is not kept.
    private static func put<Value>(
        _ value: Value, at mediaTime: Int64, into changes: inout [Change<Value>]
    ) {
        if changes.last?.mediaTime == mediaTime { changes.removeLast() }
        changes.append(Change(mediaTime: mediaTime, value: value))
    }

    /// All moments at which anything changes.
    var moments: [Int64] {
        var all = pins.map(\.mediaTime) + rails.map(\.mediaTime)
        for product in products {
            all += product.prices.map(\.mediaTime) + product.soldOut.map(\.mediaTime)
        }
        return Set(all).sorted()
    }
}
