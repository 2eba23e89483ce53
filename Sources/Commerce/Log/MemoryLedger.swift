package import Primitives

/// A catalogue in memory, with its log: the store that needs no machine. Rules are tested on it,
/// and it is the model that other stores are compared with.
package struct MemoryLedger: Ledger {
    package private(set) var state: CatalogueState
    package private(set) var log: [Event] = []
    package var now: WallClock

    package init(name: CatalogueName, now: WallClock) {
        state = CatalogueState(name: name)
        self.now = now
    }

    package var name: CatalogueName { state.name }
    package func catalogue() -> Catalogue? { state.catalogue }
    package func hasSKUsOrShows() -> Bool { !state.skus.isEmpty || !state.shows.isEmpty }
    package func sku(_ code: SKUCode) -> SKU? { state.skus[code] }
    package func show(_ id: ShowID) -> Show? { state.shows[id] }
    package func rail(of show: ShowID) -> Rail { state.rails[show] ?? Rail.empty }
    package func overlay(of show: ShowID) -> Overlay { state.overlays[show] ?? Overlay() }

    package func openShows(listing code: SKUCode) -> [ShowID] {
        state.shows.values
            .filter { !$0.state.isEnded && rail(of: $0.id)[code] != nil }
            .map(\.id).sorted()
    }

    package func liveShows() -> [ShowID] {
        state.shows.values.filter(\.state.isLive).map(\.id).sorted()
    }

    package mutating func append(_ body: Event.Body, concerning shows: [ShowID]) throws {
        let event = Event(
            catalogue: name, sequence: state.sequence + 1, time: now,
            shows: shows.map { show in
                Event.ShowSequence(
                    show: show, sequence: state.showSequences[show, default: 0] + 1)
            },
            body: body)
        try state.apply(event)
        log.append(event)
    }
}
